package rc522

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/devices/v3/mfrc522/commands"
)

// Errors of the chip.
var (
	ErrNoChip = errors.New("no RC522 answers: " +
		"check its power, the SPI wires and chip select, and that SPI is enabled")
	ErrReset    = errors.New("RC522 lost its settings: its supply sagged, or its reset line is disturbed")
	ErrAntenna  = errors.New("RC522's antenna drivers do not switch on")
	ErrSelfTest = errors.New("RC522 fails its digital self-test: replace it")
	ErrSilent   = errors.New("no answer from a card")
	ErrCollided = errors.New("several cards answered at once")
	ErrGarbled  = errors.New("the answer of a card is garbled: hold it closer and still")
)

// Chip is an MFRC522. Its methods are for one goroutine.
type Chip struct {
	wires spi.Conn
	nrst  periph.PinOut // nil: not wired
	name  string
	smart *Smart // the conversation with the selected card; nil: there is none
}

// NewChip connects to the chip. nrst is its reset line (NRSTPD), nil when it is tied to 3.3 V.
func NewChip(port spi.Port, nrst periph.PinOut) (*Chip, error) {
	wires, err := port.Connect(10*physic.MegaHertz, spi.Mode0, 8)
	if err == nil && nrst != nil {
		err = nrst.Out(periph.High)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to RC522 on %s: %w", port, err)
	}
	return &Chip{wires: wires, nrst: nrst, name: port.String()}, nil
}

// setting is one register as Init leaves it.
type setting struct{ reg, val byte }

// The settings. The timer starts with the end of each transmission and runs at 13.56 MHz /
// (2·169+1) = 40 kHz, a tick of 25 µs (section 8.5); exchange sets how many.
var settings = []setting{
	{commands.TModeReg, 0x80},      // TAuto, upper bits of the prescaler 0
	{commands.TPrescalerReg, 0xa9}, // 169
	{commands.TxAutoReg, 0x40},     // 100% ASK, as type A wants
	{commands.ModeReg, 0x3d},       // CRC preset 6363, as type A wants
	{commands.RFCfgReg, 0x48},      // receiver gain 33 dB, the chip's own choice
	{commands.CollReg, 0x00},       // bits after a collision are cleared
}

const (
	antennaOn = 0x03                  // Tx1RFEn, Tx2RFEn of TxControlReg
	crystal   = 50 * time.Millisecond // what the slowest crystals in use need to start
	settle    = 5 * time.Millisecond  // for a card to wake in the field, or forget without it (ISO/IEC 14443-3, 5)
)

// Init resets the chip, by its line and by command, sets it up and switches the field on.
func (c *Chip) Init() error {
	if err := c.hardReset(); err != nil {
		return err
	}
	if err := c.softReset(); err != nil {
		return err
	}
	for _, s := range settings {
		if err := c.write(s.reg, s.val); err != nil {
			return err
		}
	}
	if err := c.Field(true); err != nil {
		return err
	}
	return c.Check()
}

// hardReset pulls the reset line, where there is one. 100 ns are enough, and a pin takes longer.
// Then the crystal starts.
func (c *Chip) hardReset() error {
	if c.nrst == nil {
		return nil
	}
	for _, l := range []periph.Level{periph.Low, periph.High} {
		if err := c.nrst.Out(l); err != nil {
			return c.failed("reset", err)
		}
	}
	time.Sleep(crystal)
	return nil
}

// softReset resets by command and waits until the oscillator runs.
func (c *Chip) softReset() error {
	const powerDown = 0x10
	if err := c.write(commands.CommandReg, commands.PCD_RESETPHASE); err != nil {
		return err
	}
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		late := time.Since(begun) > crystal // before the read: this goroutine may have been held up
		v, err := c.read(commands.CommandReg)
		switch {
		case err != nil:
			return err
		case v&powerDown == 0:
			return nil
		case late:
			return c.failed("reset", ErrNoChip)
		}
	}
}

// Version is the kind of chip: 0x91 and 0x92 are NXP's; 0x88, 0x82 and others are
// clones, which work too.
func (c *Chip) Version() (byte, error) { return c.read(commands.VersionReg) }

// Check tells whether the chip is there, still has its settings, and drives its antenna. It takes
// less than a millisecond and disturbs no card.
func (c *Chip) Check() error {
	v, err := c.Version()
	if err != nil {
		return err
	}
	if v == 0x00 || v == 0xff { // the wire at rest
		return c.failed("check", ErrNoChip)
	}
	tx, err := c.read(commands.TxControlReg)
	if err != nil {
		return err
	}
	for _, s := range settings {
		v, err := c.read(s.reg)
		if err != nil {
			return err
		}
		if s.reg != commands.CollReg && v != s.val { // CollReg shows the last collision
			return c.failed("check", ErrReset)
		}
	}
	if tx&antennaOn != antennaOn {
		return c.failed("check", ErrAntenna)
	}
	return nil
}

// Field switches the carrier. Off and on, it brings every card back to idle, in 10 ms.
func (c *Chip) Field(on bool) error {
	tx, err := c.read(commands.TxControlReg)
	if err != nil {
		return err
	}
	tx &^= antennaOn
	if on {
		tx |= antennaOn
	}
	if err := c.write(commands.TxControlReg, tx); err != nil {
		return err
	}
	time.Sleep(settle)
	return nil
}

func (c *Chip) String() string { return "RC522 on " + c.name }

func (c *Chip) read(reg byte) (byte, error) {
	v, err := c.readAll(reg, 1)
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

// readAll reads a register n times in one transfer (section 8.1.2.1): of the FIFO, n bytes.
func (c *Chip) readAll(reg byte, n int) ([]byte, error) {
	out, in := bytes.Repeat([]byte{reg<<1 | 0x80}, n+1), make([]byte, n+1)
	out[n] = 0
	if err := c.wires.Tx(out, in); err != nil {
		return nil, c.failed("read", err)
	}
	return in[1:], nil
}

// write writes to a register, all in one transfer (section 8.1.2.2).
func (c *Chip) write(reg byte, v ...byte) error {
	if err := c.wires.Tx(append([]byte{reg << 1}, v...), nil); err != nil {
		return c.failed("write", err)
	}
	return nil
}

func (c *Chip) failed(what string, err error) error {
	return fmt.Errorf("%s %s: %w", what, c, err)
}
