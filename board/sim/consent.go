package sim

import (
	"context"
	"errors"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/policy"
	"menshen/recognizer"
)

func (w *world) getsFace(p *person) {
	if w.unplugged || p.card == 0 || !p.face || p.enrolled || !p.known || !w.inLease(p) {
		w.pass(time.Second)
		return
	}
	const what = "consent and enrolment"
	at := w.seat(p)
	alone := p.minor && !p.consent && w.rnd.IntN(2) == 0 // a child who comes without a guardian
	lines := []string{"enrol " + p.name}
	if !p.consent {
		answers := either(p.minor, []string{answer + guardian, answer + "mother"}, nil)
		lines = slices.Concat([]string{"consent " + p.name}, answers, lines)
	}
	if alone || !w.facesSure() || !w.atConsole(what, at, lines...) {
		w.atDesk(what, p, func(ctx context.Context, s desk.Session) error { return w.enrols(ctx, at, s, alone) })
	}
	w.pass(20 * time.Second)
}

const guardian = "Resident-guardian"

// enrols takes a person's consent, if they have not given it, and their face.
func (w *world) enrols(ctx context.Context, at *seat, s desk.Session, alone bool) error {
	p := at.p
	if !p.consent {
		n, err := w.door.Desk.Notice(ctx, s, p.lang)
		if err != nil {
			return err
		}
		yes := desk.ConsentGiven{Person: p.id, Notice: n.Hash, Lang: p.lang}
		if p.minor && !alone {
			yes.Guardian, yes.GuardianName = "mother", guardian
		}
		if !w.lawful() {
			return unwilling{errors.New("there is no impact assessment in force")}
		}
		if err := at.Consent(ctx, s, yes, func(desk.Step) {}); err != nil {
			return either[error](alone, unwilling{err}, err)
		}
	}
	if off, err := w.door.Unit.FacesOff(ctx); err == nil && off.Is() && !w.calm() {
		return unwilling{errors.New("faces are off")}
	}
	if _, err := at.Enrol(ctx, s, p.id, func(desk.Step) {}); err != nil {
		return unwilling{err}
	}
	return nil
}

// Consent has the person hold their own card to the reader.
func (s *seat) Consent(ctx context.Context, by desk.Session, yes desk.ConsentGiven, step desk.Progress) error {
	err := s.Desk.Consent(ctx, by, yes, func(d desk.Step) {
		step(d)
		s.w.hold(s.p.card)
	})
	switch {
	case err != nil:
		return err
	case s.p.minor && yes.Guardian == "":
		s.w.fail(faceLawful, "a child's consent was taken without a guardian")
	}
	s.acts++
	s.p.consent, s.p.chose = true, true
	return nil
}

// Enrol has the person stand before the camera. It counts as done also where they are refused, who
// never used their card, or look away.
func (s *seat) Enrol(ctx context.Context, by desk.Session, id policy.PersonID, step desk.Progress) (desk.Enrolment,
	error) {
	w, p := s.w, s.p
	w.decisions, p.taken = nil, face{}
	s.acts++
	stood := false
	e, err := s.Desk.Enrol(ctx, by, id, func(d desk.Step) {
		step(d)
		if !stood {
			stood = true
			w.standBefore(p)
		}
	})
	if err != nil {
		return e, err
	}
	if !w.lawful() {
		w.fail(faceLawful, "a face was taken without an impact assessment in force")
	}
	p.enrolled, p.taken = true, p.taken.unit()
	if p.blocks, err = w.door.vault.Ciphertext(p.id, "face"); err != nil {
		w.fail(nothingLost, "the face of %s: %v", p.name, err)
	}
	return e, nil
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
	p.taken.add(o.Embedding)
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
		p.withdrawn++
		w.faceEnds(p)
		return nil
	})
	w.pass(5 * time.Second)
}

// faceEnds notes that the person has no face on record any longer.
func (w *world) faceEnds(p *person) {
	had := p.enrolled
	if p.consent || p.enrolled {
		p.ended = w.clock.now
	}
	p.enrolled, p.consent = false, false
	if had {
		p.ends++
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
			p.withdrawn++
			w.faceEnds(p)
		}
		return err
	})
	w.pass(5 * time.Second)
}

// givesFaceUp is the gesture at the door: five taps, the door asks, one more.
func (w *world) givesFaceUp(p *person) {
	if !p.consent || !p.known || p.card == 0 || !w.calm() || !w.inLease(p) ||
		!w.mayEnter(p, w.unitTime(), policy.ReasonCard).grant {
		return
	}
	w.acting = p // not cleared by a defer: a power cut unwinds, and asks who it was
	had := p.consent
	for range 5 {
		w.tapCleanly(p)
		w.pass(1500 * time.Millisecond)
	}
	w.pass(4 * time.Second)
	in := w.tapCleanly(p)
	w.driver.EraseDue()
	w.settle()
	if had {
		p.withdrawn++
		w.faceEnds(p)
	}
	w.acting = nil
	if in {
		w.walkThrough()
	}
	if w.rnd.IntN(2) == 0 { // is it really gone?
		w.walkUp(p, 0.95)
	}
	if w.plan.asks == forFace { // and does the door look for another face, without a card?
		w.walkUp(w.people[w.rnd.IntN(len(w.people))], 0.95)
	}
}

// tapCleanly is a tap that the reader reads at once.
func (w *world) tapCleanly(p *person) bool {
	e, takes, _ := w.door.reader.train(w.clock.running(), cardBits(p.card), nil)
	w.pass(takes + frameEnd)
	e.At = w.clock.host()
	return w.present(e, w.expectCard(p.card, w.unitTime()), p)
}

func (w *world) showNobody() {
	w.driver.See(&recognizer.Observation{At: w.clock.host()})
	w.pass(110 * time.Millisecond)
}
