package unit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// beside is an output beside the door, with rights of its own: a lift, a garage (decision 60). Its
// state is that of a door without a contact, so a release, its end, fire and lockdown are those of
// policy.Door; that door's alarms and signals are not used.
type beside struct {
	conf config.Output
	out  hal.Output // nil: not wired
	door policy.Door
}

// besides makes the outputs of a configuration, at rest.
func besides(c *config.Config, wires map[string]hal.Output, now time.Time) (all []*beside) {
	for _, o := range c.Outputs {
		all = append(all, &beside{o, wires[o.Name], policy.Door{State: policy.Locked, Last: now}})
	}
	return all
}

// besideConf is how such a door behaves: it has no contact.
var besideConf policy.DoorConfig

func (b *beside) device() string { return "output " + b.conf.Name }

// switchOutputs does what a decision says of the outputs.
func (u *Unit) switchOutputs(d policy.Decision) {
	for _, x := range d.Outputs {
		if b := u.outputNamed(x.Output); b != nil && x.Grant {
			u.stepBeside(b, policy.DoorEvent{At: d.At, Kind: policy.EvRelease, For: x.Release, Reason: x.Reason}, "")
		}
	}
}

// outputsFollow gives the outputs what concerns more than the door: time, fire, evacuation and
// lockdown. In an alarm an output rests, unless it is to be released then.
func (u *Unit) outputsFollow(e policy.DoorEvent) {
	for _, b := range u.besides {
		switch e.Kind {
		case policy.EvTick, policy.EvLockdown:
			u.stepBeside(b, e, "")
		case policy.EvFireOn, policy.EvFireOff, policy.EvEvacuateOn, policy.EvEvacuateOff:
			if b.conf.ReleasedInFire() {
				u.stepBeside(b, e, "")
			} else if e.Kind == policy.EvFireOn || e.Kind == policy.EvEvacuateOn {
				u.stepBeside(b, policy.DoorEvent{At: e.At, Kind: policy.EvLockdown}, policy.ReasonEmergency)
			}
		}
	}
}

// stepBeside takes an output through an event: each move is recorded before it is made. why is the
// reason of the move where it is not the event's.
func (u *Unit) stepBeside(b *beside, e policy.DoorEvent, why policy.Reason) {
	if now := u.now(); e.At.Before(b.door.Last) { // as in stepAs
		e.At = either(now.Before(b.door.Last), now, b.door.Last)
	}
	var effects []policy.Effect
	b.door, effects = b.door.Step(besideConf, e)
	for _, do := range effects {
		if do.Kind != policy.DoUnlock && do.Kind != policy.DoLock {
			continue
		}
		if why != "" {
			do.Reason = why
		}
		on := do.Kind == policy.DoUnlock
		u.Record(store.Entry{Kind: audit.OutputSwitched, Reason: do.Reason,
			Detail: map[string]string{"output": b.conf.Name, "to": either(on, "on", "off")}})
		if b.out == nil {
			continue
		}
		if err := b.out.Set(on); err != nil {
			u.fault(b.device(), err)
		} else {
			u.recovered(b.device())
		}
	}
}

func (u *Unit) outputNamed(name string) *beside {
	i := slices.IndexFunc(u.besides, func(b *beside) bool { return b.conf.Name == name })
	if i < 0 {
		return nil
	}
	return u.besides[i]
}

// release is how long a grant switches the output.
func (b *beside) release() time.Duration {
	if d := b.conf.Release.D(); d > 0 {
		return d
	}
	return policy.DefaultRelease
}

// ErrOutputAlarm means that an output is not switched by hand in a fire or an evacuation.
var ErrOutputAlarm = i18n.Problem(i18n.E("unit.output-alarm", "there is an alarm: only the door opens now"),
	i18n.M("unit.output-after-alarm", "wait until fire and evacuation are over"))

// SwitchOutput switches an output once for an operator, with a recorded reason, and gives how long
// it is on. Errors: there is no such output; ErrOutputAlarm; what is wrong with its relay;
// ErrStopped.
func (u *Unit) SwitchOutput(ctx context.Context, by store.Actor, name, reason string) (length time.Duration,
	err error) {
	doErr := u.do(ctx, func() {
		b := u.outputNamed(name)
		switch {
		case b == nil:
			err = NoOutput(u.cfg, name)
			return
		case u.door.Fire || u.door.Evacuation:
			err = ErrOutputAlarm
			return
		}
		u.Record(store.Entry{Kind: audit.OutputByHand, Actor: by,
			Detail: map[string]string{"output": name, "reason": reason}})
		length = b.release()
		u.stepBeside(b, policy.DoorEvent{At: u.now(), Kind: policy.EvRelease, For: length,
			Reason: policy.ReasonConsole}, "")
		if fault := u.faults[b.device()]; fault != "" {
			err = fmt.Errorf("%s: %s", b.device(), fault)
		}
	})
	if doErr != nil {
		err = doErr
	}
	return length, err
}

// NoOutput says that a door has no output of that name, and which it has.
func NoOutput(c *config.Config, name string) error {
	what := i18n.E("unit.no-such-output", "this door has no output called %q", name)
	if len(c.Outputs) == 0 {
		return i18n.Problem(what, i18n.M("unit.wire-output", "the configuration has no [[output]]"))
	}
	return i18n.Problem(what, i18n.M("unit.write-output", "write one of: %s", strings.Join(c.OutputNames(), ", ")))
}

// OutputState is an output beside the door as it is now.
type OutputState struct {
	Name string
	On   bool
}

func (u *Unit) outputStates() (all []OutputState) {
	for _, b := range u.besides {
		all = append(all, OutputState{b.conf.Name, b.door.Unlocked})
	}
	return all
}

// nextDue is when the door or an output has something to do next; zero: nothing.
func (u *Unit) nextDue() time.Time {
	next := u.door.Next(u.doorConf)
	for _, b := range u.besides {
		if t := b.door.Next(besideConf); !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}
