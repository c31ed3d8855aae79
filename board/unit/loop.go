package unit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/hal"
	"menshen/internal/screen"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store/audit"
)

// start sets the readers, inputs, lamps and the housekeeping to work. The function that it returns
// waits until they have ended.
func (u *Unit) start(ctx context.Context) (wait func()) {
	var all sync.WaitGroup
	send := func(e any) {
		select {
		case u.events <- e:
		case <-ctx.Done():
		}
	}
	for _, r := range u.hw.Readers {
		all.Go(func() {
			for ctx.Err() == nil {
				err := r.Run(ctx, func(e hal.ReaderEvent) { send(e) })
				if ctx.Err() != nil {
					return
				}
				send(hal.ReaderEvent{At: u.now(), Reader: r.String(), Fault: fmt.Errorf("reader ended: %w", err)})
				pause(ctx, time.Second)
			}
		})
	}
	for role, in := range u.hw.Inputs {
		all.Go(func() {
			for ctx.Err() == nil {
				err := in.Run(ctx, func(e hal.InputEvent) { e.Input = role; send(e) })
				if ctx.Err() != nil {
					return
				}
				send(hal.InputEvent{At: u.now(), Input: role, Fault: fmt.Errorf("input ended: %w", err)})
				pause(ctx, time.Second)
			}
		})
	}
	all.Go(func() { u.signals.run(ctx) })
	for _, p := range u.front.posts { // not waited for: a presenter may hang
		go p.carry(ctx, u.Report)
	}
	all.Go(func() { u.keepVault(ctx) })
	all.Go(func() { u.watchLeases(ctx) })
	all.Go(func() { u.eraseDue(ctx) })
	all.Go(func() { u.keepSite(ctx) })
	all.Go(func() { u.keepCaughtUp(ctx) })
	all.Go(func() { u.tellPasses(ctx) })
	all.Go(func() { u.addOccasions(ctx) })
	return all.Wait
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// loop is the one goroutine that decides. It handles one event at a time, in
// the order in which they came.
func (u *Unit) loop(ctx context.Context) error {
	var open bool
	var unseen error
	if contact := u.hw.Inputs["contact"]; contact != nil {
		open, unseen = contact.Active()
	}
	u.door = policy.StartDoor(u.doorConf, open && unseen == nil, u.now())
	if unseen != nil { // its chip comes later: a door that stands open by then was not forced
		u.step(policy.DoorEvent{At: u.now(), Kind: policy.EvNoSight})
	}
	u.started()

	var seen <-chan recognizer.Observation
	var codes <-chan eye.Code
	if u.eye != nil {
		seen, codes = u.eye.Observations(), u.eye.Codes()
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			u.tellStrange(true)
			u.note(audit.UnitStopped, nil)
			return nil
		case e := <-u.events:
			u.handle(e)
		case o, ok := <-seen:
			if !ok {
				seen = nil
				continue
			}
			u.observe(&o)
		case c, ok := <-codes:
			if !ok {
				codes = nil
				continue
			}
			u.seenCode(c)
		case f := <-u.calls:
			f()
		case <-timer.C:
		}
		u.tick(u.now())
		timer.Reset(u.untilNext(u.now()))
	}
}

// started records the start, and takes up what was in force when the unit ended.
func (u *Unit) started() {
	u.noteStart()
	if u.faces.unusable != nil {
		u.fault("face models", errors.New(screen.OneLine(u.faces.unusable)))
	}
	u.applyOverrides()
}

// handle takes one event of a device.
func (u *Unit) handle(e any) {
	switch e := e.(type) {
	case hal.ReaderEvent:
		e.At = u.inUnitTime(e.At)
		u.tellDevice(e)
		if !u.checking.takes(e) {
			u.fromReader(e)
		}
	case hal.InputEvent:
		e.At = u.inUnitTime(e.At)
		u.tellDevice(e)
		u.fromInput(e)
		u.checking.follow(e)
	}
}

// tick does what was due by now.
func (u *Unit) tick(now time.Time) {
	if err := u.unrecorded.Swap(nil); err != nil {
		u.faults["vault"] = (*err).Error()
	}
	u.trustDisk()
	u.holdOutputs()
	u.letOutInTurns(now)
	u.keepOrders()
	u.step(policy.DoorEvent{At: now, Kind: policy.EvTick})
	u.keepHours(now)
	u.keepNotes(now)
	u.growFaces(now)
	u.lookAround(now)
	u.lookForCodes(now)
	u.keypad.expire(u.steady())
	u.hand.expire(u.steady())
	u.watchBell()
	u.watchGuesses()
	u.publish()
	u.tellStrange(false)
	u.present(now)
	u.setOutputs(now)
}

// untilNext is how long nothing is due. It is never long, so that a clock that
// is set meanwhile does no harm.
func (u *Unit) untilNext(now time.Time) time.Duration {
	wait := 250 * time.Millisecond
	if next := u.nextDue(); !next.IsZero() {
		wait = min(wait, next.Sub(now))
	}
	return max(wait, 0)
}
