package wiegand

import "menshen/hal"

// Keypad is how a reader sends its keys.
type Keypad uint8

// The codings. Four bits have no check at all, so a disturbed key is another key; eight are the key after its complement.
const (
	NoKeypad Keypad = iota
	Burst4          // 4 bits a key
	Burst8          // 8 bits a key: the complement of the 4 bits, then the 4 bits
)

func (k Keypad) bits() int { return map[Keypad]int{Burst4: 4, Burst8: 8}[k] }

// key decodes one burst. 10 is * (or ESC) and 11 is # (or ENT), as on most keypads.
func (k Keypad) key(bits []bool) (hal.Key, error) {
	all := Field{0, len(bits)}.of(bits)
	code := all & 0xf
	if k == Burst8 && all>>4 != ^code&0xf {
		return 0, ErrParity
	}
	const keys = "0123456789*#"
	if code >= uint64(len(keys)) {
		return 0, ErrKey
	}
	return hal.Key(keys[code]), nil
}
