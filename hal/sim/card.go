package sim

import (
	"strings"
	"time"

	periph "periph.io/x/conn/v3/gpio"
)

// Timing of the simulated reader, common among real ones (20 to 100 µs every 0.2 to 20 ms).
const (
	Pulse  = 50 * time.Microsecond
	Period = 2 * time.Millisecond
	Rest   = 60 * time.Millisecond // between two frames, at least
)

// Tap holds a 26-bit card (H10301) to the reader.
func (d *Door) Tap(facility uint8, number uint16) { d.Send(H10301(facility, number)) }

// H10301 gives the 26 bits of a card, the first sent first: even parity over the first
// half, facility, number, odd parity over the second half. It does not use the decoder that
// shall read them.
func H10301(facility uint8, number uint16) []bool {
	v := uint32(facility)<<16 | uint32(number)
	bits := make([]bool, 26)
	bits[25] = true
	for i := range 24 {
		one := v>>(23-i)&1 == 1
		bits[1+i] = one
		if i < 12 {
			bits[0] = bits[0] != one
		} else {
			bits[25] = bits[25] != one
		}
	}
	return bits
}

// Type presses buttons on the reader's keypad, 0 to 9, * and #. Each is sent as a burst of 8 bits:
// its complement in four bits, then itself.
func (d *Door) Type(keys string) {
	for _, k := range keys {
		code := strings.IndexRune("0123456789*#", k)
		if code < 0 {
			continue
		}
		burst := make([]bool, 8)
		for i := range 4 {
			one := code>>(3-i)&1 == 1
			burst[i], burst[4+i] = !one, one
		}
		d.Send(burst)
	}
}

// Send drives any frame onto the data lines with the default timing.
func (d *Door) Send(bits []bool) { d.SendWith(bits, Pulse, Period) }

// SendWith drives a frame with pulses of the given length and period. The last pulse is at the
// present time, or later where the frame before needs quiet after it. However late this goroutine
// gets to run, the edges carry the times at which a real reader would send them, and the lines are
// not quiet before the frame is whole.
func (d *Door) SendWith(bits []bool, pulse, period time.Duration) {
	d.sending.Lock()
	defer d.sending.Unlock()
	at := d.now()
	if !d.cfg.RealTime {
		at = max(at-time.Duration(len(bits))*period, d.lineEnd+Rest)
	}
	d.busy.Store(true)
	for _, one := range bits {
		p := d.pins[D0]
		if one {
			p = d.pins[D1]
		}
		d.wait(at)
		p.DriveAt(periph.Low, at)
		d.wait(at + pulse)
		p.DriveAt(periph.High, at+pulse)
		at += period
	}
	d.lineEnd = at
	d.busy.Store(false)
	d.pins[D0].wakeWatcher()
	d.pins[D1].wakeWatcher()
}

// wait passes the time until a pulse in real time, and none otherwise.
func (d *Door) wait(at time.Duration) {
	if d.cfg.RealTime {
		time.Sleep(at - d.now())
	}
}
