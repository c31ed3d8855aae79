package hal

import "fmt"

// LineState is what a supervised line tells of its wires and of the contact at their end.
type LineState uint8

// The states. Only [LineClosed] and [LineOpen] say something about the contact.
const (
	LineUnknown LineState = iota // not measured yet
	LineClosed                   // the contact is closed
	LineOpen                     // the contact is open
	LineCut                      // a wire is broken, or a plug is out
	LineShort                    // the two wires touch
	LineOdd                      // a value that belongs to no state, or one that does not come to rest
	LineLost                     // the chip that measures does not answer
)

// Sound reports whether the state of the contact is known.
func (s LineState) Sound() bool { return s == LineClosed || s == LineOpen }

func (s LineState) String() string {
	names := [...]string{"not measured yet", "closed", "open", "cut", "short", "odd", "not measured"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("LineState(%d)", s)
}

// LineFault says why the state of a supervised line's contact is not known. Whoever acts on an
// input must not take it for at rest: what it means depends on the role of the input.
type LineFault struct {
	State LineState // no sound one
	Cause error     // of LineOdd and LineLost; nil: the usual one
}

func (f *LineFault) Error() string {
	var what string
	switch f.State {
	case LineCut:
		what = "the line is cut: look for a broken wire or an open plug"
	case LineShort:
		what = "the line is shorted: look where its two wires touch"
	case LineOdd:
		what = "the line has a value of no state: check its resistors, and look for water or a foreign voltage"
	case LineLost:
		what = "the line cannot be measured"
	default:
		what = "the line is not measured yet"
	}
	if f.Cause != nil && f.State == LineOdd {
		return f.Cause.Error()
	}
	if f.Cause != nil {
		return what + ": " + f.Cause.Error()
	}
	return what
}

func (f *LineFault) Unwrap() error { return f.Cause }

// Supervised is an input whose wires are watched besides its contact. Its faults are [LineFault].
type Supervised interface {
	Input
	// Measure gives the state of the line at this moment, not debounced, and the resistance at the
	// unit's terminals in ohms; +Inf for a cut line. The error is of the chip.
	Measure() (state LineState, ohms float64, err error)
}
