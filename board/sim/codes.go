package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/hal"
	"menshen/policy"
)

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
		if b != '#' { // which the unit hears at once
			w.pass(w.between(100*time.Millisecond, 700*time.Millisecond))
		}
	}
	return w.presentPIN(last, p)
}

// presentPIN hands over the last button. A keypad that is locked out denies the right PIN too.
func (w *world) presentPIN(e hal.ReaderEvent, p *person) bool {
	e.At = w.clock.host()
	want := outcome{reason: policy.ReasonUnknown}
	if p != nil && p.known {
		want = w.expectPerson(p, w.unitTime(), policy.ReasonPIN)
	}
	if w.lockedDown() {
		want = outcome{reason: policy.ReasonLockdown}
	}
	w.decisions = nil
	w.driver.Device(e)
	w.drain()
	d := w.decided()
	if d == nil {
		w.fail(decided, "nothing came of a PIN")
	}
	switch least := w.wrongAtLeast(); {
	case d.Reason == policy.ReasonKeypadLockout:
		if w.wrongAtMost(time.Hour+longestLockout) < 5 {
			w.fail(validGranted, "the keypad is locked out after %d wrong codes", least)
		}
	default:
		if w.mustBeLockedOut(least) && want.reason != policy.ReasonLockdown {
			w.fail(guessesSlow, "the keypad answers after %d wrong codes in an hour", least)
		}
		w.checkDecision(*d, want, p)
	}
	if countsWrong(*d) {
		w.noteWrong(wrongCode{d.At, w.clock.now, w.clock.now, w.disk.fails == nil})
	}
	if d.Moves() {
		w.rightPINs++
	}
	if d.Grant {
		w.model.grant(w.clock.now, w.lengthFor(p), d.Reason)
	}
	w.settle()
	return d.Grant
}

// wrongCode is a code that counts as wrong.
type wrongCode struct {
	at               time.Time // by the unit's time, by which alone it knows the code's age after a start
	oldest, youngest time.Time // between which the unit may take it to be typed, in true time
	safe             bool      // on the disk
}

// countsWrong reports whether a code counts. One that is right and opens nothing does: no guesser
// learns that it exists.
func countsWrong(d policy.Decision) bool {
	return d.Means == policy.ByPIN && !d.Moves() && d.Reason != policy.ReasonKeypadLockout &&
		d.Reason != policy.ReasonLockdown && d.Reason != policy.ReasonSecond
}

// wrongAtLeast is how many wrong codes of the last hour surely count. A right one takes one back.
func (w *world) wrongAtLeast() (n int) {
	for _, c := range w.wrongPINs {
		n += either(w.clock.now.Sub(c.oldest) < time.Hour, 1, 0)
	}
	if n == 0 {
		w.rightPINs = 0
	}
	return n - w.rightPINs
}

// wrongAtMost is how many codes may count as wrong ones of so long a time.
func (w *world) wrongAtMost(d time.Duration) (n int) {
	for _, c := range w.wrongPINs {
		n += either(w.clock.now.Sub(c.youngest) < d, 1, 0)
	}
	return n
}

// longestLockout is how long a keypad is locked out at most.
const longestLockout = 15 * time.Minute

// mustBeLockedOut reports whether after so many wrong codes the keypad is locked out for sure: for
// half a minute after the fifth, and twice as long after each further one.
func (w *world) mustBeLockedOut(wrong int) bool {
	if wrong < 5 {
		return false
	}
	lasts := min(30*time.Second<<min(wrong-5, 10), longestLockout)
	return w.clock.now.Sub(w.wrongPINs[len(w.wrongPINs)-1].oldest) < lasts-time.Second
}

// noteWrong keeps a wrong code, and forgets those that can count no more.
func (w *world) noteWrong(c wrongCode) {
	over := func(c wrongCode) bool {
		return w.clock.now.Sub(c.youngest) > 2*time.Hour && w.unitTime().Sub(c.at) > 2*time.Hour
	}
	w.wrongPINs = append(slices.DeleteFunc(w.wrongPINs, over), c)
}

// recallCodes takes in what the unit, which starts, makes of the wrong codes in its log.
func (w *world) recallCodes() {
	for i := range w.wrongPINs {
		c := &w.wrongPINs[i]
		at := w.clock.now.Add(-max(0, w.unitTime().Sub(c.at)))
		if c.youngest.Before(at) {
			c.youngest = at
		}
		if c.oldest.After(at) {
			c.oldest = at
		}
	}
}

func (w *world) guesses(*person) {
	for range 3 + w.rnd.IntN(50) {
		guess := fmt.Sprintf("%06d", w.rnd.IntN(1e6))
		if slices.ContainsFunc(w.people, func(p *person) bool { return p.pin == guess }) {
			continue
		}
		w.typePIN(guess, nil)
		w.pass(w.between(time.Second, 20*time.Second))
		if w.plan.faults && w.rnd.IntN(15) == 0 && w.calm() && w.atRest() && w.disk.cutIn == 0 { // and pulls the plug
			w.restart(readFile(w.disk.path), w.between(time.Second, 4*time.Second))
		}
	}
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
		w.pass(150*time.Millisecond + time.Duration(w.pace.Int64N(int64(650*time.Millisecond)))) // read off a slip
	}
	var e hal.ReaderEvent
	for e.Button == 0 {
		e, _ = w.pulses(buttonBits('#'))
	}
	if w.wrongAtMost(time.Hour+longestLockout) >= 5 {
		return false // the keypad may be locked out; the visitor rings
	}
	return w.present(e, want, nil)
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
	want := w.expectVisitor(p, pass, 0)
	w.host = p
	in := w.visitorComes(digits, want)
	if want.reason == policy.ReasonNotCounted { // they wait until the disk is well
		for w.disk.fails != nil {
			w.pass(10 * time.Minute)
		}
		w.pass(time.Minute)
		in = w.visitorComes(digits, w.expectVisitor(p, pass, 0))
	}
	if in {
		w.walkThrough()
		w.pass(w.between(time.Minute, 20*time.Minute))
		w.visitorComes(digits, w.expectVisitor(p, pass, 1))
	}
	w.pass(5 * time.Second)
}

// expectVisitor says what a pass comes to, of which so many uses are spent.
func (w *world) expectVisitor(host *person, pass desk.Pass, used int) outcome {
	now := w.unitTime()
	hostIn := host.known && !host.blocked && host.begun(now) && !host.over(now)
	switch {
	case w.lockedDown():
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
	return w.withSecond(host, now, outcome{true, policy.ReasonPass})
}
