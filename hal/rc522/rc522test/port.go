package rc522test

import (
	"errors"
	"time"

	"periph.io/x/conn/v3"
	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

var (
	_ spi.PortCloser = (*Chip)(nil)
	_ spi.Conn       = wires{}
)

// String implements spi.Port.
func (c *Chip) String() string { return "rc522test" }

// Close implements spi.PortCloser.
func (c *Chip) Close() error { return nil }

// LimitSpeed implements spi.PortCloser.
func (c *Chip) LimitSpeed(f physic.Frequency) error {
	c.set(func() { c.limit = f })
	return nil
}

// Connect implements spi.Port. The chip speaks mode 0 at up to 10 MHz (section 8.1.2).
func (c *Chip) Connect(f physic.Frequency, mode spi.Mode, bitsPerWord int) (spi.Conn, error) {
	if f > 10*physic.MegaHertz || mode != spi.Mode0 || bitsPerWord != 8 {
		return nil, errors.New("rc522test: the chip speaks mode 0 with 8 bits at up to 10 MHz")
	}
	c.set(func() {
		if c.limit > 0 {
			f = min(f, c.limit)
		}
		c.perByte = 8 * f.Period()
	})
	return wires{c}, nil
}

// wires is the SPI connection.
type wires struct{ c *Chip }

func (w wires) String() string      { return w.c.String() }
func (w wires) Duplex() conn.Duplex { return conn.Full }

// Tx is one transfer with chip select low: an address with direction, then data, or further
// addresses to read (section 8.1.2).
func (w wires) Tx(out, in []byte) error {
	c := w.c
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pass(time.Duration(len(out)) * c.perByte)
	c.sent++
	if len(out) == 0 {
		return nil
	}
	if out[0]&0x80 == 0 {
		for _, v := range out[1:] {
			c.write(out[0]>>1, v)
		}
		return nil
	}
	for i := 1; i < len(out) && i < len(in); i++ {
		in[i] = c.read(out[i-1] >> 1 & 0x3f)
	}
	return nil
}

// TxPackets implements spi.Conn.
func (w wires) TxPackets(p []spi.Packet) error {
	for _, x := range p {
		if err := w.Tx(x.W, x.R); err != nil {
			return err
		}
	}
	return nil
}

// NRSTPD is the reset line: Low holds the chip down, and the rising edge resets it.
func (c *Chip) NRSTPD() periph.PinOut { return nrst{periph.INVALID, c} }

type nrst struct {
	periph.PinIO
	c *Chip
}

func (n nrst) Out(l periph.Level) error {
	n.c.set(func() {
		if n.c.down && bool(l) {
			n.c.reset()
		}
		n.c.down = !bool(l)
	})
	return nil
}
