package unit_test

import (
	"errors"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// tell hands the unit an event of an input.
func tell(b *bench, role string, active bool, fault error) {
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: role, Active: active, Fault: fault})
	b.Driver.Tick()
}

var (
	cut   = &hal.LineFault{State: hal.LineCut}
	short = &hal.LineFault{State: hal.LineShort}
)

// relayMoves gives the reasons of the relay's recorded moves to unlocked.
func relayMoves(b *bench) (all []policy.Reason) {
	for _, e := range b.Entries() {
		if e.Kind == audit.Relay && e.Detail["to"] == string(policy.DoUnlock) {
			all = append(all, e.Reason)
		}
	}
	return all
}

// TestRSafeFireLineCut: a cut, a shorted and an unmeasured fire line each release the door until
// the line is in order, with a record that says so, and the alarm contact is on.
func TestRSafeFireLineCut(t *testing.T) {
	for _, fault := range []error{cut, short, &hal.LineFault{State: hal.LineOdd},
		&hal.LineFault{State: hal.LineLost, Cause: errors.New("no chip")}} {
		b := newBench(t)
		tell(b, "fire", false, nil)
		tell(b, "fire", false, fault)
		if !b.Relay.On() || !b.Outputs["alarm"].On() {
			t.Fatalf("%v: released %v, alarm %v", fault, b.Relay.On(), b.Outputs["alarm"].On())
		}
		if moves := relayMoves(b); len(moves) != 1 || moves[0] != policy.ReasonFireLine {
			t.Errorf("%v: relay moved for %q", fault, moves)
		}
		b.Later(time.Hour)
		if !b.Relay.On() {
			t.Errorf("%v: locked an hour later", fault)
		}
		tell(b, "fire", false, nil)
		if b.Relay.On() || b.Outputs["alarm"].On() || b.State().Faults["input fire"] != "" {
			t.Errorf("%v: healed: released %v, faults %v", fault, b.Relay.On(), b.State().Faults)
		}
	}
}

// TestRSafeExitLineCut: while the exit button's line is faulty nobody is locked in for longer
// than a minute, the door does not stand open, and each release has its reason; where a handle
// opens from inside, nothing moves.
func TestRSafeExitLineCut(t *testing.T) {
	b := newBench(t)
	tell(b, "rex", false, nil)
	tell(b, "rex", false, cut)
	if !b.Relay.On() || !b.Outputs["alarm"].On() {
		t.Fatal("whoever was pressing is locked in, or no alarm is given")
	}
	unlocked, since, longest := 0, 0, 0
	for range 600 { // ten minutes, second by second
		b.Later(time.Second)
		if since++; b.Relay.On() {
			unlocked++
			since = 0
		}
		longest = max(longest, since)
	}
	if longest > 60 || unlocked > 10*6+6 {
		t.Errorf("locked for %d s on end; unlocked for %d s of 600", longest, unlocked)
	}
	tell(b, "rex", false, short) // another fault of the same line is not another turn
	for _, why := range relayMoves(b) {
		if why != policy.ReasonExitLine {
			t.Errorf("released for %q", why)
		}
	}
	tell(b, "rex", false, nil)
	b.Later(10 * time.Second)
	moves := len(relayMoves(b))
	b.Later(5 * time.Minute)
	if b.Relay.On() || len(relayMoves(b)) != moves || b.Outputs["alarm"].On() {
		t.Error("the door goes on opening after the line was mended")
	}
	tell(b, "rex", true, nil)
	if b.Last().Reason != policy.ReasonREX || !b.Relay.On() {
		t.Errorf("a press after that: %+v", b.Last())
	}

	b = newBench(t, func(c *config.Config) { c.Door.ExitByHand = true })
	tell(b, "rex", false, cut)
	b.Later(5 * time.Minute)
	if len(relayMoves(b)) != 0 || !b.Outputs["alarm"].On() {
		t.Error("a door with a handle opened, or gave no alarm")
	}
}

// TestRSafeExitLineInLockdown: a lockdown does not take the turns away.
func TestRSafeExitLineInLockdown(t *testing.T) {
	b := newBench(t)
	tell(b, "lockdown", true, nil)
	tell(b, "rex", false, cut)
	if !b.Relay.On() {
		t.Error("locked in by a lockdown and a cut line")
	}
}

// TestContactLineCut: a cut contact's line is no open and no closed door: no alarm of a forced or a
// held door, the other door of a lock stays shut, and the first word afterwards is believed.
func TestContactLineCut(t *testing.T) {
	b := newBench(t)
	tell(b, "contact", false, nil)
	tell(b, "contact", false, cut)
	b.Later(time.Hour)
	if b.Count(audit.Alarm) != 0 || !b.Outputs["interlock"].On() || !b.Outputs["alarm"].On() {
		t.Errorf("%d alarms of the door, interlock %v, alarm %v", b.Count(audit.Alarm), b.Outputs["interlock"].On(),
			b.Outputs["alarm"].On())
	}
	b.Someone(7)
	b.Tap(7)
	if !b.Relay.On() {
		t.Error("a card does not open")
	}
	b.Later(10 * time.Second)
	if b.Relay.On() {
		t.Error("not locked by time")
	}
	tell(b, "contact", true, nil)
	if s := b.State(); s.Door != policy.Open || b.Count(audit.Alarm) != 0 || b.Outputs["alarm"].On() {
		t.Errorf("found open: %s, %d alarms", s.Door, b.Count(audit.Alarm))
	}
}

// TestOtherLinesCut: a cut line counts as tampering; neither begins nor ends a lockdown; keeps
// visitors from a door whose other door may be open, and lets nobody in by the staff's button.
func TestOtherLinesCut(t *testing.T) {
	b := newBench(t)
	b.Someone(7)
	for _, role := range []string{"tamper", "lockdown", "staff", "interlock", "bell", "mains", "battery"} {
		tell(b, role, false, nil)
		tell(b, role, false, cut)
	}
	if b.Count(audit.Tamper) != 1 || b.State().Lockdown ||
		b.Count(audit.Bell)+b.Count(audit.MainsLost)+b.Count(audit.BatteryLow) != 0 {
		t.Errorf("tamper recorded %d times, lockdown %v", b.Count(audit.Tamper), b.State().Lockdown)
	}
	if b.Tap(7); b.Relay.On() || b.Last().Reason != policy.ReasonInterlock {
		t.Errorf("the other door may be open, and a card opened: %+v", b.Last())
	}
	if tell(b, "rex", true, nil); !b.Relay.On() {
		t.Error("exit does not open")
	}
	tell(b, "lockdown", true, nil)
	tell(b, "lockdown", false, cut)
	if !b.State().Lockdown {
		t.Error("cutting the line of the switch ended the lockdown")
	}
	tell(b, "tamper", false, nil)
	if b.Count(audit.TamperOver) != 1 { // of what had not begun, nothing ends
		t.Errorf("tamper over recorded %d times", b.Count(audit.TamperOver))
	}
}

// TestLineFaultOnce: a fault that lasts is recorded once; a plain input's fault moves nothing.
func TestLineFaultOnce(t *testing.T) {
	b := newBench(t)
	for range 5 {
		tell(b, "rex", false, cut)
	}
	if n := b.Count(audit.Fault); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	b = newBench(t)
	for _, role := range []string{"rex", "fire", "contact"} {
		tell(b, role, false, errors.New("the chip of this line is gone"))
	}
	if len(relayMoves(b)) != 0 || b.Outputs["alarm"].On() {
		t.Error("a fault of a plain input moved the relay or the alarm")
	}
}

// TestMainsAndBattery: each change is recorded once and raises the alarm; the door works as before.
func TestMainsAndBattery(t *testing.T) {
	b := newBench(t)
	b.Someone(7)
	tell(b, "mains", false, nil)
	tell(b, "battery", false, nil)
	if b.Count(audit.MainsBack)+b.Count(audit.BatteryGood) != 0 {
		t.Error("what was in order from the start was recorded")
	}
	tell(b, "mains", true, nil)
	tell(b, "mains", true, nil)
	tell(b, "battery", true, nil)
	if b.Count(audit.MainsLost) != 1 || b.Count(audit.BatteryLow) != 1 || !b.Outputs["alarm"].On() || b.Relay.On() {
		t.Errorf("mains lost %d times, battery low %d times", b.Count(audit.MainsLost), b.Count(audit.BatteryLow))
	}
	if b.Tap(7); !b.Relay.On() {
		t.Error("a card does not open on battery")
	}
	b.Later(time.Minute)
	if tell(b, "rex", true, nil); !b.Relay.On() {
		t.Error("exit does not open on battery")
	}
	tell(b, "mains", false, nil)
	if !b.Outputs["alarm"].On() {
		t.Error("the alarm ended while the battery is low")
	}
	tell(b, "battery", false, nil)
	if b.Outputs["alarm"].On() || b.Count(audit.MainsBack) != 1 || b.Count(audit.BatteryGood) != 1 {
		t.Error("not over")
	}
	for _, e := range b.Entries() {
		if e.Kind == audit.MainsLost && e.Actor != store.Door {
			t.Errorf("recorded as %+v", e)
		}
	}
}
