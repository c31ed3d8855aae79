package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/policy"
	"menshen/store"
)

// withHours gives residents and cleaners hours, and no other group.
func withHours(t *testing.T) func(*config.Config) {
	return func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "residents", Hours: boardtest.Hours(t, "mon-sun 00:00-24:00")},
			{Group: "cleaners", Hours: boardtest.Hours(t, "mon-fri 06:00-09:00")}}
		c.Site.Free = config.FreePassage{Hours: boardtest.Hours(t, "mon-fri 09:00-10:00"), Groups: []string{"staff"}}
	}
}

// TestUnknownGroupIsRefused: a slip in a group's name would keep a person out at all
// hours, and nothing would say so.
func TestUnknownGroupIsRefused(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, withHours(t))
	add := func(groups ...string) (policy.Person, error) {
		return b.Desk.AddPerson(ctx, b.Staff, desk.Details{Name: "Li", Lang: "en", Groups: groups})
	}
	for group, want := range map[string]string{"resdents": `did you mean "residents"?`,
		"gardening club": "write one of: cleaners, residents, staff"} {
		if _, err := add("staff", group); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), group) {
			t.Errorf("group %q: %v", group, err)
		}
	}
	li, err := add("residents", "staff")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Desk.ChangePerson(ctx, b.Staff, li.ID,
		desk.Details{Name: "Li", Groups: []string{"cleanrs"}}); err == nil {
		t.Error("a change to an unknown group was taken")
	}
	// A group that they are in already, of an older configuration, does not keep an
	// operator from correcting the name.
	if err := b.Vault.ChangePerson(store.Door, li.ID, "groups", func(p *policy.Person) error {
		p.Groups = []string{"east wing"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Desk.ChangePerson(ctx, b.Staff, li.ID,
		desk.Details{Name: "Li Na", Groups: []string{"east wing"}}); err != nil {
		t.Error(err)
	}
	if _, err := b.Desk.AddPerson(ctx, b.Staff, desk.Details{Name: "Wu", Until: b.Clock.Now()}); err == nil ||
		!strings.Contains(err.Error(), "has already expired") {
		t.Errorf("a lease in the past: %v", err)
	}
}

// TestWhoCanNeverComeInIsTold: at the desk about one person, in the status about all, and about a
// configuration before it is used.
func TestWhoCanNeverComeInIsTold(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, withHours(t))
	b.Start()
	for n, p := range []policy.Person{{Groups: []string{"residents"}}, {}, {}, {Groups: []string{"staff"}},
		{Groups: []string{"residents"}, Until: b.Clock.Now().Add(-time.Hour)}} {
		p.Name = "Tenant"
		id, err := b.Vault.AddPerson(store.Door, p)
		if err != nil {
			t.Fatal(err)
		}
		p.ID = id
		want := []string{"", "gives them hours", "gives them hours", "gives them hours", "the lease has expired"}[n]
		if why, err := b.Desk.NeverIn(ctx, b.Staff, p); err != nil || !strings.Contains(why, want) ||
			(want == "") != (why == "") {
			t.Errorf("%v: %q, %v", p.Groups, why, err)
		}
	}
	s, err := b.Desk.Status(ctx, b.Staff)
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, f := range s.Others {
		if f.Name == "people" {
			told = f.Fault
		}
	}
	if !strings.HasPrefix(told, "3 can never come in") {
		t.Errorf("the status says %q", told)
	}

	next := *b.Config // the configuration of tomorrow
	next.Site.Access = []config.Access{{Group: "resident", Hours: boardtest.Hours(t, "mon-fri 07:00-23:00")},
		{Group: "staff", Hours: boardtest.Hours(t, "holiday 07:00-23:00")}}
	next.Passes.Enabled = true
	people, err := b.Vault.People()
	if err != nil {
		t.Fatal(err)
	}
	all := desk.GroupsOf(people)
	found := strings.Join(desk.ShutOut(&next, all, b.Clock.Now()), "\n")
	for _, want := range []string{"no pass could open", "2 people in no group",
		`2 people in residents could never come in`, `did you mean "resident"?`,
		"1 people in staff could never come in"} { // there is no holiday in this calendar
		if !strings.Contains(found, want) {
			t.Errorf("not told: %q, but\n%s", want, found)
		}
	}
}
