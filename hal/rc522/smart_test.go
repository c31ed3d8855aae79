package rc522_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"menshen/hal/aescard"
	"menshen/hal/isodep"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
)

// mirror answers each command backwards, as often as it takes to be long enough.
type mirror struct {
	long  int           // bytes of an answer
	took  time.Duration // to think
	heard [][]byte
}

func (m *mirror) Reset() {}
func (m *mirror) Command(apdu []byte) ([]byte, time.Duration) {
	m.heard = append(m.heard, apdu)
	return m.of(apdu), m.took
}

func (m *mirror) of(apdu []byte) (out []byte) {
	for i := range m.long {
		out = append(out, apdu[len(apdu)-1-i%len(apdu)])
	}
	return out
}

// talk brings a card into the field and begins to talk with it.
func talk(t fataler, field *rc522test.Chip, c *rc522.Chip, card *rc522test.Card) (*rc522.Smart, error) {
	t.Helper()
	field.Present(card)
	tag, err := c.Activate()
	if err != nil || !tag.Smart() {
		t.Fatal("no smart card", err)
	}
	return c.Talk(aescard.Tap)
}

var smartUID = []byte{0x04, 1, 2, 3, 4, 5, 6}

// TestSmartCard: commands and answers of all lengths arrive, and the card acts on each once, also
// when blocks are lost or garbled in the air, up to three in a row.
func TestSmartCard(t *testing.T) {
	whole := t
	rapid.Check(t, func(t *rapid.T) {
		command := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(t, "command")
		app := &mirror{long: rapid.IntRange(0, 400).Draw(t, "answer"), took: time.Duration(
			rapid.SampledFrom([]int{0, 5, 38, 39, 150}).Draw(t, "ms")) * time.Millisecond}
		luck := rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}), 1, 20).Draw(t, "air")
		var answer []byte
		var err error
		synctest.Test(whole, func(t *testing.T) {
			c, field := chip(t)
			card, bad := rc522test.Smart(app, smartUID...), 0
			card.Spoil = func(n int, frame []byte) ([]byte, time.Duration) {
				what := luck[n%len(luck)]
				if bad++; n == 0 || bad > 3 || what == 0 { // the ATS is not asked for again
					bad = 0
					return frame, 0
				}
				switch what {
				case 1:
					return nil, 0
				case 2:
					frame[len(frame)-1] ^= 0x40
					return frame, 0
				}
				return frame, 45 * time.Millisecond // later than it may
			}
			var s *rc522.Smart
			if s, err = talk(t, field, c, card); err == nil {
				answer, err = s.Exchange(command)
			}
		})
		if errors.Is(err, aescard.ErrSlow) {
			return // each loss costs 40 ms
		}
		if err != nil || !bytes.Equal(answer, app.of(command)) {
			t.Fatalf("%d bytes, %v", len(answer), err)
		}
		if len(app.heard) != 1 || !bytes.Equal(app.heard[0], command) {
			t.Fatalf("the card heard %d commands", len(app.heard))
		}
	})
}

// TestSmartCardIsLeft: after Halt, which is DESELECT here, it sleeps until the field was off.
func TestSmartCardIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, field := chip(t)
		card := rc522test.Smart(&mirror{long: 2}, smartUID...)
		s, err := talk(t, field, c, card)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Halt(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Activate(); !errors.Is(err, rc522.ErrSilent) {
			t.Errorf("a card that was left answers: %v", err)
		}
		if tag, err := c.ActivateAll(); err != nil || !tag.Smart() {
			t.Errorf("and does not when all are called: %v", err)
		}
		if answer, err := s.Exchange([]byte{1, 2}); !errors.Is(err, isodep.ErrLost) {
			t.Errorf("it still talks: % x, %v", answer, err)
		}
	})
}

// TestBadSmartCards: whatever a card does wrong has its name, and an end in time.
func TestBadSmartCards(t *testing.T) {
	say := func(block ...byte) func(int, []byte) ([]byte, time.Duration) {
		return func(n int, f []byte) ([]byte, time.Duration) {
			if n == 0 {
				return f, 0
			}
			return rc522test.Summed(block...), 0
		}
	}
	for name, x := range map[string]struct {
		ats   []byte
		spoil func(int, []byte) ([]byte, time.Duration)
		want  error
	}{
		"ATS shorter than it says": {ats: []byte{6, 0x77, 0x77}, want: isodep.ErrATS},
		"guard time of 4.9 s":      {ats: []byte{3, 0x20, 0x4e}, want: aescard.ErrSlow},
		"gone after its ATS": {want: isodep.ErrLost, spoil: func(n int, f []byte) ([]byte, time.Duration) {
			if n == 0 {
				return f, 0
			}
			return nil, 0
		}},
		"always garbled": {want: isodep.ErrLost, spoil: func(n int, f []byte) ([]byte, time.Duration) {
			if n > 0 {
				f[0] ^= 1
			}
			return f, 0
		}},
		"more time for ever":     {spoil: say(0xf2, 59), want: aescard.ErrSlow},
		"another's block number": {spoil: say(0x03, 1, 2), want: isodep.ErrProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, field := chip(t)
				card := rc522test.Smart(&mirror{long: 2}, smartUID...)
				card.Spoil = x.spoil
				if x.ats != nil {
					card.ATS = x.ats
				}
				begun := time.Now()
				s, err := talk(t, field, c, card)
				if err == nil {
					_, err = s.Exchange([]byte{1, 2, 3})
				}
				if !errors.Is(err, x.want) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(begun); took > 1200*time.Millisecond {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}
