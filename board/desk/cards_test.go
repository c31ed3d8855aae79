package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
	"menshen/internal/i18n"
	"menshen/policy"
)

// tapOnce taps a card as soon as the desk asks for one.
func (b *bench) tapOnce(n uint64) desk.Progress {
	return func(desk.Step) { go b.Reader.Tap(boardtest.CardOf(n)) }
}

func TestAssignCardOpensNothing(t *testing.T) {
	b := newBench(t)
	b.Start()
	ctx := context.Background()
	p, err := b.Desk.AddPerson(ctx, b.Staff, desk.Details{Name: "Li", Apartment: "1-1", Lang: "zh", Minor: true})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Face.Minor {
		t.Error("that the person is under 14 was lost")
	}
	if _, err := b.Desk.AssignCard(ctx, b.Staff, p.ID, "fob", b.tapOnce(5)); err != nil {
		t.Fatal(err)
	}
	if b.Count("decision") != 0 || len(b.Relay.Moves()) != 0 {
		t.Error("a card that was being assigned opened the door")
	}
	_, err = b.Desk.AssignCard(ctx, b.Staff, p.ID, "again", b.tapOnce(5))
	var pr *i18n.Error
	if !errors.As(err, &pr) || pr.Remedy.IsZero() {
		t.Errorf("the same card twice: %v", err)
	}
}

// TestIssueCard: a card from the factory becomes one of the site's and the person's; a wrong card
// is named to the operator who waits.
func TestIssueCard(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	id := b.Someone(1)
	var pr *i18n.Error
	if _, err := b.Desk.IssueCard(ctx, b.Staff, id, "fob", func(desk.Step) {}); !errors.As(err, &pr) ||
		pr.Remedy.IsZero() {
		t.Errorf("at a door whose readers do not write: %v", err)
	}
	chip := rc522test.New()
	key := rc522.Key{1, 2, 3, 4, 5, 6}
	b.Wires.Readers = append(b.Wires.Readers, rc522.New(func() (spi.PortCloser, error) { return chip, nil },
		rc522.Config{Name: "lobby", Poll: time.Millisecond,
			Sector: &rc522.Sector{Block: 4, Kind: rc522.KeyA, Key: key}}))
	b.Start()
	foreign, card := rc522test.Classic(1, 2, 3, 4), rc522test.Classic(5, 6, 7, 8)
	foreign.SetKey(4, rc522.Key{9})
	var told []string
	k, err := b.Desk.IssueCard(ctx, b.Staff, id, "fob", func(s desk.Step) {
		told = append(told, s.Text)
		if len(told) == 1 {
			chip.Present(foreign)
		} else {
			chip.Present(card)
		}
	})
	if err != nil || k.Clonable || card.Blocks[4] == [16]byte{} {
		t.Fatalf("%+v, %v", k, err)
	}
	if len(told) < 2 || !strings.Contains(told[1], rc522.ErrNotBlank.Error()) || foreign.Blocks[4] != [16]byte{} {
		t.Errorf("of another person's card was told: %q", told)
	}
	if p, key, err := b.Vault.FindCredential(policy.CardKind,
		append([]byte{128}, card.Blocks[4][:]...)); err != nil || p.ID != id || key != k.ID {
		t.Errorf("what the card holds is not the person's: %v", err)
	}
	if b.Count("decision") != 0 {
		t.Error("a card that was being issued opened the door")
	}
}
