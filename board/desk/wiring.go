package desk

import (
	"cmp"
	"context"
	"errors"
	"time"

	"menshen/board/profile"
	"menshen/hal"
	"menshen/hal/wiegand"
	"menshen/internal/i18n"
)

// Wiring is the header of the unit's board with what is wired to it, in the session's language.
type Wiring struct {
	Board     string       // its name in a configuration; empty: the board is not known, and has no pins
	Title     string       // the maker's
	Pin1      string       // where its pin 1 is
	Pins      []WiredPin   // in the header's order
	Rest      string       // what the lock does until the program runs
	Elsewhere []string     // what is wired to something else than the header
	Power     []string     // where each part has its supply and its ground; empty: the board is not known
	Found     []WiringNote // what does not fit
}

// WiredPin is a pin of the header.
type WiredPin struct {
	At      int    // place on the header, from 1
	Name    string // "GPIO17", "GND"
	Also    string // what else it can be switched to
	PowerUp string // "up" or "down": its pull until the program runs; empty: not known
	Kind    string // "relay", "input", "signal", "data", "line", "supply", "ground", "taken", "free"
	Wire    string // what is wired to it; empty: nothing
	Refused bool   // the wire may not be there
}

// WiringNote is something about the wires that does not fit the board.
type WiringNote struct {
	Refused bool // that part of the door does not work; else it is a warning
	Text    string
}

// Wiring gives the wires by the configuration in force.
func (d *Desk) Wiring(_ context.Context, s Session) (Wiring, error) {
	if _, err := d.allow(s, OpensDoor); err != nil {
		return Wiring{}, err
	}
	b, err := profile.Of(d.cfg, profile.Here)
	if err != nil {
		return Wiring{}, err
	}
	plan := b.Plan(d.cfg, profile.Here)
	w := Wiring{Rest: s.Lang.Say(plan.Rest)}
	if b != nil {
		w.Board, w.Title, w.Pin1 = b.Name, b.Title, s.Lang.Say(b.Pin1.Message())
	}
	for _, p := range plan.Pins {
		w.Pins = append(w.Pins, WiredPin{At: p.At, Name: p.Pin.Name, Also: p.Also, PowerUp: p.PowerUp,
			Kind: p.Kind.String(), Wire: s.Lang.Say(p.Name), Refused: p.Bad})
	}
	for _, m := range plan.Elsewhere {
		w.Elsewhere = append(w.Elsewhere, s.Lang.Say(m))
	}
	for _, m := range plan.Power {
		w.Power = append(w.Power, s.Lang.Say(m))
	}
	for _, f := range plan.Found {
		w.Found = append(w.Found, WiringNote{f.Refuse, s.Lang.Say(f.Text)})
	}
	return w, nil
}

// ReaderReport is what has come from a reader since the start.
type ReaderReport struct {
	Name   string
	Kind   string      // as the configuration has it: "wiegand"
	Fault  string      // empty: none; of one on a desk, why it is not there
	Counts []hal.Count // by kind, all of them
	Frames []Frame     // the last ones of a Wiegand reader, the newest first; empty: there are none
	Link   *Link       // of a reader that the unit talks with; nil: it only speaks
}

// Frame is how one frame came over the wire. It says nothing of which card it was.
type Frame struct {
	At     time.Time
	Read   bool            // as a card or a key
	Text   string          // what the reader made of it
	Gaps   []time.Duration // between its pulses, as wiegand.Timing has them
	Middle time.Duration   // gap
	Lost   int             // pulses
}

// Readers gives the readers with their counts, and the timing of the last frames.
func (d *Desk) Readers(ctx context.Context, s Session) ([]ReaderReport, error) {
	if _, err := d.allow(s, OpensDoor); err != nil {
		return nil, err
	}
	state, err := d.unit.State(ctx)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{}
	for _, r := range d.cfg.Readers {
		kinds[r.Name] = r.Kind
	}
	var all []ReaderReport
	for i, r := range state.Readers {
		report := ReaderReport{Name: r.Name, Kind: kinds[r.Name], Counts: r.Counts,
			Fault: cmp.Or(state.Faults["reader "+r.Name], r.Away)}
		if r.Counts == nil {
			report.Counts = []hal.Count{{Of: "cards", N: uint64(r.Cards)}, {Of: "misread", N: uint64(r.Misread)}}
		}
		if wire, ok := d.unit.Readers()[i].(interface{ Recent() []wiegand.Timing }); ok {
			for _, t := range wire.Recent() {
				report.Frames = append(report.Frames, Frame{At: t.At, Read: t.Err == nil,
					Text: s.Lang.Say(frameMessage(t)), Gaps: t.Gaps, Middle: t.Middle, Lost: t.Lost})
			}
		}
		report.Link = linkOf(d.unit.Readers()[i], s.Lang)
		all = append(all, report)
	}
	return all, nil
}

// frameMessage says what a reader made of a frame, and what to look at where it was not read.
func frameMessage(t wiegand.Timing) i18n.Message {
	const least = 8 // pulses, from which on one line alone is no key
	switch {
	case t.Err == nil && t.Key:
		return i18n.M("desk.frame-key", "a key")
	case t.Err == nil:
		return i18n.M("desk.frame-card", "a card")
	case !t.D1 && len(t.Gaps) >= least:
		return i18n.M("desk.frame-d0-alone", "pulses on D0 alone: the wire of D1 is off, or at another pin")
	case !t.D0 && len(t.Gaps) >= least:
		return i18n.M("desk.frame-d1-alone", "pulses on D1 alone: the wire of D0 is off, or at another pin")
	}
	for _, known := range frameErrors {
		if errors.Is(t.Err, known.err) {
			return known.says
		}
	}
	return i18n.Verbatim(t.Err.Error())
}

var frameErrors = []struct {
	err  error
	says i18n.Message
}{
	{wiegand.ErrLost, i18n.M("desk.frame-lost", "pulses were lost: the unit was too busy to take each")},
	{wiegand.ErrNoise, i18n.M("desk.frame-noise", "pulses too close together: noise, or the data lines touch")},
	{wiegand.ErrTooLong, i18n.M("desk.frame-too-long", "more pulses than any card has: noise on a data line")},
	{wiegand.ErrLength, i18n.M("desk.frame-length", "this number of bits fits no format of the configuration")},
	{wiegand.ErrReversed, i18n.M("desk.frame-reversed", "D0 and D1 are swapped: exchange the two data wires")},
	{wiegand.ErrParity, i18n.M("desk.frame-parity", "its parity is wrong: a bit was disturbed on the wire")},
	{wiegand.ErrButton, i18n.M("desk.frame-no-key", "a burst that is no key: see keypad in the configuration")},
}
