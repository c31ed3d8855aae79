package supervised

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/devices/v3/ads1x15"
	"periph.io/x/host/v3/sysfs"
)

// Channels is how many lines one chip measures.
const Channels = 4

// Errors of the chip.
var (
	ErrNoChip = errors.New("no ADS1115 answers: check its supply, SDA, SCL and its address")
	ErrReset  = errors.New("the ADS1115 does not hold its settings: its supply sagged, or another program uses it")
	ErrStuck  = errors.New("the ADS1115 does not end a conversion: replace it")
)

// Source opens the bus of a chip. It is called again after the bus has failed.
type Source func() (i2c.BusCloser, error)

// Bus is the source of /dev/i2c-N.
func Bus(n int) Source {
	return func() (i2c.BusCloser, error) {
		b, err := sysfs.NewI2C(n)
		if err != nil {
			return nil, fmt.Errorf("open /dev/i2c-%d: %w (is I2C enabled, is i2c-dev loaded?)", n, err)
		}
		return b, nil
	}
}

// rate is the fastest of the chip. Noise is far below what tells two states apart.
const rate = 860 * physic.Hertz

// rest is how long a chip that failed is left alone.
const rest = 100 * time.Millisecond

// Chip is an ADS1115 that measures up to four lines. It may be used from any goroutine.
type Chip struct {
	source  Source
	address uint16
	most    physic.ElectricPotential

	turn   chan struct{} // holds one token; who has it may touch what is below
	users  int           // lines that run
	bus    i2c.BusCloser // nil: closed
	pins   [Channels]ads1x15.PinADC
	failed error // of the last try
	again  time.Time
}

// NewChip makes a chip at an address, whose lines have a supply of so many volts. Nothing is opened
// before the first measurement.
func NewChip(source Source, address uint16, supply float64) *Chip {
	c := &Chip{source: source, address: address, turn: make(chan struct{}, 1),
		most: physic.ElectricPotential(supply * (1 + beyond) * float64(physic.Volt))}
	c.turn <- struct{}{}
	return c
}

// Volts measures one channel, 0 to 3, which takes about 3 ms and more while other lines wait. A
// chip that failed is left alone for 100 ms, in which the error is the same.
func (c *Chip) Volts(channel int) (float64, error) {
	<-c.turn
	defer func() { c.turn <- struct{}{} }()
	if c.failed != nil && time.Now().Before(c.again) {
		return 0, c.failed
	}
	v, err := c.measure(channel)
	if c.failed = err; err != nil {
		c.close()
		c.again = time.Now().Add(rest)
	}
	return v, err
}

func (c *Chip) measure(channel int) (float64, error) {
	if c.bus == nil {
		if err := c.open(); err != nil {
			return 0, err
		}
	}
	s, err := c.pins[channel].Read()
	if err != nil {
		return 0, explain(err)
	}
	return float64(s.V) / float64(physic.Volt), nil
}

// open opens the bus, and measures once for nothing: a conversion that another program began may
// still run.
func (c *Chip) open() error {
	bus, err := c.source()
	if err != nil {
		return err
	}
	c.bus = bus
	dev, err := ads1x15.NewADS1115(&watched{Bus: bus}, &ads1x15.Opts{I2cAddress: c.address})
	for i, channel := range []ads1x15.Channel{ads1x15.Channel0, ads1x15.Channel1, ads1x15.Channel2, ads1x15.Channel3} {
		if err == nil {
			c.pins[i], err = dev.PinForChannel(channel, c.most, rate, ads1x15.BestQuality)
		}
	}
	if err != nil {
		return fmt.Errorf("set up the ADS1115: %w", err)
	}
	_, err = c.pins[0].Read()
	return explain(err)
}

// explain gives an error of the bus its usual reason; those of our own stay.
func explain(err error) error {
	if err == nil || errors.Is(err, ErrReset) || errors.Is(err, ErrStuck) {
		return err
	}
	return fmt.Errorf("%w (%w)", ErrNoChip, err)
}

func (c *Chip) close() {
	if c.bus != nil {
		_ = c.bus.Close() // it has failed, or is needed no more
	}
	c.bus = nil
}

// use and leave count the lines that run; the last one closes the bus.
func (c *Chip) use() {
	<-c.turn
	defer func() { c.turn <- struct{}{} }()
	c.users++
}

func (c *Chip) leave() {
	<-c.turn
	defer func() { c.turn <- struct{}{} }()
	if c.users--; c.users == 0 {
		c.close()
	}
}

// Registers of the chip, and the bit of the configuration that says that no conversion runs.
const (
	conversion = 0x00
	settings   = 0x01
	idle       = 0x8000
)

// How long a conversion of 1.2 ms may take at most, and the time between two looks at it.
const (
	patience = 10 * time.Millisecond
	pace     = 200 * time.Microsecond
)

// watched is a bus on which the driver's reading of a value waits until the value is there.
type watched struct {
	i2c.Bus
	asked uint16 // the settings that the driver wrote last
}

// Tx implements i2c.Bus.
func (b *watched) Tx(addr uint16, w, r []byte) error {
	switch {
	case len(w) == 3 && w[0] == settings:
		b.asked = binary.BigEndian.Uint16(w[1:])
	case len(w) == 1 && w[0] == conversion && len(r) > 0:
		if err := b.await(addr); err != nil {
			return err
		}
	}
	return b.Bus.Tx(addr, w, r)
}

// await waits until the conversion that was asked for has ended.
func (b *watched) await(addr uint16) error {
	for end := time.Now().Add(patience); ; time.Sleep(pace) {
		var raw [2]byte
		if err := b.Bus.Tx(addr, []byte{settings}, raw[:]); err != nil {
			return err
		}
		switch now := binary.BigEndian.Uint16(raw[:]); {
		case now|idle != b.asked|idle:
			return ErrReset
		case now&idle != 0:
			return nil
		case time.Now().After(end):
			return ErrStuck
		}
	}
}
