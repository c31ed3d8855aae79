package rc522test

import (
	"slices"
	"time"
)

// App is what a smart card does with a command. It gives the answer, and how long the card worked
// on it: a card that needs longer than it may asks for more time.
type App interface {
	Command(apdu []byte) (answer []byte, took time.Duration)
	// Reset is what happens when the card loses power, or is deselected.
	Reset()
}

// Smart makes a card that speaks ISO/IEC 14443-4. Its ATS is that of an NTAG 424 DNA (NT4H2421Gx,
// table 6): frames of 128 bytes, answers within 38.7 ms, 0.6 ms before the first block.
func Smart(app App, uid ...byte) *Card {
	return &Card{UID: uid, SAK: 0x20, ATQA: [2]byte{0x44, 0x03}, App: app,
		ATS: []byte{0x06, 0x77, 0x77, 0x71, 0x02, 0x80}}
}

// smart is the card's side of the block protocol.
type smart struct {
	frame  int    // the longest frame of the reader, CRC included
	number byte   // of the card's last block
	in     []byte // the command so far
	out    []byte // what is left of the answer
	again  []byte // the last block, for when it is asked for once more
	more   byte   // how many times as long was asked for; 0: was not
	ready  []byte // the answer that waits for the reader's consent to that
}

// wait is the card's FWT, by its ATS (ISO/IEC 14443-4, 7.2).
func (c *Card) wait() time.Duration {
	fwi := byte(4)
	if at := 2 + int(c.ATS[1]>>4&1); c.ATS[1]&0x20 != 0 {
		fwi = c.ATS[at] >> 4
	}
	return 4096 * time.Second << fwi / 13_560_000
}

// frames are the sizes that the reader can name (5.2.3).
var frames = [9]int{16, 24, 32, 40, 48, 64, 96, 128, 256}

// speak answers RATS, then blocks. A card that is spoken to ignores what is garbled or against the
// rules.
func (c *Card) speak(f []byte) bits {
	if !sound(f) {
		return nil
	}
	f = f[:len(f)-2]
	if c.state == active {
		if len(f) != 2 || f[0] != 0xe0 || f[1]>>4 > 8 {
			return c.rest()
		}
		c.state, c.smart = speaking, smart{frame: frames[f[1]>>4], number: 1} // rule C
		return c.spoiled(c.ATS)
	}
	block := c.block(f[0], f[1:])
	if block == nil {
		return nil
	}
	return c.spoiled(block)
}

// spoiled is what goes on the air of a block: what the test makes of it.
func (c *Card) spoiled(block []byte) bits {
	c.blocks++
	if c.Spoil == nil {
		return whole(summed(block...))
	}
	frame, late := c.Spoil(c.blocks-1, summed(block...))
	if c.late += late; frame == nil {
		return nil
	}
	return whole(frame)
}

// block answers one block by the rules of 7.5.
func (c *Card) block(first byte, content []byte) []byte {
	n := first & 1
	switch {
	case first&0xee == 0x02: // I-block
		c.number ^= 1 // rule D
		c.in = append(c.in, content...)
		if first&0x10 != 0 {
			return c.keep(0xa2 | c.number)
		}
		answer, took := c.App.Command(c.in)
		c.in = nil
		if wait := c.wait(); took > wait {
			c.more, c.ready = byte(took/wait+1), answer
			return c.keep(0xf2, c.more)
		}
		c.late = took
		return c.begin(answer)
	case first&0xee == 0xa2 && len(content) == 0: // R-block
		nak := first&0x10 != 0
		switch {
		case n == c.number: // rule 11
			return c.again
		case nak: // rule 12
			return []byte{0xa2 | c.number}
		case len(c.out) == 0:
			return nil
		}
		c.number ^= 1 // rules E and 13
		return c.piece()
	case first == 0xf2 && len(content) == 1 && content[0] == c.more && c.more != 0:
		c.late, c.more = time.Duration(c.more-1)*c.wait(), 0
		return c.begin(c.ready)
	case first == 0xc2 && len(content) == 0: // DESELECT
		c.App.Reset()
		c.state, c.asleep = halted, true
		return []byte{0xc2}
	}
	return nil
}

func (c *Card) begin(answer []byte) []byte {
	c.out = answer
	return c.piece()
}

// piece is the next block of the answer.
func (c *Card) piece() []byte {
	n := min(len(c.out), c.frame-3)
	part, first := c.out[:n], 0x02|c.number
	if c.out = c.out[n:]; len(c.out) > 0 {
		first |= 0x10
	}
	return c.keep(append([]byte{first}, part...)...)
}

func (c *Card) keep(block ...byte) []byte {
	c.again = slices.Clone(block)
	return block
}
