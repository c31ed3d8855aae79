package policy

import (
	"slices"
	"time"
)

// Signal is a word of the door's vocabulary for lamp and buzzer. Each is told by light alone
// and by sound alone, and by rhythm, not by colour: a person who does not see, hear or tell red
// from green understands it too.
type Signal string

// The vocabulary.
const (
	SignalReady   Signal = "ready"   // nothing to do
	SignalGranted Signal = "granted" // come in
	SignalRefused Signal = "refused" // no; see the reason
	SignalWait    Signal = "wait"    // one moment
	SignalLook    Signal = "look"    // look at the camera
	SignalTap     Signal = "tap"     // tap your card
	SignalCode    Signal = "code"    // type your code
	SignalWarning Signal = "warning" // close the door
	SignalAlarm   Signal = "alarm"   // held or forced
	SignalFire    Signal = "fire"    // leave now
	SignalFault   Signal = "fault"   // the unit needs a technician
	SignalAiming  Signal = "aiming"  // staff see the camera's picture
	SignalSetUp   Signal = "set up"  // the unit waits for its set-up; silent, for it may wait for days
	SignalAsk     Signal = "ask"     // tap once more to take your face back; see Withdrawal
	SignalErased  Signal = "erased"  // your face is erased
	SignalTaken   Signal = "taken"   // your face was taken once more
	SignalCalled  Signal = "called"  // the bell was heard

	// close your eyes for a moment; these three are the challenge's, and
	// explained on the sign at the camera
	SignalCloseEyes Signal = "close eyes"
	SignalTurnLeft  Signal = "turn left"  // turn your head a little to your left
	SignalTurnRight Signal = "turn right" // and to your right
)

// Beat is one step of a signal.
type Beat struct {
	Green, Red bool
	Sound      bool
	For        time.Duration
}

// Pattern is a signal's beats, and whether they repeat until the next signal: what is said to a
// person ends by itself, a state of the door or the unit goes on. Ready is dark and silent. An
// unknown signal plays as a fault.
func (s Signal) Pattern() (beats []Beat, repeat bool) {
	p, ok := patterns[s]
	if !ok {
		p = patterns[SignalFault]
	}
	return slices.Clone(p.beats), p.repeat
}

type pattern struct {
	beats  []Beat
	repeat bool
}

const tenth = 100 * time.Millisecond

// green, red and dark are beats with n tenths of a second; loud ones sound too.
func green(n time.Duration) Beat { return Beat{Green: true, For: n * tenth} }
func red(n time.Duration) Beat   { return Beat{Red: true, For: n * tenth} }
func dark(n time.Duration) Beat  { return Beat{For: n * tenth} }

func (b Beat) loud() Beat { b.Sound = true; return b }

var patterns = map[Signal]pattern{
	SignalReady: {[]Beat{dark(1)}, false},
	// one long
	SignalGranted: {[]Beat{green(10).loud(), green(20)}, false},
	// three short
	SignalRefused: {slices.Repeat([]Beat{red(2).loud(), dark(2)}, 3), false},
	// five slow ticks
	SignalWait: {slices.Repeat([]Beat{green(1).loud(), dark(9)}, 5), false},
	// two and two
	SignalLook: {slices.Repeat([]Beat{green(2).loud(), dark(2), green(2).loud(), dark(10)}, 2), false},
	// short, long, and again
	SignalTap: {slices.Repeat([]Beat{red(2).loud(), dark(2), red(6).loud(), dark(8)}, 2), false},
	// four short, and again
	SignalCode: {slices.Repeat(append(slices.Repeat([]Beat{red(2).loud(), dark(2)}, 4), dark(6)), 2), false},
	// steady beat
	SignalWarning: {[]Beat{red(3).loud(), dark(3)}, true},
	// nearly continuous
	SignalAlarm: {[]Beat{red(8).loud(), dark(2)}, true},
	// very fast
	SignalFire: {[]Beat{green(1).loud(), dark(1)}, true},
	// a blip every 5 s
	SignalFault: {[]Beat{red(1).loud(), dark(49)}, true},
	// two blips every 3 s
	SignalAiming: {[]Beat{green(1).loud(), dark(1), green(1).loud(), dark(27)}, true},
	// three blips every 3 s
	SignalSetUp: {[]Beat{green(1), dark(2), green(1), dark(2), green(1), dark(23)}, true},
	// long and long, and again
	SignalAsk: {slices.Repeat([]Beat{green(8).loud(), dark(3), red(8).loud(), dark(5)}, 2), false},
	// four quick, one long
	SignalErased: {append(slices.Repeat([]Beat{green(1).loud(), dark(1)}, 4), green(15).loud()), false},
	// one long, four quick
	SignalTaken: {append([]Beat{green(15).loud(), dark(2)},
		slices.Repeat([]Beat{green(1).loud(), dark(1)}, 4)...), false},

	// three long
	SignalCalled: {slices.Repeat([]Beat{green(6).loud(), dark(3)}, 3), false},

	// long, short, and again
	SignalCloseEyes: {slices.Repeat([]Beat{green(8).loud(), dark(2), green(2).loud(), dark(10)}, 2), false},
	// short, short, long
	SignalTurnLeft: {slices.Repeat([]Beat{green(2).loud(), dark(2), green(2).loud(), dark(2), green(8).loud(),
		dark(8)}, 2), false},
	// long, short, short
	SignalTurnRight: {slices.Repeat([]Beat{green(8).loud(), dark(2), green(2).loud(), dark(2), green(2).loud(),
		dark(8)}, 2), false},
}

// Signal is what the door shows for a decision: come in, look again, tap your card, or no.
func (d Decision) Signal() Signal {
	switch {
	case d.Grant && d.Reason == ReasonFire:
		return SignalFire
	case d.Moves():
		return SignalGranted
	}
	switch d.Reason {
	case ReasonNoFace, ReasonQuality, ReasonFrames, ReasonFaceRequired:
		return SignalLook
	case ReasonInterlock:
		return SignalWait
	case ReasonPINRequired:
		return SignalCode
	case ReasonSecond, ReasonFacesOff, ReasonNotDurable, ReasonFaceLockout, ReasonNotLive, ReasonNoMatch,
		ReasonAmbiguous, ReasonNoConsent, ReasonNoGuardian, ReasonCardRequired:
		return SignalTap
	}
	return SignalRefused
}
