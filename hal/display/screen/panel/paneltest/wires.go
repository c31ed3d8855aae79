// Package paneltest emulates small panels: their registers and memory behind a fake SPI port or I2C
// bus, and what can be seen on their glass. It follows the data sheets of ST7735S, ST7789V,
// ILI9341, SSD1306 and SSD1680 in what package panel uses, and forgets or ignores what comes at a
// moment at which a panel would.
package paneltest

import (
	"errors"
	"fmt"
	"sync"

	"periph.io/x/conn/v3"
	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// chip takes what comes over SPI.
type chip interface {
	command(byte)
	data(byte)
	reset()
}

// Wires are a panel's SPI port and lines. Its methods may be called while a driver runs.
type Wires struct {
	mu     sync.Mutex
	chip   chip
	isData bool // the line DC is high
	held   bool // the line reset is low
	fast   physic.Frequency
	gone   bool
	bytes  int
}

// most is what spidev takes at once.
const most = 4096

// Unplug takes the panel off its bus: transfers fail.
func (w *Wires) Unplug() { w.mu.Lock(); defer w.mu.Unlock(); w.gone = true }

// Spark resets the panel without a word, as a spark at the lock may.
func (w *Wires) Spark() { w.mu.Lock(); defer w.mu.Unlock(); w.chip.reset() }

// Bytes is how many bytes came over SPI since it was asked last.
func (w *Wires) Bytes() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, w.bytes = w.bytes, 0
	return n
}

// String implements spi.Port.
func (w *Wires) String() string { return "paneltest" }

// Connect implements spi.Port: mode 0, and no faster than the data sheet has it.
func (w *Wires) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	if f > w.fast || mode != spi.Mode0 || bits != 8 {
		return nil, fmt.Errorf("paneltest: mode 0 with 8 bits at up to %s, not %v with %d at %s", w.fast, mode, bits, f)
	}
	return link{w}, nil
}

// link is the SPI connection.
type link struct{ *Wires }

// Duplex implements conn.Conn.
func (l link) Duplex() conn.Duplex { return conn.Full }

// MaxTxSize implements conn.Limits.
func (l link) MaxTxSize() int { return most }

// Tx implements conn.Conn.
func (l link) Tx(out, _ []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone || len(out) > most {
		return errors.New("paneltest: the transfer failed")
	}
	for _, b := range out {
		l.bytes++
		switch {
		case l.held:
		case l.isData:
			l.chip.data(b)
		default:
			l.chip.command(b)
		}
	}
	return nil
}

// TxPackets implements spi.Conn.
func (l link) TxPackets(p []spi.Packet) error {
	for _, x := range p {
		if err := l.Tx(x.W, x.R); err != nil {
			return err
		}
	}
	return nil
}

// DC is the line that tells a command from what belongs to it.
func (w *Wires) DC() periph.PinOut {
	return line{periph.INVALID, func(l periph.Level) { w.isData = bool(l) }, w}
}

// Reset is the line that resets while it is low.
func (w *Wires) Reset() periph.PinOut {
	return line{periph.INVALID, func(l periph.Level) {
		if w.held = !bool(l); w.held {
			w.chip.reset()
		}
	}, w}
}

// line is a line of the panel.
type line struct {
	periph.PinIO
	set func(periph.Level)
	w   *Wires
}

func (l line) Out(level periph.Level) error {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.set(level)
	return nil
}
