package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer"
)

// atDesk lets the manager log in, do something and log out.
func (w *world) atDesk(what string, p *person, f func(context.Context, desk.Session) error) bool {
	ctx := context.Background()
	w.acting = p
	defer func() { w.settle(); w.count() }()
	s, err := w.door.Desk.LogIn(ctx, "serial", manager, desk.Secret(secret), i18n.English, func(desk.Step) {})
	if err == nil {
		s, err = w.door.Desk.Acknowledge(ctx, s)
	}
	if err == nil {
		err = f(ctx, s)
	}
	if err != nil {
		w.tell("desk: %s: %v", what, err)
	} else {
		w.tell("desk: %s", what)
	}
	w.door.Desk.LogOut(s, "done")
	w.acting = nil
	if err != nil && w.disk.fails == nil && !errors.As(err, new(unwilling)) {
		w.fail(staffServed, "%s: %v", what, err)
	}
	return err == nil
}

// unwilling is a person who does not, or a rule that forbids: no fault of the unit.
type unwilling struct{ error }

func (w *world) movesIn(p *person) {
	w.atDesk("a person is added", p, func(ctx context.Context, s desk.Session) error {
		if !p.until.IsZero() && !w.clock.now.Before(p.until) {
			return unwilling{errors.New("the lease is over")}
		}
		is, err := w.door.Desk.AddPerson(ctx, s, desk.Details{Name: policy.Private(p.name), Lang: p.lang,
			Apartment: policy.Private(fmt.Sprintf("Apartment-%03d", p.n)), Until: p.until, Groups: []string{p.group},
			Minor: p.minor, LongOpen: p.longOpen})
		if err != nil {
			return err
		}
		p.id, p.known = is.ID, true
		if err := w.giveCard(ctx, s, p, uint64(1000+p.n)); err != nil {
			return err
		}
		if p.life.pin {
			pin := fmt.Sprintf("%07d", 1e6+w.rnd.IntN(9e6))
			if _, err := w.door.Desk.AssignPIN(ctx, s, p.id, desk.Secret(pin), false); err != nil {
				return err
			}
			p.pin = pin
		}
		return nil
	})
	w.pass(time.Minute)
	w.tap(p.card) // their first way in, which shows that it works
	w.pass(20 * time.Second)
}

// giveCard has the person hold a new card to the reader.
func (w *world) giveCard(ctx context.Context, s desk.Session, p *person, card uint64) error {
	c, err := w.door.Desk.AssignCard(ctx, s, p.id, "fob", func(desk.Step) { w.hold(card) })
	if err == nil {
		p.card, p.cardID = card, c.ID
	}
	return err
}

// hold holds a card to the reader for the desk.
func (w *world) hold(card uint64) {
	e, _, _ := w.door.reader.train(w.clock.running(), cardBits(card), nil)
	e.At = w.clock.host()
	w.driver.Device(e)
}

func (w *world) losesCard(p *person) {
	if !p.known || p.card == 0 || w.unplugged {
		return
	}
	w.atDesk("a lost card is revoked and replaced", p, func(ctx context.Context, s desk.Session) error {
		old, id := p.card, p.cardID
		if _, err := w.door.Desk.RevokeCredential(ctx, s, p.id, id); err != nil {
			return err
		}
		p.lost = append(p.lost, old)
		p.card = 0
		if p.pin == "" { // with the last way in besides it the face ended (R-ALT)
			w.faceEnds(p)
		}
		return w.giveCard(ctx, s, p, old+2000)
	})
	w.pass(10 * time.Second)
}

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

func (w *world) inLease(p *person) bool {
	return p.until.IsZero() || w.clock.now.Add(time.Hour).Before(p.until)
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

func (w *world) asksRemoval(p *person) {
	if !p.known {
		return
	}
	w.remove(p, "own request")
}

func (w *world) remove(p *person, why string) {
	w.atDesk("a person is erased", p, func(ctx context.Context, s desk.Session) error {
		blocks, err := w.door.vault.Ciphertext(p.id, "person")
		if err != nil {
			return err
		}
		if _, err := w.door.Desk.RemovePerson(ctx, s, p.id, why); err != nil {
			return err
		}
		p.known, p.enrolled, p.consent, p.ended = false, false, false, w.clock.now
		p.blocks = append(p.blocks, blocks...)
		w.checkErased(p)
		return nil
	})
	w.pass(5 * time.Second)
}

// invites gives a visitor a pass for some hours, with which they come twice.
func (w *world) invites(p *person) {
	if w.unplugged || !p.known || !w.inLease(p) || p.group != "residents" {
		return
	}
	var pass desk.Pass
	ok := w.atDesk("a pass is made", p, func(ctx context.Context, s desk.Session) (err error) {
		now := w.clock.now
		pass, err = w.door.Desk.AddPass(ctx, s, p.id, now, now.Add(3*time.Hour), 1)
		return err
	})
	if !ok {
		return
	}
	digits := string(pass.Code)
	w.pass(w.between(time.Minute, 20*time.Minute))
	if w.rnd.IntN(4) == 0 {
		w.pass(3 * time.Hour)
	}
	if w.visitorComes(digits, w.expectVisitor(p, pass, 0)) {
		w.walkThrough()
		w.pass(w.between(time.Minute, 20*time.Minute))
		w.visitorComes(digits, w.expectVisitor(p, pass, 1))
	}
	w.pass(5 * time.Second)
}

// expectVisitor says what a pass comes to, of which so many uses are spent.
func (w *world) expectVisitor(host *person, pass desk.Pass, used int) outcome {
	now := w.unitTime()
	hostIn := host.known && (host.until.IsZero() || now.Before(host.until))
	switch {
	case w.model.lockdown && !w.model.emergency():
		return outcome{reason: policy.ReasonLockdown}
	case w.disk.fails == nil && !w.door.vault.Clock().Trusted && hostIn:
		return outcome{reason: policy.ReasonNoClock}
	case !hostIn:
		return outcome{reason: policy.ReasonRevoked}
	case !now.Before(pass.Until):
		return outcome{reason: policy.ReasonExpired}
	case used >= pass.Uses:
		return outcome{reason: policy.ReasonUsedUp}
	case w.disk.fails != nil:
		return outcome{reason: policy.ReasonNotCounted}
	case !w.inHours("visitors", now):
		return outcome{reason: policy.ReasonHours}
	}
	return outcome{true, policy.ReasonPass}
}

func (w *world) staffOpen(*person) {
	w.atDesk("the door is opened for a courier", nil, func(ctx context.Context, s desk.Session) error {
		w.decisions = nil
		d, err := w.door.Desk.OpenDoor(ctx, s, "courier")
		if err == nil && d.Grant {
			w.model.grant(w.clock.now, release, policy.ReasonConsole)
		}
		return err
	})
	if w.disk.fails == nil {
		w.walkThrough()
	}
}

// lockdown is ordered, tried with a card, and ended.
func (w *world) lockdown(*person) {
	if w.disk.fails != nil {
		return
	}
	w.ordering = true
	defer func() { w.ordering = w.model.lockdown }()
	w.atDesk("lockdown", nil, func(ctx context.Context, s desk.Session) error {
		if err := w.door.Desk.Lockdown(ctx, s, true); err != nil {
			return err
		}
		w.model.lockdown, w.model.until = true, time.Time{}
		return nil
	})
	for _, p := range w.people {
		if p.known && w.rnd.IntN(6) == 0 {
			w.tap(p.card)
			w.pass(3 * time.Second)
		}
	}
	w.pressREX()
	w.walkThrough()
	if w.rnd.IntN(3) == 0 {
		w.fireDrill(nil)
	}
	w.atDesk("lockdown is over", nil, func(ctx context.Context, s desk.Session) error {
		err := w.door.Desk.Lockdown(ctx, s, false)
		if err == nil {
			w.model.lockdown = false
		}
		return err
	})
	w.pass(5 * time.Second)
}

func (w *world) evacuation(*person) {
	if w.disk.fails != nil {
		return
	}
	w.ordering = true
	defer func() { w.ordering = w.model.evacuation }()
	order := func(on bool) {
		w.atDesk(either(on, "evacuation", "evacuation is over"), nil, func(ctx context.Context, s desk.Session) error {
			err := w.door.Desk.Evacuate(ctx, s, on)
			if err == nil {
				w.model.setEmergency(&w.model.evacuation, policy.AlarmEvacuate, on, w.clock.now)
			}
			return err
		})
	}
	order(true)
	w.pass(w.between(time.Second, 5*time.Second))
	w.setContact(true)
	w.pass(w.between(time.Second, 5*time.Minute))
	order(false)
	w.pass(w.between(time.Second, 20*time.Second))
	w.setContact(false)
	w.pass(5 * time.Second)
}

func (w *world) showNobody() {
	w.driver.See(&recognizer.Observation{At: w.clock.host()})
	w.pass(110 * time.Millisecond)
}
