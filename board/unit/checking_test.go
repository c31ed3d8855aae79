package unit_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// TestCheckingLends: a lamp that a self-test has borrowed shows afterwards what the unit has set it
// to meanwhile; the test ends its own release and no other; a held door is not tried.
func TestCheckingLends(t *testing.T) {
	b := boardtest.New(t)
	alarm := b.Outputs["alarm"]
	c, err := b.Unit.BeginCheck(context.Background(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	over := c.Hush()
	b.Input("contact", true) // forced
	b.Driver.Tick()
	if alarm.On() {
		t.Error("the unit set a lamp that is lent")
	}
	if err := c.Signals()["alarm"].Set(true); err != nil || !alarm.On() {
		t.Errorf("a lent lamp cannot be set: %v", err)
	}
	over()
	if !alarm.On() {
		t.Error("the alarm of the meantime is not shown")
	}
	b.Input("contact", false)
	b.Driver.Tick()
	if alarm.On() {
		t.Error("the alarm is shown for ever")
	}

	if err := c.Release(time.Minute); err != nil || !b.Relay.On() {
		t.Errorf("not released: %v", err)
	}
	if _, why, moved := c.Since(b.Clock.Now(), true); !moved || why != policy.ReasonCheck {
		t.Errorf("the move: %v, %v", why, moved)
	}
	if err := c.Secure(); err != nil || b.Relay.On() {
		t.Errorf("its release goes on: %v", err)
	}
	b.Input("rex", true)
	if err := errors.Join(c.Release(time.Minute), c.Secure()); err != nil || !b.Relay.On() {
		t.Errorf("the test has ended another's release: %v", err)
	}
	if _, err := b.Unit.BeginCheck(context.Background(), "eve"); !errors.Is(err, unit.ErrChecking) {
		t.Errorf("a second self-test: %v", err)
	}
	c.End()
	b.Input("fire", true)
	if _, err := b.Unit.BeginCheck(context.Background(), "anna"); !errors.Is(err, unit.ErrNotAtRest) {
		t.Errorf("in a fire: %v", err)
	}
}

// TestCheckingFollows: inputs and a lent reader tell the self-test what the loop sees, faults too;
// what the reader gives opens nothing, and its lasting fault is the door's as well.
func TestCheckingFollows(t *testing.T) {
	b := boardtest.New(t)
	b.Someone(5)
	c, err := b.Unit.BeginCheck(context.Background(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	defer c.End()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	broken := errors.New("broken")
	b.Input("rex", true)
	var states []bool
	var faults int
	err = c.Inputs()["rex"].Run(ctx, func(e hal.InputEvent) {
		if e.Fault != nil {
			faults++
			cancel()
			return
		}
		states = append(states, e.Active)
		if len(states) == 1 {
			b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: "rex"})
			b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: "rex", Fault: broken})
		}
	})
	if !errors.Is(err, context.Canceled) || len(states) != 2 || states[1] || faults != 1 {
		t.Errorf("the exit button: %v, %d faults, %v", states, faults, err)
	}
	b.Driver.Device(hal.InputEvent{At: b.Clock.Now(), Input: "rex"})
	b.Later(time.Minute)

	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	card := boardtest.CardOf(5)
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: broken})
	got := 0
	err = c.Readers()[0].Run(ctx, func(e hal.ReaderEvent) {
		switch got++; got {
		case 1:
			if e.Fault == nil {
				t.Errorf("its fault is not told: %+v", e)
			}
			b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Recovered: true})
			b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Card: &card})
		case 3:
			if e.Card == nil {
				t.Errorf("the card: %+v", e)
			}
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || b.Relay.On() || len(b.State().Faults) != 0 {
		t.Errorf("the reader: %v; released: %v; faults %v", err, b.Relay.On(), b.State().Faults)
	}
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Card: &card})
	if !b.Relay.On() {
		t.Error("given back, the reader opens nothing")
	}
}

// TestCheckingSwitchesOutputs: a self-test switches an output beside the door on the record, not in
// an alarm, and what it leaves on ends by itself.
func TestCheckingSwitchesOutputs(t *testing.T) {
	b, garage, _ := besideBench(t)
	c, err := b.Unit.BeginCheck(context.Background(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	set := c.Outputs()["garage"]
	if err := set(true); err != nil || !garage.On() {
		t.Errorf("%v, on %v", err, garage.On())
	}
	if !slices.ContainsFunc(b.Entries(), func(e store.Entry) bool {
		return e.Kind == audit.OutputSwitched && e.Reason == policy.ReasonCheck && e.Detail["to"] == "on"
	}) {
		t.Error("it is not on the record")
	}
	if err := set(false); err != nil || garage.On() {
		t.Errorf("%v, on %v", err, garage.On())
	}
	if err := set(true); err != nil {
		t.Fatal(err)
	}
	if b.Later(31 * time.Second); garage.On() {
		t.Error("it stays on")
	}
	b.Input("fire", true)
	if err := set(true); !errors.Is(err, unit.ErrOutputAlarm) || garage.On() {
		t.Errorf("in a fire: %v", err)
	}
	c.End()
}
