package sim

import (
	"context"
	"errors"
	"time"

	"menshen/board/desk"
	"menshen/recognizer"
)

func (w *world) getsFace(p *person) {
	if w.unplugged || p.card == 0 || !p.face || p.minor || p.enrolled || !p.known || !w.inLease(p) {
		w.pass(time.Second)
		return
	}
	w.atDesk("consent and enrolment", p, func(ctx context.Context, s desk.Session) error {
		if !p.consent {
			n, err := w.door.Desk.Notice(ctx, s, p.lang)
			if err != nil {
				return err
			}
			err = w.door.Desk.Consent(ctx, s, desk.ConsentGiven{Person: p.id, Notice: n.Hash, Lang: p.lang},
				func(desk.Step) { w.hold(p.card) })
			if err != nil {
				return err
			}
			p.consent, p.refused = true, false
		}
		w.decisions = nil
		stood := false
		if off, err := w.door.Unit.FacesOff(ctx); err == nil && off.Is() && !w.calm() {
			return unwilling{errors.New("faces are off")}
		}
		_, err := w.door.Desk.Enrol(ctx, s, p.id, func(desk.Step) {
			if !stood {
				stood = true
				w.standBefore(p)
			}
		})
		if err != nil {
			return unwilling{err}
		}
		p.enrolled = true
		p.blocks, err = w.door.vault.Ciphertext(p.id, "face")
		return err
	})
	w.pass(20 * time.Second)
}

// standBefore lets the person be taken: pictures, a step aside, a walk up as on every day.
func (w *world) standBefore(p *person) {
	for range 12 {
		w.show(p, 0.95)
	}
	for range 14 {
		w.showNobody()
	}
	for !w.driver.Taken() { // the unit gives up after a minute
		w.show(p, 0.95)
	}
}

func (w *world) show(p *person, live float32) {
	o := look(w.rnd, p.base, drawScore(w.rnd, w.scores), live, w.clock.host())
	w.driver.See(&o)
	w.pass(110 * time.Millisecond)
}

func (w *world) refusesFace(p *person) {
	if !p.known {
		return
	}
	w.atDesk("a no is recorded", p, func(ctx context.Context, s desk.Session) error {
		if err := w.door.Desk.Refuse(ctx, s, p.id); err != nil {
			return err
		}
		w.faceEnds(p)
		p.refused = true
		return nil
	})
	w.pass(5 * time.Second)
}

// faceEnds says that the person's face, if any, is no more.
func (w *world) faceEnds(p *person) {
	had := p.enrolled
	if p.consent || p.enrolled {
		p.ended = w.clock.now
	}
	p.enrolled, p.consent = false, false
	if had {
		w.checkErased(p)
	}
}

func (w *world) staffEnd(p *person) {
	if !p.enrolled || !p.known {
		return
	}
	w.atDesk("a face is withdrawn", p, func(ctx context.Context, s desk.Session) error {
		_, err := w.door.Desk.Withdraw(ctx, s, p.id)
		if err == nil {
			w.faceEnds(p)
		}
		return err
	})
	w.pass(5 * time.Second)
}

// givesFaceUp is the gesture at the door: five taps, the door asks, one more.
func (w *world) givesFaceUp(p *person) {
	if !p.consent || !p.known || p.card == 0 || !w.calm() || !w.inLease(p) || !w.inHours(p.group, w.unitTime()) {
		return
	}
	w.acting = p
	defer func() { w.acting = nil }()
	had := p.consent
	for range 5 {
		w.tapCleanly(p)
		w.pass(1500 * time.Millisecond)
	}
	w.pass(4 * time.Second)
	w.tapCleanly(p)
	w.eraseDue()
	w.settle()
	if had {
		w.faceEnds(p)
	}
	w.walkThrough()
}

// tapCleanly is a tap that the reader reads at once.
func (w *world) tapCleanly(p *person) {
	e, takes, _ := w.door.reader.train(w.clock.running(), cardBits(p.card), nil)
	w.pass(takes + frameEnd)
	e.At = w.clock.host()
	w.present(e, w.expectCard(p.card, w.unitTime()), p)
}

func (w *world) showNobody() {
	w.driver.See(&recognizer.Observation{At: w.clock.host()})
	w.pass(110 * time.Millisecond)
}
