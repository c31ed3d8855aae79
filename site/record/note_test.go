package record

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"menshen/internal/golden"
	"menshen/policy"
	"menshen/site/fact"
)

var entered = []Entered{{Person: policy.PersonID{9}, Ago: 3}, {Person: policy.PersonID{8}, Ago: 400}}

func makeNote(t testing.TB, who []Entered, to ...age.Recipient) *Note {
	t.Helper()
	n, err := MakeNote(NoteHead{Site: SiteID{5}, Door: fact.DoorID{1}, At: 1_772_438_400_000}, who, signer,
		append(to, identity(t).Recipient())...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNote: what a note tells is read by the doors that it is sealed to, and is its door's.
func TestNote(t *testing.T) {
	made := makeNote(t, entered)
	n, err := ParseNote(made.Raw())
	if err != nil || n.NoteHead != made.NoteHead || !n.Verify(pub) || n.Verify(nil) {
		t.Fatalf("%+v, %v", n, err)
	}
	who, err := n.Open(identity(t))
	if err != nil || !slices.Equal(who, entered) {
		t.Errorf("%+v, %v", who, err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Open(other); !errors.Is(err, ErrNotOurs) {
		t.Errorf("another door: %v", err)
	}
	if _, err := Parse(made.Raw()); !errors.Is(err, ErrForm) {
		t.Errorf("a note passes for a record: %v", err)
	}
	if _, err := ParseNote(make1(t, Head{Seq: 1, First: 1}).Raw()); !errors.Is(err, ErrForm) {
		t.Errorf("a record passes for a note: %v", err)
	}
}

// TestChangedNotesAreRefused: each byte of a note counts.
func TestChangedNotesAreRefused(t *testing.T) {
	raw := makeNote(t, entered).Raw()
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		if n, err := ParseNote(changed); err == nil && n.Verify(pub) {
			t.Errorf("byte %d was changed, and the note is believed", i)
		}
	}
}

// TestNoteLimits: of many people the first ones are told; a site of too many doors has no notes.
func TestNoteLimits(t *testing.T) {
	many := make([]Entered, EnteredMost+1)
	n := makeNote(t, many)
	if who, err := n.Open(identity(t)); err != nil || len(who) != EnteredMost {
		t.Errorf("%d people, %v", len(who), err)
	}
	to := slices.Repeat([]age.Recipient{identity(t).Recipient()}, 99)
	if n := makeNote(t, many, to...); len(n.Raw()) > NoteLimit {
		t.Errorf("%d bytes", len(n.Raw()))
	}
	_, err := MakeNote(NoteHead{}, nil, signer, slices.Repeat(to, 3)...)
	if !errors.Is(err, ErrTooLong) {
		t.Errorf("300 doors: %v", err)
	}
	late := *n
	late.At = latest + 1
	head, err := encode(&late.NoteHead)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := encode(wire{head, n.sig, n.sealed})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseNote(raw); !errors.Is(err, ErrForm) {
		t.Errorf("a note of the year 10890: %v", err)
	}
}

// TestNoteVectors: what one version wrote is read by every later one (docs/formats.md).
func TestNoteVectors(t *testing.T) {
	var made []byte
	vector := func(name string, content func() []byte) []byte {
		return golden.Vector(t, "testdata/note-1/"+name, content)
	}
	made = vector("note.cbor", func() []byte { return makeNote(t, entered).Raw() })
	key, err := hex.DecodeString(strings.TrimSpace(string(vector("unit.pub",
		func() []byte { return []byte(hex.EncodeToString(pub) + "\n") }))))
	if err != nil {
		t.Fatal(err)
	}
	n, err := ParseNote(made)
	if err != nil || !n.Verify(key) || n.At != 1_772_438_400_000 {
		t.Fatalf("%+v, %v", n, err)
	}
	id, err := age.ParseX25519Identity(strings.TrimSpace(string(vector("age-identity",
		func() []byte { return []byte(testKey + "\n") }))))
	if err != nil {
		t.Fatal(err)
	}
	if who, err := n.Open(id); err != nil || !slices.Equal(who, entered) {
		t.Errorf("%+v, %v", who, err)
	}
}

// FuzzNote: what is read is written in the same form, and nothing but that is read.
func FuzzNote(f *testing.F) {
	f.Add(makeNote(f, entered).Raw())
	f.Add(makeNote(f, nil).Raw())
	f.Add(make1(f, Head{Seq: 1, First: 1}).Raw())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := ParseNote(raw)
		if err != nil {
			return
		}
		again, err := encode(wire{n.signed, n.sig, n.sealed})
		if err != nil || !bytes.Equal(again, raw) || n.At > latest || len(raw) > NoteLimit {
			t.Errorf("%+v, %v", n.NoteHead, err)
		}
	})
}
