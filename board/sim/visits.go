package sim

import (
	"time"

	"menshen/policy"
)

// happen lets one happening take place.
func (w *world) happen(h Happening) {
	var p *person
	if h.Who >= 0 {
		p = w.people[h.Who]
		if h.Kind != MovesIn && p.id.IsZero() {
			return // they never moved in: this was left out of the plan, or failed
		}
		w.tell("%s %s", p.name, h.Kind)
	} else {
		w.tell("%s", h.Kind)
	}
	w.decisions = nil
	script[h.Kind](w, p)
}

// script says how each kind of happening goes.
var script map[Kind]func(*world, *person)

func init() {
	script = map[Kind]func(*world, *person){
		MovesIn: (*world).movesIn, ComesHome: (*world).comesHome, GoesOut: (*world).goesOut,
		GetsFace: (*world).getsFace, Refuses: (*world).refusesFace, GivesFaceUp: (*world).givesFaceUp,
		StaffEnds: (*world).staffEnd, LosesCard: (*world).losesCard, ThiefTries: (*world).thief,
		PhotoShown: (*world).photo, AsksRemoval: (*world).asksRemoval, Invites: (*world).invites,
		CourierComes: (*world).invites, CourierWaits: (*world).staffOpen,
		Blocked: (*world).isBlocked, Unblocked: (*world).isUnblocked, LeaseChanges: (*world).leaseChanges,
		BacksUp: (*world).backsUp, Updates: (*world).updates, Assesses: (*world).assesses,
		ClockTurns: (*world).comesHome, Tailgates: (*world).tailgates, HoldsDoor: (*world).holdsDoor,
		StrangerCard: (*world).strangerCard, Stranger: (*world).stranger,
		Guesses: (*world).guesses, BreaksIn: (*world).breaksIn, FireDrill: (*world).fireDrill,
		Locksdown: (*world).lockdown, Evacuates: (*world).evacuation, OnTheDot: (*world).comesHome,
		ChangesHours: (*world).changesHours, Rings: (*world).rings,
	}
	for k, f := range faultScript {
		script[k] = f
	}
}

// between draws a time.
func (w *world) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.rnd.Int64N(int64(to-from)))
}

// unitTime is the time by which the unit decides.
func (w *world) unitTime() time.Time { return w.door.vault.Clock().Now }

func (w *world) goesOut(*person) {
	w.pressREX()
	w.walkThrough()
}

// comesHome is a person at the door with what they have: a face, a PIN or a card.
func (w *world) comesHome(p *person) {
	in := false
	shows := p.enrolled || !p.ended.IsZero() && w.rnd.IntN(3) == 0 // also one who gave it up, out of habit
	if shows && p.face && w.plan.asks != forFace && w.rnd.IntN(10) < 8 {
		in = w.walkUp(p, 0.95)
	}
	if w.plan.asks == forTwo && w.rnd.IntN(2) == 0 {
		w.company(p)
	}
	if !in && p.pin != "" && w.rnd.IntN(3) == 0 {
		in = w.typePIN(p.pin, p)
	}
	if !in {
		in = w.cardAndFace(p)
	}
	if !in && w.plan.asks == forTwo && w.first.who == p {
		w.pass(w.between(time.Second, 150*time.Second))
		in = w.company(p)
	}
	if in && w.rnd.IntN(20) > 0 {
		w.walkThrough()
	}
	w.pass(w.between(time.Second, 10*time.Second))
}

func (w *world) tailgates(p *person) {
	if w.tap(p.card) {
		w.pass(time.Second)
		w.setContact(true)
		w.pass(w.between(6*time.Second, 20*time.Second)) // two go through
		w.setContact(false)
	}
	w.pass(5 * time.Second)
}

func (w *world) holdsDoor(p *person) {
	if !w.tap(p.card) {
		return
	}
	w.pass(time.Second)
	w.setContact(true)
	w.pass(w.between(20*time.Second, 90*time.Second))
	if w.rnd.IntN(2) == 0 { // somebody carries things in, and asks for more time
		w.tap(p.card)
		w.pass(w.between(time.Second, 50*time.Second))
	}
	w.setContact(false)
	w.pass(5 * time.Second)
}

func (w *world) byID(id policy.PersonID) *person {
	for _, p := range w.people {
		if !id.IsZero() && p.id == id {
			return p
		}
	}
	return nil
}
