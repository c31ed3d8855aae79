package unit

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"menshen/board/config"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
)

// Driver steps a unit one event at a time, for tests and simulators, in place of
// Run. All its methods, and those of its unit, are called from one goroutine; they
// do what the loop would do, at once. After Leave they panic but in Do, for the loop
// may run; Leave, Watchers and what is set before do not.
type Driver struct {
	u    *Unit
	turn *atomic.Bool // Do runs
}

// own is the unit, whose loop does not run beside the caller.
func (d Driver) own() *Unit {
	if !d.u.driven && !d.turn.Load() {
		panic("unit: driven beside its loop")
	}
	return d.u
}

// Drive takes the unit over until Leave. The door is as open says.
func (u *Unit) Drive(open bool) Driver {
	u.driven = true
	u.door = policy.StartDoor(u.doorConf, open, u.now())
	return Driver{u, new(atomic.Bool)}
}

// Leave gives the unit back, to be run.
func (d Driver) Leave() { d.u.driven = false }

// WaitForDisk sets how long a decision waits for its record, in place of SlowDisk: on a busy
// machine a test of something else must not be denied for it.
func (d Driver) WaitForDisk(longest time.Duration) { d.u.slowDisk = longest }

// PresentAtOnce has the unit hand each scene to its presenters itself, also when it runs: they must
// not wait. Else a scene that a presenter is too slow for is left out.
func (d Driver) PresentAtOnce() { d.u.front.atOnce = true }

// Device hands over an event of a reader (hal.ReaderEvent) or an input (hal.InputEvent).
func (d Driver) Device(e any) { d.own().handle(e) }

// See hands over what the eye says of one frame, and overwrites it.
func (d Driver) See(o *recognizer.Observation) { d.own().observe(o) }

// SeeCode hands over a code that the eye saw.
func (d Driver) SeeCode(c eye.Code) { d.own().seenCode(c) }

// Tick lets the unit notice how late it is.
func (d Driver) Tick() { u := d.own(); u.tick(u.now()) }

// Mended hands over what an attempt to mend the vault came to.
func (d Driver) Mended(err error) { d.own().noteVault(err) }

// Configure takes over what a change of the configuration means for faces.
func (d Driver) Configure(c *config.Config) { d.own().faces.configure(c) }

// EndLeases looks whose lease is over.
func (d Driver) EndLeases(people []policy.Person) { d.own().endLeases(people) }

// Until is how long nothing is due.
func (d Driver) Until(now time.Time) time.Duration { return d.own().untilNext(now) }

// Decide concludes an attempt that was made up.
func (d Driver) Decide(a policy.Attempt) policy.Decision { return d.own().conclude(a) }

// EraseDue destroys what is due, in the order of the handles.
func (d Driver) EraseDue() {
	byHandle := func(a, b policy.PersonID) int { return bytes.Compare(a[:], b[:]) }
	u := d.own()
	for _, id := range slices.SortedFunc(maps.Keys(u.due.of), byHandle) {
		e := u.due.of[id]
		u.noteErased(id, e, u.erase(id, e))
	}
}

// AddOccasions stores what waits to be added to stored faces.
func (d Driver) AddOccasions() {
	u := d.own()
	for len(u.faces.waiting) > 0 {
		u.addOccasion(context.Background(), <-u.faces.waiting)
	}
}

// Taken reports whether the taking of a face is over, or none is under way.
func (d Driver) Taken() bool {
	taking := d.own().faces.taking
	return taking == nil || len(taking.done) > 0
}

// Scene is what is told at the door.
func (d Driver) Scene() scene.Scene { u := d.own(); return u.scene(u.now()) }

// Due is when the door has something to do next; zero: nothing.
func (d Driver) Due() time.Time { return d.own().nextDue() }

// Started records that the unit begins, and takes up what was in force when it ended.
func (d Driver) Started() { d.own().started() }

// Do runs f in the loop's turn, also of a unit that runs.
func (d Driver) Do(ctx context.Context, f func()) error {
	return d.u.do(ctx, func() {
		d.turn.Store(true)
		defer d.turn.Store(false)
		f()
	})
}

// Watchers is how many watch.
func (d Driver) Watchers() int {
	d.u.watchers.mu.Lock()
	defer d.u.watchers.mu.Unlock()
	return len(d.u.watchers.all)
}
