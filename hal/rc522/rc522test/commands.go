package rc522test

import "time"

// Flags of the interrupt and error registers.
const (
	timerIrq = 0x01
	errIrq   = 0x02
	idleIrq  = 0x10
	rxIrq    = 0x20
	crcIrq   = 0x04 // in divIrq

	parityErr   = 0x02
	collErr     = 0x08
	cipherOn    = 0x08 // in status2
	timerAuto   = 0x80 // in tMode
	afterColl   = 0x80 // in coll: keep bits after a collision
	collUnknown = 0x20
)

const (
	perBit = 9440 * time.Nanosecond // 128 carrier cycles
	answer = 87 * time.Microsecond  // what a card waits (ISO/IEC 14443-3, 6.2.1.1)
)

func (c *Chip) execute(cmd byte) {
	switch cmd {
	case 0x0f: // SoftReset
		c.reset()
	case 0x01: // Mem
		c.fifo = nil
	case 0x03: // CalcCRC, or the self-test
		if c.regs[autoTest]&0x0f == 9 {
			c.after(100*time.Microsecond, func() {
				c.fifo = append([]byte(nil), selfTest...)
				if c.broken {
					c.fifo[40] ^= 1
				}
			})
			return
		}
		presets := [4]uint16{0x0000, 0x6363, 0xa671, 0xffff}
		sum := checksum(presets[c.regs[mode]&3], c.fifo)
		c.fifo = nil
		c.regs[crcLow], c.regs[crcHigh] = byte(sum), byte(sum>>8)
		c.regs[divIrq] |= crcIrq
	case 0x0e: // MFAuthent
		c.authenticate()
	}
}

// timeout is what the timer is set to (section 8.5).
func (c *Chip) timeout() time.Duration {
	prescaler := int(c.regs[tMode]&0x0f)<<8 | int(c.regs[tPre])
	reload := int(c.regs[tHigh])<<8 | int(c.regs[tLow])
	return time.Duration(reload+1) * time.Duration(2*prescaler+1) * time.Second / 13_560_000
}

// silence lets the timer run out, if it runs.
func (c *Chip) silence(sent time.Duration) {
	if c.regs[tMode]&timerAuto != 0 {
		c.after(sent+c.timeout(), func() { c.regs[commIrq] |= timerIrq })
	}
}

func (c *Chip) transceive() {
	c.regs[errors_] = 0
	out := whole(c.fifo)
	if last := int(c.regs[framing] & 7); last > 0 && len(out) >= 8 {
		out = out[:len(out)-8+last]
	}
	c.fifo = nil
	sent := onAir(out)
	var answers []bits
	pause := answer
	if c.regs[txCtrl]&3 == 3 {
		for _, card := range c.inField {
			if a := card.hear(out, c.regs[status2]&cipherOn != 0); a != nil && !c.deaf {
				answers = append(answers, a)
				pause = max(pause, answer+card.late)
			}
		}
	}
	in, collision := overlay(answers)
	if in == nil || pause > c.timeout() {
		c.silence(sent)
		return
	}
	begun := sent + pause
	if collision >= 0 || c.garble { // the flag comes with the bad bit, before the end
		c.after(begun+time.Duration(max(0, collision))*perBit, func() { c.regs[commIrq] |= errIrq })
	}
	c.after(begun+onAir(in), func() { c.receive(in, collision) })
}

// onAir is how long a frame takes: each whole byte has a bit of parity.
func onAir(b bits) time.Duration { return time.Duration(len(b)+len(b)/8) * perBit }

func (c *Chip) receive(in bits, collision int) {
	align := int(c.regs[framing] >> 4 & 7)
	c.regs[coll] = c.regs[coll]&afterColl | collUnknown
	if collision >= 0 {
		c.regs[errors_] |= collErr
		if collision < 32 {
			c.regs[coll] = c.regs[coll]&afterColl | byte(collision+1)&0x1f
		}
		if c.regs[coll]&afterColl == 0 {
			in = append(bits(nil), in...)
			clear(in[collision:])
		}
	}
	placed := append(make(bits, align), in...)
	c.fifo = placed.bytes()
	c.regs[control] = c.regs[control]&^7 | byte(len(placed)%8)
	c.regs[commIrq] |= rxIrq
	if c.garble {
		c.fifo[0] ^= 0x10
		c.regs[errors_] |= parityErr
	}
}

func (c *Chip) authenticate() {
	c.regs[errors_] = 0
	order := c.fifo
	c.fifo = nil
	const air = 3 * time.Millisecond // three passes
	if len(order) == 12 && c.regs[txCtrl]&3 == 3 && !c.deaf {
		for _, card := range c.inField {
			if card.authenticate(order[0], order[1], order[2:8], order[8:]) {
				c.after(air, func() {
					c.regs[status2] |= cipherOn
					c.regs[commIrq] |= idleIrq
					c.regs[command] &^= 0x0f
				})
				return
			}
		}
	}
	c.silence(air)
}
