package console_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"menshen/board/console"
	"menshen/board/desk"
	"menshen/board/lists"
	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// tenants is the file that the fake desk has: of each kind one line.
const tenants = "name,apartment,lease ends,language,cards,phone\n" +
	"Anna,1301,2027-06-30,en,12:34567,555\n" +
	"Ben,1302,2027-06-30,en,,\n" +
	"Li Na,1204,2027-06-30,zh,,\n" +
	"Ana Souza,1203,,en,,\n" +
	"Anna,1301,2027-06-30,en,12:34567,555\n"

func (d *fullDesk) OpenList(_ context.Context, s desk.Session, name string, stick bool) (io.ReadCloser, error) {
	err := d.enter(s, fmt.Sprintf("open list %s, stick %v", name, stick), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	if name == "refused.csv" {
		return io.NopCloser(strings.NewReader(tenants + "Carl,1,2020-01-01,en,12:99999,\n")), err
	}
	return io.NopCloser(strings.NewReader(tenants)), err
}

func (d *fullDesk) PlanImport(_ context.Context, s desk.Session, in io.Reader) (*lists.Plan, error) {
	err := d.enter(s, "plan import", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	if err != nil {
		return nil, err
	}
	list, err := lists.Read(in, lists.Options{Zone: time.UTC, Languages: []string{"en", "zh"},
		Numbers: lists.Numbers{Wiegand: []wiegand.Format{wiegand.H10301}}})
	if err != nil {
		return nil, err
	}
	return list.Plan(lists.Here{People: d.people, Now: now, Zone: time.UTC, Lang: "en",
		NeverIn: func(p policy.Person) bool { return p.Name == "Ben" },
		Holder:  func(hal.Card) (id policy.PersonID, revoked, found bool, err error) { return }})
}

func (d *fullDesk) Import(_ context.Context, s desk.Session, plan *lists.Plan,
	step desk.Progress) (desk.Imported, error) {
	err := d.enter(s, fmt.Sprintf("import %d", len(plan.Acts())), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	step(desk.Step{Text: s.Lang.Say(i18n.M("desk.importing", "importing")), Done: 2, Wanted: 3})
	return desk.Imported{Entry: 812, Added: 2, Changed: 1, Cards: 1, Until: now.Add(24 * time.Hour)}, err
}

func (d *fullDesk) LastImport(_ context.Context, s desk.Session) (desk.ImportState, error) {
	err := d.enter(s, "last import", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return desk.ImportState{Imported: desk.Imported{Entry: 812, Added: 2, Changed: 1}, At: now, By: "mei",
		Since: []desk.Touched{{Person: d.people[0], What: i18n.M("desk.since-door", "was at the door")}}}, err
}

func (d *fullDesk) UndoImport(_ context.Context, s desk.Session, entry uint64, leave bool) (store.Undone, error) {
	err := d.enter(s, fmt.Sprintf("undo import %d, leave %v", entry, leave), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return store.Undone{Removed: 2, Left: 1}, err
}

func (d *fullDesk) ExportList(_ context.Context, s desk.Session, of desk.List) (string, int, error) {
	err := d.enter(s, "export "+string(of), desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return "/unit.out/list-" + string(of) + ".csv", 3, err
}

// TestPastedList: a list that is pasted faster than it is read arrives whole, with its tabs; none
// of it is shown, or runs as a command.
func TestPastedList(t *testing.T) {
	s, _ := sitFull(t, console.Options{})
	s.logIn("mei")
	s.hit("import --all\r")
	s.see("single dot ends it.")
	var list strings.Builder
	list.WriteString("name\tapartment\r\n")
	for i := range 3000 {
		fmt.Fprintf(&list, "Tenant %d\t9-%d\r\n", i, i)
	}
	s.hit(list.String() + "open gate\t1\r\n.\r\n")
	got := s.see("-- more: Enter, or q --")
	if !strings.Contains(got, "Lines: 3001 (UTF-8") || !strings.Contains(got, "3001 to add") ||
		strings.Contains(got[:strings.Index(got, "Lines: 3001")], "Tenant") {
		t.Errorf("%.400s", got)
	}
	s.hit("q\r")
	s.see("mei> ")

	s.hit("import\r")
	s.see("single dot ends it.")
	s.hit("name\r\nLi Na\r\n\x03")
	if got := s.see("mei> "); !strings.Contains(got, "Broken off.") {
		t.Errorf("Ctrl-C: %q", got)
	}
	if got := s.do("mei", "whoami"); !strings.Contains(got, "manager") {
		t.Errorf("after it: %q", got)
	}
}
