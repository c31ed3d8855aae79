package desk_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/internal/attack"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// walk is a unit whose clock wanders, and what is known of it from outside.
type walk struct {
	*bench
	c    *attack.Campaign
	id   policy.PersonID // whose lease ends within the walk
	tech desk.Session

	now  time.Time     // the latest that the unit's time may be without being led on …
	at   time.Duration // … at this reading of a clock that is never set
	last time.Time     // of the newest record since the clock was set by an operator
}

// TestAttackClock is a clock that wanders: it jumps by minutes or by years, its source comes and
// goes, operators set it within their rights and beyond, and between that cards are tapped and the
// duties of the clock are done. The rules are those of docs/decisions/0015.
func TestAttackClock(t *testing.T) {
	attack.Run(t, "desk: the clock wanders", 3, func(c *attack.Campaign) {
		b := newBench(t, func(c *config.Config) { c.Site.ForgetAfter = config.Duration(30 * 24 * time.Hour) })
		defer b.Vault.Close()
		w := &walk{bench: b, c: c, id: b.Enrolled(7), tech: b.Operator("tom", store.Technician), now: b.Clock.Now(),
			at: b.Clock.Running()}
		until := b.Clock.Now().AddDate(0, 2, 0)
		if err := b.Vault.ChangePerson(store.Door, w.id, "lease", func(p *policy.Person) error {
			p.Until = until
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		b.SetBench(false)
		for range 60 {
			w.step()
			w.look(store.FarJump)
			if _, err := b.Vault.Person(w.id); err != nil { // removed by date, which destroy has judged
				break
			}
		}
	})
}

func (w *walk) step() {
	r, ctx := w.c.Rand, context.Background()
	by := func(most time.Duration) time.Duration { return time.Duration((r.Float64()*2 - 1) * float64(most)) }
	const year = 365 * 24 * time.Hour
	switch r.IntN(10) {
	case 0, 1:
		w.Later(time.Duration(r.Float64() * float64(3*24*time.Hour)))
		w.look(store.FarJump)
	case 2:
		w.Clock.Set(w.Clock.Now().Add(by([]time.Duration{time.Hour, 10 * 24 * time.Hour, 20 * year}[r.IntN(3)])))
		w.Driver.Tick()
	case 3:
		from := []string{"", "", "rtc", "sync"}[r.IntN(4)]
		w.Time.Machine = func() string { return from }
	case 4, 5:
		w.tap()
	case 6:
		to := w.Vault.Clock().Now.Add(by(2 * store.FarJump))
		far := to.Sub(w.Vault.Clock().Now).Abs() > store.FarJump
		err := w.Desk.SetTime(ctx, w.tech, to)
		if far == (err == nil) {
			w.Fatalf("a technician set the clock from %v to %v: %v", w.Vault.Clock().Now, to, err)
		}
		w.set(err, to, false)
	case 7:
		to := w.Vault.Clock().Now.Add(by([]time.Duration{time.Hour, 20 * year}[r.IntN(2)]))
		people, err := w.Vault.People()
		if err != nil {
			w.Fatal(err)
		}
		far := to.Sub(w.now) > store.FarJump && len(people) > 0 // without people, none are destroyed
		w.set(w.Desk.SetTime(ctx, w.Staff, to), to, far)
	case 8:
		w.confirm()
	case 9:
		w.destroy()
	}
}

// look checks the unit's time against what may have passed: what a clock that is never set says,
// and more only by a clock that is kept right, by no more than it is believed.
func (w *walk) look(most time.Duration) {
	w.Helper()
	c, running := w.Vault.Clock(), w.Clock.Running()
	ahead := c.Now.Sub(w.now) - (running - w.at)
	switch {
	case c.Now.Before(c.Floor):
		w.Fatalf("the unit's time %v is before its newest record, %v", c.Now, c.Floor)
	case !c.Trusted && ahead > 0:
		w.Fatalf("a clock that is not trusted took the unit's time %v ahead", ahead)
	case c.Trusted && (ahead > most || w.Time.From() == ""):
		w.Fatalf("a clock of source %q took the unit's time %v ahead", w.Time.From(), ahead)
	}
	if w.now = w.now.Add(running - w.at); c.Now.After(w.now) {
		w.now = c.Now
	}
	w.at = running
}

func (w *walk) tap() {
	before := w.now
	w.Tap(7)
	e := w.Last()
	if e.At.Before(w.last) {
		w.Fatalf("a record of %v follows one of %v", e.At, w.last)
	}
	if ahead := e.At.Sub(before); ahead > store.FarJump {
		w.Fatalf("a record is dated %v ahead", ahead)
	}
	w.last = e.At
	w.c.Count("taps dated in order")
}

// set notes what came of setting the clock: after a far jump nothing may be destroyed by date.
func (w *walk) set(err error, to time.Time, far bool) {
	w.Helper()
	if err != nil {
		w.c.Count("settings refused")
		return
	}
	w.now, w.at, w.last = to, w.Clock.Running(), to
	if c := w.Vault.Clock(); far && c.Destroys() {
		w.Fatalf("set far ahead to %v, and it may destroy by date at once", to)
	}
	w.c.Count("settings")
}

// confirm confirms the time: refused in the session that set the clock, and where
// there is nothing to confirm.
func (w *walk) confirm() {
	pending := !w.Vault.Clock().Before.IsZero()
	again, s := w.c.Rand.IntN(2) == 0, w.Staff
	if again {
		var err error
		if s, err = w.Desk.LogIn(context.Background(), "", "anna", desk.Secret(boardtest.Secret), i18n.English,
			nil); err != nil {
			w.Fatal(err)
		}
	}
	err := w.Desk.ConfirmTime(context.Background(), s)
	if want := pending && desk.SetClockIn(w.Desk) != s.ID; want != (err == nil) {
		w.Fatalf("confirmed in a visit of its own: %v, pending: %v, and it came to %v", again, pending, err)
	}
	w.c.Count(fmt.Sprintf("second looks, pending %v", pending))
}

// destroy does what is destroyed by date, and holds that to the clock.
func (w *walk) destroy() {
	ctx := context.Background()
	before := w.Count(audit.Decision) // and what waited in memory is written, which may move the floor
	c := w.Vault.Clock()
	people, err := w.Vault.People()
	if err != nil {
		w.Fatal(err)
	}
	had := w.hasFace()
	w.Driver.EndLeases(people)
	w.Driver.EraseDue()
	if had && !w.hasFace() {
		if !c.Destroys() {
			w.Fatalf("a face was erased by date, by a clock that may not: %+v", c)
		}
		w.c.Count("leases over, destroyed by a clock that may")
	}
	w.Count(audit.Decision)
	c = w.Vault.Clock()
	switch _, err := w.Vault.Prune(ctx, store.Door); {
	case c.Destroys() && err != nil, !c.Destroys() && !errors.Is(err, store.ErrClock):
		w.Fatalf("pruned by %+v: %v", c, err)
	}
	if n := w.Count(audit.Decision); n < before && !c.Destroys() {
		w.Fatalf("of %d decisions %d are left, by a clock that may not destroy", before, n)
	}
	w.c.Count(fmt.Sprintf("duties done, destroying %v", c.Destroys()))
}

func (w *walk) hasFace() bool {
	p, err := w.Vault.Person(w.id)
	return err == nil && p.Face.State == policy.FaceEnrolled
}
