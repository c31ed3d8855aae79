package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// atDesk lets the manager log in, do something and log out.
func (w *world) atDesk(what string, p *person, f func(context.Context, desk.Session) error) bool {
	ctx := context.Background()
	w.acting = p
	s, err := w.logIn(ctx)
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
	w.settle()
	w.count()
	if err != nil && w.disk.fails == nil && !errors.As(err, new(unwilling)) {
		w.fail(staffServed, "%s: %v", what, err)
	}
	return err == nil
}

func (w *world) logIn(ctx context.Context) (desk.Session, error) {
	s, err := w.door.Desk.LogIn(ctx, "serial", manager, desk.Secret(secret), i18n.English, func(desk.Step) {})
	if err != nil {
		return s, err
	}
	return w.door.Desk.Acknowledge(ctx, s)
}

// unwilling is a person who does not, or a rule that forbids: no fault of the unit.
type unwilling struct{ error }

func (w *world) movesIn(p *person) {
	const what = "a person is added"
	for w.unplugged { // no card can be given to them
		w.pass(10 * time.Minute)
	}
	over := !p.until.IsZero() && !w.clock.now.Before(p.until)
	at := w.seat(p)
	at.card = uint64(1000 + p.n)
	lines := []string{p.typedAs(w.plan.Zone), "card " + p.name + " fob"}
	if p.life.pin {
		at.pin = fmt.Sprintf("%07d", 1e6+w.rnd.IntN(9e6))
		lines = append(lines, "pin "+p.name, answer+at.pin, answer+at.pin)
	}
	if over || lines[0] == "" || !w.atConsole(what, at, lines...) {
		w.atDesk(what, p, func(ctx context.Context, s desk.Session) error {
			if over {
				return unwilling{errors.New("the lease is over")}
			}
			if _, err := at.AddPerson(ctx, s, p.details()); err != nil {
				return err
			}
			if _, err := at.AssignCard(ctx, s, p.id, "fob", func(desk.Step) {}); err != nil || at.pin == "" {
				return err
			}
			_, err := at.AssignPIN(ctx, s, p.id, desk.Secret(at.pin), false)
			return err
		})
	}
	w.pass(time.Minute)
	if w.plan.asks == forTwo {
		w.company(p)
	}
	w.tap(p.card) // their first way in, which shows that it works
	w.pass(20 * time.Second)
}

// details are what staff know of the person.
func (p *person) details() desk.Details {
	return desk.Details{Name: policy.Private(p.name), Lang: p.lang,
		Apartment: policy.Private(fmt.Sprintf("Apartment-%03d", p.n)), From: p.begins, Until: p.until,
		Groups: []string{p.group}, Minor: p.minor, LongOpen: p.longOpen, Blocked: p.blocked}
}

// change lets staff change what they know of a person; f makes the change in the world.
func (w *world) change(what string, p *person, f func(*person)) bool {
	if !p.known {
		return false
	}
	will := *p
	f(&will)
	return w.atDesk(what, p, func(ctx context.Context, s desk.Session) error {
		_, err := w.door.Desk.ChangePerson(ctx, s, p.id, will.details())
		if err == nil {
			f(p)
		}
		return err
	})
}

func (w *world) isBlocked(p *person) {
	if w.change("a person is blocked", p, func(p *person) { p.blocked = true }) {
		w.pass(5 * time.Second)
		w.comesHome(p)
	}
}

func (w *world) isUnblocked(p *person) {
	w.change("a person is no longer blocked", p, func(p *person) { p.blocked = false })
	w.pass(5 * time.Second)
}

// leaseChanges gives the lease an end in some hours, in some days, or none.
func (w *world) leaseChanges(p *person) {
	if !w.inLease(p) {
		return
	}
	until := []time.Time{{}, w.clock.now.Add(w.between(2*time.Hour, 20*time.Hour)),
		w.clock.now.Add(w.between(24*time.Hour, 200*time.Hour))}[w.rnd.IntN(3)].Truncate(time.Minute)
	if !until.IsZero() && !p.begins.Before(until) {
		return
	}
	w.change("a lease gets another end", p, func(p *person) { p.until = until })
	w.pass(5 * time.Second)
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
	const what = "a lost card is revoked and replaced"
	at := w.seat(p)
	at.card = p.card + 2000
	id := p.cardID
	if !w.atConsole(what, at, "revoke "+p.name+" "+id, "card "+p.name+" fob") {
		w.atDesk(what, p, func(ctx context.Context, s desk.Session) error {
			if _, err := at.RevokeCredential(ctx, s, p.id, id); err != nil {
				return err
			}
			_, err := at.AssignCard(ctx, s, p.id, "fob", func(desk.Step) {})
			return err
		})
	}
	w.pass(10 * time.Second)
}

func (w *world) inLease(p *person) bool {
	return p.until.IsZero() || w.clock.now.Add(time.Hour).Before(p.until)
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
		p.known, p.gone, p.enrolled, p.consent, p.ended = false, true, false, false, w.clock.now
		p.blocks = append(p.blocks, blocks...)
		w.checkErased(p)
		return nil
	})
	w.pass(5 * time.Second)
}
