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
	w.order("lockdown", func(ctx context.Context, s desk.Session) error {
		if err := w.door.Desk.Lockdown(ctx, s, true); err != nil {
			return err
		}
		w.model.lockdown, w.model.until = true, time.Time{}
		return nil
	})
	for _, p := range w.people {
		if p.known && w.rnd.IntN(4) == 0 {
			w.comesHome(p)
		}
	}
	if w.plan.faults && w.rnd.IntN(3) == 0 {
		w.flicker(nil)
	}
	w.pressREX()
	w.walkThrough()
	if w.rnd.IntN(3) == 0 {
		w.fireDrill(nil)
	}
	w.order("lockdown is over", func(ctx context.Context, s desk.Session) error {
		err := w.door.Desk.Lockdown(ctx, s, false)
		if err == nil {
			w.model.lockdown = false
		}
		return err
	})
	w.pass(5 * time.Second)
}

// order lets staff give an order to the door. Of one that the power cut off it is not known
// whether it was given.
func (w *world) order(what string, f func(context.Context, desk.Session) error) {
	w.ordering = true
	w.atDesk(what, nil, f)
	w.ordering = false
}

func (w *world) evacuation(*person) {
	if w.disk.fails != nil {
		return
	}
	order := func(on bool) {
		w.order(either(on, "evacuation", "evacuation is over"), func(ctx context.Context, s desk.Session) error {
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
