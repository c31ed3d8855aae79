package policy

import (
	"slices"
	"testing"
	"time"
)

// TestRSafeLinesThatFail: what an input is taken for while its line is faulty keeps people free to
// leave: fire releases, exit opens in turns, and no faulty line of another input opens the door.
func TestRSafeLinesThatFail(t *testing.T) {
	for role, want := range map[string]Assumption{
		"fire": AssumeActive, "rex": AssumeInTurns, "tamper": AssumeActive, "interlock": AssumeActive,
		"lockdown": AssumeAsItWas, "staff": AssumeAtRest, "bell": AssumeAtRest,
		"contact": AssumeNothing, "mains": AssumeNothing, "battery": AssumeNothing, "?": AssumeNothing,
	} {
		if got := WhileFaulty(role); got != want {
			t.Errorf("%s: %q, want %q", role, got, want)
		}
	}
}

// TestRSafeFireLine: a faulty fire line releases for its own reason, and a fire that follows
// changes nothing until the line is in order and at rest.
func TestRSafeFireLine(t *testing.T) {
	c, at := DoorConfig{HasContact: true}, time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	d, fx := StartDoor(c, false, at).Step(c, DoorEvent{At: at, Kind: EvFireOn, Reason: ReasonFireLine})
	if !d.Unlocked || fx[0] != (Effect{Kind: DoUnlock, Reason: ReasonFireLine}) {
		t.Fatalf("%+v, %+v", d, fx)
	}
	if d, fx = d.Step(c, DoorEvent{At: at, Kind: EvFireOn, Reason: ReasonFire}); !d.Unlocked || len(fx) != 0 {
		t.Errorf("fire while the line is faulty: %+v", fx)
	}
	if d, _ = d.Step(c, DoorEvent{At: at, Kind: EvFireOff}); d.Unlocked {
		t.Error("still unlocked")
	}
}

// TestContactLost: while its line is faulty the contact raises and keeps no alarm, a release still
// ends by its time, and the first word after it is believed without calling the door forced.
func TestContactLost(t *testing.T) {
	c := DoorConfig{HasContact: true, HeldAfter: 30 * time.Second, Shunt: 2 * time.Second}
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	step := func(d *Door, after time.Duration, e DoorEvent) []Effect {
		at = at.Add(after)
		e.At = at
		next, fx := d.Step(c, e)
		*d = next
		return fx
	}
	d := StartDoor(c, false, at)
	step(&d, 0, DoorEvent{Kind: EvOpened})
	if d.State != Forced {
		t.Fatalf("state %s", d.State)
	}
	fx := step(&d, time.Second, DoorEvent{Kind: EvNoSight})
	if d.State != Locked || !slices.Contains(fx, Effect{Kind: DoQuiet, Name: AlarmForced, Reason: ReasonContactLine}) {
		t.Errorf("lost: %s, %+v", d.State, fx)
	}
	if fx = step(&d, 0, DoorEvent{Kind: EvNoSight}); len(fx) != 0 {
		t.Errorf("lost twice: %+v", fx)
	}
	step(&d, time.Second, DoorEvent{Kind: EvRelease, For: 5 * time.Second, Reason: ReasonCard})
	if d.State != Released {
		t.Errorf("released: %s", d.State)
	}
	if fx = step(&d, time.Minute, DoorEvent{Kind: EvTick}); d.State != Locked || len(fx) != 1 || fx[0].Kind != DoLock {
		t.Errorf("a minute later: %s, %+v", d.State, fx)
	}
	fx = step(&d, time.Minute, DoorEvent{Kind: EvOpened})
	if d.State != Open || d.Blind || len(fx) != 0 {
		t.Errorf("found open: %s, %+v", d.State, fx)
	}
	if fx = step(&d, 31*time.Second, DoorEvent{Kind: EvTick}); d.State != Held {
		t.Errorf("left open: %s, %+v", d.State, fx)
	}
	step(&d, time.Second, DoorEvent{Kind: EvNoSight})
	step(&d, time.Second, DoorEvent{Kind: EvClosed})
	if d.State != Locked || d.Blind {
		t.Errorf("found closed: %s", d.State)
	}
	step(&d, time.Second, DoorEvent{Kind: EvOpened})
	if d.State != Forced {
		t.Errorf("opened without a release: %s", d.State)
	}
}
