package aescard_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/hal"
	"menshen/hal/aescard"
	"menshen/hal/aescard/aescardtest"
)

// TestCarry: a card gives back what it was given to carry, of any length that it has room for, with
// the key that it was sealed for, also after the site's secret was renewed. Its number stays.
func TestCarry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		card, s := rapid.SampledFrom(cards()).Draw(t, "card"), site(t, 1)
		n, err := s.Issue(card, card.UID)
		if err != nil {
			t.Fatal(err)
		}
		sealed := rapid.SliceOfN(rapid.Byte(), 1, aescard.Room).Draw(t, "sealed")
		if err := s.Carry(card, card.UID, sealed); err != nil {
			t.Fatal(err)
		}
		got, c, err := s.ReadAll(card, card.UID)
		if err != nil || got != n || !bytes.Equal(c.Sealed, sealed) || c.Key == [16]byte{} {
			t.Fatalf("%v, %v, %v", got, c, err)
		}
		for _, key := range card.Keys {
			if key == c.Key {
				t.Fatal("it is sealed with a key that the card has")
			}
		}
		key, renewed := c.Key, site(t, 2, 1)
		if _, err := renewed.Issue(card, card.UID); err != nil {
			t.Fatal(err)
		}
		if got, c, err := renewed.ReadAll(card, card.UID); err != nil || got != n || c.Key != key ||
			!bytes.Equal(c.Sealed, sealed) {
			t.Fatalf("renewed: %v, %v", c, err)
		}
		forgotten := site(t, 2)
		if got, c, err := forgotten.ReadAll(card, card.UID); err != nil || got != n || len(c.Sealed) > 0 {
			t.Fatalf("sealed for a secret that is gone: %v, %v", c, err)
		}
		if err := renewed.Carry(card, card.UID, nil); err != nil {
			t.Fatal(err)
		}
		if got, c, err := renewed.ReadAll(card, card.UID); err != nil || got != n || len(c.Sealed) > 0 {
			t.Fatalf("overwritten: %v, %v", c, err)
		}
		holdsNothingOf(t, card, sealed)
	})
	card, s := aescardtest.NTAG(0), site(t, 1)
	if err := s.Carry(card, card.UID, make([]byte, aescard.Room+1)); !errors.Is(err, aescard.ErrRoom) {
		t.Errorf("one byte too many: %v", err)
	}
}

// holdsNothingOf fails if a file of the card has any four bytes of it.
func holdsNothingOf(t interface{ Fatal(...any) }, card *aescardtest.Card, sealed []byte) {
	for _, f := range card.Files {
		for i := 0; i+4 <= len(sealed); i++ {
			if four := sealed[i : i+4]; bytes.Contains(f.Data, four) && !bytes.Equal(four, make([]byte, 4)) {
				t.Fatal("the card still has it")
			}
		}
	}
}

// TestCarriedIsReadByTheSiteAlone: nobody reads it without key 2, and a card that is retired has
// nothing of it left.
func TestCarriedIsReadByTheSiteAlone(t *testing.T) {
	for _, card := range cards() {
		s := site(t, 1)
		if _, err := s.Issue(card, card.UID); err != nil {
			t.Fatal(err)
		}
		sealed := bytes.Repeat([]byte("sealed"), 40)
		if err := s.Carry(card, card.UID, sealed); err != nil {
			t.Fatal(err)
		}
		card.Reset()
		for no := range card.Files {
			if err := aescard.Select(card, card.Name); err != nil {
				t.Fatal(err)
			}
			in, _ := card.Exchange([]byte{0x90, 0xad, 0, 0, 7, no, 0, 0, 0, 32, 0, 0, 0})
			if bytes.Contains(in, sealed[:4]) {
				t.Errorf("file %d of kind %d is read by anybody", no, card.Kind)
			}
		}
		if err := s.Retire(card, card.UID); err != nil {
			t.Fatal(err)
		}
		holdsNothingOf(t, card, sealed)
	}
}

// TestCarryTakenAway: a card that is taken away at any moment of being written keeps its number,
// and gives what it was to carry whole, what it carried before, or what no seal fits.
func TestCarryTakenAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		card, s := rapid.SampledFrom(cards()).Draw(t, "card"), site(t, 1)
		n, err := s.Issue(card, card.UID)
		if err != nil {
			t.Fatal(err)
		}
		first, second := bytes.Repeat([]byte{1}, 200), bytes.Repeat([]byte{2}, 233)
		if err := s.Carry(card, card.UID, first); err != nil {
			t.Fatal(err)
		}
		card.Reset()
		gone := &torn{card, rapid.IntRange(0, 20).Draw(t, "after"), rapid.Bool().Draw(t, "done")}
		err = s.Carry(gone, card.UID, second)
		card.Reset()
		got, c, readErr := s.ReadAll(card, card.UID)
		if readErr != nil || got != n {
			t.Fatalf("its number is lost: %v", readErr)
		}
		if err == nil && !bytes.Equal(c.Sealed, second) {
			t.Fatal("it was not written")
		}
		gone = &torn{card, rapid.IntRange(0, 12).Draw(t, "read"), false}
		if got, c, err := s.ReadAll(gone, card.UID); err == nil && (got != n || c == nil) {
			t.Fatal("another number")
		}
		card.Reset()
		if err := s.Carry(card, card.UID, first); err != nil {
			t.Fatalf("it cannot be written again: %v", err)
		}
	})
}

// TestCardThatKeepsNothing: a card that says that it wrote and did not is found by reading back.
func TestCardThatKeepsNothing(t *testing.T) {
	card, s := aescardtest.Light(), site(t, 1)
	if _, err := s.Issue(card, card.UID); err != nil {
		t.Fatal(err)
	}
	card.Cheat = func(apdu, answer []byte) []byte {
		if apdu[1] == 0x8d {
			clear(card.Files[4].Data)
		}
		return answer
	}
	if err := s.Carry(card, card.UID, []byte("sealed")); !errors.Is(err, aescard.ErrForged) {
		t.Errorf("%v", err)
	}
}

// TestTapsCarry: each card is offered once what it may carry, and told as written only where it
// was.
func TestTapsCarry(t *testing.T) {
	s, mine, other := site(t, 1), aescardtest.NTAG(0), aescardtest.Light()
	for _, card := range []*aescardtest.Card{mine, other} {
		if _, err := s.Issue(card, card.UID); err != nil {
			t.Fatal(err)
		}
		card.Reset()
	}
	taps := aescard.Taps{Site: s}
	tap := func(card *aescardtest.Card) hal.Card {
		t.Helper()
		act, _ := taps.Next()
		c, err := act.Card(card, card.UID)
		if err != nil {
			t.Fatal(err)
		}
		card.Reset()
		return c
	}
	if c := tap(mine); c.Carried == nil || len(c.Carried.Sealed) > 0 || c.Written {
		t.Errorf("before: %v", c.Carried)
	}
	asked := 0
	number := string(tap(mine).Raw)
	taps.Carry(time.Now().Add(time.Minute), func(c hal.Card) ([]byte, bool) {
		asked++
		return []byte("sealed"), string(c.Raw) == number && c.Carried.Key != [16]byte{}
	})
	if c := tap(other); c.Written || !taps.Again(mine.UID) || taps.Again(other.UID) {
		t.Errorf("another card: %v", c.Carried)
	}
	if c := tap(mine); !c.Written || string(c.Carried.Sealed) != "sealed" {
		t.Errorf("written: %v", c.Carried)
	}
	if c := tap(mine); c.Written || string(c.Carried.Sealed) != "sealed" || asked != 2 {
		t.Errorf("once more: %v, asked %d times", c.Carried, asked)
	}
	taps.Carry(time.Time{}, nil)
	if taps.Again(mine.UID) {
		t.Error("it goes on after its end")
	}
}
