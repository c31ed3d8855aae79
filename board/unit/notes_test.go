package unit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/board/config"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store"
)

// span is how long an entry counts at the other door.
const span = 10 * time.Minute

// noted is a site of two doors into one area, with a person of both.
func noted(t *testing.T) (gate, lobby *bench) {
	on := func(c *config.Config) {
		c.Site.Passback, c.Site.PassbackSite = config.Duration(time.Hour), config.Duration(span)
	}
	gate, lobby = newBench(t, on), newBench(t, on)
	meet(gate, lobby)
	gate.Someone(1)
	gate.Someone(2)
	lobby.hear(gate)
	gate.hear(lobby)
	return gate, lobby
}

// enters has a person come in.
func (b *bench) enters(card uint64) {
	b.Helper()
	if b.Tap(card); !b.Last().Grant {
		b.Fatalf("not let in: %+v", b.Last())
	}
	b.Input("contact", true)
	b.Input("contact", false)
	b.Later(time.Second)
}

// note is what the door tells now, and the number of the change.
func (b *bench) note() ([]byte, uint64) {
	b.Helper()
	note, change, err := b.Unit.Note(b.Context(), 0)
	b.must(err)
	if len(note) == 0 {
		b.Fatal("there is no note")
	}
	return note, change
}

// recipient is the key with which other doors seal what this one is told.
func (b *bench) recipient() age.Recipient {
	b.Helper()
	records, err := b.Vault.SiteRecords(fact.DoorID(b.Vault.Unit()), 1, 1<<20)
	b.must(err)
	r, err := record.Parse(records[len(records)-1])
	b.must(err)
	to, err := r.Recipient()
	b.must(err)
	return to
}

// files is all that lies in the unit's folder.
func (b *bench) files() (all []byte) {
	b.Helper()
	err := filepath.WalkDir(b.Config.Unit.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		all = append(append(all, path...), raw...)
		return err
	})
	b.must(err)
	return all
}

// both lets time pass at two doors.
func both(gate, lobby *bench, d time.Duration) { gate.Later(d); lobby.Later(d) }

// TestNotes: who came in at one door is refused at the other one within the time, and let in after
// it; exit and fire open; a door that hears nothing lets in.
func TestNotes(t *testing.T) {
	gate, lobby := noted(t)
	gate.enters(1)
	note, _ := gate.note()
	lobby.Later(time.Second)
	if r := lobby.taps(1); r != policy.ReasonCard { // cut off
		t.Errorf("a door that has heard nothing: %s", r)
	}
	lobby.must(lobby.Unit.HearNote(t.Context(), note))
	if r := lobby.taps(1); r != policy.ReasonPassback {
		t.Errorf("a second entry within the time: %s", r)
	}
	lobby.letsOut("while a person may not come in")
	lobby.must(lobby.Unit.HearNote(t.Context(), note))
	both(gate, lobby, span)
	if r := lobby.taps(1); r != policy.ReasonCard {
		t.Errorf("after the time: %s", r)
	}
}

// TestNotesPlayedAgain: an older note, or the same one at a door that was started again, refuses
// nobody for longer; the last one of a door says that nobody is left.
func TestNotesPlayedAgain(t *testing.T) {
	gate, lobby := noted(t)
	gate.enters(1)
	first, _ := gate.note()
	gate.enters(2)
	full, told := gate.note()
	lobby.must(lobby.Unit.HearNote(t.Context(), full))
	lobby.must(lobby.Unit.HearNote(t.Context(), first))
	if r := lobby.taps(2); r != policy.ReasonPassback {
		t.Errorf("an older note took a person out of the present one: %s", r)
	}
	both(gate, lobby, span)
	empty, change := gate.note()
	if change == told || len(empty) >= len(full) {
		t.Errorf("change %d after %d, %d bytes after %d", change, told, len(empty), len(full))
	}
	lobby.must(lobby.Unit.HearNote(t.Context(), full)) // played by a carrier that kept it
	if r := lobby.taps(1); r != policy.ReasonCard {
		t.Errorf("a note of ten minutes ago: %s", r)
	}
	both(gate, lobby, time.Hour)
	gate.enters(1)
	old, _ := gate.note()
	both(gate, lobby, time.Second)
	lobby.must(lobby.Unit.HearNote(t.Context(), old))
	both(gate, lobby, span-2*time.Second)
	lobby.must(lobby.Unit.HearNote(t.Context(), old)) // it does not begin anew
	both(gate, lobby, 2*time.Second)
	if r := lobby.taps(1); r != policy.ReasonCard {
		t.Errorf("a note that came twice: %s", r)
	}
}

// TestNotesOfWrongClocks: a clock that is set, here or there, makes the rule weaker and not
// stronger.
func TestNotesOfWrongClocks(t *testing.T) {
	for _, by := range []time.Duration{-100 * 24 * time.Hour, -time.Hour, time.Hour, 100 * 24 * time.Hour} {
		for _, late := range []bool{false, true} { // the lobby's clock, or the gate's
			gate, lobby := noted(t)
			wrong := gate
			if late {
				wrong = lobby
			}
			wrong.Clock.Set(wrong.Clock.Now().Add(by))
			gate.enters(1)
			note, _ := gate.note()
			lobby.must(lobby.Unit.HearNote(t.Context(), note))
			wrong.Clock.Set(wrong.Clock.Now().Add(-by))
			both(gate, lobby, span)
			if r := lobby.taps(1); r != policy.ReasonCard {
				t.Errorf("a clock wrong by %v, the lobby's %v: %s after the time", by, late, r)
			}
		}
	}
}

// TestNotesRefused: a note that is forged, cut off, of another site, of this very door or of one
// that was sent away changes nothing.
func TestNotesRefused(t *testing.T) {
	gate, lobby := noted(t)
	gate.enters(1)
	note, _ := gate.note()
	id := gate.Last().Person
	site, err := lobby.Vault.Site()
	lobby.must(err)
	stranger := func(h record.NoteHead) []byte {
		_, key, err := ed25519.GenerateKey(nil)
		lobby.must(err)
		n, err := record.MakeNote(h, []record.Entered{{Person: id}}, key, lobby.recipient())
		lobby.must(err)
		return n.Raw()
	}
	at := uint64(lobby.Clock.Now().UnixMilli())
	other, third := noted(t)
	other.enters(1)
	foreign, _ := other.note()
	flipped := bytes.Clone(note)
	flipped[len(flipped)-1] ^= 1
	lobby.enters(1)
	own, _ := lobby.note()
	lobby.Later(time.Hour)
	for name, x := range map[string]struct {
		note []byte
		why  error
	}{
		"forged": {stranger(record.NoteHead{Site: site.ID, Door: fact.DoorID(gate.Vault.Unit()), At: at}),
			store.ErrForged},
		"of no door": {stranger(record.NoteHead{Site: site.ID, Door: fact.DoorID{7}, At: at}),
			store.ErrNoMember},
		"of another site": {foreign, store.ErrOtherSite}, "cut off": {note[:len(note)-1], record.ErrForm},
		"flipped": {flipped, record.ErrForm}, "its own": {own, store.ErrNoMember}, "none": {nil, record.ErrForm},
		"too long": {make([]byte, record.NoteLimit+1), record.ErrTooLong},
	} {
		if err := lobby.Unit.HearNote(t.Context(), x.note); !errors.Is(err, x.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := third.Unit.HearNote(t.Context(), note); !errors.Is(err, store.ErrOtherSite) {
		t.Errorf("at another site: %v", err)
	}
	gate.Later(time.Hour)
	gate.enters(1)
	note, _ = gate.note()
	lobby.must(lobby.Vault.SendDoorAway("op", fact.DoorID(gate.Vault.Unit())))
	if err := lobby.Unit.HearNote(t.Context(), note); !errors.Is(err, store.ErrSentAway) {
		t.Errorf("sent away: %v", err)
	}
	if r := lobby.taps(1); r != policy.ReasonCard {
		t.Errorf("after notes that are not to be believed: %s", r)
	}
}

// TestRPurposeNotes: where a person was leaves no trace at another door: hearing of it writes
// nothing to its disk, and telling it writes nothing here.
func TestRPurposeNotes(t *testing.T) {
	gate, lobby := noted(t)
	gate.enters(1)
	both(gate, lobby, 20*time.Second) // the door is locked again
	id := gate.Last().Person
	lobby.Entries() // at both, what waited in memory is written now
	here, there := gate.files(), lobby.files()
	note, _ := gate.note()
	lobby.must(lobby.Unit.HearNote(t.Context(), note))
	both(gate, lobby, time.Second)
	if !bytes.Equal(gate.files(), here) {
		t.Error("telling who came in wrote to the disk")
	}
	if !bytes.Equal(lobby.files(), there) {
		t.Error("hearing who came in wrote to the disk")
	}
	if bytes.Contains(note, id[:]) {
		t.Error("whoever carries a note reads who came in")
	}
}

// TestNotesOff: a door without the rule tells nothing, and heeds nothing.
func TestNotesOff(t *testing.T) {
	gate, lobby := noted(t)
	gate.enters(1)
	note, _ := gate.note()
	lobby.Config.Site.PassbackSite = 0
	lobby.must(lobby.Unit.HearNote(t.Context(), note))
	if r := lobby.taps(1); r != policy.ReasonCard {
		t.Errorf("heeded: %s", r)
	}
	lobby.enters(1)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, told := range []uint64{0, 7} {
		if note, change, err := lobby.Unit.Note(ctx, told); note != nil || change != 0 || err != nil {
			t.Errorf("%d bytes, %d, %v", len(note), change, err)
		}
	}
}
