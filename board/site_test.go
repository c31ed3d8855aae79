package board

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// The bench's clock stands at Monday, 2026-03-02 08:00 UTC, which is 16:00 in Shanghai.

func hours(t *testing.T, spans ...string) (s policy.Schedule) {
	t.Helper()
	for _, text := range spans {
		var p policy.Span
		if err := p.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		s = append(s, p)
	}
	return s
}

// pin gives somebody a PIN, and types one.
func (b *bench) pin(id policy.PersonID, digits string) {
	b.Helper()
	if _, err := b.vault.AddCredential(store.Door, id, policy.PINKind, []byte(digits), "PIN", false); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) types(digits string) store.Entry {
	for _, k := range digits + "#" {
		b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Key: hal.Key(k)})
	}
	return b.last()
}

func TestHoursOfGroups(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "day", Hours: hours(t, "mon-fri 07:00-18:00")}, {Group: "night", Hours: hours(t, "mon-fri 22:00-06:00")}}
	})
	day, night := b.someone(1), b.someone(2)
	for id, group := range map[policy.PersonID]string{day: "day", night: "night"} {
		if err := b.vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error { p.Groups = []string{group}; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	at := func(want1, want2 bool) {
		t.Helper()
		for n, want := range map[uint64]bool{1: want1, 2: want2} {
			b.tapped(n)
			if e := b.last(); e.Grant != want || !want && e.Reason != policy.ReasonHours {
				t.Errorf("card %d at %v: %v, %s", n, b.clock.now(), e.Grant, e.Reason)
			}
			b.later(10 * time.Second)
		}
	}
	at(true, false)        // 16:00 in Shanghai
	b.later(7 * time.Hour) // 23:00
	at(false, true)
	b.later(24 * 4 * time.Hour) // Friday night, and the small hours of Saturday after it
	b.later(4 * time.Hour)
	at(false, true)
}

func TestKeypadRestsAfterWrongCodes(t *testing.T) {
	b := newBench(t)
	b.pin(b.someone(1), "481516")
	for range 5 {
		if e := b.types("0000"); e.Reason != policy.ReasonUnknown {
			t.Fatalf("a wrong code: %+v", e)
		}
	}
	if e := b.types("481516"); e.Grant || e.Reason != policy.ReasonKeypadRest {
		t.Errorf("the keypad does not rest: %+v", e)
	}
	b.tapped(1)
	if !b.last().Grant {
		t.Error("a card must not suffer for a guesser at the keypad (R-EQUAL)")
	}
	b.later(31 * time.Second)
	if e := b.types("481516"); !e.Grant {
		t.Errorf("the rest does not end: %+v", e)
	}
}

func TestPassbackNeedsTheDoorToHaveOpened(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Site.Passback = config.Duration(time.Minute) })
	b.someone(1)
	b.tapped(1)
	b.later(10 * time.Second) // went away again
	b.tapped(1)
	if !b.last().Grant {
		t.Fatal("refused though nobody had come in")
	}
	b.input("contact", true)
	b.input("contact", false)
	b.later(10 * time.Second)
	b.tapped(1)
	if e := b.last(); e.Grant || e.Reason != policy.ReasonPassback {
		t.Errorf("came in twice within a minute: %+v", e)
	}
	b.later(time.Minute)
	b.tapped(1)
	if !b.last().Grant {
		t.Error("still refused a minute later")
	}
	if len(b.site.entered) > 1 {
		t.Error("entrances are kept for longer than the rule needs")
	}
}

func TestTwoPersons(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Site.TwoPersons = config.Duration(10 * time.Second) })
	b.someone(1)
	b.someone(2)
	b.tapped(1)
	b.later(time.Second)
	b.tapped(1)
	if e := b.last(); e.Grant || e.Reason != policy.ReasonSecond {
		t.Errorf("one person twice: %+v", e)
	}
	b.tapped(2)
	if !b.last().Grant {
		t.Errorf("two people: %+v", b.last())
	}
	b.later(time.Minute)
	b.tapped(2)
	if b.last().Grant {
		t.Error("the pair counts once")
	}
}

// TestTwoPersonsAPassIsItsHost: who invites a visitor does not become two people by it, whichever of the two asks first.
func TestTwoPersonsAPassIsItsHost(t *testing.T) {
	b := newPassBench(t)
	b.mustDo(func() { b.site.conf.TwoPersons = config.Duration(10 * time.Second) })
	host := b.someone(7)
	b.someone(8)
	own, other, staffs := b.pass(host, 4, 9), b.pass(host, 4, 9), b.pass(policy.PersonID{}, 4, 9)
	card := func(n uint64) func() store.Entry { return func() store.Entry { return b.tapAtReader(n) } }
	code := func(v visit) func() store.Entry { return func() store.Entry { return b.shows(v.text) } }
	for _, test := range []struct {
		name          string
		first, second func() store.Entry
		opens         bool
	}{
		{"own card, then own visitor's pass", card(7), code(own), false},
		{"own visitor's pass, then own card", code(own), card(7), false},
		{"two passes of one host", code(own), code(other), false},
		{"another's card, then the pass", card(8), code(own), true},
		{"a pass by staff, then a card", code(staffs), card(7), true},
	} {
		b.wait(time.Minute)
		if e := test.first(); e.Grant || e.Reason != policy.ReasonSecond {
			t.Errorf("%s, the first: %+v", test.name, e)
		}
		b.wait(2 * time.Second)
		if e := test.second(); e.Grant != test.opens || b.relay.On() != test.opens {
			t.Errorf("%s: %v, %s", test.name, e.Grant, e.Reason)
		}
	}
}

func TestInterlock(t *testing.T) {
	b := newBench(t)
	b.someone(1)
	b.input("interlock", true)
	b.tapped(1)
	if e := b.last(); e.Grant || e.Reason != policy.ReasonInterlock {
		t.Errorf("opened while the other door is open: %+v", e)
	}
	b.input("rex", true)
	if !b.last().Grant {
		t.Error("REX must open whatever the other door does (R-SAFE)")
	}
	b.tick(b.clock.now())
	if !b.outputs["interlock"].On() {
		t.Error("the other door is not told that this one is unlocked")
	}
	b.later(time.Minute)
	b.input("interlock", false)
	b.tapped(1)
	if !b.last().Grant {
		t.Error("the other door is closed again")
	}
}

func TestFreePassageWaitsForSomebody(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.Free = config.FreePassage{Hours: hours(t, "mon-fri 16:00-17:00"), FirstPerson: true, Groups: []string{"staff"}}
	})
	b.source.set.Store(true)
	guest, staff := b.someone(1), b.someone(2)
	_ = guest
	if err := b.vault.ChangePerson(store.Door, staff, "groups", func(p *policy.Person) error { p.Groups = []string{"staff"}; return nil }); err != nil {
		t.Fatal(err)
	}
	in := func(n uint64) {
		b.tapped(n)
		b.input("contact", true)
		b.input("contact", false)
		b.later(10 * time.Second)
	}
	in(1)
	if b.relay.On() {
		t.Error("a guest does not begin free passage")
	}
	in(2)
	if !b.relay.On() {
		t.Fatal("no free passage after staff came in")
	}
	b.later(time.Hour)
	if b.relay.On() {
		t.Error("free passage does not end with its hours")
	}
}

// TestOverridesHoldOverARestart, and leave nothing on file, however often they change.
func TestOverridesHoldOverARestart(t *testing.T) {
	b := newBench(t)
	b.run()
	b.someone(1)
	before, err := b.vault.Papers("")
	if err != nil {
		t.Fatal(err)
	}
	filed := len(before)
	ctx := context.Background()
	if err := b.desk.Lockdown(ctx, b.staff, true); err != nil {
		t.Fatal(err)
	}
	if e := b.tapAtReader(1); e.Grant || e.Reason != policy.ReasonLockdown {
		t.Errorf("a card in lockdown: %+v", e)
	}
	if err := b.desk.Lockdown(ctx, b.staff, true); err == nil {
		t.Error("an override set twice should say that it is so already")
	}
	again := &Unit{vault: b.vault, site: newSite(b.cfg.Site)}
	if err := again.loadOverrides(); err != nil || !again.site.lockdown() {
		t.Errorf("the lockdown ended with the program: %v", err)
	}
	if err := b.desk.Evacuate(ctx, b.staff, true); err != nil {
		t.Fatal(err)
	}
	if !b.relay.On() {
		t.Error("evacuation must open, lockdown or not (R-SAFE)")
	}
	for _, end := range []error{b.desk.Evacuate(ctx, b.staff, false), b.desk.Lockdown(ctx, b.staff, false)} {
		if end != nil {
			t.Error(end)
		}
	}
	if b.relay.On() || !b.tapAtReader(1).Grant {
		t.Error("the door is not as before")
	}
	if b.count("orders") != 4 {
		t.Errorf("%d overrides on record", b.count("orders"))
	}
	if on, err := b.vault.Papers(""); err != nil || len(on) != filed {
		t.Errorf("%d papers on file, %d before the overrides: %v", len(on), filed, err)
	}
}

func TestDuressCallsForHelpInSilence(t *testing.T) {
	b := newBench(t)
	id := b.someone(1)
	if _, err := b.desk.AssignPIN(context.Background(), b.staff, id, []byte("481516"), true); err != nil {
		t.Fatal(err)
	}
	b.types("481516")
	b.tick(b.clock.now())
	if !b.relay.On() || !b.outputs["duress"].On() || b.outputs["alarm"].On() {
		t.Errorf("relay %v, duress %v, alarm %v", b.relay.On(), b.outputs["duress"].On(), b.outputs["alarm"].On())
	}
	b.later(11 * time.Second)
	if b.outputs["duress"].On() {
		t.Error("the contact stays closed")
	}
}

// A phone, a card held badly: neither puts the reader out of order, nor faces with it.
func TestAMisreadIsNoFaultOfTheReader(t *testing.T) {
	b := newBench(t)
	b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: errors.New("parity is wrong"), Frame: true})
	if off := b.facesOff().String(); off != "" || !b.takes(policy.CardKind) || len(b.faults) != 0 {
		t.Errorf("faces off: %q, cards taken: %v, faults %v", off, b.takes(policy.CardKind), b.faults)
	}
	b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: errors.New("parity is wrong"), Frame: true})
	if b.count("misread") != 1 {
		t.Errorf("%d records of two misreads within a minute", b.count("misread"))
	}
	b.handle(hal.ReaderEvent{At: b.clock.now(), Reader: "outside", Fault: errors.New("lines are gone")})
	if off := b.facesOff().String(); off != "R-ALT" || b.takes(policy.CardKind) {
		t.Errorf("the only reader is gone, and faces are off because of %q", off)
	}
}

// TestEvacuationOfAnImpulseLock: it cannot be held open, so nobody is told that it is; exit goes on working, pulse by pulse.
func TestEvacuationOfAnImpulseLock(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Relay.Lock = "impulse" })
	pulses := make(chan bool, 16)
	b.hw.Relay = &watchful{b.relay, func(on bool) { pulses <- on }}
	b.run()
	pulse := func(why string) {
		t.Helper()
		select {
		case on := <-pulses:
			if !on {
				t.Errorf("%s locked", why)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%s gave no pulse", why)
		}
	}
	var told *console.Problem
	if err := b.desk.Evacuate(context.Background(), b.staff, true); !errors.As(err, &told) || told.Remedy == "" {
		t.Errorf("the operator was told %v", err)
	}
	pulse("evacuation")
	b.events <- hal.InputEvent{At: b.clock.now(), Input: "rex", Active: true}
	pulse("REX in an evacuation")
}

// TestStrangeCardsAreCounted: a reader held busy with cards that nobody has, or a keypad that rests, fills no disk; every refusal is on record, by itself or in
// a number, and a resident's card among them by itself.
func TestStrangeCardsAreCounted(t *testing.T) {
	b := newBench(t)
	b.someone(7)
	const strangers = 300
	for n := range strangers { // ten a second, for half a minute
		b.tapped(uint64(1000 + n))
		b.later(100 * time.Millisecond)
	}
	if b.tapped(7); !b.last().Grant || b.count(audit.Decision) != strangeShown+1 {
		t.Errorf("%d decisions on record", b.count(audit.Decision))
	}
	b.later(time.Minute)
	for _, e := range b.entries() {
		if e.Kind == audit.StrangeTries && e.Detail["times"] != fmt.Sprint(strangers-strangeShown) {
			t.Errorf("counted %s", e.Detail["times"])
		}
	}
	if b.count(audit.StrangeTries) != 1 {
		t.Errorf("%d records of the number", b.count(audit.StrangeTries))
	}
	if b.tapped(9999); b.last().Reason != policy.ReasonUnknown {
		t.Error("in the next minute a strange card has no record of its own")
	}
	was := b.count(audit.Decision)
	for range 60 {
		b.types("0000")
	}
	if n := b.count(audit.Decision) - was; n != 5+strangeShown-1 {
		t.Errorf("sixty codes, of which the keypad took five, made %d records", n)
	}
}
