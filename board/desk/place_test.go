package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
	"menshen/hal/haltest"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
	"menshen/policy"
)

// withOffice is a bench with a reader on a desk, beside that at the door.
func withOffice(t *testing.T) (*bench, *haltest.Reader) {
	b := newBench(t, func(c *config.Config) {
		c.Readers = append(c.Readers, config.Reader{Name: "office", Kind: "pcsc", Use: "desk"})
	})
	office := &haltest.Reader{Name: "office"}
	b.Wires.Readers = append(b.Wires.Readers, office)
	b.Reassemble()
	return b, office
}

// TestCardsAreGivenAtTheDesk: while an operator waits for a card there, the door goes on; what is
// laid on the desk opens nothing, whoever waits or not.
func TestCardsAreGivenAtTheDesk(t *testing.T) {
	b, office := withOffice(t)
	id := b.Someone(1)
	b.Start()
	var asked string
	k, err := b.Desk.AssignCard(t.Context(), b.Staff, id, "", func(s desk.Step) {
		asked = s.Text
		go func() {
			if e := b.TapAtReader(1); !e.Grant || e.Person != id {
				t.Errorf("at the door meanwhile: %+v", e)
			}
			office.Tap(boardtest.CardOf(5))
		}()
	})
	if err != nil || !strings.Contains(asked, "desk") {
		t.Fatalf("asked %q: %v", asked, err)
	}
	if _, c, err := b.Vault.FindCredential(policy.CardKind, boardtest.CardOf(5).Credential()); err != nil || c != k.ID {
		t.Errorf("the card of the desk is not theirs: %v", err)
	}
	moved, decided := len(b.Relay.Moves()), b.Count("decision")
	office.Tap(boardtest.CardOf(5))
	office.Type("123456#")
	office.Present(hal.ReaderEvent{Code: "code"})
	_, owned, err := b.Desk.WhoseCard(t.Context(), b.Staff, func(desk.Step) { go office.Tap(boardtest.CardOf(5)) })
	if err != nil || owned.ID != k.ID {
		t.Errorf("whose it is: %+v, %v", owned, err)
	}
	if b.Count("decision") != decided || len(b.Relay.Moves()) != moved {
		t.Error("something on the desk was decided on")
	}
}

// TestDeskReaderIsUnplugged: that is no fault, and cards are given at the door, until it is back.
func TestDeskReaderIsUnplugged(t *testing.T) {
	b, office := withOffice(t)
	id := b.Someone(1)
	b.Start()
	unplugged := func(is bool) func() bool {
		return func() bool { return (b.State().Readers[1].Away != "") == is }
	}
	office.Present(hal.ReaderEvent{Fault: errors.New("unplugged")})
	b.Eventually("it is away", unplugged(true))
	var asked []string
	give := func(n uint64, tap func(hal.Card)) {
		t.Helper()
		_, err := b.Desk.AssignCard(t.Context(), b.Staff, id, "", func(s desk.Step) {
			asked = append(asked, s.Text)
			go tap(boardtest.CardOf(n))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	give(5, b.Reader.Tap)
	status, err := b.Desk.Status(t.Context(), b.Staff)
	if err != nil {
		t.Fatal(err)
	}
	r := status.Readers[1]
	if r.Fault != "" || !strings.Contains(r.State, "not on the desk") || len(b.State().Faults) != 0 {
		t.Errorf("unplugged: %+v", r)
	}
	office.Present(hal.ReaderEvent{Recovered: true})
	b.Eventually("it is back", unplugged(false))
	give(6, office.Tap)
	if !strings.Contains(asked[0], "at the door") || !strings.Contains(asked[1], "on the desk") {
		t.Errorf("asked: %q", asked)
	}
}

// TestOwnCardAnywhere: a person agrees with their own card at the door, also while a reader lies on
// the desk, or there.
func TestOwnCardAnywhere(t *testing.T) {
	b, office := withOffice(t)
	b.Start()
	for n, tap := range map[uint64]func(hal.Card){1: b.Reader.Tap, 2: office.Tap} {
		id := b.Someone(n)
		b.TapAtReader(n) // it is a way in that was used
		notice, err := b.Desk.Notice(t.Context(), b.Staff, "en")
		if err != nil {
			t.Fatal(err)
		}
		err = b.Desk.Consent(t.Context(), b.Staff, desk.ConsentGiven{Person: id, Notice: notice.Hash, Lang: "en"},
			func(desk.Step) { go tap(boardtest.CardOf(n)) })
		if err != nil {
			t.Error(err)
		}
	}
}

// TestCardIsWrittenWhereItCanBe: a reader on the desk that does not write leaves that to the one at
// the door.
func TestCardIsWrittenWhereItCanBe(t *testing.T) {
	b, _ := withOffice(t)
	id := b.Someone(1)
	site, err := aescard.NewSite(aescard.Key{1})
	if err != nil {
		t.Fatal(err)
	}
	chip := rc522test.New()
	b.Wires.Readers = append(b.Wires.Readers, rc522.New(func() (spi.PortCloser, error) { return chip, nil },
		rc522.Config{Name: "lobby", Poll: time.Millisecond, AES: site}))
	b.Start()
	app := aescardtest.NTAG(0)
	k, err := b.Desk.IssueCard(t.Context(), b.Staff, id, "", func(s desk.Step) {
		if !strings.Contains(s.Text, "at the door") {
			t.Errorf("asked %q", s.Text)
		}
		chip.Present(rc522test.Smart(app, app.UID...))
	})
	if err != nil || !k.AES {
		t.Errorf("%+v, %v", k, err)
	}
}
