package aescard

import (
	"crypto/aes"
	"encoding/binary"
)

// lrp is a key of the leakage resilient primitive (AN12304). From one AES key come sixteen secret
// plaintexts and some updated keys. Whoever measures the chip at work sees each key that is applied
// with sixteen inputs at most, all secret, which is too little to find it.
type lrp struct {
	texts   [16]Key
	updated Key
}

// newLRP is updated key number n of k, with the plaintexts of k (AN12304, 2.1: algorithms 1 and 2).
func newLRP(k Key, n int) *lrp {
	var p lrp
	h := k.encrypt(upper)
	for i := range p.texts {
		p.texts[i], h = h.encrypt(lower), h.encrypt(upper)
	}
	h = k.encrypt(lower)
	for range n {
		h = h.encrypt(upper)
	}
	p.updated = h.encrypt(lower)
	return &p
}

// The constants of both algorithms.
var (
	upper = filled(0x55)
	lower = filled(0xaa)
)

func filled(b byte) (k Key) {
	for i := range k {
		k[i] = b
	}
	return k
}

// walk goes from key to key by the nibbles of the input (2.2: algorithm 3, without its last step).
func (p *lrp) walk(nibbles []byte) Key {
	y := p.updated
	for _, n := range nibbles {
		y = y.encrypt(p.texts[n])
	}
	return y
}

// eval is the whole of algorithm 3.
func (p *lrp) eval(input []byte) Key {
	var nibbles []byte
	for _, b := range input {
		nibbles = append(nibbles, b>>4, b&15)
	}
	return p.walk(nibbles).encrypt(Key{})
}

// cmac is CMAC_LRP (2.4): CMAC, with this primitive in the place of AES.
func (p *lrp) cmac(data []byte) Key {
	return cmac(func(block Key) Key { return p.eval(block[:]) }, aes.BlockSize, data)
}

// crypt is LRICB of whole blocks (2.3: algorithms 4 and 5): each has a key of its own, by a counter
// that goes on.
func (p *lrp) crypt(counter *uint32, data []byte, block func(k Key, in Key) Key) []byte {
	out := make([]byte, 0, len(data))
	for ; len(data) > 0; data = data[aes.BlockSize:] {
		done := block(p.eval(binary.BigEndian.AppendUint32(nil, *counter)), Key(data[:aes.BlockSize]))
		out = append(out, done[:]...)
		*counter++
	}
	return out
}
