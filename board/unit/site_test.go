package unit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// The bench's clock stands at Monday, 2026-03-02 08:00 UTC, which is 16:00 in Shanghai.

// pin gives somebody a PIN, and types one.
func (b *bench) pin(id policy.PersonID, digits string) {
	b.Helper()
	if _, err := b.Vault.AddCredential(store.Door, id, policy.PINKind, []byte(digits), "PIN", false); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) types(digits string) store.Entry {
	for _, k := range digits + "#" {
		b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Button: hal.Button(k)})
	}
	return b.Last()
}

// TestClockSetWhileAPINIsTyped: a clock that is set between two digits takes none away, and a pause
// between two does.
func TestClockSetWhileAPINIsTyped(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	b.pin(id, "481516")
	half := func() {
		for _, k := range "481" {
			b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Button: hal.Button(k)})
		}
	}
	half()
	b.Clock.Set(b.Clock.Now().Add(time.Hour))
	b.Driver.Tick()
	if e := b.types("516"); !e.Grant || e.Person != id {
		t.Errorf("the clock was set while the PIN was typed: %+v", e)
	}
	b.Later(time.Minute)
	half()
	b.Clock.Advance(time.Minute)
	if e := b.types("516"); e.Grant {
		t.Errorf("half a PIN of a minute ago counted: %+v", e)
	}
}

func TestHoursOfGroups(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "day", Hours: boardtest.Hours(t, "mon-fri 07:00-18:00")},
			{Group: "night", Hours: boardtest.Hours(t, "mon-fri 22:00-06:00")}}
	})
	day, night := b.Someone(1), b.Someone(2)
	for id, group := range map[policy.PersonID]string{day: "day", night: "night"} {
		if err := b.Vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error {
			p.Groups = []string{group}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	at := func(want1, want2 bool) {
		t.Helper()
		for n, want := range map[uint64]bool{1: want1, 2: want2} {
			b.Tap(n)
			if e := b.Last(); e.Grant != want || !want && e.Reason != policy.ReasonHours {
				t.Errorf("card %d at %v: %v, %s", n, b.Clock.Now(), e.Grant, e.Reason)
			}
			b.Later(10 * time.Second)
		}
	}
	at(true, false)        // 16:00 in Shanghai
	b.Later(7 * time.Hour) // 23:00
	at(false, true)
	b.Later(24 * 4 * time.Hour) // Friday night, and the small hours of Saturday after it
	b.Later(4 * time.Hour)
	at(false, true)
}

func TestKeypadLockoutAfterWrongCodes(t *testing.T) {
	b := newBench(t)
	b.pin(b.Someone(1), "481516")
	for range 5 {
		if e := b.types("0000"); e.Reason != policy.ReasonUnknown {
			t.Fatalf("a wrong code: %+v", e)
		}
	}
	if e := b.types("481516"); e.Grant || e.Reason != policy.ReasonKeypadLockout {
		t.Errorf("no lockout of the keypad: %+v", e)
	}
	b.Tap(1)
	if !b.Last().Grant {
		t.Error("a card must not suffer for a guesser at the keypad (R-EQUAL)")
	}
	b.Later(31 * time.Second)
	if e := b.types("481516"); !e.Grant {
		t.Errorf("the lockout does not end: %+v", e)
	}
}

func TestPassbackNeedsTheDoorToHaveOpened(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Site.Passback = config.Duration(time.Minute) })
	b.Someone(1)
	b.Tap(1)
	b.Later(10 * time.Second) // went away again
	b.Tap(1)
	if !b.Last().Grant {
		t.Fatal("refused though nobody had come in")
	}
	b.Input("contact", true)
	b.Input("contact", false)
	b.Later(10 * time.Second)
	b.Tap(1)
	if e := b.Last(); e.Grant || e.Reason != policy.ReasonPassback {
		t.Errorf("came in twice within a minute: %+v", e)
	}
	b.Later(time.Minute)
	b.Tap(1)
	if !b.Last().Grant {
		t.Error("still refused a minute later")
	}
	if b.Unit.Entered() > 1 {
		t.Error("entrances are kept for longer than the rule needs")
	}
}

func TestTwoPersons(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Site.TwoPersons = config.Duration(10 * time.Second) })
	b.Someone(1)
	b.Someone(2)
	b.Tap(1)
	b.Later(time.Second)
	b.Tap(1)
	if e := b.Last(); e.Grant || e.Reason != policy.ReasonSecond {
		t.Errorf("one person twice: %+v", e)
	}
	b.Tap(2)
	if !b.Last().Grant {
		t.Errorf("two people: %+v", b.Last())
	}
	b.Later(time.Minute)
	b.Tap(2)
	if b.Last().Grant {
		t.Error("the pair counts once")
	}
}

// TestTwoPersonsAPassIsItsHost: who invites a visitor does not become two people by it,
// whichever of the two asks first.
func TestTwoPersonsAPassIsItsHost(t *testing.T) {
	b := newPassBench(t)
	b.mustDo(func() { b.Unit.TwoPersons(10 * time.Second) })
	host := b.Someone(7)
	b.Someone(8)
	own, other, staffs := b.pass(host, 4, 9), b.pass(host, 4, 9), b.pass(policy.PersonID{}, 4, 9)
	card := func(n uint64) func() store.Entry { return func() store.Entry { return b.TapAtReader(n) } }
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
		if e := test.second(); e.Grant != test.opens || b.Relay.On() != test.opens {
			t.Errorf("%s: %v, %s", test.name, e.Grant, e.Reason)
		}
	}
}

func TestInterlock(t *testing.T) {
	b := newBench(t)
	b.Someone(1)
	b.Input("interlock", true)
	b.Tap(1)
	if e := b.Last(); e.Grant || e.Reason != policy.ReasonInterlock {
		t.Errorf("opened while the other door is open: %+v", e)
	}
	b.Input("rex", true)
	if !b.Last().Grant {
		t.Error("REX must open whatever the other door does (R-SAFE)")
	}
	b.Driver.Tick()
	if !b.Outputs["interlock"].On() {
		t.Error("the other door is not told that this one is unlocked")
	}
	b.Later(time.Minute)
	b.Input("interlock", false)
	b.Tap(1)
	if !b.Last().Grant {
		t.Error("the other door is closed again")
	}
}

func TestFreePassageWaitsForSomebody(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Site.Free = config.FreePassage{Hours: boardtest.Hours(t, "mon-fri 16:00-17:00"), FirstPerson: true,
			Groups: []string{"staff"}}
	})
	b.Time.Set()
	guest, staff := b.Someone(1), b.Someone(2)
	_ = guest
	if err := b.Vault.ChangePerson(store.Door, staff, "groups", func(p *policy.Person) error {
		p.Groups = []string{"staff"}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	in := func(n uint64) {
		b.Tap(n)
		b.Input("contact", true)
		b.Input("contact", false)
		b.Later(10 * time.Second)
	}
	in(1)
	if b.Relay.On() {
		t.Error("a guest does not begin free passage")
	}
	in(2)
	if !b.Relay.On() {
		t.Fatal("no free passage after staff came in")
	}
	b.Later(time.Hour)
	if b.Relay.On() {
		t.Error("free passage does not end with its hours")
	}
}

// TestOverridesHoldOverARestart, and leave nothing on file, however often they change.
func TestOverridesHoldOverARestart(t *testing.T) {
	b := newBench(t)
	b.Start()
	b.Someone(1)
	before, err := b.Vault.Papers("")
	if err != nil {
		t.Fatal(err)
	}
	filed := len(before)
	ctx := context.Background()
	if err := b.Desk.Lockdown(ctx, b.Staff, true); err != nil {
		t.Fatal(err)
	}
	if e := b.TapAtReader(1); e.Grant || e.Reason != policy.ReasonLockdown {
		t.Errorf("a card in lockdown: %+v", e)
	}
	if err := b.Desk.Lockdown(ctx, b.Staff, true); err == nil {
		t.Error("an override set twice should say that it is so already")
	}
	if again := b.again(); !again.State().Lockdown {
		t.Error("the lockdown ended with the program")
	}
	if err := b.Desk.Evacuate(ctx, b.Staff, true); err != nil {
		t.Fatal(err)
	}
	if !b.Relay.On() {
		t.Error("evacuation must open, lockdown or not (R-SAFE)")
	}
	for _, end := range []error{b.Desk.Evacuate(ctx, b.Staff, false), b.Desk.Lockdown(ctx, b.Staff, false)} {
		if end != nil {
			t.Error(end)
		}
	}
	if b.Relay.On() || !b.TapAtReader(1).Grant {
		t.Error("the door is not as before")
	}
	if b.Count("orders") != 4 {
		t.Errorf("%d overrides on record", b.Count("orders"))
	}
	if on, err := b.Vault.Papers(""); err != nil || len(on) != filed {
		t.Errorf("%d papers on file, %d before the overrides: %v", len(on), filed, err)
	}
}

// TestOverridesAreKeptAsTheyAreInForce: also when two operators act at once, and when one sets
// again what the disk did not take.
func TestOverridesAreKeptAsTheyAreInForce(t *testing.T) {
	b := newBench(t)
	b.Start()
	ctx := context.Background()
	for i := range 50 {
		on := i%2 == 0
		var both sync.WaitGroup
		for _, set := range []func(context.Context, desk.Session, bool) error{b.Desk.Lockdown, b.Desk.Evacuate} {
			both.Go(func() {
				if err := set(ctx, b.Staff, on); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if kept, err := b.Vault.Overrides(); err != nil || kept != (store.Overrides{Lockdown: on, Evacuation: on}) {
			t.Fatalf("round %d: kept %+v, %v", i, kept, err)
		}
	}
	if err := b.Desk.Lockdown(ctx, b.Staff, true); err != nil {
		t.Fatal(err)
	}
	if err := b.Vault.SetOverrides("test", store.Overrides{}); err != nil { // as if the disk had not taken it
		t.Fatal(err)
	}
	if err := b.Desk.Lockdown(ctx, b.Staff, true); err != nil {
		t.Errorf("set again: %v", err)
	}
	if kept, err := b.Vault.Overrides(); err != nil || !kept.Lockdown {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

func TestDuressCallsForHelpInSilence(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	if _, err := b.Desk.AssignPIN(context.Background(), b.Staff, id, []byte("481516"), true); err != nil {
		t.Fatal(err)
	}
	b.types("481516")
	b.Driver.Tick()
	if !b.Relay.On() || !b.Outputs["duress"].On() || b.Outputs["alarm"].On() {
		t.Errorf("relay %v, duress %v, alarm %v", b.Relay.On(), b.Outputs["duress"].On(), b.Outputs["alarm"].On())
	}
	b.Later(11 * time.Second)
	if b.Outputs["duress"].On() {
		t.Error("the contact stays closed")
	}
}

// A phone, a card held badly: neither puts the reader out of order, nor faces with it.
func TestAMisreadIsNoFaultOfTheReader(t *testing.T) {
	b := newBench(t)
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside",
		Fault: errors.New("parity is wrong"), Frame: true})
	if off := b.FacesOff().String(); off != "" || !b.Unit.TakesCards() || len(b.State().Faults) != 0 {
		t.Errorf("faces off: %q, cards taken: %v, faults %v", off, b.Unit.TakesCards(), b.State().Faults)
	}
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside",
		Fault: errors.New("parity is wrong"), Frame: true})
	if b.Count("misread") != 1 {
		t.Errorf("%d records of two misreads within a minute", b.Count("misread"))
	}
	b.Driver.Device(hal.ReaderEvent{At: b.Clock.Now(), Reader: "outside", Fault: errors.New("lines are gone")})
	if off := b.FacesOff().String(); off != "R-ALT" || b.Unit.TakesCards() {
		t.Errorf("the only reader is gone, and faces are off because of %q", off)
	}
}

// TestEvacuationOfAnImpulseLock: it cannot be held open, so nobody is told that it is; exit
// goes on working, pulse by pulse.
func TestEvacuationOfAnImpulseLock(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Relay.Lock = "impulse" })
	pulses := make(chan bool, 16)
	b.Wires.Relay = &watchful{b.Relay, func(on bool) { pulses <- on }}
	b.Start()
	pulse := func(why string) {
		t.Helper()
		select {
		case on := <-pulses:
			if !on {
				t.Errorf("%s locked", why)
			}
		case <-time.After(time.Minute):
			t.Errorf("%s gave no pulse", why)
		}
	}
	var told *i18n.Error
	if err := b.Desk.Evacuate(context.Background(), b.Staff, true); !errors.As(err, &told) || told.Remedy.IsZero() {
		t.Errorf("the operator was told %v", err)
	}
	pulse("evacuation")
	b.Unit.Send(hal.InputEvent{At: b.Clock.Now(), Input: "rex", Active: true})
	pulse("REX in an evacuation")
}

// TestStrangeCardsAreCounted: a reader held busy with cards that nobody has, or a keypad that is
// locked out, fills no disk; every refusal is on record, by itself or in a number, and a
// resident's card among them by itself.
func TestStrangeCardsAreCounted(t *testing.T) {
	b := newBench(t)
	b.Someone(7)
	const strangers = 300
	for n := range strangers { // ten a second, for half a minute
		b.Tap(uint64(1000 + n))
		b.Later(100 * time.Millisecond)
	}
	if b.Tap(7); !b.Last().Grant || b.Count(audit.Decision) != unit.StrangeShown+1 {
		t.Errorf("%d decisions on record", b.Count(audit.Decision))
	}
	b.Later(time.Minute)
	for _, e := range b.Entries() {
		if e.Kind == audit.StrangeTries && e.Detail["times"] != fmt.Sprint(strangers-unit.StrangeShown) {
			t.Errorf("counted %s", e.Detail["times"])
		}
	}
	if b.Count(audit.StrangeTries) != 1 {
		t.Errorf("%d records of the number", b.Count(audit.StrangeTries))
	}
	if b.Tap(9999); b.Last().Reason != policy.ReasonUnknown {
		t.Error("in the next minute a strange card has no record of its own")
	}
	was := b.Count(audit.Decision)
	for range 60 {
		b.types("0000")
	}
	if n := b.Count(audit.Decision) - was; n != 5+unit.StrangeShown-1 {
		t.Errorf("sixty codes, of which the keypad took five, made %d records", n)
	}
}
