package store

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/store/audit"
)

// FarJump is how far ahead of the last time known a clock may be and still be believed. Beyond it
// an operator must say that it is right.
const FarJump = 7 * 24 * time.Hour

// ErrClock means that nothing is removed by its age, since the time is not
// certain: see [Clock.Destroys].
var ErrClock = errors.New("the time is not certain, and nothing is destroyed by date until it is: " +
	"set the clock at the console ('clock')")

// Clock is what is known of the time (docs/decisions/0015).
type Clock struct {
	// Now is the time to use: Host where it is trusted, otherwise the last time known and what has
	// passed since.
	Now     time.Time
	Trusted bool
	Host    time.Time // what the host's clock shows
	Floor   time.Time // the last time known to have passed: of the newest record
	Before  time.Time // not zero: an operator set the clock far ahead of this time, and did not confirm it
}

// Destroys reports whether what has expired by Now may be removed: only by a
// trusted clock that did not jump.
func (c Clock) Destroys() bool { return c.Trusted && c.Before.IsZero() }

// Ahead gives how far the host's clock is ahead of the last time known, where that is too far to
// be believed; zero otherwise.
func (c Clock) Ahead() time.Duration {
	if by := c.Host.Sub(c.Now); !c.Trusted && by > FarJump {
		return by
	}
	return 0
}

// timekeeper holds the last time known, and the reading of [Options.Running] at that time, so that
// [Vault.Clock] needs no transaction.
type timekeeper struct {
	mu            sync.Mutex
	learned       bool // a time is known: the vault was open
	floor, before time.Time
	known         time.Time     // has surely passed …
	at            time.Duration // … at this reading of Options.Running
}

// passed gives the last time that is known to have passed by now. The caller holds mu.
func (k *timekeeper) passed(running time.Duration) time.Time {
	return k.known.Add(max(0, running-k.at))
}

// learn takes over the state that a transaction left. A floor that went back
// was put back by an operator.
func (k *timekeeper) learn(st *state, running time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	back := st.Floor.Before(k.floor)
	first := !k.learned
	k.floor, k.before, k.learned = st.Floor, st.Before, true
	if first || back || !st.Floor.Before(k.passed(running)) {
		k.known, k.at = st.Floor, running
	}
}

// forget goes back to the floor, which an operator has just set.
func (k *timekeeper) forget(running time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known, k.at = k.floor, running
}

// Clock tells the time. It does not wait for the disk. Before the vault was open the host's clock
// cannot be judged: it is used, and not trusted.
func (v *Vault) Clock() Clock {
	v.time.mu.Lock()
	defer v.time.mu.Unlock()
	if !v.time.learned {
		host := v.o.Now().UTC()
		return Clock{Now: host, Host: host}
	}
	return v.clock(v.time.floor, v.time.before, v.time.passed(v.o.Running()))
}

// Running gives the time passed since an unspecified moment, by a clock that cannot be set.
func (v *Vault) Running() time.Duration { return v.o.Running() }

// clock judges the host's clock by the last time that is known to have passed.
func (v *Vault) clock(floor, before, known time.Time) Clock {
	host := v.o.Now().UTC()
	c := Clock{Now: known, Host: host, Floor: floor, Before: before}
	switch {
	case host.Before(floor) || host.Year() > 9999:
	case v.o.Trusted == nil:
		c.Now, c.Trusted = host, true
	case host.Sub(known) <= FarJump && v.o.Trusted():
		c.Now, c.Trusted = host, true
	}
	return c
}

// inTx is [Vault.Clock] inside a transaction, which may have moved the floor already.
func (v *Vault) inTx(t *tx) Clock { return v.clock(t.st.Floor, t.st.Before, v.passed(t)) }

// passed gives the last time that is known to have passed, whatever the host's clock says.
func (v *Vault) passed(t *tx) time.Time {
	v.time.mu.Lock()
	defer v.time.mu.Unlock()
	if known := v.time.passed(v.o.Running()); !t.st.Floor.Before(v.time.floor) && known.After(t.st.Floor) {
		return known
	}
	return t.st.Floor
}

// now gives the time to use.
func (v *Vault) now(t *tx) time.Time { return v.inTx(t).Now }

// Waits reports whether a vault of [Await] is not open yet.
func (v *Vault) Waits() bool {
	_, err := v.Floor()
	return errors.Is(err, ErrWaiting)
}

// Floor gives the last time that is known to have passed: that of the newest record. A clock that
// shows an earlier time is wrong.
func (v *Vault) Floor() (time.Time, error) {
	var at time.Time
	err := v.view(func(t *tx) error { at = t.st.Floor; return nil })
	return at, err
}

// SetTime moves the floor to the time that an operator gives, forwards or back: a clock that
// was once wrong by years would otherwise keep it in the future for good. Where it goes
// ahead by more than [FarJump], and there are people in the vault, nothing is removed by its
// age until [Vault.ConfirmTime].
func (v *Vault) SetTime(a Actor, at time.Time) error {
	if at.Year() < 1970 || at.Year() > 9999 {
		return fmt.Errorf("set the time: %v is not a possible time", at)
	}
	err := v.act(func(t *tx) error {
		was := v.passed(t) // the host's clock may be set already
		before := t.st.Before
		if before.IsZero() {
			before = was
		}
		t.st.Before = time.Time{}
		if at.Sub(before) > FarJump && t.hasPeople() {
			t.st.Before = before
		}
		if at.Before(was) {
			if err := t.doubt(); err != nil {
				return err
			}
		}
		t.st.Floor = at.UTC()
		_, err := t.log(Entry{At: at, Kind: audit.TimeFloorSet, Actor: a,
			Detail: map[string]string{"was": was.Format(time.RFC3339), "why": "set by an operator"}})
		return err
	})
	if err != nil {
		return fmt.Errorf("set the time: %w", err)
	}
	v.time.forget(v.o.Running())
	return nil
}

// ConfirmTime says that a clock that was set far ahead is right: what has expired by
// it may be removed from now on.
func (v *Vault) ConfirmTime(a Actor) error {
	err := v.act(func(t *tx) error {
		if t.st.Before.IsZero() {
			return nil
		}
		_, err := t.log(Entry{At: v.now(t), Kind: audit.TimeConfirmed, Actor: a,
			Detail: map[string]string{"was": t.st.Before.Format(time.RFC3339)}})
		t.st.Before = time.Time{}
		return err
	})
	if err != nil {
		return fmt.Errorf("confirm the time: %w", err)
	}
	return nil
}

func (t *tx) hasPeople() bool {
	key, _ := t.b.Bucket([]byte(peopleBucket)).Cursor().First()
	return key != nil
}
