package sim

import (
	"context"
	"time"

	"menshen/board/desk"
	"menshen/policy"
)

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
