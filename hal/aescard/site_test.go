package aescard_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
)

func site(t interface{ Fatal(...any) }, secrets ...byte) *aescard.Site {
	var all []aescard.Key
	for _, b := range secrets {
		all = append(all, aescard.Key{15: b})
	}
	s, err := aescard.NewSite(all[0], all[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cards are new ones of each kind, with AES and switched to LRP.
func cards() []*aescardtest.Card {
	return []*aescardtest.Card{aescardtest.NTAG(0), aescardtest.NTAG(1), aescardtest.Light(),
		switched(aescardtest.NTAG(2)), switched(aescardtest.Light())}
}

func switched(c *aescardtest.Card) *aescardtest.Card {
	c.LRP = true
	return c
}

// TestLifeOfACard: new, issued, read, of another site, under another secret, retired. No key is
// ever tried that the card has not.
func TestLifeOfACard(t *testing.T) {
	for _, card := range cards() {
		ours, theirs := site(t, 1), site(t, 2)
		if _, err := ours.Read(card, card.UID); !errors.Is(err, aescard.ErrFresh) {
			t.Errorf("a new card: %v", err)
		}
		n, err := ours.Issue(card, card.UID)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(card.Keys[:], [16]byte{}) {
			t.Error("a key of the factory is left")
		}
		if got, err := ours.Read(card, card.UID); err != nil || got != n || n == (aescard.Number{}) {
			t.Errorf("read: %v", err)
		}
		if again, err := ours.Issue(card, card.UID); err != nil || again != n {
			t.Errorf("issued again, a card has another number: %v", err)
		}
		for what, err := range map[string]error{
			"read":    second(theirs.Read(card, card.UID)),
			"issued":  second(theirs.Issue(card, card.UID)),
			"retired": theirs.Retire(card, card.UID),
		} {
			if !errors.Is(err, aescard.ErrForeign) {
				t.Errorf("another site's card is %s: %v", what, err)
			}
		}
		renewed, before := site(t, 3, 1), card.Keys
		if got, err := renewed.Read(card, card.UID); err != nil || got != n {
			t.Errorf("by the secret from before: %v", err)
		}
		if got, err := renewed.Issue(card, card.UID); err != nil || got != n {
			t.Errorf("renewed: %v", err)
		}
		for no := range before {
			if before[no] == card.Keys[no] {
				t.Errorf("key %d is the old one", no)
			}
		}
		if got, err := site(t, 3).Read(card, card.UID); err != nil || got != n {
			t.Errorf("by the new secret: %v", err)
		}
		if err := site(t, 3).Retire(card, card.UID); err != nil {
			t.Error(err)
		}
		if card.Keys != [5][16]byte{} || card.Versions != [5]byte{} || written(card, n) {
			t.Error("a retired card is not as from the factory")
		}
		if card.Wrong != [5]int{} {
			t.Errorf("wrong keys were tried: %v", card.Wrong)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// written reports whether the number stands anywhere on the card.
func written(c *aescardtest.Card, n aescard.Number) bool {
	for _, f := range c.Files {
		if bytes.Contains(f.Data, n[:]) {
			return true
		}
	}
	return false
}

// TestNumberIsSecret: it never goes over the air as it is, nor does a key.
func TestNumberIsSecret(t *testing.T) {
	card, s := aescardtest.NTAG(0), site(t, 1)
	var air [][]byte
	card.Cheat = func(apdu, answer []byte) []byte {
		air = append(air, slices.Clone(apdu), slices.Clone(answer))
		return answer
	}
	n, err := s.Issue(card, card.UID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(card, card.UID); err != nil {
		t.Fatal(err)
	}
	for _, said := range air {
		for _, secret := range append(card.Keys[:], n, [16]byte{15: 1}) {
			if bytes.Contains(said, secret[:]) {
				t.Errorf("in the clear: % x", said)
			}
		}
	}
	card.Cheat = nil
	if err := aescard.Select(card, card.Name); err != nil {
		t.Fatal(err)
	}
	if out, _ := card.Command([]byte{0x90, 0xad, 0, 0, 7, 3, 0, 0, 0, 16, 0, 0, 0}); len(out) != 2 {
		t.Errorf("without a proof the card gives % x", out)
	}
	session, err := aescard.Authenticate(card, 2, aescard.Key(card.Keys[2]))
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Write(aescard.Full, 3, 0, make([]byte, 16)); !errors.Is(err, aescard.NotAllowed) {
		t.Errorf("with the key that a door needs, the number can be changed: %v", err)
	}
	said := fmt.Sprintf("%v %x %+v %#v; %v %x %+v %#v %d", aescard.Key{7}, aescard.Key{7}, aescard.Key{7},
		aescard.Key{7}, site(t, 7), site(t, 7), site(t, 7), site(t, 7), site(t, 7))
	if strings.ContainsAny(said, "07") {
		t.Errorf("a secret prints itself: %s", said)
	}
}

// TestCheats: none of them opens. ins is the command whose answer is another.
func TestCheats(t *testing.T) {
	t.Run("AES", func(t *testing.T) { cheats(t, aescardtest.NTAG(0)) })
	t.Run("LRP", func(t *testing.T) { cheats(t, switched(aescardtest.NTAG(0))) })
}

func cheats(t *testing.T, honest *aescardtest.Card) {
	s := site(t, 1)
	n, err := s.Issue(honest, honest.UID)
	if err != nil {
		t.Fatal(err)
	}
	tape := map[[2]byte][]byte{} // of an honest tap, by command and length
	honest.Cheat = func(apdu, answer []byte) []byte {
		tape[[2]byte{apdu[1], apdu[4]}] = slices.Clone(answer)
		return answer
	}
	if _, err := s.Read(honest, honest.UID); err != nil {
		t.Fatal(err)
	}
	clone := func() *aescardtest.Card {
		c := aescardtest.NTAG(0)
		c.LRP, c.Versions, c.Files = honest.LRP, honest.Versions, honest.Files
		return c
	}
	for name, x := range map[string]struct {
		card  *aescardtest.Card
		cheat func(apdu, answer []byte) []byte
		want  error
	}{
		"a clone with UID, marks and files, but without the keys": {clone(), nil, aescard.ErrKey},
		"a clone that says yes to any proof": {clone(), func(apdu, answer []byte) []byte {
			if apdu[1] == 0xaf {
				return append(make([]byte, 32), 0x91, 0)
			}
			return answer
		}, aescard.ErrKey},
		"a replay of an honest tap": {clone(), func(apdu, _ []byte) []byte {
			return tape[[2]byte{apdu[1], apdu[4]}]
		}, aescard.ErrKey},
		"the number in plain, without a code": {honest, func(apdu, answer []byte) []byte {
			if apdu[1] == 0xad {
				return append(n[:], 0x91, 0)
			}
			return answer
		}, aescard.ErrForged},
		"a wrong code": {honest, func(apdu, answer []byte) []byte {
			if apdu[1] == 0xad {
				answer[len(answer)-3] ^= 1
			}
			return answer
		}, aescard.ErrForged},
		"another session's answer": {honest, func(apdu, answer []byte) []byte {
			if apdu[1] == 0xad {
				return tape[[2]byte{0xad, 15}]
			}
			return answer
		}, aescard.ErrForged},
		"nothing at all": {honest, func(apdu, answer []byte) []byte {
			if apdu[1] == 0xad {
				return []byte{0x91, 0}
			}
			return answer
		}, aescard.ErrForged},
		"the other cipher's first answer": {honest, func(apdu, answer []byte) []byte {
			switch {
			case apdu[1] == 0x71 && len(answer) == 18:
				return append([]byte{1}, answer...)
			case apdu[1] == 0x71 && len(answer) == 19:
				return answer[1:]
			}
			return answer
		}, aescard.ErrAnswer},
	} {
		for what, s := range map[string]*aescard.Site{"met": s, "not met": site(t, 1)} {
			x.card.Cheat = x.cheat
			if got, err := s.Read(x.card, honest.UID); !errors.Is(err, x.want) || got != (aescard.Number{}) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			x.card.Cheat = nil
			if _, err := s.Read(honest, honest.UID); err != nil {
				t.Errorf("the honest card after %s: %v", name, err)
			}
		}
	}
	honest.Cheat = func(apdu, answer []byte) []byte {
		if apdu[1] == 0x64 {
			return []byte{0, 0x91, 0}
		}
		return answer
	}
	if _, err := site(t, 1).Read(honest, honest.UID); !errors.Is(err, aescard.ErrFresh) {
		t.Errorf("a card that says it is new: %v", err)
	}
	honest.Cheat = nil
	if _, err := s.Read(honest, aescardtest.NTAG(1).UID); !errors.Is(err, aescard.ErrKey) {
		t.Errorf("an honest card under another's UID: %v", err)
	}
	forged := aescardtest.NTAG(2)
	forged.Signature[7] ^= 1
	if _, err := s.Issue(forged, forged.UID); !errors.Is(err, aescard.ErrNotNXP) || forged.Keys != [5][16]byte{} {
		t.Errorf("a card that NXP did not sign is issued: %v", err)
	}
}

// TestEveryBitCounts: an honest card's tap with any one bit of its answers turned gives no number,
// or the right one.
func TestEveryBitCounts(t *testing.T) {
	t.Run("AES", func(t *testing.T) { everyBit(t, aescardtest.NTAG(0), 5) })
	t.Run("LRP", func(t *testing.T) { everyBit(t, switched(aescardtest.NTAG(0)), 6) })
}

// everyBit is for a card of which so many answers make a first tap, and four another.
func everyBit(t *testing.T, card *aescardtest.Card, first int) {
	s := site(t, 1)
	n, err := s.Issue(card, card.UID)
	if err != nil {
		t.Fatal(err)
	}
	for which := range first + 4 { // of a card that is not known, and of one that is
		known := which >= first
		for bit := 0; ; bit++ {
			s, said, turned := site(t, 1), 0, false
			if known {
				if _, err := s.Read(card, card.UID); err != nil {
					t.Fatal(err)
				}
				said = first
			}
			card.Cheat = func(_, answer []byte) []byte {
				if said++; said-1 == which && bit/8 < len(answer) {
					answer[bit/8] ^= 1 << (bit % 8)
					turned = true
				}
				return answer
			}
			got, err := s.Read(card, card.UID)
			if !turned {
				break
			}
			if err == nil && got != n || err != nil && got != (aescard.Number{}) {
				t.Fatalf("answer %d, bit %d: another number", which, bit)
			}
			// before the proof nothing depends on it; that of a known card is tried again
			if err == nil && (which >= 2 && !known || which == first+3) {
				t.Fatalf("answer %d, bit %d: not noticed", which, bit)
			}
			card.Cheat, card.Wrong = nil, [5]int{}
		}
	}
}

// TestKnownCard: a card that has proved itself is not asked for its kind and mark again. Where it
// was changed at another door, that is found out at the price of one wrong proof.
func TestKnownCard(t *testing.T) {
	for _, card := range cards() {
		here, there := site(t, 2, 1), site(t, 2, 1)
		n, err := site(t, 1).Issue(card, card.UID)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{5, 4, 4} {
			if card.Kind == 8 && want > 4 {
				want++ // the other kind is asked for first
			}
			if card.LRP && len(card.Asked) > 0 && want > 4 {
				want++ // and AES
			}
			card.Asked = nil
			if got, err := here.Read(card, card.UID); err != nil || got != n || len(card.Asked) != want {
				t.Errorf("%v after %d commands, not %d", err, len(card.Asked), want)
			}
		}
		if _, err := there.Issue(card, card.UID); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{1, 0} {
			wrong := 0
			card.Cheat = func(_, answer []byte) []byte {
				if bytes.Equal(answer, []byte{0x91, 0xae}) {
					wrong++
				}
				return answer
			}
			if got, err := here.Read(card, card.UID); err != nil || got != n || wrong != want {
				t.Errorf("renewed elsewhere: %v after %d wrong proofs", err, wrong)
			}
		}
		card.Cheat = nil
		if err := there.Retire(card, card.UID); err != nil {
			t.Fatal(err)
		}
		if _, err := here.Read(card, card.UID); !errors.Is(err, aescard.ErrFresh) {
			t.Errorf("retired elsewhere: %v", err)
		}
	}
}

// torn is a card that is taken away after some commands, of which it may have done the last.
type torn struct {
	*aescardtest.Card
	left int
	done bool
}

var errGone = errors.New("gone")

func (c *torn) Exchange(apdu []byte) ([]byte, error) {
	if c.left--; c.left < 0 {
		if c.left == -1 && c.done {
			c.Card.Command(apdu)
		}
		return nil, errGone
	}
	return c.Card.Exchange(apdu)
}

// TestTakenAway: a card that is taken away at any moment, of being issued, renewed or retired, can
// be issued at its next tap. A number that was read stays the card's while it is renewed.
func TestTakenAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		card := rapid.SampledFrom(cards()).Draw(t, "card")
		s := site(t, 1)
		for range rapid.IntRange(1, 4).Draw(t, "tries") {
			gone := &torn{card, rapid.IntRange(0, 25).Draw(t, "after"), rapid.Bool().Draw(t, "done")}
			before, was := s.Read(card, card.UID)
			card.Reset()
			switch rapid.SampledFrom([]string{"issue", "renew", "retire"}).Draw(t, "what") {
			case "issue":
				_, _ = s.Issue(gone, card.UID)
			case "renew":
				s = site(t, 2, 1)
				_, _ = s.Issue(gone, card.UID)
			case "retire":
				if err := s.Retire(gone, card.UID); err == nil && card.Keys != [5][16]byte{} {
					t.Fatal("not retired")
				}
				was = errGone
			}
			card.Reset()
			if after, err := s.Read(card, card.UID); was == nil && (err != nil || after != before) {
				t.Fatalf("its number is lost: %v", err)
			}
			card.Reset()
		}
		n, err := s.Issue(card, card.UID)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Read(card, card.UID); err != nil || got != n {
			t.Fatal(err)
		}
		if card.Wrong != [5]int{} {
			t.Fatalf("wrong keys were tried: %v", card.Wrong)
		}
	})
}

func TestSecretsThatCannotBe(t *testing.T) {
	k := aescard.Key{1}
	if _, err := aescard.NewSite(k, k); !errors.Is(err, aescard.ErrTwins) {
		t.Error(err)
	}
	if _, err := aescard.NewSite(k, aescard.Key{}); !errors.Is(err, aescard.ErrZero) {
		t.Error(err)
	}
}

// babble is a card that answers what the fuzzer thinks of.
type babble struct{ left []byte }

func (b *babble) Exchange([]byte) ([]byte, error) {
	if len(b.left) == 0 {
		return nil, errGone
	}
	n := min(int(b.left[0]), len(b.left)-1)
	out := b.left[1 : 1+n]
	b.left = b.left[1+n:]
	return out, nil
}

// FuzzAnswers: whatever a card answers, there is no panic and no number.
func FuzzAnswers(f *testing.F) {
	s := site(f, 1)
	for _, card := range []*aescardtest.Card{aescardtest.NTAG(0), switched(aescardtest.NTAG(0))} {
		for _, say := range []func(aescard.Card, []byte) (aescard.Number, error){s.Issue, site(f, 1).Read} {
			var tape []byte
			card.Cheat = func(_, answer []byte) []byte {
				tape = append(append(tape, byte(len(answer))), answer...)
				return answer
			}
			if _, err := say(card, card.UID); err != nil {
				f.Fatal(err)
			}
			f.Add(tape)
		}
	}
	uid := aescardtest.NTAG(0).UID
	f.Fuzz(func(t *testing.T, air []byte) {
		if _, err := s.Read(&babble{air}, uid); err == nil {
			t.Error("a number")
		}
		if _, err := s.Issue(&babble{air}, uid); err == nil {
			t.Error("issued")
		}
		if _, err := aescard.GetVersion(&babble{air}); err == nil && len(air) < 21 {
			t.Error("a version of nothing")
		}
	})
}
