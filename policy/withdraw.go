package policy

import "time"

// Withdrawal recognises how a person withdraws their consent at the door, with their own card and
// nothing else (R-WITHDRAW). The card is tapped five times in a row, each within four seconds of
// the last; the door then asks, by its own signal. One more tap, between three and twenty seconds
// later, is the yes. Another card, or waiting, is a no. The zero value waits for a first tap.
//
// It needs no keypad, screen or words, and works with every kind of reader; a card held to a reader
// reads once only. It does not happen by accident: a tap within the three seconds ends it. The taps
// open the door as any tap does. A PIN does as well as a card, unless the keypad is locked out. Who
// needs more time at the door has twice as long for the yes. The taps before it are not slower for
// them: a tap of a while ago would count as the first, and the question come one tap early.
type Withdrawal struct {
	credential string // handle of what was tapped last
	taps       int
	last       time.Time
	asked      time.Time // zero: the door has not asked
}

// The gesture.
const (
	withdrawTaps  = 5
	withdrawPace  = 4 * time.Second
	withdrawPause = 3 * time.Second
	withdrawYes   = 20 * time.Second
)

// Gesture is what a tap comes to.
type Gesture int

// The gestures.
const (
	NoGesture Gesture = iota
	AskBack           // ask: do you want to take your face back?
	TakeBack          // yes
)

// Tap takes an attempt with a card or a PIN into account. The credential must work at this
// door now, and its owner have a face. All else ends the gesture: a guesser is not asked,
// and a revoked card erases nothing. Hours, a block or a lockdown do not matter: consent
// may be withdrawn at any time.
func (w Withdrawal) Tap(a Attempt) (Withdrawal, Gesture) {
	if a.Person == nil || !a.Person.Face.canEnd() || !a.ownCredential() {
		return Withdrawal{}, NoGesture
	}
	return w.tap(a.CredentialID, a.At, WithdrawWithin(*a.Person))
}

// WithdrawWithin is how long after the question its yes counts.
func WithdrawWithin(p Person) time.Duration {
	if p.LongOpen {
		return 2 * withdrawYes
	}
	return withdrawYes
}

// Progress is how many taps were made of those before the question; zero of zero: no gesture has
// begun.
func (w Withdrawal) Progress() (taps, of int) {
	if w.taps == 0 {
		return 0, 0
	}
	return w.taps, withdrawTaps
}

// canEnd reports whether there is a consent to take back.
func (f FaceConsent) canEnd() bool { return f.State == FaceConsented || f.State == FaceEnrolled }

// ownCredential reports whether what was presented is the person's own and works here now, as far
// as the credential itself goes.
func (a Attempt) ownCredential() bool {
	a.At = a.Clock.now(a.At)
	for _, q := range credentialWorks {
		if !q.appliesTo(a.Means) {
			continue
		}
		if ok, _ := q.answer(a); !ok {
			return false
		}
	}
	return a.Means == ByCard || a.Means == ByPIN
}

// tap takes a tap of a working credential into account, whose yes counts for so long.
func (w Withdrawal) tap(credential string, at time.Time, yes time.Duration) (Withdrawal, Gesture) {
	if !w.asked.IsZero() && credential == w.credential {
		after := at.Sub(w.asked)
		if after >= withdrawPause && after <= yes {
			return Withdrawal{}, TakeBack
		}
		w = Withdrawal{}
		if after >= 0 && after < withdrawPause {
			return w, NoGesture
		}
	}
	if pace := at.Sub(w.last); credential != w.credential || pace < 0 || pace > withdrawPace {
		w = Withdrawal{}
	}
	w.credential, w.last = credential, at
	if w.taps++; w.taps < withdrawTaps {
		return w, NoGesture
	}
	w.asked = at
	return w, AskBack
}
