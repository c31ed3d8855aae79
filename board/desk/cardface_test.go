package desk_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// aesReader reads emulated AES cards of a site.
type aesReader struct {
	*haltest.Reader
	site *aescard.Site
	taps aescard.Taps
}

// Carry implements hal.Carrier.
func (r *aesReader) Carry(until time.Time, write func(hal.Card) ([]byte, bool)) bool {
	r.taps.Carry(until, write)
	return true
}

// cardBench is a door whose people may have their own card carry their face.
type cardBench struct {
	*bench
	reader *aesReader
}

func newCardBench(t *testing.T) *cardBench {
	t.Helper()
	b := newBench(t, func(c *config.Config) { c.Faces.WithCard, c.Faces.OnCard = true, true })
	site, err := aescard.NewSite(aescard.Key{1})
	if err != nil {
		t.Fatal(err)
	}
	r := &aesReader{Reader: b.Reader, site: site, taps: aescard.Taps{Site: site}}
	b.Wires.Readers = []hal.Reader{r}
	return &cardBench{b, r}
}

// give gives a person an AES card of the site.
func (b *cardBench) give(id policy.PersonID, app *aescardtest.Card) {
	b.Helper()
	n, err := b.reader.site.Issue(app, app.UID)
	if err != nil {
		b.Fatal(err)
	}
	app.Reset()
	card := hal.Card{Bits: 128, Raw: n[:], Proved: true}
	_, err = b.Vault.AddLimited(store.Door, id, policy.Credential{Kind: policy.CardKind, Label: "card", AES: true},
		card.Credential())
	if err != nil {
		b.Fatal(err)
	}
}

// hold holds a card to the running reader.
func (b *cardBench) hold(app *aescardtest.Card) {
	act, _ := b.reader.taps.Next()
	c, err := act.Card(app, app.UID)
	app.Reset()
	if err != nil {
		b.Error(err)
		return
	}
	b.reader.Present(hal.ReaderEvent{At: b.Clock.Now(), Card: &c})
}

// looks shows a face until f gives; with away it steps out of the picture in between.
func (b *cardBench) looks(face uint64, away bool, f func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		for n := 0; ctx.Err() == nil; n++ {
			o := boardtest.Look(face)
			if o.At = b.Clock.Now(); away && n%18 >= 10 {
				o = recognizer.Observation{}
			}
			select {
			case b.Eye.Seen <- o:
				b.Clock.Advance(250 * time.Millisecond)
			case <-ctx.Done():
			}
		}
	}()
	defer func() { cancel(); <-shown }()
	f(ctx)
}

// decides gives the decision that comes of what do does, and of the face that is before the camera.
func (b *cardBench) decides(do func(), face uint64) store.Entry {
	b.Helper()
	before := b.Count(audit.Decision)
	do()
	decided := func() bool { return b.Count(audit.Decision) > before }
	b.Eventually("the tap is taken", func() bool { return b.Eye.Mode() == eye.Looking || decided() })
	b.looks(face, false, func(context.Context) {
		b.Eventually("a decision", decided)
	})
	b.Clock.Advance(time.Minute)
	return b.Last()
}

// enrols has a person's card carry their face; they hold these cards to the reader in turn.
func (b *cardBench) enrols(id policy.PersonID, face uint64, cards ...*aescardtest.Card) (e desk.Enrolment, err error) {
	held := make(chan struct{}, len(cards))
	b.looks(face, true, func(ctx context.Context) {
		e, err = b.Desk.EnrolOnCard(ctx, b.Staff, id, func(s desk.Step) {
			if len(cards) > 0 && (strings.Contains(s.Text, "your own")) {
				card := cards[0]
				cards = cards[1:]
				go func() { b.hold(card); held <- struct{}{} }()
			}
		})
	})
	return e, err
}

// TestRWithdrawFaceOnCard goes the whole way of a face that lies on its owner's card: it is nowhere
// else, opens for its owner with that card alone, and is of no use after the withdrawal.
func TestRWithdrawFaceOnCard(t *testing.T) {
	b := newCardBench(t)
	var door haltest.Presenter
	b.Tellers = []scene.Presenter{&door}
	b.Reassemble()
	b.Driver.PresentAtOnce()
	id, other := b.Someone(1), b.Someone(2)
	own, second, others := aescardtest.NTAG(0), aescardtest.Light(), aescardtest.NTAG(1)
	b.give(id, own)
	b.give(id, second)
	b.give(other, others)
	b.Tap(1)
	b.Tap(2)
	b.Later(time.Minute)
	b.Consent(id)
	b.Consent(other)
	b.Start()
	door.Told()

	e, err := b.enrols(id, 1, others, own)
	if err != nil || e.Pictures != 5 {
		t.Fatalf("%+v, %v", e, err)
	}
	var told []scene.Scene
	b.Eventually("the door says what came of it", func() bool {
		told = append(told, door.Told()...)
		return slices.ContainsFunc(told, func(s scene.Scene) bool { return s.Kind == scene.Carried })
	})
	asks := func(s scene.Scene) bool { return s.Kind == scene.Writing && s.Within == desk.AsksAtTheDoor }
	if !slices.ContainsFunc(told, asks) {
		t.Errorf("the door did not ask for the card: %v", kindsOf(told))
	}
	p, err := b.Vault.Person(id)
	if err != nil || p.Face.State != policy.FaceEnrolled || !p.Face.OnCard || b.State().Faces.Rows != 0 {
		t.Fatalf("%+v, %v; %d templates in memory", p.Face, err, b.State().Faces.Rows)
	}
	if with, err := b.Vault.WithFace(); err != nil || len(with) > 0 || carries(others) || !carries(own) {
		t.Errorf("stored: %v, %v", with, err)
	}
	tap := func(c *aescardtest.Card) func() { return func() { b.hold(c) } }
	if d := b.decides(tap(own), 1); d.Means != policy.ByCardFace || !d.Grant {
		t.Errorf("own card, own face: %s by %s", d.Reason, d.Means)
	}
	if d := b.decides(tap(own), 2); d.Means != policy.ByCardFace || d.Grant {
		t.Errorf("own card, another's face: %s by %s", d.Reason, d.Means)
	}
	b.Clock.Advance(5 * time.Minute)
	if d := b.decides(tap(second), 2); d.Means != policy.ByCard || !d.Grant {
		t.Errorf("a second card without a face: %s by %s", d.Reason, d.Means)
	}
	if d := b.decides(tap(others), 1); d.Means != policy.ByCard || !d.Grant {
		t.Errorf("another person's card: %s by %s", d.Reason, d.Means)
	}

	// Somebody copies to their other card all that the first carries.
	if err := b.reader.site.Carry(second, second.UID, sealedOn(b, own)); err != nil {
		t.Fatal(err)
	}
	second.Reset()
	if d := b.decides(tap(second), 1); d.Means != policy.ByCard || !d.Grant || b.Count(audit.CardFaceRefused) != 1 {
		t.Errorf("a copy: %s by %s, %d refused", d.Reason, d.Means, b.Count(audit.CardFaceRefused))
	}
	if _, err := b.enrols(id, 1, second); err != nil {
		t.Errorf("a second card: %v", err)
	}
	if d := b.decides(tap(second), 1); d.Means != policy.ByCardFace || !d.Grant {
		t.Errorf("the second card: %s by %s", d.Reason, d.Means)
	}

	r, err := b.Desk.Withdraw(context.Background(), b.Staff, id)
	if err != nil || r.Serial == "" || !r.OnCard {
		t.Fatalf("%+v, %v", r, err)
	}
	b.hold(own) // overwritten; it is no tap
	b.Eventually("the card is overwritten", func() bool { return b.Count(audit.CardFaceWiped) == 1 })
	if carries(own) {
		t.Error("the card still carries something")
	}
	b.reader.Carry(time.Time{}, nil)
	for what, c := range map[string]*aescardtest.Card{"overwritten": own, "never came back": second} {
		if d := b.decides(tap(c), 1); d.Means != policy.ByCard || !d.Grant {
			t.Errorf("withdrawn, %s: %s by %s", what, d.Reason, d.Means)
		}
	}
	b.Consents(id, true)
	if _, err := b.enrols(id, 1, own); err != nil {
		t.Fatal(err)
	}
	if d := b.decides(tap(second), 1); d.Means != policy.ByCard || b.Count(audit.CardFaceRefused) != 2 {
		t.Errorf("of the older consent: %s by %s", d.Reason, d.Means)
	}
}

// TestAnothersFaceOnMyCard: somebody who has the site's secret writes another person's sealed face
// to their own card. It does not open, is on record, and the face of neither adds to the card.
func TestAnothersFaceOnMyCard(t *testing.T) {
	b := newCardBench(t)
	me, other := b.Someone(1), b.Someone(2)
	mine, theirs := aescardtest.NTAG(0), aescardtest.NTAG(1)
	b.give(me, mine)
	b.give(other, theirs)
	b.Tap(1)
	b.Tap(2)
	b.Later(time.Minute)
	b.Consent(me)
	b.Consent(other)
	b.Start()
	for id, c := range map[policy.PersonID]*aescardtest.Card{me: mine, other: theirs} {
		if _, err := b.enrols(id, map[bool]uint64{true: 1, false: 2}[id == me], c); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.reader.site.Carry(mine, mine.UID, sealedOn(b, theirs)); err != nil {
		t.Fatal(err)
	}
	mine.Reset()
	for n, face := range []uint64{2, 1} {
		if d := b.decides(func() { b.hold(mine) }, face); d.Means != policy.ByCard || d.Person != me ||
			b.Count(audit.CardFaceRefused) != n+1 {
			t.Errorf("face %d: %s by %s, %d refused", face, d.Reason, d.Means, b.Count(audit.CardFaceRefused))
		}
	}
	if d := b.decides(func() { b.hold(theirs) }, 2); d.Means != policy.ByCardFace || d.Person != other {
		t.Errorf("its owner: %s by %s", d.Reason, d.Means)
	}
}

// carries reports whether a card has anything in the file for it.
func carries(c *aescardtest.Card) bool {
	f := c.Files[map[byte]byte{4: 2, 8: 4}[c.Kind]]
	return !bytes.Equal(f.Data, make([]byte, len(f.Data)))
}

func sealedOn(b *cardBench, c *aescardtest.Card) []byte {
	b.Helper()
	_, carried, err := b.reader.site.ReadAll(c, c.UID)
	c.Reset()
	if err != nil || len(carried.Sealed) == 0 {
		b.Fatal(err)
	}
	return carried.Sealed
}

// TestFaceOnCardIsAChoiceOfItsOwn: it is not offered where the site has not decided on it, does not
// stand beside a stored one, and leaves nothing where no card comes.
func TestFaceOnCardIsAChoiceOfItsOwn(t *testing.T) {
	b := newCardBench(t)
	id, stored := b.Someone(1), b.Enrolled(2)
	b.give(id, aescardtest.NTAG(0))
	b.Tap(1)
	b.Later(time.Minute)
	if _, err := b.Desk.EnrolOnCard(context.Background(), b.Staff, id, nil); err != policy.ErrNoConsent {
		t.Errorf("without consent: %v", err)
	}
	b.Consent(id)
	if _, err := b.Desk.EnrolOnCard(context.Background(), b.Staff, stored, nil); err == nil ||
		!strings.Contains(err.Error(), "stored in the unit") {
		t.Errorf("stored already: %v", err)
	}
	b.Config.Faces.OnCard = false
	if _, err := b.Desk.EnrolOnCard(context.Background(), b.Staff, id, nil); err == nil ||
		!strings.Contains(err.Error(), "[faces] on_card") {
		t.Errorf("not decided on: %v", err)
	}
	b.Config.Faces.OnCard = true
	b.Start()
	plain := boardtest.CardOf(1)
	b.looks(1, true, func(ctx context.Context) {
		_, err := b.Desk.EnrolOnCard(ctx, b.Staff, id, func(s desk.Step) {
			if strings.Contains(s.Text, "your own card") {
				go b.reader.Tap(plain)
			}
		})
		if err == nil || !strings.Contains(err.Error(), "no room for a face") {
			t.Errorf("a card that carries nothing: %v", err)
		}
	})
	if p, err := b.Vault.Person(id); err != nil || p.Face.State != policy.FaceConsented || p.Face.OnCard {
		t.Errorf("%+v, %v", p.Face, err)
	}
}
