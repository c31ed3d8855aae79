package policy

import "time"

// StartDoor is the door as it is found when the program starts. A door that
// stands open then is not forced.
func StartDoor(c DoorConfig, open bool, at time.Time) Door {
	d := Door{State: Locked, Last: at}
	if open && c.HasContact {
		d.State, d.OpenedAt = Open, at
		d.expectClosed(c, at, 0)
	}
	return d
}

// Step takes the door through one event. Time that has passed since the last event counts first:
// what was due by e.At happens before e. The effects come in the order in which they are to be
// done, each with its reason; the relay moves first, at most once.
//
// The door is unlocked while a release or free passage runs, and in fire and evacuation, and at no
// other time. A release ends when its time is over, when the door closes after it, or, by
// configuration, when it opens; so a contact that sticks leaves no door unlocked. Fire and
// evacuation release in the same event and until they are cleared. Meanwhile, and in free passage,
// no opening is forced and none is held too long. An impulse lock is locked again by its own spring
// long before a release is over, so for it every release is another unlocking: a person who presses
// REX gets out, even if another came in a second before.
//
// A clock that was set back moves the running times back with it.
func (d Door) Step(c DoorConfig, e DoorEvent) (Door, []Effect) {
	s := step{Door: d, c: c}
	if s.State == "" {
		s.State = Locked
	}
	s.passTime(e.At)
	switch e.Kind {
	case EvRelease:
		s.release(e)
	case EvOpened:
		s.opened(e.At)
	case EvClosed:
		s.closed(e)
	case EvFireOn:
		s.beginEmergency(&s.Fire, fireReason(e), AlarmFire)
	case EvFireOff:
		s.endEmergency(&s.Fire, ReasonFireOver, AlarmFire, e.At)
	case EvNoSight:
		s.loseContact()
	case EvEvacuateOn:
		s.beginEmergency(&s.Evacuation, ReasonEvacuate, AlarmEvacuate)
	case EvEvacuateOff:
		s.endEmergency(&s.Evacuation, ReasonAllClear, AlarmEvacuate, e.At)
	case EvFreeOn:
		s.freeOn()
	case EvFreeOff:
		s.freeOff(e.At, ReasonFreeOver)
	case EvLockdown:
		s.freeOff(e.At, ReasonLockdown)
		s.endRelease(e.At, ReasonLockdown)
	}
	s.moveRelay()
	return s.Door, s.effects
}

// Next is when the next EvTick is due; zero: none.
func (d Door) Next(c DoorConfig) time.Time {
	var next time.Time
	for _, t := range []time.Time{d.RelockAt, d.warnAt(c), d.HeldAt} {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	return next
}

// warnAt is when the pre-alarm is due; zero: none.
func (d Door) warnAt(c DoorConfig) time.Time {
	if c.PreAlarm <= 0 || c.PreAlarm >= c.HeldAfter || d.HeldAt.IsZero() || d.PreAlarmed {
		return time.Time{}
	}
	return d.HeldAt.Add(-c.PreAlarm)
}

// expectClosed sets when the door counts as held: after the configured time, and not
// before a longer release would end.
func (d *Door) expectClosed(c DoorConfig, at time.Time, atLeast time.Duration) {
	d.PreAlarmed, d.HeldAt = false, time.Time{}
	if c.HeldAfter > 0 {
		d.HeldAt = at.Add(max(c.HeldAfter, atLeast))
	}
}

// step is a door on its way through one event.
type step struct {
	Door
	c       DoorConfig
	effects []Effect
	why     Reason // of the relay's move, should it move

	released bool // this event is a release
}

func (s *step) do(k EffectKind, name string, why Reason) {
	s.effects = append(s.effects, Effect{Kind: k, Name: name, Reason: why})
}

func (s *step) signal(w Signal, why Reason) { s.do(DoSignal, string(w), why) }

// unlocks is whether anything keeps the door unlocked now.
func (s *step) unlocks() bool { return s.mayStandOpen() || !s.RelockAt.IsZero() }

// mayStandOpen is whether the door may stand open.
func (s *step) mayStandOpen() bool { return s.emergency() || s.Free }

func (s *step) emergency() bool { return s.Fire || s.Evacuation }

// moveRelay brings relay and state to what the event left. It comes last, so that a release that
// ends in the moment of the next does not pulse the relay, and goes first in the effects.
func (s *step) moveRelay() {
	switch unlock := s.unlocks(); {
	case unlock && (!s.Unlocked || s.c.Impulse && s.released):
		s.effects = append([]Effect{{Kind: DoUnlock, Reason: s.why}}, s.effects...)
	case !unlock && s.Unlocked:
		s.effects = append([]Effect{{Kind: DoLock, Reason: s.why}}, s.effects...)
	}
	s.Unlocked = s.unlocks()
	switch {
	case s.State == Locked && s.Unlocked:
		s.State = Released
	case s.State == Released && !s.Unlocked:
		s.State = Locked
	}
}

// endRelease ends the running release, if any.
func (s *step) endRelease(at time.Time, why Reason) {
	if !s.RelockAt.IsZero() {
		s.RelockAt, s.EndedAt, s.why = time.Time{}, at, why
	}
}

// quiet ends the alarm that the state stands for and calls the door open.
func (s *step) quiet(why Reason) {
	switch s.State {
	case Forced:
		s.do(DoQuiet, AlarmForced, why)
	case Held:
		s.do(DoQuiet, AlarmHeld, why)
	default:
		return
	}
	s.State = Open
	s.signal(SignalReady, why)
}

// passTime does what was due by now, in order of time.
func (s *step) passTime(now time.Time) {
	if back := now.Sub(s.Last); back < 0 && !s.Last.IsZero() {
		for _, t := range []*time.Time{&s.ReleasedAt, &s.RelockAt, &s.OpenedAt, &s.EndedAt, &s.HeldAt} {
			if !t.IsZero() {
				*t = t.Add(back)
			}
		}
	}
	s.Last = now
	if due(s.RelockAt, now) {
		s.endRelease(s.RelockAt, ReasonRelock)
	}
	if due(s.warnAt(s.c), now) && !due(s.HeldAt, now) {
		s.PreAlarmed = true
		s.signal(SignalWarning, ReasonHeld)
	}
	if due(s.HeldAt, now) {
		s.HeldAt, s.State = time.Time{}, Held
		s.do(DoAlarm, AlarmHeld, ReasonHeld)
		s.signal(SignalAlarm, ReasonHeld)
	}
}

func due(t, now time.Time) bool { return !t.IsZero() && !now.Before(t) }

// release unlocks. At an open door it also answers the held alarm, so that people who
// carry things in can ask for more time; and a REX that is reported just after the
// opening answers the forced alarm.
func (s *step) release(e DoorEvent) {
	length, why := e.For, e.Reason
	if length <= 0 {
		length = DefaultRelease
	}
	if why == "" {
		why = ReasonRelease
	}
	if until := e.At.Add(length); until.After(s.RelockAt) {
		s.RelockAt = until
	}
	s.ReleasedAt = e.At
	s.why, s.released = why, true
	lateREX := why == ReasonREX && e.At.Sub(s.OpenedAt) <= s.c.Shunt
	if s.State == Held || s.State == Forced && lateREX {
		s.quiet(why)
	}
	if s.State == Open && !s.mayStandOpen() {
		s.expectClosed(s.c, e.At, length)
	}
	if !s.emergency() {
		s.signal(SignalGranted, why)
	}
}

func (s *step) opened(at time.Time) {
	if !s.c.HasContact || !s.OpenedAt.IsZero() || s.findContact(true, at) {
		return
	}
	s.OpenedAt = at
	lately := !s.EndedAt.IsZero() && at.Sub(s.EndedAt) < s.c.Shunt
	if !s.unlocks() && !lately {
		s.State = Forced
		s.do(DoAlarm, AlarmForced, ReasonForced)
		s.signal(SignalAlarm, ReasonForced)
		return
	}
	s.State = Open
	if !s.mayStandOpen() {
		s.expectClosed(s.c, at, s.RelockAt.Sub(at))
	}
	if s.c.RelockOnOpen {
		s.endRelease(at, ReasonOpened)
	}
}

func (s *step) closed(e DoorEvent) {
	if !s.c.HasContact || s.findContact(false, e.At) || s.OpenedAt.IsZero() {
		return
	}
	warned := s.PreAlarmed && s.State == Open
	s.quiet(ReasonClosed)
	if warned {
		s.signal(SignalReady, ReasonClosed)
	}
	s.OpenedAt, s.HeldAt, s.PreAlarmed = time.Time{}, time.Time{}, false
	s.State = Released
	if !s.ReleasedAt.After(e.At.Add(-e.Late)) { // or else it is the next person's, who comes now
		s.endRelease(e.At, ReasonClosed)
	}
	s.EndedAt = time.Time{} // the next opening needs its own release
}

// beginEmergency begins fire or evacuation.
func (s *step) beginEmergency(what *bool, why Reason, alarm string) {
	if *what {
		return
	}
	*what, s.why = true, why
	s.excuseOpening(why)
	s.do(DoAlarm, alarm, why)
	s.signal(SignalFire, why)
}

// endEmergency ends fire or evacuation.
func (s *step) endEmergency(what *bool, why Reason, alarm string, at time.Time) {
	if !*what {
		return
	}
	*what, s.why = false, why
	s.do(DoQuiet, alarm, why)
	if !s.emergency() {
		s.signal(SignalReady, why)
	}
	s.expectClosing(at)
}

func (s *step) freeOn() {
	if s.Free {
		return
	}
	s.Free, s.why = true, ReasonFree
	s.excuseOpening(ReasonFree)
}

func (s *step) freeOff(at time.Time, why Reason) {
	if !s.Free {
		return
	}
	s.Free, s.why = false, why
	s.expectClosing(at)
}

// excuseOpening excuses a door that is forced or held from now on.
func (s *step) excuseOpening(why Reason) {
	s.quiet(why)
	s.HeldAt, s.PreAlarmed = time.Time{}, false
}

// expectClosing expects a door that stands open to be closed again.
func (s *step) expectClosing(at time.Time) {
	if !s.unlocks() {
		s.EndedAt = at
	}
	if s.State == Open && !s.mayStandOpen() {
		s.expectClosed(s.c, at, 0)
	}
}
