package unit_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/store"
	"menshen/store/audit"
)

// twoDoors is a site of two whole doors, with a person of each.
func twoDoors(t *testing.T) (gate, lobby *bench) {
	gate, lobby = newBench(t), newBench(t)
	meet(gate, lobby)
	gate.Someone(1)
	return gate, lobby
}

// meet has the lobby join the gate's site.
func meet(gate, lobby *bench) {
	gate.must(gate.Vault.FoundSite("op", "gate"))
	request, code, err := lobby.Vault.RequestSite("lobby")
	gate.must(err)
	welcome, code, err := gate.Vault.AdmitDoor("op", request, code)
	gate.must(err)
	gate.must(lobby.Vault.JoinSite("op", welcome, code))
}

// hear brings to this door the records that another has and it lacks.
func (b *bench) hear(from *bench) {
	b.Helper()
	have, err := b.Vault.SiteHeads()
	b.must(err)
	heads, err := from.Vault.SiteHeads()
	b.must(err)
	var all [][]byte
	for door := range heads {
		some, err := from.Vault.SiteRecords(door, have[door]+1, 1<<20)
		b.must(err)
		all = append(all, some...)
	}
	_, err = b.Unit.ApplySite(context.Background(), all)
	b.must(err)
}

// gives has the door's manager give an order of the whole site.
func (b *bench) gives(kind desk.OrderKind, length time.Duration) string {
	b.Helper()
	o, err := b.Desk.GiveOrder(b.Context(), b.Staff, kind, length)
	b.must(err)
	return o.ID
}

// orders are the IDs of those that stand.
func (b *bench) orders() (ids []string) {
	b.Helper()
	s, err := b.Desk.Site(b.Context(), b.Staff)
	b.must(err)
	for _, o := range s.Orders {
		ids = append(ids, o.ID)
	}
	return ids
}

// taps shows a card, and gives the reason of the decision.
func (b *bench) taps(card uint64) policy.Reason {
	b.Tap(card)
	reason := b.Last().Reason
	b.Later(20 * time.Second)
	return reason
}

// letsOut checks that exit and fire open, whatever stands.
func (b *bench) letsOut(when string) {
	b.Helper()
	for _, role := range []string{"rex", "fire"} {
		b.input(role, true)
		if !b.Relay.On() {
			b.Errorf("%s: %s does not open", when, role)
		}
		b.input(role, false)
		b.Later(20 * time.Second)
	}
}

func (b *bench) input(role string, active bool) {
	b.Inputs[role].Set(active, b.Clock.Now())
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: role, Active: active})
}

// TestRSafeSiteOrders: a lockdown of the whole site locks nobody in, at a door that hears nothing
// more too; an evacuation opens, lockdown or not; an order that was not seen stands when another is
// ended; and the order's own time ends it where no network does.
func TestRSafeSiteOrders(t *testing.T) {
	gate, lobby := twoDoors(t)
	lobby.hear(gate)
	if gate.taps(1) != policy.ReasonCard || lobby.taps(1) != policy.ReasonCard {
		t.Fatal("the card does not open both doors")
	}
	one := gate.gives(desk.SiteLockdown, 2*time.Hour)
	if got := lobby.taps(1); got != policy.ReasonCard {
		t.Errorf("before the lobby has heard: %s", got)
	}
	lobby.hear(gate)
	for _, b := range []*bench{gate, lobby} {
		if got := b.taps(1); got != policy.ReasonLockdown || !b.State().Lockdown {
			t.Errorf("in the site's lockdown: %s", got)
		}
		b.letsOut("in the site's lockdown")
		if got := b.taps(1); got != policy.ReasonLockdown {
			t.Errorf("after exit and fire: %s", got)
		}
	}

	// The lobby hears nothing more, and gives an order itself.
	two := lobby.gives(desk.SiteLockdown, time.Hour)
	gate.must(gate.Desk.EndOrders(t.Context(), gate.Staff, gate.orders()))
	if got := gate.taps(1); got != policy.ReasonCard {
		t.Errorf("ended at the gate: %s", got)
	}
	three := gate.gives(desk.SiteEvacuation, 0)
	if !gate.Relay.On() || lobby.Relay.On() {
		t.Error("an evacuation opens the gate, and not yet a door that did not hear of it")
	}
	lobby.letsOut("cut off")
	if got := lobby.orders(); !slices.Equal(got, []string{one, two}) {
		t.Errorf("at the lobby stand %v", got)
	}

	// They meet: one was seen and ended; two was not.
	lobby.hear(gate)
	gate.hear(lobby)
	for _, b := range []*bench{gate, lobby} {
		if got := b.orders(); !slices.Equal(got, []string{two, three}) {
			t.Errorf("stand %v", got)
		}
		if s := b.State(); !b.Relay.On() || !s.Lockdown || !s.Evacuated {
			t.Errorf("in both, the door does not stand open: %+v", s)
		}
		if s := b.State(); s.Own != (store.Overrides{}) {
			t.Errorf("the site's orders count as the door's own: %+v", s.Own)
		}
	}
	again := lobby.again()
	if again.Driver.Tick(); !again.Relay.On() || !again.State().Lockdown {
		t.Error("the orders end with the program")
	}
	lobby.must(lobby.Desk.EndOrders(t.Context(), lobby.Staff, []string{three}))
	gate.hear(lobby)
	if gate.Relay.On() || lobby.Relay.On() || gate.taps(1) != policy.ReasonLockdown {
		t.Error("the evacuation was ended at the lobby, and the lockdown stands")
	}
	lobby.letsOut("in the lobby's own lockdown")
	_, _, err := lobby.Unit.Override(t.Context(), store.Door, func(o *store.Overrides) { o.Lockdown = true })
	if lobby.must(err); lobby.State().Own != (store.Overrides{Lockdown: true}) {
		t.Errorf("a lockdown of this door alone: %+v", lobby.State().Own)
	}

	gate.Later(2 * time.Hour) // by its own clock, with no network
	if got := gate.taps(1); got != policy.ReasonCard || gate.State().Lockdown {
		t.Errorf("after the order's own time: %s", got)
	}
	gate.must(gate.Unit.KeepOrders(t.Context()))
	if n := gate.Count(audit.SiteOrderEnded); n != 3 {
		t.Errorf("%d ends on record: by the gate, by the lobby, by time", n)
	}
}

// TestSiteOrderAtTheDesk: what the desk says of orders, and refuses.
func TestSiteOrderAtTheDesk(t *testing.T) {
	gate, lobby := twoDoors(t)
	ctx := t.Context()
	gate.gives(desk.SiteLockdown, time.Hour)
	lobby.hear(gate)
	remedy := func(err error) string {
		var p *i18n.Error
		if !errors.As(err, &p) {
			t.Errorf("%v", err)
			return ""
		}
		return p.Remedy.String()
	}
	if told := remedy(lobby.Desk.Lockdown(ctx, lobby.Staff, false)); !strings.Contains(told, "lockdown off --site") {
		t.Errorf("a lockdown that is the site's: %s", told)
	}
	lobby.must(lobby.Desk.Lockdown(ctx, lobby.Staff, true))
	if told := remedy(lobby.Desk.Lockdown(ctx, lobby.Staff, false)); !strings.Contains(told, "lockdown off --site") {
		t.Errorf("a lockdown that is the site's too: %s", told)
	}
	if kept, err := lobby.Vault.Overrides(); err != nil || kept.Lockdown || !lobby.State().Lockdown {
		t.Errorf("the door's own was to be ended, and the site's to stand: %+v, %v", kept, err)
	}
	for i, b := range []*bench{gate, lobby} {
		s, err := b.Desk.Site(ctx, b.Staff)
		b.must(err)
		o := s.Orders[0]
		if o.Door != "gate" || o.By != []string{"anna", ""}[i] || !o.Ends.Equal(o.Heard.Add(time.Hour)) {
			t.Errorf("shown as %+v", o)
		}
		st, err := b.Desk.Status(ctx, b.Staff)
		b.must(err)
		if !slices.ContainsFunc(st.Others, func(f desk.Fact) bool {
			return f.Name == "site" && strings.Contains(f.State, "lockdown of all doors from gate")
		}) {
			t.Errorf("the status says nothing of it: %+v", st.Others)
		}
	}
	for _, wrong := range []time.Duration{time.Second, 25 * time.Hour, -1} {
		if _, err := gate.Desk.GiveOrder(ctx, gate.Staff, desk.SiteLockdown, wrong); err == nil {
			t.Errorf("an order for %v", wrong)
		}
	}
	if _, err := gate.Desk.GiveOrder(ctx, gate.Staff, "dance", time.Hour); err == nil {
		t.Error("an order of no kind")
	}
	if err := gate.Desk.EndOrders(ctx, gate.Staff, []string{"1-none"}); err == nil {
		t.Error("an order that there is not is ended")
	}
	alone := newBench(t)
	if _, err := alone.Desk.GiveOrder(ctx, alone.Staff, desk.SiteLockdown, time.Hour); !strings.Contains(
		err.Error(), "belongs to no site") {
		t.Errorf("a door of no site: %v", err)
	}
}

// BenchmarkOrderToRelay is the time from an evacuation that is given at one door to the relay of
// another, with their vaults on the disk and nothing that carries the record.
func BenchmarkOrderToRelay(b *testing.B) {
	root := b.TempDir()
	at := func(name string) func(*config.Config) {
		return func(c *config.Config) { c.Unit.Dir = filepath.Join(root, name) }
	}
	gate, lobby := newBench(&testing.T{}, at("gate")), newBench(&testing.T{}, at("lobby"))
	meet(gate, lobby)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, d := range []*bench{gate, lobby} {
		d.Driver.Leave()
		ended := make(chan error, 1)
		go func() { ended <- d.Unit.Run(ctx) }()
		defer func() { cancel(); <-ended; d.Unit.Close(); d.Vault.Close() }()
	}
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		o, err := gate.Unit.GiveOrder(ctx, "op", desk.SiteEvacuation, time.Hour)
		if err != nil {
			b.Fatal(err)
		}
		lobby.hear(gate)
		if !lobby.Relay.On() {
			b.Fatal("the lobby is locked")
		}
		took = append(took, time.Since(began))
		if _, err := gate.Unit.EndOrders(ctx, "op", []fact.Stamp{o.At}); err != nil {
			b.Fatal(err)
		}
		if lobby.hear(gate); lobby.Relay.On() {
			b.Fatal("the lobby stands open")
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
}
