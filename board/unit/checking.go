package unit

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Why no self-test can begin now.
var (
	ErrChecking  = i18n.E("unit.already-checking", "the door is being checked already")
	ErrNotAtRest = i18n.E("unit.not-at-rest", "the door is not at rest: a lockdown, an evacuation, a fire or free "+
		"passage is in force")
)

// Checking is a self-test of the door while it runs (decision 54). The loop goes on to decide: exit
// and fire release the door as ever, cards and faces open it. It moves the lock when it is asked
// to, tells as inputs change, and lends a reader, a lamp or the buzzer while a step tries it. All
// methods are for any goroutine.
type Checking struct {
	u     *Unit
	by    store.Actor
	began time.Time

	// The loop's own.
	readers  map[string]chan hal.ReaderEvent // those that are lent, by name
	inputs   map[string]chan hal.InputEvent  // those that are followed, by role
	released bool                            // the present release is the test's

	mu    sync.Mutex
	moves []move // of the relay, the oldest first
}

// move is one change of the relay.
type move struct {
	at     time.Time
	unlock bool
	why    policy.Reason
}

// BeginCheck begins one, which [Checking.End] ends; both are recorded. Errors: ErrChecking,
// ErrNotAtRest, ErrStopped.
func (u *Unit) BeginCheck(ctx context.Context, by store.Actor) (*Checking, error) {
	c := &Checking{u: u, by: by, readers: map[string]chan hal.ReaderEvent{}, inputs: map[string]chan hal.InputEvent{}}
	var refused error
	err := u.do(ctx, func() {
		switch {
		case u.checking != nil:
			refused = ErrChecking
		case u.site.lockdown(), u.door.Evacuation, u.door.Fire, u.door.Free:
			refused = ErrNotAtRest
		default:
			u.checking, c.began = c, u.now()
			u.Record(store.Entry{Kind: audit.CheckBegun, Actor: by})
		}
	})
	return c, errors.Join(err, refused)
}

// End ends the self-test. The test's release ends with it, and what is lent goes back.
func (c *Checking) End() {
	_ = c.Secure() // a relay that fails is a fault of the unit's
	c.hush(false)
	_ = c.u.do(context.Background(), func() { // where the loop has ended nothing is lent any more
		c.u.checking = nil
		c.u.Record(store.Entry{Kind: audit.CheckEnded, Actor: c.by, Detail: map[string]string{
			"for": c.u.now().Sub(c.began).Round(time.Second).String()}})
	})
}

// Now is the unit's time, by which all events are dated.
func (c *Checking) Now() time.Time { return c.u.now() }

// Record puts an entry of the self-test into the audit log.
func (c *Checking) Record(ctx context.Context, e store.Entry) (uint64, error) {
	return c.u.vault.Record(ctx, e)
}

// Readers are the unit's, in the order of its configuration. While one runs, its cards and keys
// come to the test alone, and open nothing.
func (c *Checking) Readers() (all []hal.Reader) {
	for _, r := range c.u.hw.Readers {
		all = append(all, lentReader{c, r.String()})
	}
	return all
}

// Inputs are the unit's by role, as the loop sees them.
func (c *Checking) Inputs() map[string]hal.Input {
	all := map[string]hal.Input{}
	for role, in := range c.u.hw.Inputs {
		all[role] = followed{in, c, role}
		if line, ok := in.(hal.Supervised); ok {
			all[role] = followedLine{followed{in, c, role}, line}
		}
	}
	return all
}

// Signals are lamps, buzzer and contacts by role. Each does as it is set between a call of Hush and
// of what that gives.
func (c *Checking) Signals() map[string]hal.Output {
	all := map[string]hal.Output{}
	for role, out := range c.u.lamps {
		all[role] = out.Output
	}
	return all
}

// Outputs switch the outputs beside the door, by name, with a record of the move: for half a minute
// at most, unless there is an alarm. Errors: as SwitchOutput.
func (c *Checking) Outputs() map[string]func(on bool) error {
	all := map[string]func(on bool) error{}
	for _, b := range c.u.besides {
		all[b.conf.Name] = func(on bool) error { return c.switchOutput(b, on) }
	}
	return all
}

func (c *Checking) switchOutput(b *beside, on bool) error {
	var failed error
	err := c.u.do(context.Background(), func() {
		e := policy.DoorEvent{At: c.u.now(), Kind: policy.EvLockdown}
		if on {
			e.Kind, e.For = policy.EvRelease, longestTry
		}
		if on && (c.u.door.Fire || c.u.door.Evacuation) {
			failed = ErrOutputAlarm
			return
		}
		c.u.stepBeside(b, e, policy.ReasonCheck)
		if fault := c.u.faults[b.device()]; fault != "" {
			failed = errors.New(fault)
		}
	})
	return errors.Join(err, failed)
}

// longestTry is how long an output stays on for a self-test that does not switch it off.
const longestTry = 30 * time.Second

// Hush keeps the unit from setting its signals, and puts them out, until over is called.
func (c *Checking) Hush() (over func()) {
	c.hush(true)
	return func() { c.hush(false) }
}

func (c *Checking) hush(on bool) {
	for _, role := range slices.Sorted(maps.Keys(c.u.lamps)) {
		c.u.lamps[role].lend(on)
	}
}

// Release unlocks the door for a while; one that is unlocked already stays as it is. Errors: the
// relay's; ErrNotAtRest; ErrStopped.
func (c *Checking) Release(d time.Duration) error {
	return c.atLock(func() error {
		switch {
		case c.u.site.lockdown():
			return ErrNotAtRest
		case !c.u.door.Unlocked:
			c.u.step(policy.DoorEvent{At: c.u.now(), Kind: policy.EvRelease, For: d, Reason: policy.ReasonCheck})
			c.released = true
		}
		return nil
	})
}

// Secure ends a release of the test, and no other. Errors: as Release.
func (c *Checking) Secure() error {
	return c.atLock(func() error {
		if c.released {
			c.u.stepAs(policy.DoorEvent{At: c.u.now(), Kind: policy.EvLockdown}, policy.ReasonCheck)
		}
		c.released = false
		return nil
	})
}

// Restart gives the relay's line back and takes it again, as a restart of the program does, in the
// loop's turn. unlocked is what the wiring makes of the lock meanwhile. Errors: as Release; this
// relay has no such line.
func (c *Checking) Restart() (unlocked bool, err error) {
	u := c.u
	err = c.atLock(func() error {
		line, ok := u.hw.Relay.(interface{ Restart() (bool, error) })
		if !ok {
			return errors.New("this relay's line cannot be given back")
		}
		u.Record(store.Entry{Kind: audit.Relay, Actor: c.by, Reason: policy.ReasonCheck,
			Detail: map[string]string{"to": "line given back and taken again"}})
		var failed error
		if unlocked, failed = line.Restart(); failed == nil && u.door.Unlocked {
			failed = u.hw.Relay.Set(true)
		}
		return failed
	})
	return unlocked, err
}

// Restarts reports whether Restart can be done at this relay.
func (c *Checking) Restarts() bool {
	_, ok := c.u.hw.Relay.(interface{ Restart() (bool, error) })
	return ok
}

// atLock does something to the lock in the loop's turn, and gives what is wrong with the relay.
func (c *Checking) atLock(f func() error) error {
	var failed error
	err := c.u.do(context.Background(), func() {
		if failed = f(); failed == nil && c.u.faults["relay"] != "" {
			failed = errors.New(c.u.faults["relay"])
		}
	})
	return errors.Join(err, failed)
}

// Since gives the first move of the relay to a state at or after a time, with its reason.
func (c *Checking) Since(t time.Time, unlock bool) (at time.Time, why policy.Reason, moved bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.moves {
		if m.unlock == unlock && !m.at.Before(t) {
			return m.at, m.why, true
		}
	}
	return at, why, false
}

// Unlocked reports whether the lock is released.
func (c *Checking) Unlocked() (is bool) {
	_ = c.u.do(context.Background(), func() { is = c.u.door.Unlocked })
	return is
}

// keptMoves is how many moves of the relay a self-test looks back on.
const keptMoves = 256

// moved notes a move of the relay. It is the loop's to call; c may be nil.
func (c *Checking) moved(unlock bool, why policy.Reason) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moves = append(c.moves, move{c.u.now(), unlock, why})
	c.moves = c.moves[max(0, len(c.moves)-keptMoves):]
}

// releasedBy notes who releases the door: a release of anybody else is not the test's to end.
func (c *Checking) releasedBy(why policy.Reason) {
	if c != nil && why != policy.ReasonCheck {
		c.released = false
	}
}
