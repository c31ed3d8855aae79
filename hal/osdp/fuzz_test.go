package osdp_test

import (
	"testing"
	"time"

	"menshen/hal/osdp"
)

// FuzzBus has an attacker change, drop, hold back and invent what goes over the line of two
// readers, one in the middle of its install, the other of a move. No card comes that was not
// tapped, none comes twice, no key is given to another reader, and once the attacker is gone all is
// well again.
func FuzzBus(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09"))
	f.Add([]byte("\x03\x00\x00\x03\x10\x53\x05\x85\x08\x00\x04\x40\x01\x02\x05\x05\x05\x04\x04"))
	f.Fuzz(func(t *testing.T, script []byte) {
		w := newWire(t, 5, 6)
		fresh := w.Readers[1]
		fresh.Key, fresh.Factory = osdp.Key{}, true
		w.Bus.Install(w.Now, 1, osdp.Key{9, 9}, w.Now.Add(time.Hour))
		next := func() (b byte) {
			if len(script) > 0 {
				b, script = script[0], script[1:]
			}
			return b
		}
		var held []byte
		attack := func(b []byte) []byte {
			switch next() % 8 {
			case 1: // one bit
				if len(b) > 0 {
					b = append([]byte(nil), b...)
					b[int(next())%len(b)] ^= 1 << (next() % 8)
				}
			case 2: // lost
				return nil
			case 3: // held back, and what was held before
				held, b = append([]byte(nil), b...), held
			case 4: // twice
				return append(append([]byte(nil), b...), b...)
			case 5: // invented, with a right check
				frame := osdp.Frame{Address: 5 + next()%2, Reply: true, Sequence: next() % 4,
					Payload: osdp.Encode(osdp.CardBits{Bits: 32, Raw: []byte{0xbb, 1, 2, 3}})}
				if next()%2 == 0 {
					frame.Security = []byte{0x11 + next()%8, next() % 2}
				}
				in, _ := frame.Append(nil)
				return append(in, b...)
			case 6: // cut
				return b[:len(b)/2]
			}
			return b
		}
		w.ToUnit, w.ToReaders = attack, attack
		tapped := byte(0)
		for i := range 8 {
			if i == 4 { // in the middle of it all, one is moved
				w.Bus.Send(0, osdp.SetLine{Address: 9, Baud: 9600})
			}
			tapped++
			w.Readers[0].Tap(32, 0xaa, tapped, 0, 0)
			w.Run(time.Second)
		}
		w.ToUnit, w.ToReaders = nil, nil
		w.Run(2 * osdp.OfflineAfter)
		for i := range w.Readers {
			if s := w.Bus.State(i); !s.Secure {
				t.Errorf("reader %d is not back: %v", i, s.Why)
			}
		}
		if fresh.Key != (osdp.Key{9, 9}) || w.Readers[0].Key != keyOf(5) {
			t.Error("a reader has another key")
		}
		seen := map[byte]bool{}
		for _, e := range w.Take() {
			c, ok := e.Reply.(osdp.CardBits)
			if !ok {
				continue
			}
			if c.Raw[0] != 0xaa || seen[c.Raw[1]] || e.Reader != 0 {
				t.Errorf("reader %d gave a card that was not tapped, or one twice", e.Reader)
			}
			seen[c.Raw[1]] = true
		}
	})
}
