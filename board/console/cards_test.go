package console_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/console"
	"menshen/board/desk"
	"menshen/policy"
)

func (d *fullDesk) WhoWantsCards(_ context.Context, s desk.Session, list desk.CardList) ([]policy.Person, error) {
	err := d.enter(s, "who wants cards "+strings.Join(list.Words, ","), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	var out []policy.Person
	for _, p := range d.people {
		if list.All || len(p.Credentials) == 0 {
			out = append(out, p)
		}
	}
	return out, err
}

func (d *fullDesk) ReplaceCard(ctx context.Context, s desk.Session, id policy.PersonID, old string, _ bool,
	step desk.Progress) (policy.Credential, error) {
	k, err := d.AssignCard(ctx, s, id, "", step)
	if err == nil {
		_, err = d.RevokeCredential(ctx, s, id, old)
	}
	return k, err
}

// WhoseCard knows Li Na's card, and one of hers that is revoked.
func (d *fullDesk) WhoseCard(ctx context.Context, s desk.Session,
	step desk.Progress) (policy.Person, policy.Credential, error) {
	err := d.enter(s, "whose card", desk.Manager, desk.Auditor)
	d.fakeDesk.mu.Unlock()
	if err != nil {
		return policy.Person{}, policy.Credential{}, err
	}
	step(desk.Step{Text: "hold the card to the reader"})
	select {
	case n := <-d.card:
		k := d.people[0].Credentials[0]
		k.Revoked = n == "revoked"
		return d.people[0], k, nil
	case <-ctx.Done():
		return policy.Person{}, policy.Credential{}, context.Cause(ctx)
	}
}

// RetireCard retires Li Na's card, or one of nobody.
func (d *fullDesk) RetireCard(ctx context.Context, s desk.Session,
	step desk.Progress) (policy.Person, desk.Receipt, error) {
	err := d.enter(s, "retire card", desk.Manager)
	d.fakeDesk.mu.Unlock()
	if err != nil {
		return policy.Person{}, desk.Receipt{}, err
	}
	step(desk.Step{Text: "hold the card to the reader"})
	select {
	case n := <-d.card:
		if n == "nobody's" {
			return policy.Person{}, desk.Receipt{}, nil
		}
		return d.people[0], desk.Receipt{FaceGone: n == "last"}, nil
	case <-ctx.Done():
		return policy.Person{}, desk.Receipt{}, context.Cause(ctx)
	}
}

// withoutCards adds three people without a card to the one there is.
func withoutCards(d *fullDesk) {
	for _, name := range []string{"Anna", "Ben", "Carl"} {
		d.add(name, "14"+name[:1], "en")
	}
}

// holders tells who got which card, in the order of the people.
func (d *fullDesk) holders() (all []string) {
	d.fakeDesk.mu.Lock()
	defer d.fakeDesk.mu.Unlock()
	for _, p := range d.people[2:] {
		for _, k := range p.Credentials {
			if !k.Revoked {
				all = append(all, p.Name.Reveal()+" "+k.ID)
			}
		}
	}
	return all
}

// TestCardsInARow: tap after tap; skip, back to replace a card just given, stop. What is done stays
// done.
func TestCardsInARow(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	withoutCards(fake)
	s.logIn("mei")
	s.hit("cards\r")
	s.see("no: ")
	s.hit("yes\r")
	s.see("One tap each.")
	s.see("1 of 4: 302")
	s.see("tap the card")
	s.hit("s")
	s.see("2 of 4: 14A Anna")
	fake.card <- "aaaa1111"
	s.see("Card aaaa1111 is now theirs.")
	s.see("3 of 4: 14B Ben")
	s.see("tap the card")
	s.hit("x\r\x1b[A") // keys that mean nothing here
	s.hit("b")         // Anna was given Ben's
	s.see("2 of 4: 14A Anna")
	fake.card <- "bbbb2222"
	s.see("Card bbbb2222 is now theirs.")
	s.see("3 of 4: 14B Ben")
	fake.card <- "taken"
	s.see("that card belongs to another person")
	s.see("b or q: ")
	s.hit("\r")
	s.see("3 of 4: 14B Ben")
	fake.card <- "cccc3333"
	s.see("4 of 4: 14C Carl")
	s.see("tap the card")
	s.hit("q")
	s.see("Cards given: 2 of 4.")
	s.see("mei> ")
	if got := fake.holders(); !slices.Equal(got, []string{"Anna bbbb2222", "Ben cccc3333"}) {
		t.Errorf("%q", got)
	}
}

// TestCardsInARowStop: Ctrl-C, at a tap and at a question, and the end of the visit end a row.
func TestCardsInARowStop(t *testing.T) {
	s, fake := sitFull(t, console.Options{})
	withoutCards(fake)
	s.logIn("mei")
	begin := func() {
		s.hit("cards\r")
		s.see("no: ")
		s.hit("yes\r")
		s.see("tap the card")
	}
	begin()
	s.hit("\x03")
	s.see("Cards given: 0 of 4.")
	begin()
	fake.card <- "taken"
	s.see("b or q: ")
	s.hit("\x03")
	s.see("Cards given: 0 of 4.")
	begin()
	fake.card <- "aaaa1111"
	s.see("2 of 4")
	s.see("tap the card")
	s.clock.advance(5 * time.Minute)
	s.see("no key was pressed")
	s.see("log-in: ")
	if got := fake.holders(); !slices.Equal(got, []string{"王小明 aaaa1111"}) {
		t.Errorf("%q", got)
	}
}

// TestPassOnASmallTerminal: half a code is no code, so the terminal that is too small shows digits,
// and says how large it must be.
func TestPassOnASmallTerminal(t *testing.T) {
	for _, o := range []console.Options{{Width: 45, Height: 24}, {Width: 80, Height: 23}} {
		s, _ := sitFull(t, o)
		s.logIn("mei")
		s.hit("pass --uses 37\r")
		got := strings.Join(strings.Fields(s.see("mei> ")), " ")
		if !strings.Contains(got, "481 516 #") || !strings.Contains(got, "46 columns and 24 lines") ||
			strings.Contains(got, "█") {
			t.Errorf("%+v: %q", o, got)
		}
	}
}
