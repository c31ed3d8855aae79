package unit

import (
	"context"
	"errors"

	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// fromInput takes a change of an input.
func (u *Unit) fromInput(e hal.InputEvent) {
	if e.Fault != nil {
		u.fault("input "+e.Input, e.Fault)
		u.loseLine(e)
		return
	}
	u.recovered("input " + e.Input)
	u.findLine(e)
	u.inputIs(e, policy.ReasonFire)
}

// inputIs does what follows from the state of an input; fire is why a fire input releases.
func (u *Unit) inputIs(e hal.InputEvent, fire policy.Reason) {
	switch e.Input {
	case "rex":
		if e.Active {
			u.conclude(u.attempt(policy.ByREX, e.At))
		}
	case "staff":
		if e.Active {
			u.conclude(u.attempt(policy.ByStaff, e.At))
			u.answered(store.Door, bellButton)
		}
	case "contact":
		if e.Active {
			u.site.noteEntry(e.At)
		}
		u.step(policy.DoorEvent{At: e.At, Kind: either(e.Active, policy.EvOpened, policy.EvClosed)})
	case "fire":
		// No question is asked and no disk waited for: the relay's own record says why.
		u.step(policy.DoorEvent{At: e.At, Kind: either(e.Active, policy.EvFireOn, policy.EvFireOff),
			Reason: fire})
	case "tamper":
		u.turned(e, audit.Tamper, audit.TamperOver)
	case "lockdown":
		u.Record(store.Entry{At: e.At, Kind: either(e.Active, audit.LockdownSwitchOn, audit.LockdownSwitchOff)})
		u.site.keySwitch = e.Active
		u.applyOverrides()
	case "interlock":
		u.site.otherOpen = e.Active
	case "bell":
		if e.Active {
			u.ring(e.At)
		}
	case "mains":
		u.turned(e, audit.MainsLost, audit.MainsBack)
	case "battery":
		u.turned(e, audit.BatteryLow, audit.BatteryGood)
	}
}

func either[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}

// step takes the door through an event and does what follows from it. An event that is reported
// late happens at the time of the last one: an earlier time would mean a clock that was set back,
// and would shorten the running release.
func (u *Unit) step(e policy.DoorEvent) { u.stepAs(e, "") }

// stepAs is step with another reason for what the relay does, where it is not empty. A seat has no
// door: nothing moves there, whatever comes.
func (u *Unit) stepAs(e policy.DoorEvent, why policy.Reason) {
	if u.cfg.Seat() {
		return
	}
	if now, told := u.now(), e.At; told.Before(u.door.Last) {
		e.At = either(now.Before(u.door.Last), now, u.door.Last)
		e.Late = e.At.Sub(told)
	}
	var effects []policy.Effect
	u.door, effects = u.door.Step(u.doorConf, e)
	if e.Kind == policy.EvRelease {
		u.checking.releasedBy(e.Reason)
	}
	for _, do := range effects {
		if why != "" {
			do.Reason = why
		}
		u.perform(do)
	}
	u.outputsFollow(e)
}

// perform does one effect. The relay's every move has its own record, made before it; for
// a release this comes after the decision that led to it, and costs the door nothing,
// since it joins the same write.
func (u *Unit) perform(do policy.Effect) {
	switch do.Kind {
	case policy.DoUnlock, policy.DoLock:
		u.Record(store.Entry{Kind: audit.Relay, Reason: do.Reason, Detail: map[string]string{"to": string(do.Kind)}})
		if err := u.hw.Relay.Set(do.Kind == policy.DoUnlock); err != nil {
			u.fault("relay", err)
		} else {
			u.recovered("relay")
			u.checking.moved(do.Kind == policy.DoUnlock, do.Reason)
		}
	case policy.DoAlarm, policy.DoQuiet:
		u.Record(store.Entry{Kind: either(do.Kind == policy.DoAlarm, audit.Alarm, audit.Quiet), Reason: do.Reason,
			Detail: map[string]string{"of": do.Name}})
		u.outputs.alarm(do.Name, do.Kind == policy.DoAlarm)
	case policy.DoSignal:
		u.signals.say(policy.Signal(do.Name))
	}
}

// Record puts an entry into the audit log without waiting for the disk; the vault keeps the order.
func (u *Unit) Record(e store.Entry) {
	if e.At.IsZero() {
		e.At = u.now()
	}
	if e.Actor == "" {
		e.Actor = store.Door
	}
	e.Door = u.cfg.Unit.Name
	u.tellRecord(e)
	if _, err := u.vault.Record(endedContext, e); err != nil && !errors.Is(err, store.ErrSlow) {
		u.unrecorded.Store(&err) // desks record too: the loop takes it up
	}
}

// endedContext has ended already: with it the vault queues a record, in order, and returns at once.
var endedContext = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// note records something that the unit itself did.
func (u *Unit) note(kind audit.Kind, d map[string]string) {
	u.Record(store.Entry{Kind: kind, Detail: d})
}

// fault keeps what is wrong with a device until it recovers, and records it once.
func (u *Unit) fault(device string, err error) {
	if u.faults[device] == err.Error() {
		return
	}
	u.faults[device] = err.Error()
	u.Record(store.Entry{Kind: audit.Fault, Detail: map[string]string{"device": device, "fault": err.Error()}})
}

// recovered ends a device's fault.
func (u *Unit) recovered(device string) {
	if _, was := u.faults[device]; was {
		delete(u.faults, device)
		u.Record(store.Entry{Kind: audit.FaultOver, Detail: map[string]string{"device": device}})
	}
}

// Report keeps what is wrong with a device as a fault, or ends its fault when err is nil.
func (u *Unit) Report(ctx context.Context, device string, err error) error {
	return u.do(ctx, func() {
		if err != nil {
			u.fault(device, err)
		} else {
			u.recovered(device)
		}
	})
}

// RecordDamage keeps damaged records as a fault, and lets everything else go
// on with those that are whole.
func (u *Unit) RecordDamage(err error) error {
	if !errors.Is(err, store.ErrCorrupt) {
		return err
	}
	u.Record(store.Entry{Kind: audit.Fault, Detail: map[string]string{"device": "vault", "fault": err.Error()}})
	return nil
}
