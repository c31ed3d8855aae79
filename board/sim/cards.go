package sim

import (
	"time"

	"menshen/hal"
	"menshen/policy"
)

// tap presents a card, as pulses, and checks what comes of it.
func (w *world) tap(card uint64) bool {
	if card == 0 || w.unplugged {
		return false
	}
	for range 3 {
		if e, ok := w.pulses(cardBits(card)); ok && e.Card != nil {
			return w.present(e, w.expectCard(card, w.unitTime()), w.ownerOf(card))
		}
	}
	return false
}

// pulses sends bits; a disturbed line gives a fault, after which the person tries again.
func (w *world) pulses(bits []bool) (hal.ReaderEvent, bool) {
	var spoil func(int) time.Duration
	if w.rnd.IntN(50) == 0 {
		at := w.rnd.IntN(len(bits))
		spoil = func(i int) time.Duration {
			if i == at {
				return -1900 * time.Microsecond
			}
			return 0
		}
	}
	e, takes, ok := w.door.reader.train(w.clock.running(), bits, spoil)
	w.pass(takes + frameEnd)
	e.At = w.clock.host()
	if ok && e.Fault != nil {
		w.tell("the reader misreads: %v", e.Fault)
		w.driver.Device(e)
		w.settle()
		w.pass(time.Second)
	}
	return e, ok
}

func (w *world) ownerOf(card uint64) *person {
	p, current := w.holder(card)
	if !current {
		return nil
	}
	return p
}

// present hands an event of the reader over, and checks that what comes of it is as expected.
func (w *world) present(e hal.ReaderEvent, want outcome, p *person) bool {
	w.decisions = nil
	sure := want.reason != policy.ReasonFaceRequired || w.facesSure()
	w.driver.Device(e)
	w.drain()
	d := w.decided()
	switch {
	case d == nil && want.reason == policy.ReasonFaceRequired:
		w.looking = p
		w.settle()
		return false
	case !sure:
		want = cardAlone(p)
	}
	if d == nil {
		w.fail(decided, "nothing came of it; %s was due", want.reason)
	}
	w.checkDecision(*d, want, p)
	if d.Grant {
		w.model.grant(w.clock.now, w.lengthFor(p), d.Reason)
	}
	w.settle()
	return d.Grant
}

// decided is the last decision of the attempt; nil: none.
func (w *world) decided() *policy.Decision {
	if len(w.decisions) == 0 {
		return nil
	}
	return &w.decisions[len(w.decisions)-1]
}

func (w *world) lengthFor(p *person) time.Duration {
	if p != nil && p.longOpen {
		return longer
	}
	return release
}

// thief tries a copy of a card that was lost: of one not reported yet, nobody can tell it.
func (w *world) thief(p *person) {
	if len(p.lost) > 0 {
		w.tap(p.lost[w.rnd.IntN(len(p.lost))])
	}
	w.pass(5 * time.Second)
}

func (w *world) strangerCard(*person) {
	for range 1 + w.rnd.IntN(8) {
		w.tap(uint64(40000 + w.rnd.IntN(20000)))
		w.pass(time.Second)
	}
	w.pass(10 * time.Second)
}
