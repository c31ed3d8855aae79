package desk_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// withGarage is a door for the residents, with a garage for nobody yet.
func withGarage(t *testing.T) func(*config.Config) {
	return func(c *config.Config) {
		c.Outputs = []config.Output{{Name: "garage", Pin: "GPIO5"}}
		c.Site.Access = []config.Access{{Group: "residents", Hours: boardtest.Hours(t, "daily 00:00-24:00")}}
	}
}

// TestRAuditRightsAtAnOutput: who gains and loses an output is told before a change of its hours,
// which is kept and taken back as the door's are; the history says whose hours they were.
func TestRAuditRightsAtAnOutput(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, withGarage(t))
	b.Start()
	id := b.Someone(1)
	if err := b.Vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error {
		p.Groups = []string{"residents"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	h, err := b.Desk.Hours(ctx, b.Staff)
	if err != nil || !slices.Equal(h.Outputs, []string{"garage"}) {
		t.Fatalf("%+v, %v", h, err)
	}
	with := h.WithIn("garage", h.In("garage").With("residents", policy.Access{Hours: policy.Always}))
	e, err := b.Desk.PreviewHours(ctx, b.Staff, h.Hours, with)
	if err != nil || len(e.Out)+e.In != 0 || len(e.Outputs) != 1 || e.Outputs[0].In != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	if err := b.Desk.ChangeHours(ctx, b.Staff, h.Hours, with); err != nil {
		t.Fatal(err)
	}
	looked := b.Count(audit.LookedUp)
	e, err = b.Desk.PreviewHours(ctx, b.Staff, with, h.Hours)
	if err != nil || len(e.Out) != 0 || len(e.Outputs) != 1 || len(e.Outputs[0].Out) != 1 ||
		b.Count(audit.LookedUp) != looked+1 {
		t.Errorf("%+v, %v", e, err)
	}
	log, err := b.Desk.HoursLog(ctx, b.Staff)
	if err != nil || len(log) != 1 || log[0].Where() != "garage: residents" || log[0].Output != "garage" {
		t.Errorf("%+v, %v", log, err)
	}
	lift := h.WithIn("lift", h.In("lift").With("residents", policy.Access{Hours: policy.Always}))
	if err := b.Desk.ChangeHours(ctx, b.Staff, with, lift); err == nil || !strings.Contains(err.Error(), "garage") {
		t.Errorf("hours of an output that is not there: %v", err)
	}
}

// TestWhoMaySwitchAnOutput: may and who tell of outputs beside the door, and of somebody who may
// switch one while the door stays closed to them.
func TestWhoMaySwitchAnOutput(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, withGarage(t), func(c *config.Config) {
		c.Site.Access = append(c.Site.Access, config.Access{Group: "drivers",
			Hours: boardtest.Hours(t, "daily 00:00-24:00"), Output: "garage"})
	})
	b.Start()
	id := b.Someone(1)
	who := func(groups ...string) desk.Entry {
		t.Helper()
		if err := b.Vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error {
			p.Groups = groups
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		e, err := b.Desk.May(ctx, b.Staff, id, b.Clock.Now())
		all, err2 := b.Desk.Who(ctx, b.Staff, b.Clock.Now())
		if err != nil || err2 != nil || len(e.Outputs) != 1 || len(all) > 0 != (e.May || e.Switches()) {
			t.Fatalf("%+v, %+v, %v, %v", e, all, err, err2)
		}
		return e
	}
	byCard := []policy.Means{policy.ByCard}
	if e := who("drivers"); e.May || !e.Outputs[0].May || !slices.Equal(e.Outputs[0].Means, byCard) {
		t.Errorf("a driver: %+v", e)
	}
	if e := who("residents"); !e.May || e.Outputs[0].May || e.Outputs[0].Why != policy.ReasonHours {
		t.Errorf("a resident: %+v", e)
	}
	if e := who("nobody"); e.May || e.Switches() {
		t.Errorf("neither: %+v", e)
	}
}

// TestOutputsAtTheConsole: a manager gives the right to the garage, sees it in all places, and
// switches it by hand.
func TestOutputsAtTheConsole(t *testing.T) {
	b := newBench(t, withGarage(t))
	b.Start()
	m := b.typist("anna")
	says := func(got string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("no %q in %q", w, got)
			}
		}
	}
	says(m.do("groups"), "nobody may switch it", "garage")
	m.type_("group-add drivers mon-fri 07:00-18:00 --output garage\r")
	says(m.until("no: "), "garage: drivers", "mon-fri 07:00-18:00")
	m.type_("yes\r")
	says(m.until(m.prompt), "In force now.")
	says(m.do("groups"), "drivers", "mon-fri 07:00-18:00")
	says(m.do("week --output garage"), "drivers")
	says(m.do("hours-log"), "garage: drivers")
	says(m.do("status"), "output garage")
	says(m.do("output lift a van"), `no output called "lift"`, "garage")
	says(m.do("output garage a delivery van"), "On for 5s. Recorded.")
	b.Eventually("the garage opens", func() bool { return b.Outputs["garage"].On() })
}
