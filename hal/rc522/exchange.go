package rc522

import (
	"time"

	"periph.io/x/devices/v3/mfrc522/commands"
)

// Bits of registers (section 9.3).
const (
	irqTimer = 0x01 // CommIrqReg
	irqErr   = 0x02
	irqIdle  = 0x10
	irqRx    = 0x20

	errProtocol = 0x01 // ErrorReg
	errParity   = 0x02
	errCRC      = 0x04
	errColl     = 0x08
	errOverflow = 0x10

	sizeFIFO  = 64
	flushFIFO = 0x80 // FIFOLevelReg
	startSend = 0x80 // BitFramingReg
	cryptoOn  = 0x08 // Status2Reg
)

// frame is what goes over the air: whole bytes, of which the last (sent) or first
// (received) may be partial.
type frame struct {
	data []byte
	bits int // of the last byte; 0 means all 8
}

// exchange sends a frame and gives the answer. skip is how many bits of the answer's first byte to
// leave out, for answers that continue a partial byte. wait is how long the card may take. Errors:
// ErrSilent, ErrCollided (with what came before the collision), ErrGarbled, and those of the wires.
func (c *Chip) exchange(out frame, skip int, wait time.Duration) (frame, error) {
	if err := c.run(commands.PCD_TRANSCEIVE, out, skip, wait, irqRx); err != nil {
		return frame{}, err
	}
	e, err := c.read(commands.ErrorReg)
	if err != nil {
		return frame{}, err
	}
	n, err := c.read(commands.FIFOLevelReg)
	if err != nil {
		return frame{}, err
	}
	if n > sizeFIFO {
		return frame{}, ErrGarbled
	}
	var in frame
	if in.data, err = c.readAll(commands.FIFODataReg, int(n)); err != nil {
		return frame{}, err
	}
	last, err := c.read(commands.ControlReg)
	if err != nil {
		return frame{}, err
	}
	in.bits = int(last & 0x07)
	switch {
	case e&errColl != 0:
		return in, ErrCollided
	case e&(errProtocol|errParity|errOverflow) != 0:
		return frame{}, ErrGarbled
	}
	return in, nil
}

// run executes one command to its end; done is the interrupt that says so. It does not cancel the
// command, since any new one, Idle too, clears the errors (section 9.3.1.7).
func (c *Chip) run(command byte, out frame, skip int, wait time.Duration, done byte) error {
	ticks := uint16(wait / (25 * time.Microsecond))
	for _, s := range []setting{
		{commands.CommandReg, commands.PCD_IDLE},
		{commands.CommIrqReg, 0x7f}, // clear all
		{commands.FIFOLevelReg, flushFIFO},
		{commands.TReloadRegH, byte(ticks >> 8)},
		{commands.TReloadRegL, byte(ticks)},
	} {
		if err := c.write(s.reg, s.val); err != nil {
			return err
		}
	}
	if err := c.write(commands.FIFODataReg, out.data...); err != nil {
		return err
	}
	framing := byte(skip<<4 | out.bits)
	if err := c.write(commands.BitFramingReg, framing); err != nil {
		return err
	}
	if err := c.write(commands.CommandReg, command); err != nil {
		return err
	}
	if command == commands.PCD_TRANSCEIVE {
		if err := c.write(commands.BitFramingReg, framing|startSend); err != nil {
			return err
		}
	}
	return c.await(done, wait)
}

// breath is the pause between two reads of the interrupt register: shorter than any answer, and
// long enough to leave the processor and the bus to others.
const breath = 100 * time.Microsecond

// longestFrame is how long a full FIFO is on the air: 64 bytes of 9 bits at 106 kbit/s take 5.5 ms.
const longestFrame = 6 * time.Millisecond

// await polls the interrupt register. The chip's timer ends the wait for a silent card; the host's
// clock, set to twice as long, ends that for a silent chip. An error may show before the answer is
// over, so it only shortens the wait.
func (c *Chip) await(done byte, wait time.Duration) error {
	deadline, spoiled := time.Now().Add(2*wait+20*time.Millisecond), false
	for ; ; time.Sleep(breath) {
		late := time.Now().After(deadline) // before the read: this goroutine may have been held up
		irq, err := c.read(commands.CommIrqReg)
		switch {
		case err != nil:
			return err
		case irq&done != 0, late && spoiled:
			return nil
		case irq&irqTimer != 0:
			return ErrSilent
		case irq&irqErr != 0 && !spoiled:
			deadline, spoiled = time.Now().Add(longestFrame), true
		case late:
			if err := c.Check(); err != nil {
				return err
			}
			return c.failed("command", ErrNoChip)
		}
	}
}

// crc is CRC_A of ISO/IEC 14443-3, 6.2.4: the polynomial x¹⁶+x¹²+x⁵+1, preset 6363, low byte first.
func crc(data []byte) [2]byte {
	sum := uint16(0x6363)
	for _, b := range data {
		b ^= byte(sum)
		b ^= b << 4
		sum = sum>>8 ^ uint16(b)<<8 ^ uint16(b)<<3 ^ uint16(b)>>4
	}
	return [2]byte{byte(sum), byte(sum >> 8)}
}

func withCRC(data ...byte) frame {
	sum := crc(data)
	return frame{data: append(data, sum[:]...)}
}

// checked takes the CRC off an answer of n bytes.
func (f frame) checked(n int) ([]byte, error) {
	if len(f.data) != n+2 {
		return nil, ErrGarbled
	}
	return f.content()
}

// content takes the CRC off an answer of any length.
func (f frame) content() ([]byte, error) {
	n := len(f.data) - 2
	if n < 1 || f.bits != 0 {
		return nil, ErrGarbled
	}
	if sum := crc(f.data[:n]); f.data[n] != sum[0] || f.data[n+1] != sum[1] {
		return nil, ErrGarbled
	}
	return f.data[:n], nil
}
