package isodep

import (
	"errors"
	"time"
)

// ErrATS says that a card's answer to select is not one.
var ErrATS = errors.New("the card's answer to select is malformed")

// ATS is what a card says of itself (5.2).
type ATS struct {
	Frame int           // the longest frame that it takes, in bytes, CRC included: 16 to 256
	Wait  time.Duration // how long it may take for an answer (FWT): 0.3 ms to 4.95 s
	Guard time.Duration // how long it needs before the first block (SFGT); 0 to 4.95 s
}

// RATS asks for an ATS. It says that the reader takes frames of 64 bytes, and that the card needs
// no number of its own (5.1).
func RATS() []byte { return []byte{0xe0, 5 << 4} }

// Activation is how long a card may take for its ATS, and to say that it leaves: 65,536 periods of
// the carrier (7.1, 8.1).
const Activation = 65_536 * time.Second / carrier

const carrier = 13_560_000 // Hz

// frames are the sizes that a card can name; what is reserved counts as the longest (5.2.3).
var frames = [16]int{16, 24, 32, 40, 48, 64, 96, 128, 256, 256, 256, 256, 256, 256, 256, 256}

// ParseATS reads an ATS without its CRC. What the card does not say has the standard's values:
// frames of 32 bytes, a wait of 4.8 ms, no guard time.
func ParseATS(raw []byte) (ATS, error) {
	a := ATS{Frame: 32, Wait: periods(4)}
	if len(raw) == 0 || int(raw[0]) != len(raw) {
		return ATS{}, ErrATS
	}
	if len(raw) == 1 {
		return a, nil
	}
	format, rest := raw[1], raw[2:]
	a.Frame = frames[format&0x0f]
	for bit := byte(0x10); bit <= 0x40; bit <<= 1 { // TA, TB, TC: speeds, times, numbers
		if format&bit == 0 {
			continue
		}
		if len(rest) == 0 {
			return ATS{}, ErrATS
		}
		if bit == 0x20 {
			if wait := rest[0] >> 4; wait != 15 { // reserved: as if not said
				a.Wait = periods(wait)
			}
			if guard := rest[0] & 0x0f; guard != 0 && guard != 15 {
				a.Guard = periods(guard)
			}
		}
		rest = rest[1:]
	}
	return a, nil // the rest are historical bytes
}

// periods is 4,096 periods of the carrier, doubled n times (7.2).
func periods(n byte) time.Duration { return 4_096 * time.Second << n / carrier }
