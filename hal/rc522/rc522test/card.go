package rc522test

import (
	"bytes"
	"slices"
	"time"
)

// Card is an ISO/IEC 14443 type A card. Set the fields before it comes into a field.
type Card struct {
	UID  []byte // 4, 7 or 10 bytes
	SAK  byte
	ATQA [2]byte

	Blocks    [64][16]byte // MIFARE Classic 1K; the last block of each sector holds key A, access bits, key B
	Protected map[byte]bool
	BadMemory bool // writes are acknowledged and forgotten

	ATS []byte // of a smart card: its answer to select
	App App    // what answers its commands
	// Spoil, if not nil, is asked what becomes on the air of the card's n-th frame since it was
	// activated, CRC included: another, or nil for none; and how much later.
	Spoil func(n int, frame []byte) (out []byte, late time.Duration)

	smart
	blocks  int           // frames of the card since it was activated
	late    time.Duration // how much later than usual the present answer comes
	state   state
	asleep  bool // falls back to halt, not to idle
	level   int
	sector  int  // open for reading and writing; -1: none
	byB     bool // it was opened with key B
	writing int  // block that the next frame holds; -1: none
}

type state int

const (
	idle state = iota
	ready
	active
	speaking // ISO/IEC 14443-4
	halted
)

// Classic makes a MIFARE Classic 1K as it leaves the factory.
func Classic(uid ...byte) *Card {
	const trailer = "\xff\xff\xff\xff\xff\xff" + "\xff\x07\x80\x69" + "\xff\xff\xff\xff\xff\xff" // key A, access, key B
	c := &Card{UID: uid, SAK: 0x08, ATQA: [2]byte{0x04, 0x00}}
	for s := range 16 {
		copy(c.Blocks[4*s+3][:], trailer)
	}
	return c
}

// SetKey changes key A of the sector of a block.
func (c *Card) SetKey(block byte, key [6]byte) { copy(c.Blocks[block/4*4+3][:], key[:]) }

// power is what happens when the field goes on, or the card comes into it.
func (c *Card) power() {
	c.state, c.asleep, c.sector, c.writing, c.blocks = idle, false, -1, -1, 0
	if c.App != nil {
		c.App.Reset()
	}
}

// rest is the state of a card that was not addressed.
func (c *Card) rest() bits {
	c.state, c.sector, c.writing = idle, -1, -1
	if c.asleep {
		c.state = halted
	}
	return nil
}

// hear takes a frame and gives the answer, nil for none. secret says that the
// reader's cipher is on.
func (c *Card) hear(f bits, secret bool) bits {
	c.late = 0
	if c.state == speaking {
		return c.speak(f.bytes())
	}
	if len(f) == 7 {
		return c.called(f.bytes()[0])
	}
	if secret != (c.sector >= 0) || len(f)%8 != 0 && c.state != ready {
		return c.rest()
	}
	switch c.state {
	case ready:
		return c.selecting(f)
	case active:
		if raw := f.bytes(); c.App != nil && raw[0] == 0xe0 {
			return c.speak(raw)
		}
		return c.commanded(f.bytes())
	}
	return nil
}

func (c *Card) called(call byte) bits {
	if c.state == ready || c.state == active {
		return c.rest()
	}
	if call != 0x26 && call != 0x52 || call == 0x26 && c.state == halted {
		return nil
	}
	c.asleep = c.state == halted
	c.state, c.level = ready, 0
	return whole(c.ATQA[:])
}

// part is what of the UID goes over the air in one cascade level, check byte included.
func (c *Card) part(level int) []byte {
	levels := map[int]int{4: 1, 7: 2, 10: 3}[len(c.UID)]
	p := c.UID[3*level:]
	if level < levels-1 {
		p = append([]byte{0x88}, p[:3]...)
	} else {
		p = slices.Clone(p[:4])
	}
	return append(p, p[0]^p[1]^p[2]^p[3])
}

func (c *Card) selecting(f bits) bits {
	if len(f) < 16 {
		return c.rest()
	}
	head, own := f[:16].bytes(), whole(c.part(c.level))
	known := int(head[1]>>4-2)*8 + int(head[1]&0x0f)
	if head[0] != 0x93+2*byte(c.level) || known > 40 || len(f) < 16+known ||
		!slices.Equal(f[16:16+known], own[:known]) {
		return c.rest()
	}
	if known < 40 {
		return own[known:]
	}
	if !sound(f.bytes()) {
		return c.rest()
	}
	if last := len(c.UID) == 4+3*c.level; last {
		c.state = active
		return whole(summed(c.SAK))
	}
	c.level++
	return whole(summed(0x04)) // there is more of the UID
}

// MIFARE answers yes and no in four bits.
var (
	ack = whole([]byte{0x0a})[:4]
	nak = whole([]byte{0x04})[:4]
)

func (c *Card) commanded(f []byte) bits {
	if !sound(f) {
		return c.rest()
	}
	f = f[:len(f)-2]
	if block := c.writing; block >= 0 {
		if len(f) != 16 {
			return c.rest()
		}
		c.writing = -1
		if !c.BadMemory {
			copy(c.Blocks[block][:], f)
		}
		return ack
	}
	switch {
	case bytes.Equal(f, []byte{0x50, 0x00}):
		c.asleep = true
		return c.rest()
	case len(f) != 2 || c.sector < 0 || int(f[1])/4 != c.sector:
		return c.rest()
	case c.Protected[f[1]], f[0] == 0x30 && !c.may(reading, f[1]), f[0] == 0xa0 && !c.may(writing, f[1]):
		c.rest()
		return nak
	case f[0] == 0x30:
		return whole(summed(c.shown(f[1])...))
	case f[0] == 0xa0:
		c.writing = int(f[1])
		return ack
	}
	return c.rest()
}

// authenticate is the outcome of MIFARE's three passes.
func (c *Card) authenticate(kind, block byte, key, id []byte) bool {
	if c.state != active || int(block) >= len(c.Blocks) || !bytes.Equal(id, c.UID[len(c.UID)-4:]) {
		c.rest()
		return false
	}
	trailer := c.Blocks[block/4*4+3]
	own := trailer[:6]
	if kind == 0x61 {
		own = trailer[10:]
	}
	if !bytes.Equal(own, key) {
		c.rest()
		return false
	}
	c.sector, c.byB = int(block)/4, kind == 0x61
	return true
}
