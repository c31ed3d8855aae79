package compliance_test

import (
	"context"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// opened records that the door opened for whoever had waited so long.
func (b *bench) opened(by policy.Means, waited time.Duration, retried bool) {
	b.Helper()
	d := policy.Decision{At: b.Clock.Now(), Door: b.Config.Unit.Name, Means: by, Grant: true,
		Reason: policy.Reason(by), Visit: &policy.Visit{Waited: waited, Retried: retried}}
	if _, err := b.Vault.RecordDecision(context.Background(), d); err != nil {
		b.Fatal(err)
	}
	b.Unit.Record(store.Entry{Kind: audit.Relay, Reason: d.Reason, Detail: map[string]string{"to": "unlock"}})
}

// week lets a week go by in which thirty come with a card and thirty with a face.
func (b *bench) week(cardWaits time.Duration, cardRetried bool) {
	b.Helper()
	for range 30 {
		b.opened(policy.ByCard, cardWaits, cardRetried)
		b.opened(policy.ByFace, 1200*time.Millisecond, false)
	}
	b.Clock.Advance(7 * 24 * time.Hour)
	b.Entries()
	if _, err := b.Vault.Prune(context.Background(), store.Door); err != nil {
		b.Fatal(err)
	}
	b.CountAll()
}

// TestREqualByTheWaits: a card that waits longer is due after one week and switches faces off after
// four; one that is refused more is due. Both end with a week that is in order, and nothing but the
// log is asked: another start of the program says the same.
func TestREqualByTheWaits(t *testing.T) {
	b := newBench(t)
	slow := 6 * time.Second
	for i, step := range []struct {
		waits   time.Duration
		retried bool
		want    policy.RuleState
	}{
		{0, false, policy.Kept}, {slow, false, policy.Due}, {0, false, policy.Kept}, {0, true, policy.Due},
		{slow, true, policy.Due}, {slow, false, policy.Due}, {slow, false, policy.Due}, {slow, false, policy.Broken},
		{0, false, policy.Kept},
	} {
		b.week(step.waits, step.retried)
		if got := b.StateOf(policy.RuleEqual); got != step.want {
			t.Errorf("week %d: %s, want %s", i, got, step.want)
		}
		off := ""
		if step.want == policy.Broken {
			off = "R-EQUAL"
		}
		b.WantFacesOff(off, "R-EQUAL is "+string(step.want))
		if step.want == policy.Broken {
			b.Assemble()
			b.CountAll()
			b.WantFacesOff("R-EQUAL", "after another start")
		}
	}
	w, err := b.Law.Waits()
	if err != nil || len(w.Weeks) != 9 || w.Old != 0 || w.Open != 0 {
		t.Fatalf("%d weeks, %d of before, %d of an open door, %v", len(w.Weeks), w.Old, w.Open, err)
	}
	last := w.Weeks[8]
	if last.Verdict != policy.ServedAlike || len(last.Served) != 2 || last.Served[0].N != 30 ||
		last.Served[1].Median.Value != 1200*time.Millisecond || last.Served[0].Retried.K != 0 {
		t.Errorf("%+v", last)
	}
}

// TestRRetainWaits: what the log does not keep any longer is in no figure.
func TestRRetainWaits(t *testing.T) {
	b := newBench(t)
	for range 14 {
		b.week(0, false)
	}
	w, err := b.Law.Waits()
	if err != nil || len(w.Weeks) != 12 {
		t.Errorf("%d weeks of the last 90 days, %v", len(w.Weeks), err)
	}
}
