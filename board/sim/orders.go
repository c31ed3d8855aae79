package sim

import (
	"context"
	"time"

	"menshen/board/desk"
)

func (w *world) staffOpen(*person) {
	const what = "the door is opened for a courier"
	at := w.seat(nil)
	if !w.atConsole(what, at, "open courier") {
		w.atDesk(what, nil, func(ctx context.Context, s desk.Session) error {
			_, err := at.OpenDoor(ctx, s, "courier")
			return err
		})
	}
	if w.disk.fails == nil {
		w.walkThrough()
	}
}

// lockdown is ordered, tried with a card, and ended.
func (w *world) lockdown(*person) {
	if w.disk.fails != nil {
		return
	}
	w.order("lockdown", "lockdown on", func(ctx context.Context, at *seat, s desk.Session) error {
		return at.Lockdown(ctx, s, true)
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
	if w.rnd.IntN(2) == 0 {
		w.fireDrill(nil)
	}
	w.order("lockdown is over", "lockdown off", func(ctx context.Context, at *seat, s desk.Session) error {
		return at.Lockdown(ctx, s, false)
	})
	w.pass(5 * time.Second)
}

// order lets staff give an order to the door, by a command of the console or directly. Of one that
// the power cut off it is not known whether it was given.
func (w *world) order(what, command string, f func(context.Context, *seat, desk.Session) error) {
	w.ordering = true
	if at := w.seat(nil); !w.atConsole(what, at, command) {
		w.atDesk(what, nil, func(ctx context.Context, s desk.Session) error { return f(ctx, at, s) })
	}
	w.ordering = false
}

func (w *world) evacuation(*person) {
	if w.disk.fails != nil {
		return
	}
	order := func(on bool) {
		w.order(either(on, "evacuation", "evacuation is over"), either(on, "evacuate on", "evacuate off"),
			func(ctx context.Context, at *seat, s desk.Session) error { return at.Evacuate(ctx, s, on) })
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
