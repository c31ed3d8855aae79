package wiegand

import "menshen/hal"

// Keypad is how a reader sends the buttons that are pressed.
type Keypad uint8

// The codings. Burst4 has no check at all, so a disturbed button reads as another. Burst8 sends
// each button twice, the first time complemented.
const (
	NoKeypad Keypad = iota
	Burst4          // 4 bits a button
	Burst8          // 8 bits a button: the complement of the 4 bits, then the 4 bits
)

// bits is the length of a burst; 0 without a keypad.
func (k Keypad) bits() int { return map[Keypad]int{Burst4: 4, Burst8: 8}[k] }

// button decodes one burst. 10 is * (or ESC) and 11 is # (or ENT), as on most keypads. Errors:
// ErrParity, and ErrButton for 12 to 15.
func (k Keypad) button(bits []bool) (hal.Button, error) {
	all := Field{0, len(bits)}.of(bits)
	code := all & 0xf
	if k == Burst8 && all>>4 != ^code&0xf {
		return 0, ErrParity
	}
	const buttons = "0123456789*#"
	if code >= uint64(len(buttons)) {
		return 0, ErrButton
	}
	return hal.Button(buttons[code]), nil
}
