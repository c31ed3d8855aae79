package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// hosted is a unit on a host whose clock can be set, and is trusted or not. Time passes for the
// clock and for Options.Running.
type hosted struct {
	*unit
	trusted bool
	running time.Duration
}

func newHosted(t *testing.T) *hosted {
	t.Helper()
	h := &hosted{unit: newUnit(t), trusted: true}
	h.restart(t)
	return h
}

// restart opens the vault as a new start of the program does.
func (h *hosted) restart(t *testing.T) {
	t.Helper()
	h.running = 0
	h.unit.o.Trusted = func() bool { return h.trusted }
	h.unit.o.Running = func() time.Duration { return h.running }
	h.reopen(t)
}

func (h *hosted) passes(d time.Duration) { h.clock.advance(d); h.running += d }

func (h *hosted) decides(t *testing.T) {
	t.Helper()
	d := policy.Decision{At: h.clock.now(), Door: "front", Means: policy.ByCard, Reason: policy.ReasonUnknown}
	if _, err := h.RecordDecision(context.Background(), d); err != nil {
		t.Fatal(err)
	}
}

// away is how far the vault's time is from the right one.
func (h *hosted) away(right time.Time) time.Duration { return h.Clock().Now.Sub(right).Abs() }

// TestUntrustedClockAhead: an attacker sets a clock that nothing keeps right years ahead, and makes
// one record. It dates nothing, nothing expires by it and nothing is removed, neither now nor after
// a restart, and time goes on.
func TestUntrustedClockAhead(t *testing.T) {
	for _, trusted := range []bool{false, true} { // a clock chip that jumps is the same
		h := newHosted(t)
		h.tenant(t, "li")
		for range 20 {
			h.decides(t)
			h.passes(time.Hour)
		}
		right := h.clock.now()
		h.trusted = trusted
		h.clock.advance(10 * 366 * 24 * time.Hour)
		for restarts := range 2 {
			h.decides(t)
			if err := h.Ping(); err != nil {
				t.Fatal(err)
			}
			c := h.Clock()
			if c.Trusted || c.Destroys() || c.Ahead() < 9*366*24*time.Hour || h.away(right) > time.Hour ||
				c.Floor.Sub(right) > time.Hour {
				t.Errorf("trusted %v, restarts %d: the clock is %+v", trusted, restarts, c)
			}
			if es, err := h.Entries(0, 1, true); err != nil || es[0].At.Sub(right) > time.Hour {
				t.Errorf("the record is dated %v, %v", es[0].At, err)
			}
			if n, err := h.Prune(context.Background(), Door); n != 0 || !errors.Is(err, ErrClock) {
				t.Errorf("pruned %d, %v", n, err)
			}
			if rep, err := h.RetentionReport(); err != nil || rep.Overdue != 0 {
				t.Errorf("%+v, %v", rep, err)
			}
			if n, err := h.PrunePapers(Door, func(Paper) bool { return true }); n != 0 || !errors.Is(err, ErrClock) {
				t.Errorf("removed %d papers, %v", n, err)
			}
			h.passes(3 * time.Hour)
			right = right.Add(3 * time.Hour)
			if h.away(right) > time.Hour {
				t.Errorf("after three hours more the time is %v away", h.away(right))
			}
			h.decides(t)
			h.restart(t)
			if h.away(right) > time.Hour {
				t.Errorf("after a restart the time is %v away", h.away(right))
			}
		}
		h.verified(t)
	}
}

// TestFarJumpNeedsASecondLook: an operator sets the clock ten years ahead. The time is believed,
// but nothing is removed by it before an operator has confirmed it, after restarts too. Set right
// again, it leaves no trace but in the log.
func TestFarJumpNeedsASecondLook(t *testing.T) {
	h := newHosted(t)
	h.tenant(t, "li")
	h.decides(t)
	right := h.clock.now()
	set := func(at time.Time) {
		t.Helper()
		h.clock.set(at)
		if err := h.SetTime("op", at); err != nil {
			t.Fatal(err)
		}
	}
	set(right.AddDate(10, 0, 0))
	h.restart(t)
	set(h.clock.now().Add(time.Hour)) // a small correction does not confirm
	if c := h.Clock(); !c.Trusted || c.Destroys() || h.away(right) < 9*366*24*time.Hour {
		t.Errorf("after a far jump: %+v", c)
	}
	h.decides(t)
	if _, err := h.Prune(context.Background(), Door); !errors.Is(err, ErrClock) {
		t.Errorf("pruned: %v", err)
	}
	set(right)
	if c := h.Clock(); !c.Destroys() || !c.Now.Equal(right) {
		t.Errorf("put right again: %+v", c)
	}
	set(right.AddDate(1, 0, 0))
	if err := h.ConfirmTime("op"); err != nil {
		t.Fatal(err)
	}
	if n, err := h.Prune(context.Background(), Door); n == 0 || err != nil {
		t.Errorf("after a second look %d were pruned, %v", n, err)
	}
	if es, err := h.Entries(0, 3, true); err != nil || es[1].Kind != audit.TimeConfirmed &&
		es[2].Kind != audit.TimeConfirmed {
		t.Errorf("the second look is not on record: %+v, %v", es, err)
	}
	h.verified(t)
}

// TestRRetainLinesOfTheFuture: what a clock that was ahead left in the log goes when its time is
// over, and keeps nothing else from going.
func TestRRetainLinesOfTheFuture(t *testing.T) {
	h := newHosted(t)
	h.tenant(t, "li")
	right := h.clock.now()
	if err := h.SetTime("op", right.AddDate(10, 0, 0)); err != nil {
		t.Fatal(err)
	}
	h.clock.set(right.AddDate(10, 0, 0))
	for range 5 {
		h.decides(t)
	}
	h.clock.set(right)
	if err := h.SetTime("op", right); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		h.decides(t)
	}
	h.passes(100 * 24 * time.Hour)
	if rep, err := h.RetentionReport(); err != nil || rep.Overdue != 10 || rep.Oldest.After(h.clock.now()) {
		t.Errorf("%+v, %v", rep, err)
	}
	if n, err := h.Prune(context.Background(), Door); err != nil || n != 10 {
		t.Errorf("pruned %d, %v", n, err)
	}
	h.verified(t)
}

// TestClockWithoutAChip: on a board that keeps no time, the time of the last start goes on from the
// last moment known to the vault.
func TestClockWithoutAChip(t *testing.T) {
	h := newHosted(t)
	h.passes(time.Hour)
	if err := h.Ping(); err != nil { // nothing happened at the door, and the hour is known all the same
		t.Fatal(err)
	}
	right := h.clock.now()
	h.trusted = false
	h.clock.set(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
	h.restart(t)
	h.passes(2 * time.Hour)
	if c := h.Clock(); c.Trusted || c.Ahead() != 0 || h.away(right.Add(2*time.Hour)) > time.Second {
		t.Errorf("%+v, want about %v", c, right.Add(2*time.Hour))
	}
}

func (h *hosted) verified(t *testing.T) {
	t.Helper()
	if rep, err := h.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("the log: %v, %v", rep, err)
	}
}

// TestClockSetBackALittle: an operator sets the clock back by less than has passed since the last
// record; where the clock is no longer trusted, their word is the last time known, and not what was
// thought to have passed before it.
func TestClockSetBackALittle(t *testing.T) {
	trusted := true
	c := startClock()
	running := time.Duration(0)
	v, err := Create(t.TempDir()+"/vault", Options{Key: KeyFile(t.TempDir() + "/key"), Cost: cheap, Now: c.now,
		Running: func() time.Duration { return running }, Trusted: func() bool { return trusted }})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	c.advance(time.Hour)
	running += time.Hour
	right := start.Add(30 * time.Minute)
	c.set(right)
	if err := v.SetTime("op", right); err != nil {
		t.Fatal(err)
	}
	trusted = false
	running += time.Second
	if got := v.Clock().Now; !got.Equal(right.Add(time.Second)) {
		t.Errorf("the unit's time is %v, and it was set to %v a second ago", got, right)
	}
}
