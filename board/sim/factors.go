package sim

import (
	"context"
	"time"

	"menshen/policy"
)

// asks is what a door asks for.
type asks int

const (
	forOne  asks = iota // one credential
	forFace             // after the card of a person who chose a face, that face or the PIN
	forTwo              // two people, one soon after the other
)

const (
	twoWithin   = 2 * time.Minute
	missedFor   = time.Minute      // the card alone opens after a refused face
	facesReturn = 30 * time.Minute // after a fault they are on again for sure
)

// waiting is a person of whom the door waits for something, since a moment of the unit's time.
type waiting struct {
	who *person
	at  time.Time
}

// isFor reports whether it is less than d ago, at a moment of the unit's time.
func (x waiting) isFor(at time.Time, d time.Duration) bool {
	ago := at.Sub(x.at)
	return x.who != nil && ago >= 0 && ago <= d
}

// completes reports whether p is the second of two.
func (w *world) completes(p *person, at time.Time) bool {
	return w.first.isFor(at, twoWithin) && w.first.who != p
}

// withSecond is what an attempt of p comes to for which all else is in order.
func (w *world) withSecond(p *person, at time.Time, want outcome) outcome {
	if w.plan.asks == forTwo && want.grant && !w.completes(p, at) {
		return outcome{reason: policy.ReasonSecond}
	}
	return want
}

// withFace is what a card of p comes to for which all else is in order. ReasonFaceRequired: the
// door looks for their face now, and decides then.
func (w *world) withFace(p *person, at time.Time, want outcome) outcome {
	switch {
	case w.plan.asks != forFace || !want.grant || !p.chose:
		return want
	case p.enrolled && (p.pin != "" || w.missed.who != p || !w.missed.isFor(at, missedFor-1)):
		return outcome{reason: policy.ReasonFaceRequired}
	}
	return cardAlone(p)
}

// cardAlone is what the card of a person who chose a face comes to without the face. A person
// without a PIN must have a way in.
func cardAlone(p *person) outcome {
	return either(p.pin != "", outcome{reason: policy.ReasonPINRequired}, outcome{true, policy.ReasonCard})
}

// facesSure reports whether faces can be used for sure. While a fault lasts the door may ask for
// the face, or do without.
func (w *world) facesSure() bool {
	s, err := w.door.Unit.State(context.Background())
	return err == nil && w.calm() && w.lawful() && w.diskWell() && s.Faces.Lockout == 0 &&
		w.clock.now.Sub(w.trouble) > facesReturn && w.clock.now.Sub(w.illAt) > facesReturn
}

// noteFactors keeps what a decision means for the next one.
func (w *world) noteFactors(d policy.Decision) {
	p := w.byID(d.Person)
	switch d.Means {
	case policy.ByPass:
		p = w.host // two visitors of one host are not two people
	case policy.ByCardFace:
		if d.Grant && (p == nil || p != w.looking) {
			w.fail(faceLawful, "a face opened that is not of the card's owner")
		}
		if !d.Grant {
			w.missed = waiting{w.looking, d.At}
		}
		w.looking = nil
	case policy.ByCard, policy.ByPIN, policy.ByFace:
	default:
		return
	}
	switch {
	case d.Reason == policy.ReasonSecond:
		w.first = waiting{p, d.At}
	case d.Grant && w.plan.asks == forTwo && !w.completes(p, d.At):
		w.fail(endedDenied, "one person opened where two are needed")
	case d.Grant:
		w.first = waiting{}
	}
}

// cardAndFace is a person with their card, at a door that may look for the face after it.
func (w *world) cardAndFace(p *person) bool {
	in := w.tap(p.card)
	if in || w.plan.asks != forFace {
		return in
	}
	if w.looking == p {
		switch w.rnd.IntN(6) {
		case 0: // they walk away
			w.pass(10 * time.Second)
		case 1: // another person stands there
			in = w.walkUp(w.people[w.rnd.IntN(len(w.people))], 0.95)
		default:
			in = w.walkUp(p, 0.95)
		}
	}
	if !in && p.pin != "" {
		in = w.typePIN(p.pin, p)
	}
	return in || w.missed.who == p && w.tap(p.card)
}

// company is another person who comes along, for p or by chance.
func (w *world) company(p *person) bool {
	for _, q := range w.people {
		if q != p && q.known && w.rnd.IntN(4) == 0 {
			in := w.tap(q.card)
			w.pass(w.between(time.Second, 150*time.Second))
			return in
		}
	}
	return false
}
