// Package hal says what a door is made of: readers that give cards and buttons, inputs and outputs
// with a meaning instead of a voltage, cameras that give frames. It has small interfaces and value
// types, and imports no other package of the project.
//
// Drivers are in the folders below it (gpio, wiegand, serialreader, rc522, pcsc, camera), a
// simulated door in sim, and recorders and players of these interfaces in haltest.
//
// Units: time.Time is the host's wall clock with its monotonic part; pixels are 8-bit
// BGR, row by row, no padding.
package hal

import (
	"context"
	"errors"
	"time"
)

// Reader is a card reader, a keypad, or both: anything at the door by which a person presents
// something other than a face.
type Reader interface {
	// Run reads until ctx ends or the device fails for good, and hands over each event in order.
	// When the device goes away and may come back, it does not return: it emits an event with Fault
	// set and goes on trying. emit must not block for long; Run calls it from one goroutine only.
	Run(ctx context.Context, emit func(ReaderEvent)) error
	// String is the reader's name in the configuration.
	String() string
}

// Issuer is a reader that can write a number of the site's own to blank cards.
type Issuer interface {
	// Issue allows it until then; a time in the past ends it. A card that was written is emitted
	// like any other. Issue reports false when no sector to write is configured. It may be called
	// from any goroutine.
	Issue(until time.Time) bool
}

// Retirer is a reader that can make a card of the site's one as from the factory.
type Retirer interface {
	// Retire allows it until then; a time in the past ends it. A card that was retired is emitted
	// once more, as what it was. Retire reports false when the reader knows no such cards. It may
	// be called from any goroutine.
	Retire(until time.Time) bool
}

// Carrier is a reader that can write what a card of the site carries beside its number.
type Carrier interface {
	// Carry has write say, until then, what becomes of the cards that are held to the reader; a
	// time in the past ends it. write is called once for each card, on the reader's goroutine; no:
	// the card stays as it is; yes: it carries these bytes from now on, or nothing. A card that was
	// written is emitted as Written, also where it had been there before. Carry reports
	// false when the reader knows no such cards. It may be called from any goroutine.
	Carry(until time.Time, write func(Card) (sealed []byte, yes bool)) bool
}

// ReaderEvent is one thing that happened at a reader. Exactly one of Card, Button, Code, Fault and
// Recovered is set. A Fault without Frame lasts until Recovered, or until a Card, Button or Code
// shows that the reader works.
type ReaderEvent struct {
	At        time.Time // when the last bit was on the wire, not when we got to it
	Reader    string
	Card      *Card
	Button    Button
	Code      Code
	Fault     error // lost frame, noise, reversed wires, device gone; never contains card data
	Frame     bool  // with Fault: of this one frame; the reader itself works
	Recovered bool
}

// Input is a contact with a meaning: REX button, door contact, fire line, tamper switch, bell.
type Input interface {
	// Run reports the debounced state at once and then each change, until ctx ends. The configured
	// polarity is applied: Active is true when the button is pressed, the door open, or on fire.
	Run(ctx context.Context, changed func(InputEvent)) error
	// Active reads the present state.
	Active() (bool, error)
	String() string
}

// ErrChatter is the fault of a contact that goes on changing for a second. Its level is then taken
// as it is, once a second, and reported where it is another one.
var ErrChatter = errors.New("contact does not come to rest: a loose wire or a worn contact")

// InputEvent is one debounced change of an input. A Fault lasts until the next event without one,
// which may report the same state again.
type InputEvent struct {
	At     time.Time     // of the first edge, not when we got to it
	Bounce time.Duration // from the first edge to the last
	Input  string
	Active bool
	Fault  error
}

// Output is something that the unit switches: the strike's relay, a lamp, a buzzer. On is the
// configured meaning, not the level.
type Output interface {
	// Set switches and returns once the line has the level.
	Set(on bool) error
	// Close leaves the line in its declared safe state.
	Close() error
	String() string
}

// Camera hands over frames, always the newest.
type Camera interface {
	// Next waits for a frame newer than the last one handed over and copies it to f, whose buffer
	// is reused. Errors: ErrNoFrame when none came in time, ErrGone when the device is not there.
	Next(ctx context.Context, f *Frame) error
	Close() error
	String() string
}
