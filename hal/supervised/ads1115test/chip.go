// Package ads1115test is an emulated ADS1115 on an emulated I2C bus, with emulated lines at its
// four channels, for the tests of what is above it. It models the chip's registers and times by
// the data sheet (TI SBAS444, 8.1 registers, 7.3 functions); threshold registers can be written
// and read, and the comparator does nothing.
//
// Time is the host's, so in a bubble of testing/synctest it is exact.
package ads1115test

import (
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"periph.io/x/conn/v3/physic"
)

// Errors of the bus, as Linux words them.
var (
	ErrNACK    = errors.New("remote I/O error")     // EREMOTEIO: nothing has this address
	ErrTimeout = errors.New("connection timed out") // ETIMEDOUT: SDA or SCL is held low
	ErrClosed  = errors.New("file already closed")
)

// Registers.
const (
	regConversion = iota
	regConfig
	regLow
	regHigh
)

// powerUp is what the registers hold after power-up or a reset.
var powerUp = [4]uint16{0, 0x8583, 0x8000, 0x7fff}

const (
	osBit  = 0x8000
	single = 0x0100
	wakeUp = 25 * time.Microsecond
)

var (
	fullScale = [8]float64{6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256}
	rates     = [8]float64{8, 16, 32, 64, 128, 250, 475, 860}
	// inputs are the channels that MUX compares; -1 is ground.
	inputs = [8][2]int{{0, 1}, {0, 3}, {1, 3}, {2, 3}, {0, -1}, {1, -1}, {2, -1}, {3, -1}}
)

// Chip is the chip and the bus that it alone is on. Set the fields before use; the methods may be
// called from any goroutine.
type Chip struct {
	Address uint16              // 0x48 to 0x4b
	Speed   physic.Frequency    // of the bus; 0: transfers take no time
	Drift   float64             // how much longer a conversion takes than nominal, -0.1 to 0.1 by the data sheet
	Volts   [4]func() float64   // at each channel; nil: 0 V
	Bad     func(uint16) uint16 // changes what is read, as a disturbed bus does; nil: nothing does

	mu        sync.Mutex
	regs      [4]uint16
	pointer   byte
	powered   bool
	begun     time.Time // of the conversion that runs; zero: none
	away      bool
	stuck     time.Duration // how long a transfer on a bus that is held low takes to fail; 0: it is not
	dead      bool
	transfers int
}

// Unplug takes the chip off the bus, or puts it back, as after power-up.
func (c *Chip) Unplug(away bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away, c.powered = away, false
}

// Sag makes the chip forget its settings, as a dip of its supply does.
func (c *Chip) Sag() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.powered = false
}

// Hold holds the bus low: each transfer fails after so long. 0 lets it go.
func (c *Chip) Hold(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stuck = d
}

// Freeze makes a chip whose conversions never end, or mends it.
func (c *Chip) Freeze(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = on
}

// Transfers is how many there were on the bus.
func (c *Chip) Transfers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.transfers
}

// Bus opens the bus. Each is closed by itself.
func (c *Chip) Bus() *Bus { return &Bus{chip: c} }

// Bus is an i2c.BusCloser.
type Bus struct {
	chip   *Chip
	closed bool
}

func (b *Bus) String() string                  { return "I2C-test" }
func (b *Bus) SetSpeed(physic.Frequency) error { return errors.ErrUnsupported }

// Close implements io.Closer.
func (b *Bus) Close() error {
	b.closed = true
	return nil
}

// Tx implements i2c.Bus: a write, then a read with a repeated start.
func (b *Bus) Tx(addr uint16, w, r []byte) error {
	if b.closed {
		return ErrClosed
	}
	return b.chip.tx(addr, w, r)
}

func (c *Chip) tx(addr uint16, w, r []byte) error {
	c.mu.Lock()
	c.transfers++
	stuck := c.stuck
	c.mu.Unlock()
	if stuck > 0 {
		time.Sleep(stuck)
		return ErrTimeout
	}
	c.mu.Lock()
	there := !c.away && addr == c.Address
	c.mu.Unlock()
	if !there {
		c.onWire(1)
		return ErrNACK
	}
	if len(w) > 0 {
		c.onWire(1 + len(w))
		c.write(w)
	}
	if len(r) > 0 {
		value := c.read() // latched as the chip acknowledges its address
		c.onWire(1 + len(r))
		var raw [2]byte
		binary.BigEndian.PutUint16(raw[:], value)
		for i := range r {
			r[i] = raw[i%2]
		}
	}
	return nil
}

// onWire lets the time of so many bytes pass: nine bits each.
func (c *Chip) onWire(bytes int) {
	if c.Speed > 0 {
		time.Sleep(time.Duration(bytes*9+2) * c.Speed.Period())
	}
}

func (c *Chip) write(w []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	c.pointer = w[0] & 3
	if len(w) < 3 || c.pointer == regConversion { // that one can only be read
		return
	}
	value := binary.BigEndian.Uint16(w[1:])
	if c.pointer != regConfig {
		c.regs[c.pointer] = value
		return
	}
	c.regs[regConfig] = value &^ osBit
	if c.begun.IsZero() && (value&osBit != 0 || value&single == 0) { // while one runs the bit does nothing
		c.begun = time.Now()
	}
}

func (c *Chip) read() uint16 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	value := c.regs[c.pointer]
	if c.pointer == regConfig && c.begun.IsZero() {
		value |= osBit
	}
	if c.Bad != nil {
		value = c.Bad(value)
	}
	return value
}

// settle brings the registers to this moment.
func (c *Chip) settle() {
	if !c.powered {
		c.powered, c.regs, c.pointer, c.begun = true, powerUp, 0, time.Time{}
		c.regs[regConfig] &^= osBit
	}
	config := c.regs[regConfig]
	takes := wakeUp + time.Duration((1+c.Drift)/rates[config>>5&7]*float64(time.Second))
	if c.begun.IsZero() || c.dead || time.Since(c.begun) < takes {
		return
	}
	c.regs[regConversion] = c.convert(config)
	c.begun = time.Time{}
	if config&single == 0 { // continuous: the next one runs already
		c.begun = time.Now()
	}
}

// convert gives the code of what the configuration looks at, clipped to full scale.
func (c *Chip) convert(config uint16) uint16 {
	at := inputs[config>>12&7]
	code := (c.volts(at[0]) - c.volts(at[1])) / fullScale[config>>9&7] * (1 << 15)
	return uint16(int16(min(max(code, -1<<15), 1<<15-1)))
}

func (c *Chip) volts(channel int) float64 {
	if channel < 0 || c.Volts[channel] == nil {
		return 0
	}
	return c.Volts[channel]()
}
