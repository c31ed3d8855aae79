package unit

import (
	"time"

	"menshen/hal"
)

// keypad collects the digits of a PIN. '#' ends it and '*' clears it. A button that is pressed more
// than pressPause after the last one begins a new PIN, or more than twice that where a person was
// asked for it who needs time. Times are of Unit.steady: a clock that is set meanwhile takes no
// digit away.
type keypad struct {
	digits  []byte
	last    time.Duration
	patient bool // until the next PIN
}

const (
	pressPause = 10 * time.Second // between two buttons
	pinMax     = 16               // digits of the longest PIN; one more is kept, so that a longer entry matches none
)

// press takes one button. It returns the PIN after '#', which the caller wipes, and otherwise nil.
func (k *keypad) press(b hal.Button, at time.Duration) []byte {
	k.expire(at)
	k.last = at
	switch {
	case b == '*':
		k.forget()
	case b == '#':
		pin := append([]byte(nil), k.digits...)
		k.forget()
		k.patient = false
		return pin
	case b >= '0' && b <= '9' && len(k.digits) <= pinMax:
		if k.digits == nil {
			k.digits = make([]byte, 0, pinMax+1)
		}
		k.digits = append(k.digits, byte(b))
	}
	return nil
}

// expire forgets the digits of a person who went away.
func (k *keypad) expire(now time.Duration) {
	if len(k.digits) > 0 && now-k.last > (Manner{Unhurried: k.patient}).patience(pressPause) {
		k.forget()
	}
}

// forget overwrites the digits.
func (k *keypad) forget() {
	clear(k.digits)
	k.digits = k.digits[:0]
}
