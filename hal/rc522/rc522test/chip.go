package rc522test

import (
	"encoding/hex"
	"sync"
	"time"

	"periph.io/x/conn/v3/physic"
)

// Registers that do something (section 9.2); the rest only remember.
const (
	command  = 0x01
	commIrq  = 0x04
	divIrq   = 0x05
	errors_  = 0x06
	status2  = 0x08
	fifoData = 0x09
	fifoLen  = 0x0a
	control  = 0x0c
	framing  = 0x0d
	coll     = 0x0e
	mode     = 0x11
	txCtrl   = 0x14
	crcHigh  = 0x21
	crcLow   = 0x22
	tMode    = 0x2a
	tPre     = 0x2b
	tHigh    = 0x2c
	tLow     = 0x2d
	autoTest = 0x36
	version  = 0x37
)

// reset are the registers that are not zero after a reset.
var reset = map[byte]byte{
	command: 0x20, commIrq: 0x14, status2: 0, control: 0x10, coll: 0x20, mode: 0x3f, txCtrl: 0x80,
	0x15: 0x00, 0x16: 0x10, 0x17: 0x84, 0x18: 0x84, 0x19: 0x4d, 0x1c: 0x62, 0x1f: 0xeb,
	crcHigh: 0xff, crcLow: 0xff, 0x24: 0x26, 0x26: 0x48, 0x27: 0x88, 0x28: 0x20, 0x29: 0x20, autoTest: 0x40,
}

// selfTest is what a chip of version 2.0 leaves in the FIFO (section 16.1.1).
var selfTest, _ = hex.DecodeString(
	"00eb66ba57bf2395d0e30d3d27895cde9d3ba700215b8982513aeb020ca50049" +
		"7c844db3ccd21b815d4876d5716121a986968338cf9d5b6ddc15ba3e7d953b2f")

// Chip is the emulated MFRC522. Its methods may be called while a driver runs.
type Chip struct {
	mu      sync.Mutex
	regs    [64]byte
	fifo    []byte
	now     time.Duration // the emulator's own time
	wall    time.Time     // when it was last looked at
	events  []later
	down    bool          // held in reset
	waking  time.Duration // until when the oscillator starts
	inField []*Card
	limit   physic.Frequency // of SPI; 0: none
	perByte time.Duration
	sent    int // transfers

	version        byte
	gone, deaf     bool
	broken, garble bool
}

// oscillator is how long the crystal takes to start after a reset.
const oscillator = time.Millisecond

// later is something that the chip will do.
type later struct {
	at time.Duration
	do func()
}

// New makes a chip of version 2.0 with nothing in its field.
func New() *Chip {
	c := &Chip{version: 0x92, wall: time.Now()}
	c.reset()
	return c
}

// Present brings cards into the field; without any, it takes all away.
func (c *Chip) Present(cards ...*Card) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inField = cards
	for _, card := range cards {
		card.power()
	}
}

// Elapsed is how much of the emulator's own time has passed.
func (c *Chip) Elapsed() (d time.Duration) {
	c.set(func() {
		c.pass(0)
		d = c.now
	})
	return d
}

// Transfers is how many there were on SPI so far.
func (c *Chip) Transfers() (n int) {
	c.set(func() { n = c.sent })
	return n
}

// Faults of the chip.

// Unplug takes the chip off its wires, or puts it back as after power-up.
func (c *Chip) Unplug(away bool) { c.set(func() { c.gone = away; c.reset() }) }

// Sag is a dip of the supply: the chip starts again without notice.
func (c *Chip) Sag() { c.set(c.reset) }

// Deafen stops the receiver until the next reset.
func (c *Chip) Deafen() { c.set(func() { c.deaf = true }) }

// Break makes the self-test fail.
func (c *Chip) Break() { c.set(func() { c.broken = true }) }

// Garble disturbs every answer, or ceases to.
func (c *Chip) Garble(on bool) { c.set(func() { c.garble = on }) }

// SetVersion makes the chip another kind.
func (c *Chip) SetVersion(v byte) { c.set(func() { c.version = v }) }

func (c *Chip) set(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do()
}

func (c *Chip) reset() {
	c.regs = [64]byte{}
	for r, v := range reset {
		c.regs[r] = v
	}
	c.fifo, c.events, c.deaf, c.waking = nil, nil, false, c.now+oscillator
	for _, card := range c.inField {
		card.power()
	}
}

func (c *Chip) read(r byte) byte {
	if c.gone {
		return 0xff
	}
	if c.down {
		return 0
	}
	switch r {
	case command:
		if c.now < c.waking {
			return c.regs[r] | 0x10
		}
	case fifoData:
		if len(c.fifo) == 0 {
			return 0
		}
		v := c.fifo[0]
		c.fifo = c.fifo[1:]
		return v
	case fifoLen:
		return byte(len(c.fifo))
	case version:
		return c.version
	}
	return c.regs[r]
}

func (c *Chip) write(r, v byte) {
	if c.gone || c.down {
		return
	}
	switch r {
	case command:
		c.regs[r] = v
		c.events = nil // a new command ends the one that runs, and clears its errors (section 9.3.1.7)
		c.regs[errors_] = 0
		c.execute(v & 0x0f)
	case commIrq, divIrq: // bit 7 says whether the marked flags are set or cleared
		if v&0x80 != 0 {
			c.regs[r] |= v & 0x7f
		} else {
			c.regs[r] &^= v
		}
	case fifoData:
		if len(c.fifo) == 64 {
			c.regs[errors_] |= 0x10
			return
		}
		c.fifo = append(c.fifo, v)
	case fifoLen:
		if v&0x80 != 0 {
			c.fifo = nil
			c.regs[errors_] &^= 0x10
		}
	case framing:
		c.regs[r] = v &^ 0x80
		if v&0x80 != 0 && c.regs[command]&0x0f == 0x0c {
			c.transceive()
		}
	case status2:
		c.regs[r] = v &^ (cipherOn &^ c.regs[r]) // the cipher can be switched off only
	case txCtrl:
		if was := c.regs[r] & 3; was == 3 && v&3 != 3 || was != 3 && v&3 == 3 {
			for _, card := range c.inField {
				card.power()
			}
		}
		c.regs[r] = v
	case errors_, version, crcHigh, crcLow: // read only
	default:
		c.regs[r] = v
	}
}

// after has the chip do something in the future.
func (c *Chip) after(d time.Duration, do func()) { c.events = append(c.events, later{c.now + d, do}) }

// pass lets time pass: at least so much, or as much as has really passed.
func (c *Chip) pass(d time.Duration) {
	now := time.Now()
	c.now += max(d, now.Sub(c.wall))
	c.wall = now
	var rest []later
	due := c.events
	c.events = nil
	for _, e := range due {
		if e.at > c.now {
			rest = append(rest, e)
			continue
		}
		e.do()
	}
	c.events = append(rest, c.events...)
}
