package policy

import (
	"testing"
	"time"
)

// proof is what somebody has in hand, and shows as a door asks for it.
type proof struct{ card, pin, face bool }

// lost is what may be lost, or be made to be lost, at a door. The zero value is a door in order.
type lost struct {
	faces, faceLockout, keypadLockout, log bool // faces off; lockouts; the log does not answer in time
	reader, keypad                         bool // with a fault
	missed                                 bool // the face was refused a moment ago
}

// house is how a person and a door are set up.
type house struct {
	withCard, keypad bool
	face             FaceState
	pin              string // "", "yes", "duress", "revoked", "elsewhere"
}

// everyLoss calls f with each combination.
func everyLoss(f func(lost)) {
	for n := range 1 << 7 {
		bit := func(i int) bool { return n&(1<<i) != 0 }
		f(lost{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6)})
	}
}

// everyHouse calls f with each combination.
func everyHouse(f func(house)) {
	for _, withCard := range []bool{false, true} {
		for _, keypad := range []bool{false, true} {
			for _, face := range []FaceState{FaceNever, FaceRefused, FaceConsented, FaceEnrolled, FaceWithdrawn} {
				for _, pin := range []string{"", "yes", "duress", "revoked", "elsewhere"} {
					f(house{withCard, keypad, face, pin})
				}
			}
		}
	}
}

// attempt is one by these means at this door.
func (h house) attempt(m Means, l lost) Attempt {
	a := good(m)
	pin := Credential{ID: "pin", Kind: PINKind, Duress: h.pin == "duress", Revoked: h.pin == "revoked"}
	if h.pin == "elsewhere" {
		pin.Door = "back"
	}
	a.Person.Credentials = []Credential{{ID: "card", Kind: CardKind}}
	if h.pin != "" {
		a.Person.Credentials = append(a.Person.Credentials, pin)
	}
	a.Person.Face.State = h.face
	a.Site.WithCard, a.Site.Keypad, a.Site.Durable = h.withCard, h.keypad, !l.log
	if l.faces {
		a.Site.FacesOff = "the camera has a fault"
	}
	if l.faceLockout {
		a.Site.FaceLockout = time.Minute
	}
	if l.keypadLockout {
		a.Site.KeypadLockout = time.Minute
	}
	if l.reader {
		a.Site.Down = append(a.Site.Down, CardKind)
	}
	if l.keypad {
		a.Site.Down = append(a.Site.Down, PINKind)
	}
	if l.missed {
		a.Site.Missed = First{a.Person.ID, a.At.Add(-time.Second)}
	}
	return a
}

// opens plays a visit: whoever has these proofs shows them as this door asks for them, and
// at a fault of a reader cannot.
func (h house) opens(p proof, l lost) bool {
	if p.pin && h.keypad && h.pin != "" && !l.keypad && Decide(h.attempt(ByPIN, l)).Grant {
		return true
	}
	if p.face && !h.withCard && Decide(h.attempt(ByFace, l)).Grant {
		return true
	}
	if !p.card || l.reader {
		return false
	}
	d := Decide(h.attempt(ByCard, l))
	if d.Reason == ReasonFaceRequired && p.face {
		d = Decide(h.attempt(ByCardFace, l))
	}
	return d.Grant
}

// TestRAltNoLossTakesAFactorAway holds all 102,400 visits against one sentence: what does not open
// a door in order opens it under no loss either; but for the card alone, where its owner has no PIN
// for this door: they must have a way in without the face (R-ALT).
func TestRAltNoLossTakesAFactorAway(t *testing.T) {
	visits, opened := 0, 0
	everyHouse(func(h house) {
		for n := range 8 {
			p := proof{n&1 != 0, n&2 != 0, n&4 != 0}
			whole := h.opens(p, lost{})
			everyLoss(func(l lost) {
				visits++
				if !h.opens(p, l) {
					return
				}
				opened++
				noOther := p.card && h.withCard && h.face == FaceEnrolled && !(h.keypad && h.pin == "yes")
				if !whole && !noOther {
					t.Errorf("%+v with %+v: shut with all in order, and opened under %+v", h, p, l)
				}
			})
		}
	})
	if visits != 100*8*128 || opened == 0 || opened == visits {
		t.Errorf("%d of %d visits opened", opened, visits)
	}
}

// TestRAltEverybodyHasAWayWithoutTheFace: with what is on file for them, whatever became of the
// faces; and a door in order lets nobody in by the card alone who has a second factor there.
func TestRAltEverybodyHasAWayWithoutTheFace(t *testing.T) {
	everyHouse(func(h house) {
		everyLoss(func(l lost) {
			if l.reader || l.keypad || l.keypadLockout {
				return
			}
			own := proof{card: true, pin: h.pin == "yes"}
			way := h.opens(own, l)
			for _, told := range []bool{l.missed, true} { // whose face is not there is refused once, and taps again
				l.missed = told
				way = way || h.opens(own, l)
			}
			if !way {
				t.Errorf("%+v has no way in without their face under %+v", h, l)
			}
			second := h.withCard && h.keypad && h.pin == "yes" && (h.face == FaceEnrolled || h.face == FaceWithdrawn)
			if second && h.opens(proof{card: true}, l) {
				t.Errorf("%+v: the card alone opened under %+v", h, l)
			}
		})
	})
}

// TestREqualWhoChoseNoFaceIsAskedForNone: at a door that takes faces after the card, the card of
// whoever never chose a face opens as anywhere.
func TestREqualWhoChoseNoFaceIsAskedForNone(t *testing.T) {
	everyHouse(func(h house) {
		if h.face != FaceNever && h.face != FaceRefused {
			return
		}
		everyLoss(func(l lost) {
			if d := Decide(h.attempt(ByCard, l)); !d.Grant {
				t.Errorf("%+v under %+v: %s", h, l, d.Reason)
			}
		})
	})
}

// The card alone opens after a refusal of the same person's face, for a minute.
func TestMissedIsOfThePersonAndOfTheMinute(t *testing.T) {
	for _, test := range []struct {
		missed First
		want   bool
	}{
		{First{}, false},
		{First{PersonID{7}, noon}, true},
		{First{PersonID{7}, noon.Add(-MissedFor + 1)}, true},
		{First{PersonID{7}, noon.Add(-MissedFor)}, false},
		{First{PersonID{7}, noon.Add(1)}, false},
		{First{PersonID{8}, noon}, false},
	} {
		a := good(ByCard)
		a.Site.WithCard, a.Site.Missed = true, test.missed
		if d := Decide(a); d.Grant != test.want || !d.Grant && d.Reason != ReasonFaceRequired {
			t.Errorf("%+v: %+v", test.missed, d)
		}
	}
}

// TestREqualFaceOnCard: a card that carries its owner's face is followed by it; one that does not,
// since it is another of theirs, was pulled away or is not sealed for them, is asked for no more
// than the card of somebody without a face, but for the PIN of who has one.
func TestREqualFaceOnCard(t *testing.T) {
	everyHouse(func(h house) {
		everyLoss(func(l lost) {
			a := h.attempt(ByCard, l)
			if h.face != FaceEnrolled {
				return
			}
			stored := Decide(a)
			a.Person.Face.OnCard, a.Carried = true, true
			if carried := Decide(a); carried.Reason != stored.Reason || carried.Grant != stored.Grant {
				t.Errorf("%+v, %+v: %s with the face on the card, %s with it stored", h, l, carried.Reason,
					stored.Reason)
			}
			a.Carried = false
			without := Decide(a)
			if without.WantsFace() {
				t.Errorf("%+v, %+v: a face is asked for that no card carried", h, l)
			}
			if stored.Grant && !without.Grant {
				t.Errorf("%+v, %+v: the card opened with the face stored, and does not without one: %s", h, l,
					without.Reason)
			}
			if pin := a.hasPIN(); h.withCard && pin && without.Grant {
				t.Errorf("%+v, %+v: a card pulled away opens without the PIN", h, l)
			}
		})
	})
}
