package desk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"menshen/board/desk"
	"menshen/board/lists"
	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

const heading = "name,apartment,lease ends,access groups,language,cards\n"

func (b *bench) plan(text string) *lists.Plan {
	b.Helper()
	plan, err := b.Desk.PlanImport(context.Background(), b.Staff, strings.NewReader(text))
	if err != nil {
		b.Fatal(err)
	}
	return plan
}

// imports imports a list of which each line can be taken.
func (b *bench) imports(text string) desk.Imported {
	b.Helper()
	done, err := b.Desk.Import(context.Background(), b.Staff, b.plan(text), func(desk.Step) {})
	if err != nil {
		b.Fatal(err)
	}
	return done
}

// who finds the one person with that name.
func (b *bench) who(name string) policy.Person {
	b.Helper()
	all, err := b.Vault.People()
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range all {
		if p.Name.Reveal() == name {
			return p
		}
	}
	b.Fatalf("there is no %s", name)
	return policy.Person{}
}

// TestImportedCardOpens: a list names cards by what is printed on them, and the reader of this door
// sends just that.
func TestImportedCardOpens(t *testing.T) {
	b := newBench(t, withHours(t))
	list := heading + "Li Na,1204,2027-01-31,residents,zh,12:34567\nWu,1205,,,,\n"
	if n := b.plan(list).ShutOut; n != 1 {
		t.Errorf("%d of them are told to be in no group with hours", n)
	}
	done := b.imports(list)
	if done.Added != 2 || done.Cards != 1 || done.Changed != 0 || !done.Until.Equal(b.Clock.Now().Add(24*time.Hour)) {
		t.Errorf("%+v", done)
	}
	card := wiegand.H10301.Card(wiegand.H10301.Encode(12, 34567))
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Card: &card})
	li := b.who("Li Na")
	if e := b.Last(); !e.Grant || e.Person != li.ID {
		t.Errorf("%+v", e)
	}
	if li.Lang != "zh" || li.Apartment != "1204" || b.who("Wu").Lang != "en" {
		t.Errorf("%+v", li)
	}
}

// TestRConsentNotByImport: an import leaves a face and a choice as they are, and brings none.
func TestRConsentNotByImport(t *testing.T) {
	b := newBench(t, withHours(t))
	id := b.Enrolled(1)
	if _, err := b.Desk.PlanImport(context.Background(), b.Staff,
		strings.NewReader("name,consent\nLi Na,yes\n")); !errors.Is(err, lists.ErrNeverRead) {
		t.Errorf("a column of consents: %v", err)
	}
	before, _ := b.Vault.Person(id)
	b.imports("handle,name,apartment\n" + id.String() + ",Anna,12\n,Li Na,1204\n")
	after, err := b.Vault.Person(id)
	if err != nil || !reflect.DeepEqual(after.Face, before.Face) || after.Name != "Anna" ||
		len(after.Occasions) != len(before.Occasions) {
		t.Errorf("%+v, %v", after.Face, err)
	}
	if f := b.who("Li Na").Face; !reflect.DeepEqual(f, policy.FaceConsent{}) {
		t.Errorf("%+v", f)
	}
}

// TestRAuditImportNamesNoOne: the record of an import says who did it, how many and the file's
// hash. Neither the log of the program nor an entry in clear has a name or a number.
func TestRAuditImportNamesNoOne(t *testing.T) {
	var log bytes.Buffer
	b := newBench(t, withHours(t))
	b.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.Assemble()
	b.Staff = b.LogIn("anna")
	done := b.imports(heading + "Li Na,1204,,residents,zh,12:34567\n")
	b.plan(heading + "Li Na,1204,,residents,zh,999:34567\nWu,1205,,residents,zh,12:34567\n") // refused
	found := false
	for _, e := range b.Entries() {
		said := fmt.Sprintf("%+v", e)
		for _, secret := range []string{"Li Na", "1204", "34567"} {
			if strings.Contains(said, secret) {
				t.Errorf("%s in an entry: %s", secret, said)
			}
		}
		if e.Kind == audit.PeopleImported {
			found = e.Seq == done.Entry && len(e.Detail["sha256"]) == 64 && e.Detail["added"] == "1" &&
				string(e.Actor) == b.Staff.Operator
		}
	}
	if !found {
		t.Error("the import is not recorded as it should be")
	}
	if strings.Contains(log.String(), "Li Na") || strings.Contains(log.String(), "34567") {
		t.Errorf("in the log: %s", log.String())
	}
}

// TestImportRefusesALine: nothing of a list is taken while a line of it is refused.
func TestImportRefusesALine(t *testing.T) {
	b := newBench(t, withHours(t))
	ctx := context.Background()
	for lines, want := range map[string]string{
		"Li,1,2025-01-31,,,":    "the lease has already ended",
		"Li,1,,gardners,,":      `no rule of this site names the access group "gardners"`,
		"Li,1,,,,12:1;12:99999": "card 2: no reader of this door sends such a number; write it like 12:34567",
	} {
		plan := b.plan(heading + "Wu,2,,,,\n" + lines + "\n")
		if plan.Count(lists.Refused) != 1 || !strings.Contains(plan.Lines[1].Why[0].String(), want) {
			t.Errorf("%q: %v", lines, plan.Lines[1].Why)
		}
		_, err := b.Desk.Import(ctx, b.Staff, plan, func(desk.Step) {})
		var e *i18n.Error
		if !errors.As(err, &e) || e.Remedy.IsZero() {
			t.Errorf("%q: %v", lines, err)
		}
	}
	if all, _ := b.Vault.People(); len(all) != 0 {
		t.Errorf("%d people were added", len(all))
	}
	plan := b.plan(heading + "Wu,2,,,,12:7\n")
	b.imports(heading + "Li,1,,,,12:7\n") // another operator was quicker
	if _, err := b.Desk.Import(ctx, b.Staff, plan, func(desk.Step) {}); err == nil ||
		!strings.Contains(err.Error(), "import the list again") {
		t.Errorf("a plan that is out of date: %v", err)
	}
	if _, err := b.Desk.Import(ctx, b.Staff, b.plan(heading+"Li,1,,,,12:7\n"), func(desk.Step) {}); err == nil {
		t.Error("nothing new, and no word of it")
	}
}

// TestImportOfTwoThousand: the manager's largest list, with progress. How long it takes is in
// docs/figures.md.
func TestImportOfTwoThousand(t *testing.T) {
	b := newBench(t, withHours(t))
	var list strings.Builder
	list.WriteString(heading)
	for i := range 2000 {
		fmt.Fprintf(&list, "Tenant %d,%d-%04d,2027-06-30,residents,zh,%d:%d\n", i, i/400, i%400, i/1000, i%1000+1)
	}
	began := time.Now()
	plan := b.plan(list.String())
	planned := time.Since(began)
	told := 0
	done, err := b.Desk.Import(context.Background(), b.Staff, plan, func(s desk.Step) {
		if told++; s.Wanted != 2000 || s.Done > 2000 {
			t.Errorf("%+v", s)
		}
	})
	took := time.Since(began)
	if err != nil || done.Added != 2000 || done.Cards != 2000 {
		t.Fatalf("%+v, %v", done, err)
	}
	t.Logf("planned in %v, imported after %v", planned.Round(time.Millisecond), took.Round(time.Millisecond))
}

// TestImportUndo: what was done can be undone for a day, and says over whom it cannot.
func TestImportUndo(t *testing.T) {
	b := newBench(t, withHours(t))
	ctx := context.Background()
	if _, err := b.Desk.LastImport(ctx, b.Staff); err == nil || !strings.Contains(err.Error(), "no import") {
		t.Errorf("%v", err)
	}
	wu := b.Someone(1)
	if err := b.Vault.ChangePerson("x", wu, audit.PersonCorrected, func(p *policy.Person) error {
		p.Apartment = "1205"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	done := b.imports(heading + "Tenant 1,1205,2027-01-31,residents,zh,\nLi Na,1204,,residents,,12:3\n" +
		"Ben,9,,residents,,12:4\n")
	if page, err := b.Desk.Stored(ctx, b.Staff, wu); err != nil || !strings.Contains(page.Stored[0].State+
		page.Stored[1].State+page.Stored[2].State+page.Stored[len(page.Stored)-1].State, "Tenant 1, 1205, en") {
		t.Errorf("the own page does not show what is kept (R-RIGHTS): %+v, %v", page.Stored, err)
	}
	card := wiegand.H10301.Card(wiegand.H10301.Encode(12, 3))
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Card: &card})
	s, err := b.Desk.LastImport(ctx, b.Staff)
	if err != nil || s.Entry != done.Entry || s.Added != 2 || s.Changed != 1 || s.By != "anna" || len(s.File) != 64 ||
		len(s.Since) != 1 || s.Since[0].Name != "Li Na" || s.Since[0].What.String() != "was at the door" {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := b.Desk.UndoImport(ctx, b.Staff, s.Entry, false); err == nil ||
		!strings.Contains(err.Error(), "--leave") {
		t.Errorf("%v", err)
	}
	undone, err := b.Desk.UndoImport(ctx, b.Staff, s.Entry, true)
	if err != nil || undone != (store.Undone{Removed: 1, Restored: 1, Left: 1}) {
		t.Fatalf("%+v, %v", undone, err)
	}
	if p, _ := b.Vault.Person(wu); !p.Until.IsZero() || p.Lang != "en" || len(p.Groups) != 0 {
		t.Errorf("%+v", p)
	}
	if all, _ := b.Vault.People(); len(all) != 2 {
		t.Errorf("%d people are left", len(all))
	}
}

// TestROperatorLists: each role has the lists of its work, and names only with the right to people.
// What is written is recorded first.
func TestROperatorLists(t *testing.T) {
	b := newBench(t, withHours(t))
	ctx := context.Background()
	b.Someone(1)
	b.Tap(1)
	b.Start()
	sessions := map[byte]desk.Session{'m': b.Staff}
	for letter, role := range roles {
		if letter != 'm' {
			sessions[letter] = b.Operator("op-"+string(role), role)
		}
	}
	for of, may := range map[desk.List]string{desk.PeopleList: "ma", desk.VisitorList: "ma", desk.DecisionList: "tma",
		desk.CounterList: "tma", desk.WaitList: "tma", desk.PeopleToFill: "m"} {
		for letter, session := range sessions {
			var out bytes.Buffer
			before := b.Count(audit.ListExported)
			_, err := b.Desk.WriteList(ctx, session, of, &out)
			allowed := strings.IndexByte(may, letter) >= 0
			if allowed != (err == nil) || !allowed && (!errors.Is(err, desk.ErrNotAllowed) || out.Len() > 0) {
				t.Errorf("%s as %s: %v", of, roles[letter], err)
			}
			if recorded := b.Count(audit.ListExported) > before; recorded != (allowed && of != desk.PeopleToFill) {
				t.Errorf("%s as %s: recorded %v", of, roles[letter], recorded)
			}
			if letter == 't' && strings.Contains(out.String(), "Tenant") {
				t.Errorf("%s tells a technician a name: %s", of, out.String())
			}
			if of == desk.DecisionList && letter == 'm' && !strings.Contains(out.String(), ",card,denied,") {
				t.Errorf("%s", out.String())
			}
		}
	}
}

// TestRLocalExport: a list is written into the unit's own folder; an import reads only a plain file
// from there.
func TestRLocalExport(t *testing.T) {
	b := newBench(t)
	b.Start()
	ctx := context.Background()
	b.Someone(1)
	path, n, err := b.Desk.ExportList(ctx, b.Staff, desk.PeopleList)
	if err != nil || n != 1 || !strings.HasSuffix(path, ".csv") || filepath.Dir(path) != b.Config.Unit.Dir+".out" {
		t.Fatalf("%s, %d, %v", path, n, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	f, err := b.Desk.OpenList(ctx, b.Staff, filepath.Base(path), false)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(f)
	if f.Close(); err != nil || b.plan(string(raw)).Count(lists.Same) != 1 {
		t.Errorf("%s, %v", raw, err)
	}
	if _, err := b.Desk.RemovePerson(ctx, b.Staff, b.who("Tenant 1").ID, "mistake"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a list outlived a person in it (R-ERASE): %v", err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(filepath.Dir(path), "link.csv")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../vault/vault.db", "/etc/passwd", "link.csv", ".", "none.csv", ""} {
		if _, err := b.Desk.OpenList(ctx, b.Staff, name, false); err == nil {
			t.Errorf("%q was opened", name)
		}
	}
}
