package policy

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var front = DoorConfig{HasContact: true, HeldAfter: 30 * time.Second, PreAlarm: 10 * time.Second, Shunt: time.Second}

// play runs events (At in seconds after noon) and gives the last door and all effects as words.
func play(c DoorConfig, events ...DoorEvent) (Door, []string) {
	var d Door
	var done []string
	for _, e := range events {
		var fx []Effect
		d, fx = d.Step(c, e)
		for _, f := range fx {
			s := string(f.Kind)
			if f.Name != "" {
				s += " " + f.Name
			}
			done = append(done, s+": "+string(f.Reason))
		}
	}
	return d, done
}

// at puts an event at a time, in seconds after noon.
func at(sec float64, e DoorEvent) DoorEvent {
	e.At = noon.Add(time.Duration(sec * float64(time.Second)))
	return e
}

func ev(k DoorEventKind) DoorEvent { return DoorEvent{Kind: k} }
func rel(why Reason) DoorEvent     { return DoorEvent{Kind: EvRelease, For: 5 * time.Second, Reason: why} }

func TestDoorStories(t *testing.T) {
	onOpen := front
	onOpen.RelockOnOpen = true
	for _, tc := range []struct {
		name   string
		c      DoorConfig
		events []DoorEvent
		want   []string
		state  DoorState
	}{
		{"nobody comes", front, []DoorEvent{at(0, rel(ReasonCard)), at(4.9, ev(EvTick)), at(5, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "lock: relock"}, Locked},
		{"in and closed", front, []DoorEvent{at(0, rel(ReasonCard)), at(2, ev(EvOpened)), at(4, ev(EvClosed))},
			[]string{"unlock: card", "signal granted: card", "lock: closed"}, Locked},
		{"the next person, while it closes", front, []DoorEvent{at(0, rel(ReasonCard)), at(2, ev(EvOpened)),
			at(4, rel(ReasonFace)), at(4.1, DoorEvent{Kind: EvClosed, Late: 150 * time.Millisecond}),
			at(6, ev(EvOpened)), at(8, ev(EvClosed))},
			[]string{"unlock: card", "signal granted: card", "signal granted: face", "lock: closed"}, Locked},
		{"the next person, and it is pushed shut", front, []DoorEvent{at(0, rel(ReasonCard)), at(2, ev(EvOpened)),
			at(4, rel(ReasonFace)), at(4.1, DoorEvent{Kind: EvClosed, Late: 50 * time.Millisecond})},
			[]string{"unlock: card", "signal granted: card", "signal granted: face", "lock: closed"}, Locked},
		{"relock on open", onOpen, []DoorEvent{at(0, rel(ReasonFace)), at(2, ev(EvOpened)), at(4, ev(EvClosed))},
			[]string{"unlock: face", "signal granted: face", "lock: opened"}, Locked},
		{"held, then closed", front, []DoorEvent{at(0, rel(ReasonCard)), at(2, ev(EvOpened)), at(22, ev(EvTick)),
			at(32, ev(EvTick)), at(40, ev(EvClosed))},
			[]string{"unlock: card", "signal granted: card", "lock: relock", "signal warning: held",
				"alarm held: held", "signal alarm: held", "quiet held: closed", "signal ready: closed"}, Locked},
		{"warned, then closed", front, []DoorEvent{at(0, rel(ReasonCard)), at(2, ev(EvOpened)), at(22, ev(EvTick)),
			at(23, ev(EvClosed))},
			[]string{"unlock: card", "signal granted: card", "lock: relock", "signal warning: held",
				"signal ready: closed"}, Locked},
		{"forced", front, []DoorEvent{at(0, ev(EvOpened)), at(9, ev(EvClosed))},
			[]string{"alarm forced: forced", "signal alarm: forced", "quiet forced: closed",
				"signal ready: closed"}, Locked},
		{"opened just after the release", front, []DoorEvent{at(0, rel(ReasonCard)), at(5.5, ev(EvOpened))},
			[]string{"unlock: card", "signal granted: card", "lock: relock"}, Open},
		{"opened too late", front, []DoorEvent{at(0, rel(ReasonCard)), at(6, ev(EvOpened))},
			[]string{"unlock: card", "signal granted: card", "lock: relock", "alarm forced: forced",
				"signal alarm: forced"}, Forced},
		{"a second opening needs a second release", front,
			[]DoorEvent{at(0, rel(ReasonCard)), at(1, ev(EvOpened)), at(2, ev(EvClosed)), at(2.5, ev(EvOpened))},
			[]string{"unlock: card", "signal granted: card", "lock: closed", "alarm forced: forced",
				"signal alarm: forced"}, Forced},
		{"REX reported after the opening", front, []DoorEvent{at(0, ev(EvOpened)), at(.5, rel(ReasonREX))},
			[]string{"alarm forced: forced", "signal alarm: forced", "unlock: rex", "quiet forced: rex",
				"signal ready: rex", "signal granted: rex"}, Open},
		{"REX reported at the last moment", front, []DoorEvent{at(0, ev(EvOpened)), at(1, rel(ReasonREX))},
			[]string{"alarm forced: forced", "signal alarm: forced", "unlock: rex", "quiet forced: rex",
				"signal ready: rex", "signal granted: rex"}, Open},
		{"REX too late to excuse", front, []DoorEvent{at(0, ev(EvOpened)), at(1.1, rel(ReasonREX))},
			[]string{"alarm forced: forced", "signal alarm: forced", "unlock: rex", "signal granted: rex"}, Forced},
		{"opened just after the fire", front,
			[]DoorEvent{at(0, ev(EvFireOn)), at(9, ev(EvFireOff)), at(9.5, ev(EvOpened))},
			[]string{"unlock: fire", "alarm fire: fire", "signal fire: fire", "lock: fire over",
				"quiet fire: fire over", "signal ready: fire over"}, Open},
		{"a card does not excuse a forced door", front, []DoorEvent{at(0, ev(EvOpened)), at(.5, rel(ReasonCard))},
			[]string{"alarm forced: forced", "signal alarm: forced", "unlock: card", "signal granted: card"}, Forced},
		{"a card asks for more time at a held door", front, []DoorEvent{at(0, rel(ReasonCard)), at(1, ev(EvOpened)),
			at(31, ev(EvTick)), at(32, rel(ReasonCard)), at(51, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "lock: relock", "alarm held: held", "signal alarm: held",
				"unlock: card", "quiet held: card", "signal ready: card", "signal granted: card",
				"lock: relock"}, Open},
		{"no held alarm", DoorConfig{HasContact: true, PreAlarm: time.Second},
			[]DoorEvent{at(0, rel(ReasonCard)), at(1, ev(EvOpened)), at(9999, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "lock: relock"}, Open},
		{"no pre-alarm", DoorConfig{HasContact: true, HeldAfter: 9 * time.Second},
			[]DoorEvent{at(0, rel(ReasonCard)), at(1, ev(EvOpened)), at(9.9, ev(EvTick)), at(10, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "lock: relock", "alarm held: held",
				"signal alarm: held"}, Held},
		{"a pre-alarm as long as the wait is none", DoorConfig{HasContact: true, HeldAfter: 9 * time.Second,
			PreAlarm: 9 * time.Second}, []DoorEvent{at(0, rel(ReasonCard)), at(1, ev(EvOpened)), at(9.9, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "lock: relock"}, Open},
		{"more time for who needs it", DoorConfig{HasContact: true, HeldAfter: 3 * time.Second},
			[]DoorEvent{at(0, rel(ReasonCard)), at(1, ev(EvOpened)), at(4.9, ev(EvTick)), at(5, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "lock: relock", "alarm held: held",
				"signal alarm: held"}, Held},
		{"an impulse lock gets a pulse for each release", DoorConfig{Impulse: true},
			[]DoorEvent{at(0, rel(ReasonCard)), at(2, rel(ReasonREX)), at(3, ev(EvTick)), at(9, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "unlock: rex", "signal granted: rex",
				"lock: relock"}, Locked},
		{"and in an evacuation too", DoorConfig{Impulse: true},
			[]DoorEvent{at(0, ev(EvEvacuateOn)), at(2, rel(ReasonREX)), at(9, ev(EvTick))},
			[]string{"unlock: evacuate", "alarm evacuate: evacuate", "signal fire: evacuate", "unlock: rex"}, Released},
		{"contact says the same twice", front, []DoorEvent{at(0, ev(EvClosed)), at(0, rel(ReasonCard)),
			at(1, ev(EvClosed)), at(2, ev(EvOpened)), at(2.1, ev(EvOpened))},
			[]string{"unlock: card", "signal granted: card"}, Open},
		{"no contact", DoorConfig{}, []DoorEvent{at(0, ev(EvOpened)), at(1, rel(ReasonCard)), at(2, ev(EvOpened)),
			at(7, ev(EvTick))},
			[]string{"unlock: card", "signal granted: card", "lock: relock"}, Locked},
		{"free passage", front, []DoorEvent{at(0, ev(EvFreeOn)), at(1, ev(EvOpened)), at(500, ev(EvTick)),
			at(501, rel(ReasonCard)), at(600, ev(EvFreeOff)), at(620, ev(EvTick))},
			[]string{"unlock: free passage", "signal granted: card", "lock: free over", "signal warning: held"}, Open},
		{"evacuation outlives the fire", front,
			[]DoorEvent{at(0, ev(EvFireOn)), at(1, ev(EvEvacuateOn)), at(2, ev(EvFireOff)), at(3, ev(EvEvacuateOff))},
			[]string{"unlock: fire", "alarm fire: fire", "signal fire: fire", "alarm evacuate: evacuate",
				"signal fire: evacuate", "quiet fire: fire over", "lock: all clear", "quiet evacuate: all clear",
				"signal ready: all clear"}, Locked},
		{"lockdown ends the release", front, []DoorEvent{at(0, rel(ReasonCard)), at(1, ev(EvLockdown))},
			[]string{"unlock: card", "signal granted: card", "lock: lockdown"}, Locked},
		{"lockdown does not lock in a fire", front, []DoorEvent{at(0, ev(EvFireOn)), at(1, ev(EvLockdown))},
			[]string{"unlock: fire", "alarm fire: fire", "signal fire: fire"}, Released},
		{"leaving in a lockdown", front, []DoorEvent{at(0, ev(EvLockdown)), at(1, rel(ReasonREX))},
			[]string{"unlock: rex", "signal granted: rex"}, Released},
		{"a release without length or reason", front, []DoorEvent{at(0, ev(EvRelease)), at(5, ev(EvTick))},
			[]string{"unlock: release", "signal granted: release", "lock: relock"}, Locked},
	} {
		d, got := play(tc.c, tc.events...)
		if !reflect.DeepEqual(got, tc.want) || d.State != tc.state {
			t.Errorf("%s:\n got %q, %s\nwant %q, %s", tc.name, got, d.State, tc.want, tc.state)
		}
	}
}

func TestRSafeFireReleasesAtOnceAndUntilCleared(t *testing.T) {
	d, got := play(front, at(0, ev(EvFireOn)), at(1, ev(EvFireOn)), at(2, ev(EvOpened)), at(500, ev(EvTick)),
		at(600, ev(EvClosed)))
	want := []string{"unlock: fire", "alarm fire: fire", "signal fire: fire"}
	if !reflect.DeepEqual(got, want) || !d.Unlocked || d.State != Released {
		t.Fatalf("%q, %+v", got, d)
	}
	d, fx := d.Step(front, at(700, ev(EvFireOff)))
	if d.Unlocked || d.State != Locked || len(fx) != 3 || fx[0] != (Effect{Kind: DoLock, Reason: ReasonFireOver}) {
		t.Errorf("after the fire: %+v, %+v", d, fx)
	}
}

func TestRSafeFireEndsAlarmsOfTheDoor(t *testing.T) {
	_, got := play(front, at(0, ev(EvOpened)), at(1, ev(EvFireOn)))
	want := []string{"alarm forced: forced", "signal alarm: forced", "unlock: fire", "quiet forced: fire",
		"signal ready: fire", "alarm fire: fire", "signal fire: fire"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestStartDoorFoundOpenIsNotForced(t *testing.T) {
	d := StartDoor(front, true, noon)
	if d.State != Open || !d.Next(front).Equal(noon.Add(20*time.Second)) {
		t.Fatalf("%+v", d)
	}
	if _, fx := d.Step(front, at(31, ev(EvTick))); len(fx) == 0 || fx[0].Name != AlarmHeld {
		t.Errorf("a door that stays open is still told: %+v", fx)
	}
	if d := StartDoor(front, false, noon); d.State != Locked || d.Unlocked {
		t.Errorf("%+v", d)
	}
}

func TestClockSetBackKeepsTheRelease(t *testing.T) {
	d, _ := play(front, at(0, rel(ReasonCard)), at(1, ev(EvTick)), at(-3600, ev(EvTick)))
	if !d.Unlocked || !d.Next(front).Equal(noon.Add(-3600*time.Second+4*time.Second)) {
		t.Errorf("relock at %v", d.Next(front))
	}
}

var kinds = []DoorEventKind{EvRelease, EvOpened, EvClosed, EvFireOn, EvFireOff, EvTick, EvEvacuateOn, EvEvacuateOff,
	EvFreeOn, EvFreeOff, EvLockdown, "nonsense"}

// unlocking are the events that may unlock.
var unlocking = []DoorEventKind{EvRelease, EvFireOn, EvEvacuateOn, EvFreeOn}

func drawConfig(t *rapid.T) DoorConfig {
	sec := func(name string, hi int) time.Duration {
		return time.Duration(rapid.IntRange(0, hi).Draw(t, name)) * time.Second
	}
	return DoorConfig{
		HeldAfter: sec("held", 30), PreAlarm: sec("pre", 40), Shunt: sec("shunt", 3),
		RelockOnOpen: rapid.Bool().Draw(t, "onOpen"), HasContact: rapid.Bool().Draw(t, "contact"),
		Impulse: rapid.Bool().Draw(t, "impulse"),
	}
}

// TestDoorProperties walks random doors through random events and holds
// what must be true of every one.
func TestDoorProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		var d Door
		now := noon
		fire, evac, free := false, false, false
		alarms := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(-2, 9).Draw(t, "after")) * time.Second)
			e := DoorEvent{At: now, Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
			if e.Kind == EvRelease {
				e.For = time.Duration(rapid.IntRange(0, 10).Draw(t, "for")) * time.Second
				e.Reason = rapid.SampledFrom([]Reason{ReasonCard, ReasonREX, ""}).Draw(t, "why")
			}
			if e.Kind == EvClosed {
				e.Late = time.Duration(rapid.IntRange(0, 3).Draw(t, "late")) * time.Second
			}
			was := d
			var fx []Effect
			d, fx = d.Step(c, e)
			fire = e.Kind == EvFireOn || fire && e.Kind != EvFireOff
			evac = e.Kind == EvEvacuateOn || evac && e.Kind != EvEvacuateOff
			free = e.Kind == EvFreeOn || free && e.Kind != EvFreeOff && e.Kind != EvLockdown

			relay := was.Unlocked
			for i, f := range fx {
				if f.Reason == "" {
					t.Fatalf("an effect without a reason: %+v", f)
				}
				if i > 0 && (f.Kind == DoLock || f.Kind == DoUnlock) {
					t.Fatalf("the relay moves second: %+v", fx)
				}
				switch f.Kind {
				case DoUnlock:
					if relay && !(c.Impulse && e.Kind == EvRelease) || !slices.Contains(unlocking, e.Kind) {
						t.Fatalf("unlocked by %q, relay was %v", e.Kind, relay)
					}
					relay = true
				case DoLock:
					if !relay || fire || evac || free {
						t.Fatalf("locked, relay was %v, fire %v, evacuation %v, free passage %v", relay,
							fire, evac, free)
					}
					relay = false
				case DoAlarm:
					mayStand := fire && was.Fire || evac && was.Evacuation || free && was.Free
					if alarms[f.Name] || mayStand && (f.Name == AlarmHeld || f.Name == AlarmForced) {
						t.Fatalf("alarm %s again, or at a door that may stand open", f.Name)
					}
					alarms[f.Name] = true
				case DoQuiet:
					if !alarms[f.Name] {
						t.Fatalf("%s is over and never was", f.Name)
					}
					alarms[f.Name] = false
				}
			}
			switch {
			case relay != d.Unlocked:
				t.Fatalf("the effects leave the relay %v, the door says %v", relay, d.Unlocked)
			case d.Unlocked != (fire || evac || free || !d.RelockAt.IsZero()):
				t.Fatalf("unlocked %v with fire %v, evacuation %v, free passage %v and a release until %v",
					d.Unlocked, fire, evac, free, d.RelockAt)
			case e.Kind == EvLockdown && !d.RelockAt.IsZero():
				t.Fatal("a release outlived the lockdown")
			case c.Impulse && e.Kind == EvRelease && (len(fx) == 0 || fx[0].Kind != DoUnlock):
				t.Fatal("a release gave an impulse lock no pulse")
			case e.Kind == EvRelease && !d.Unlocked:
				t.Fatal("a release did not unlock")
			case e.Kind == EvClosed && d.RelockAt.IsZero() && was.RelockAt.After(now) &&
				was.Last.Before(now) && was.ReleasedAt.After(now.Add(-e.Late)):
				t.Fatal("a closing ended a release that began after it")
			case !d.RelockAt.IsZero() && d.RelockAt.After(now.Add(10*time.Second)):
				t.Fatalf("released for %v", d.RelockAt.Sub(now))
			case alarms[AlarmHeld] != (d.State == Held), alarms[AlarmForced] != (d.State == Forced),
				alarms[AlarmFire] != fire, alarms[AlarmEvacuate] != evac:
				t.Fatalf("alarms %v in state %s", alarms, d.State)
			case d.State == Locked && d.Unlocked, d.State == Released && !d.Unlocked:
				t.Fatalf("state %s, unlocked %v", d.State, d.Unlocked)
			case !c.HasContact && d.State != Locked && d.State != Released:
				t.Fatalf("state %s without a contact", d.State)
			}
			if next := d.Next(c); !next.IsZero() && !next.After(now) {
				t.Fatalf("the next tick %v is not after %v", next, now)
			}
		}
		// Whatever happened, the door locks by itself once emergencies and time are over.
		for _, k := range []DoorEventKind{EvFireOff, EvEvacuateOff, EvFreeOff} {
			d, _ = d.Step(c, DoorEvent{At: now, Kind: k})
		}
		d, _ = d.Step(c, DoorEvent{At: now.Add(time.Minute), Kind: EvTick})
		if d.Unlocked {
			t.Fatalf("left unlocked: %+v", d)
		}
	})
}

// Ticking exactly when Next asks does what one late tick does.
func TestNextMissesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawConfig(t)
		c.HasContact = true
		d, _ := play(c, at(0, rel(ReasonCard)), at(float64(rapid.IntRange(0, 8).Draw(t, "opened")), ev(EvOpened)))
		late, _ := d.Step(c, at(100, ev(EvTick)))
		for n := d.Next(c); !n.IsZero(); n = d.Next(c) {
			d, _ = d.Step(c, DoorEvent{At: n, Kind: EvTick})
		}
		d.Last, d.PreAlarmed, late.PreAlarmed = late.Last, false, false
		if d != late {
			t.Fatalf("ticked %+v\n  late %+v", d, late)
		}
	})
}
