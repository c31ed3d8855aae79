package sim

import (
	"context"
	"time"

	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/wiegand"
	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/recognizer"
	"menshen/recognizer/eye"
)

// output is an output that remembers its state.
type output struct {
	name string
	on   bool
	err  error
}

func (o *output) Set(on bool) error {
	if o.err != nil {
		return o.err
	}
	o.on = on
	return nil
}
func (o *output) Close() error   { o.on = false; return nil }
func (o *output) String() string { return o.name }

// input is a contact.
type input struct {
	name string
	on   bool
}

func (i *input) Run(context.Context, func(hal.InputEvent)) error { return nil }
func (i *input) Active() (bool, error)                           { return i.on, nil }
func (i *input) String() string                                  { return i.name }

// reader is a Wiegand reader with a keypad: pulses in, events out, by the product's own decoder.
type reader struct {
	name   string
	framer wiegand.Framer
	dec    *wiegand.Decoder
	begun  time.Duration // of the last frame: its first edge
	at     time.Duration // of the last edge
	seq    uint32
}

func newReader(name string) (*reader, error) {
	dec, err := wiegand.NewDecoder(wiegand.Burst4)
	return &reader{name: name, framer: wiegand.Framer{Patient: true}, dec: dec}, err
}

func (r *reader) Run(context.Context, func(hal.ReaderEvent)) error { return nil }
func (r *reader) String() string                                   { return r.name }

const (
	pulseSpace = 2 * time.Millisecond
	frameEnd   = 60 * time.Millisecond // longer than any gap of the framer
)

// train sends bits as pulses from now on, and gives what the reader makes of them. spoil turns the
// space before a bit into noise; nil: a clean line.
func (r *reader) train(now time.Duration, bits []bool, spoil func(int) time.Duration) (e hal.ReaderEvent,
	takes time.Duration, ok bool) {
	r.at = max(r.at, now)
	r.begun = r.at
	for i, one := range bits {
		space := pulseSpace
		if spoil != nil {
			space += spoil(i)
		}
		r.at += space
		r.seq++
		line := 0
		if one {
			line = 1
		}
		r.framer.Edge(gpio.Edge{Line: line, At: r.at, Seq: r.seq})
	}
	e.Reader = r.name
	frame, ok := r.framer.Quiet()
	if !ok {
		return e, r.at - r.begun, false
	}
	card, button, err := r.dec.Decode(frame)
	e.Card, e.Button, e.Fault, e.Frame = card, button, err, err != nil
	return e, r.at - r.begun, true
}

// facility is the code that is on all cards of the site.
const facility = 42

// cardBits is a card of the site in the 26-bit format.
func cardBits(number uint64) []bool {
	body := uint64(facility)<<16 | number&0xffff
	bits := make([]bool, 26)
	even, odd := false, true
	for i := range 24 {
		b := body>>(23-i)&1 == 1
		bits[i+1] = b
		if i < 12 {
			even = even != b
		} else {
			odd = odd != b
		}
	}
	bits[0], bits[25] = even, odd
	return bits
}

// buttonBits is a key of the keypad.
func buttonBits(b byte) []bool {
	code := map[byte]int{'*': 10, '#': 11}[b]
	if b >= '0' && b <= '9' {
		code = int(b - '0')
	}
	return []bool{code&8 != 0, code&4 != 0, code&2 != 0, code&1 != 0}
}

// simEye is the eye's process, played.
type simEye struct {
	mode   eye.Mode
	camera eye.CameraState
	state  eye.State
}

func (e *simEye) Observations() <-chan recognizer.Observation { return nil }
func (e *simEye) Pictures() <-chan eye.Picture                { return nil }
func (e *simEye) Codes() <-chan eye.Code                      { return nil }
func (e *simEye) SetMode(m eye.Mode)                          { e.mode = m }
func (e *simEye) SetCodes(bool)                               {}
func (e *simEye) Close() error                                { return nil }
func (e *simEye) Status() eye.Status {
	return eye.Status{Life: child.Life{State: e.state}, Mode: e.mode, Camera: e.camera,
		Confined: confine.Report{NoDump: true, Limits: true, NoSwap: true, Landlock: 6, Seccomp: true}}
}
