package fact

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// State is how a door fares, as it told last. It names what a unit is made of, and nobody. Only the
// door itself tells it, in its own chain: the last one counts.
type State struct {
	At      time.Time `cbor:"at"`               // when it was so, by the door's own clock
	Version string    `cbor:"version"`          // of its program
	Raised  []string  `cbor:"raised,omitempty"` // alarms and the like, by the unit's vocabulary: "forced"
	Faults  []string  `cbor:"faults,omitempty"` // what does not work: "reader outside", "camera"
	Due     int       `cbor:"due,omitempty"`    // erasures that other doors told of, not done yet
	Image   string    `cbor:"image,omitempty"`  // version of the flashed system; empty: it has none
	Supply  string    `cbor:"supply,omitempty"` // "mains", "battery", "battery low", …; empty: not watched
	Seat    bool      `cbor:"seat,omitempty"`   // it is the manager's seat, and has no door

	NoPasses bool `cbor:"nopasses,omitempty"` // no visitor comes in there; an earlier version does not say it
}

// Limits of a state, whoever told it: what a door may make others keep and show.
const (
	wordMost  = 48 // characters of one word
	wordsMost = 16 // of each list
)

// Fit gives a state within its limits, with sorted lists of printable words.
func (s State) Fit() State {
	s.Version, s.Raised, s.Faults = fitWord(s.Version), fitWords(s.Raised), fitWords(s.Faults)
	s.Image, s.Supply = fitWord(s.Image), fitWord(s.Supply)
	s.Due = max(s.Due, 0)
	return s
}

func fitWords(words []string) (out []string) {
	for _, w := range words[:min(len(words), 4*wordsMost)] {
		if w = fitWord(w); w != "" {
			out = append(out, w)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), wordsMost)]
}

func fitWord(w string) string {
	n := 0
	return strings.Map(func(r rune) rune {
		if n++; n > wordMost || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, w)
}

// Same reports whether nothing has changed but the time. Both are fit.
func (s State) Same(o State) bool {
	return s.Version == o.Version && slices.Equal(s.Raised, o.Raised) && slices.Equal(s.Faults, o.Faults) &&
		s.Due == o.Due && s.Image == o.Image && s.Supply == o.Supply && s.Seat == o.Seat && s.NoPasses == o.NoPasses
}
