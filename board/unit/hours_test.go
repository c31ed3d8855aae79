package unit_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/replay"
)

// TestHoursChangeWhileTheDoorWorks: the next attempt is decided by them, a restart keeps them, and
// the decisions before and after can all be made again. A rule that ended does not count again when
// the clock is set back.
func TestHoursChangeWhileTheDoorWorks(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "day", Hours: boardtest.Hours(t, "mon-fri 07:00-18:00")}}
	})
	b.Driver.Started()
	b.inGroup(b.Someone(1), "cleaners")
	taps := func(grant bool) {
		t.Helper()
		b.Later(10 * time.Second)
		b.Tap(1)
		if e := b.Last(); e.Grant != grant || !grant && e.Reason != policy.ReasonHours {
			t.Errorf("at %v: %v, %s", b.Clock.Now(), e.Grant, e.Reason)
		}
	}
	taps(false)
	was := b.Config.Site.Hours()
	until := b.Clock.Now().Add(time.Hour)
	now := was.With("cleaners", policy.Access{Hours: policy.Always, Until: until})
	if err := b.Unit.ChangeHours(ctx, "anna", store.HoursAct{Was: was, Now: now}); err != nil {
		t.Fatal(err)
	}
	if n := b.Count(audit.HoursChanged); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	taps(true)
	if err := b.Unit.ChangeHours(ctx, "anna", store.HoursAct{Was: was, Now: was}); !errors.Is(err, store.ErrMeanwhile) {
		t.Errorf("a change of hours that are not in force: %v", err)
	}
	b.Vault.Close()
	b.AnotherStart()
	b.Driver.Started()
	taps(true)
	b.Later(2 * time.Hour)
	taps(false)
	b.Clock.Set(until.Add(-30 * time.Minute))
	taps(false)

	again := replay.New(true, nil)
	if err := eachEntry(b.Vault, func(e store.Entry) { again.Take(e) }); err != nil {
		t.Fatal(err)
	}
	if s := again.Sums.All; s.Agree != 5 || s.Differ != 0 || s.NotReplayable != 0 {
		t.Errorf("made again: %+v, lacks %v", s, again.Sums.Lacks)
	}
}

// TestHoursOfAVaultThatOpensLate: they are taken up before the first card opens, and recorded,
// since the start named the configuration's.
func TestHoursOfAVaultThatOpensLate(t *testing.T) {
	b := newBench(t)
	b.Someone(1)
	nobody := policy.Hours{}.With("nobody", policy.Access{Hours: policy.Always})
	if err := b.Unit.ChangeHours(context.Background(), "anna", store.HoursAct{Now: nobody}); err != nil {
		t.Fatal(err)
	}
	b.Vault.Close()
	dir := b.Config.Unit.Dir
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	b.AnotherStart()
	b.Driver.Started()
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	b.Mend()
	b.Later(time.Second)
	b.Tap(1)
	if e := b.Last(); e.Grant || e.Reason != policy.ReasonHours {
		t.Errorf("%v, %s", e.Grant, e.Reason)
	}
	again := replay.New(true, nil)
	if err := eachEntry(b.Vault, func(e store.Entry) { again.Take(e) }); err != nil {
		t.Fatal(err)
	}
	if s := again.Sums.All; b.Count(audit.HoursInForce) != 1 || s.Agree != 1 || s.NotReplayable != 0 {
		t.Errorf("told %d times; made again: %+v", b.Count(audit.HoursInForce), s)
	}
}

func (b *bench) inGroup(id policy.PersonID, group string) {
	b.Helper()
	if err := b.Vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error {
		p.Groups = []string{group}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
}

// eachEntry calls f for every entry of the log, oldest first.
func eachEntry(v *store.Vault, f func(store.Entry)) error {
	page, err := v.Entries(0, 1000, true)
	for i := len(page) - 1; i >= 0; i-- {
		f(page[i])
	}
	return err
}
