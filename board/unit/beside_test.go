package unit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/hal/haltest"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/replay"
)

// besideBench is a door for the day group by day, with a garage for the residents at all hours and
// a gate that is released in a fire.
func besideBench(t *testing.T) (b *bench, garage, gate *haltest.Output) {
	t.Helper()
	b = newBench(t, func(c *config.Config) {
		always := boardtest.Hours(t, "daily 00:00-24:00")
		c.Outputs = []config.Output{{Name: "garage", Pin: "GPIO5", Release: config.Duration(2 * time.Second)},
			{Name: "gate", Pin: "GPIO6", InFire: "release"}}
		c.Site.Access = []config.Access{{Group: "day", Hours: boardtest.Hours(t, "mon-fri 07:00-18:00")},
			{Group: "residents", Hours: always, Output: "garage"}}
	})
	b.Driver.Started()
	return b, b.Outputs["garage"], b.Outputs["gate"]
}

// TestOutputHasRightsOfItsOwn: one tap is one record with an answer for the door and for each
// output; what is granted is switched for its own time, after a record of the move, and all of it
// can be decided again.
func TestOutputHasRightsOfItsOwn(t *testing.T) {
	b, garage, gate := besideBench(t)
	b.inGroup(b.Someone(1), "residents")
	b.inGroup(b.Someone(2), "day")
	b.Tap(1) // the garage alone
	e := b.Last()
	if e.Grant || e.Reason != policy.ReasonHours || b.Relay.On() || !garage.On() || gate.On() {
		t.Errorf("a resident: %+v, door %v, garage %v, gate %v", e, b.Relay.On(), garage.On(), gate.On())
	}
	if len(e.Outputs) != 2 || !slices.ContainsFunc(e.Outputs, func(o policy.OutputAnswer) bool {
		return o.Output == "garage" && o.Grant && o.Release == 2*time.Second && len(o.Trace) > 3
	}) {
		t.Errorf("recorded as %+v", e.Outputs)
	}
	b.Later(1900 * time.Millisecond)
	if !garage.On() {
		t.Error("it ended early")
	}
	b.Later(100 * time.Millisecond)
	if garage.On() {
		t.Error("it did not end")
	}
	b.Tap(2) // the door alone
	if e := b.Last(); !e.Grant || !b.Relay.On() || garage.On() {
		t.Errorf("a person of the day group: %+v", e)
	}
	b.Tap(99)
	b.Later(10 * time.Second)
	if n := b.Count(audit.OutputSwitched); n != 2 {
		t.Errorf("%d moves are recorded", n)
	}
	again := replay.New(true, nil)
	if err := eachEntry(b.Vault, func(e store.Entry) { again.Take(e) }); err != nil {
		t.Fatal(err)
	}
	if s := again.Sums.All; s.Agree != 3 || s.Differ+s.NotReplayable > 0 {
		t.Errorf("decided again: %+v", s)
	}
}

// TestOutputsFollowTheHoursInForce: a change at the console gives and takes the right at once.
func TestOutputsFollowTheHoursInForce(t *testing.T) {
	b, garage, _ := besideBench(t)
	b.inGroup(b.Someone(1), "day")
	was := b.Config.Site.Hours()
	now := was.WithIn("garage", was.In("garage").With("day", policy.Access{Hours: policy.Always}))
	if err := b.Unit.ChangeHours(context.Background(), "anna", store.HoursAct{Was: was, Now: now}); err != nil {
		t.Fatal(err)
	}
	if b.Tap(1); !garage.On() {
		t.Error("the right that was given does not hold")
	}
	b.Later(time.Minute)
	if err := b.Unit.ChangeHours(context.Background(), "anna", store.HoursAct{Was: now, Now: was}); err != nil {
		t.Fatal(err)
	}
	if b.Tap(1); garage.On() {
		t.Error("the right that was taken holds")
	}
}

// TestRSafeOutputsInAnAlarm: in a fire, an evacuation and a lockdown an output is not switched and
// a release ends; the one that is declared so is released until fire and evacuation are over.
func TestRSafeOutputsInAnAlarm(t *testing.T) {
	b, garage, gate := besideBench(t)
	b.inGroup(b.Someone(1), "residents")
	ctx := context.Background()
	override := func(change func(*store.Overrides)) {
		t.Helper()
		if _, _, err := b.Unit.Override(ctx, "anna", change); err != nil {
			t.Fatal(err)
		}
	}
	evacuate := func(on bool) { override(func(o *store.Overrides) { o.Evacuation = on }) }
	for name, alarm := range map[string]func(bool){
		"fire": func(on bool) { b.Input("fire", on) }, "evacuation": evacuate,
	} {
		b.Later(time.Minute)
		if b.Tap(1); !garage.On() {
			t.Fatal(name, "the garage does not open before it")
		}
		if alarm(true); garage.On() || !gate.On() {
			t.Errorf("%s: garage %v, gate %v", name, garage.On(), gate.On())
		}
		b.Later(time.Minute)
		if b.Tap(1); garage.On() || !gate.On() || b.Last().Outputs[0].Reason != policy.ReasonEmergency {
			t.Errorf("%s: a tap: garage %v, gate %v, %+v", name, garage.On(), gate.On(), b.Last())
		}
		if _, err := b.Unit.SwitchOutput(ctx, "anna", "garage", "a car"); !errors.Is(err, unit.ErrOutputAlarm) {
			t.Errorf("%s: by hand: %v", name, err)
		}
		if alarm(false); gate.On() {
			t.Errorf("%s: the gate stays released", name)
		}
	}
	b.Later(time.Minute)
	b.Tap(1)
	override(func(o *store.Overrides) { o.Lockdown = true })
	if garage.On() {
		t.Error("a lockdown leaves the garage open")
	}
	if b.Tap(1); garage.On() {
		t.Error("a card opens the garage in a lockdown")
	}
	for _, e := range b.Entries() {
		if e.Kind == audit.OutputSwitched && (e.Reason == "" || e.Detail["output"] == "") {
			t.Errorf("a move without a reason: %+v", e)
		}
	}
}

// TestOutputByHand: an operator switches it once, with a recorded reason; one that fails is a fault
// and stops nothing.
func TestOutputByHand(t *testing.T) {
	ctx := context.Background()
	b, garage, _ := besideBench(t)
	fault := func() string { return b.State().Faults["output garage"] }
	if d, err := b.Unit.SwitchOutput(ctx, "anna", "garage", "a van"); err != nil || d != 2*time.Second || !garage.On() {
		t.Errorf("%v, %v", d, err)
	}
	if n := b.Count(audit.OutputByHand); n != 1 {
		t.Errorf("recorded %d times", n)
	}
	if _, err := b.Unit.SwitchOutput(ctx, "anna", "lift", "a van"); err == nil {
		t.Error("an output that is not there")
	}
	b.Later(time.Minute)
	garage.Err = fmt.Errorf("chip gone")
	if _, err := b.Unit.SwitchOutput(ctx, "anna", "garage", "a van"); err == nil || fault() == "" {
		t.Errorf("a relay that fails: %v", err)
	}
	b.inGroup(b.Someone(1), "day")
	if b.Tap(1); !b.Relay.On() {
		t.Error("the door does not open for it")
	}
	garage.Err = nil
	b.Later(time.Minute)
	if _, err := b.Unit.SwitchOutput(ctx, "anna", "garage", "a van"); err != nil || fault() != "" {
		t.Errorf("mended: %v", err)
	}
}

// TestOutputsAreSafeAtTheEnd: a program that ends leaves each as its wiring is declared.
func TestOutputsAreSafeAtTheEnd(t *testing.T) {
	rests, open := &haltest.Output{Name: "garage"}, &haltest.Output{Name: "gate", SafeOn: true}
	if err := rests.Set(true); err != nil {
		t.Fatal(err)
	}
	w := hal.Wires{Outputs: map[string]hal.Output{"garage": rests, "gate": open}}
	if err := w.Close(); err != nil || rests.On() || !open.On() {
		t.Errorf("%v: garage %v, gate %v", err, rests.On(), open.On())
	}
}
