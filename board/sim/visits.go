package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/hal"
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
		CourierComes: (*world).invites, CourierWaits: (*world).staffOpen, Tailgates: (*world).tailgates,
		HoldsDoor: (*world).holdsDoor, StrangerCard: (*world).strangerCard, Stranger: (*world).stranger,
		Guesses: (*world).guesses, BreaksIn: (*world).breaksIn, FireDrill: (*world).fireDrill,
		Locksdown: (*world).lockdown, Evacuates: (*world).evacuation, OnTheDot: (*world).comesHome,
	}
	for k, f := range faultScript {
		script[k] = f
	}
}

// between draws a time.
func (w *world) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.rnd.Int64N(int64(to-from)))
}

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

// unitTime is the time by which the unit decides.
func (w *world) unitTime() time.Time { return w.door.vault.Clock().Now }

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
	w.driver.Device(e)
	w.drain()
	d := w.decided()
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

func (w *world) goesOut(*person) {
	w.pressREX()
	w.walkThrough()
}

// comesHome is a person at the door with what they have: a face, a PIN or a card.
func (w *world) comesHome(p *person) {
	in := false
	shows := p.enrolled || !p.ended.IsZero() && w.rnd.IntN(3) == 0 // also one who gave it up, out of habit
	if shows && p.face && w.rnd.IntN(10) < 8 {
		in = w.walkUp(p, 0.95, true)
	}
	if !in && p.pin != "" && w.rnd.IntN(3) == 0 {
		in = w.typePIN(p.pin, p)
	}
	if !in {
		in = w.tap(p.card)
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

// typePIN types a PIN of p, or of nobody.
func (w *world) typePIN(pin string, p *person) bool {
	if w.unplugged {
		return false
	}
	var last hal.ReaderEvent
	for _, b := range []byte("*" + pin + "#") { // what a thief left is cleared first
		for last.Button = 0; last.Button == 0; {
			e, _ := w.pulses(buttonBits(b))
			if last = e; e.Button != 0 && b != '#' {
				w.driver.Device(e)
				w.settle()
			}
		}
		w.pass(w.between(100*time.Millisecond, 700*time.Millisecond))
	}
	return w.presentPIN(last, p)
}

// presentPIN hands over the last button. A keypad that is locked out denies the right PIN too.
func (w *world) presentPIN(e hal.ReaderEvent, p *person) bool {
	e.At = w.clock.host()
	w.decisions = nil
	w.driver.Device(e)
	w.drain()
	d := w.decided()
	if d == nil {
		w.fail(decided, "nothing came of a PIN")
	}
	want := outcome{reason: policy.ReasonUnknown}
	if p != nil && p.known {
		want = w.expectPerson(p, w.unitTime(), policy.ReasonPIN)
	}
	if w.model.lockdown && !w.model.emergency() {
		want = outcome{reason: policy.ReasonLockdown}
	}
	wrong := w.wrongLately()
	switch {
	case d.Reason == policy.ReasonKeypadLockout:
		if w.wrongWithin(time.Hour+longestLockout) < 5 {
			w.fail(validGranted, "the keypad is locked out after %d wrong codes", wrong)
		}
	default:
		if wrong >= 5+w.rightPINs && w.clock.now.Sub(w.wrongPINs[len(w.wrongPINs)-1]) < 29*time.Second &&
			want.reason != policy.ReasonLockdown {
			w.fail(guessesSlow, "the keypad answers after %d wrong codes in an hour", wrong)
		}
		w.checkDecision(*d, want, p)
	}
	if !d.Grant && d.Reason != policy.ReasonKeypadLockout && d.Reason != policy.ReasonLockdown {
		// A code that is right and does not open counts as wrong: no guesser learns that it exists.
		w.wrongPINs = append(w.wrongPINs, w.clock.now)
	}
	if d.Grant {
		w.rightPINs++
		w.model.grant(w.clock.now, w.lengthFor(p), d.Reason)
	}
	w.settle()
	return d.Grant
}

// longestLockout is how long a keypad is locked out at most.
const longestLockout = 15 * time.Minute

// wrongLately counts the wrong codes of the last hour.
func (w *world) wrongLately() int {
	n := w.wrongWithin(time.Hour)
	if n == 0 {
		w.rightPINs = 0
	}
	return n
}

func (w *world) wrongWithin(d time.Duration) (n int) {
	for i := len(w.wrongPINs) - 1; i >= 0 && w.clock.now.Sub(w.wrongPINs[i]) < d; i-- {
		n++
	}
	return n
}

func (w *world) guesses(*person) {
	for range 3 + w.rnd.IntN(20) {
		guess := fmt.Sprintf("%06d", w.rnd.IntN(1e6))
		if slices.ContainsFunc(w.people, func(p *person) bool { return p.pin == guess }) {
			continue
		}
		w.typePIN(guess, nil)
		w.pass(w.between(time.Second, 20*time.Second))
	}
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
	for range w.rnd.IntN(4) {
		w.pass(w.between(time.Second, 10*time.Second))
		w.setContact(true)
		w.pass(w.between(time.Second, 60*time.Second))
		if w.rnd.IntN(4) > 0 {
			w.setContact(false)
		}
		if w.rnd.IntN(3) == 0 {
			w.pressREX()
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

// walkUp shows a face to the camera until something is decided, and gives whether the door opens.
// own is whether the person themself stands there.
func (w *world) walkUp(p *person, live float32, own bool) bool {
	w.decisions = nil
	good := live > 0.5
	for range 40 {
		score := drawScore(w.rnd, w.scores)
		l := live - float32(w.rnd.Float64())*0.1
		o := look(w.rnd, p.base, score, l, w.clock.host())
		w.driver.See(&o)
		w.drain()
		if d := w.decided(); d != nil {
			w.checkFace(*d, p, own, good)
			w.settle()
			return d.Grant
		}
		w.settle()
		w.pass(100 * time.Millisecond)
		if d := w.decided(); d != nil { // the window ended by itself
			w.checkFace(*d, p, own, good)
			return d.Grant
		}
	}
	w.pass(5 * time.Second)
	return false
}

// photo is a thief with a photo of a person who has a face here.
func (w *world) photo(p *person) {
	live := float32(0.3)
	if w.rnd.IntN(6) == 0 {
		live = 0.95
		w.GoodPhoto++
	}
	if w.walkUp(p, live, false) {
		w.PhotoIn++
		w.walkThrough()
	}
	w.pass(10 * time.Second)
}

func (w *world) stranger(*person) {
	n := 100000 + w.now.N
	s := &person{n: n, name: "a stranger", base: newFace(w.plan.Seed, n, n)}
	w.walkUp(s, 0.95, false)
	w.strangers = append(w.strangers, s.base.view(w.rnd, 1)[:]...)
	w.pass(10 * time.Second)
}

func (w *world) byID(id policy.PersonID) *person {
	for _, p := range w.people {
		if !id.IsZero() && p.id == id {
			return p
		}
	}
	return nil
}

// visitorComes types the digits of a pass.
func (w *world) visitorComes(digits string, want outcome) bool {
	for _, b := range []byte("*" + strings.TrimSpace(digits)) {
		for sent := false; !sent; {
			e, _ := w.pulses(buttonBits(b))
			if sent = e.Button != 0; sent {
				w.driver.Device(e)
				w.settle()
			}
		}
		w.pass(150 * time.Millisecond)
	}
	var e hal.ReaderEvent
	for e.Button == 0 {
		e, _ = w.pulses(buttonBits('#'))
	}
	if w.wrongLately() >= 5 {
		return false // the keypad may be locked out; the visitor rings
	}
	return w.present(e, want, nil)
}
