package sim

import (
	"slices"
	"time"

	"menshen/hal"
	"menshen/policy"
)

// walkThrough is a person who opens the door, goes through and lets it fall shut.
func (w *world) walkThrough() {
	w.pass(w.between(300*time.Millisecond, 3500*time.Millisecond))
	if w.rnd.IntN(15) == 0 {
		w.pass(3200 * time.Millisecond) // pushed late
	}
	w.setContact(true)
	w.pass(w.between(time.Second, 8*time.Second))
	w.setContact(false)
	w.pass(w.between(time.Second, 4*time.Second))
}

// setContact opens or closes the door itself. One in thirty contacts bounces.
func (w *world) setContact(open bool) {
	w.contact(open)
	if w.rnd.IntN(30) == 0 {
		for range 2 {
			w.pass(time.Duration(5+w.rnd.IntN(20)) * time.Millisecond)
			w.door.contact.on = open
			w.driver.Device(hal.InputEvent{At: w.clock.host(), Input: "contact", Active: open})
			w.settle()
		}
	}
}

func (w *world) contact(open bool) {
	w.tell("the door is %s", either(open, "opened", "closed"))
	w.door.contact.on = open
	w.driver.Device(hal.InputEvent{At: w.clock.host(), Input: "contact", Active: open})
	w.model.setOpen(open, w.clock.now)
	w.settle()
}

// pressREX presses the request to exit. It opens always.
func (w *world) pressREX() {
	w.tell("the exit button is pressed")
	w.decisions = nil
	w.driver.Device(hal.InputEvent{At: w.clock.host(), Input: "rex", Active: true})
	w.drain()
	w.model.grant(w.clock.now, release, policy.ReasonREX)
	w.settle()
	w.pass(w.between(100*time.Millisecond, time.Second))
	w.driver.Device(hal.InputEvent{At: w.clock.host(), Input: "rex"})
	w.settle()
}

// breaksIn forces the door; later it is shut.
func (w *world) breaksIn(*person) {
	w.pass(3 * time.Second)
	w.setContact(true)
	w.pass(w.between(5*time.Second, 2*time.Minute))
	w.setContact(false)
	w.pass(5 * time.Second)
}

// fireDrill raises the fire line while people come and go.
func (w *world) fireDrill(*person) {
	w.setFire(true)
	for range 1 + w.rnd.IntN(4) {
		w.pass(w.between(time.Second, 10*time.Second))
		w.setContact(true)
		w.pass(w.between(time.Second, 60*time.Second))
		if w.rnd.IntN(4) > 0 {
			w.setContact(false)
		}
		if w.rnd.IntN(3) == 0 {
			w.pressREX()
		}
		if i := slices.IndexFunc(w.people, func(p *person) bool { return p.known && w.rnd.IntN(4) == 0 }); i >= 0 {
			w.tap(w.people[i].card) // who does not see that the door is open
		}
	}
	w.pass(w.between(time.Second, time.Minute))
	w.setFire(false)
	w.pass(w.between(time.Second, 40*time.Second))
	w.setContact(false)
	w.pass(5 * time.Second)
}

func (w *world) setFire(on bool) {
	w.tell("the fire line is %s", either(on, "raised", "cleared"))
	w.door.fire.on = on
	w.driver.Device(hal.InputEvent{At: w.clock.host(), Input: "fire", Active: on})
	w.model.setEmergency(&w.model.fire, "fire", on, w.clock.now)
	w.settle()
}
