package profile

import (
	"embed"
	"fmt"
	"menshen/internal/i18n"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

//go:embed boards headers
var files embed.FS

// Sentence is a sentence of a board's file, in English. The catalogues have the other languages,
// under "profile." and the id. Boards that say the same share an id.
type Sentence struct {
	ID string `toml:"id"`
	EN string `toml:"en"`
}

// Message gives the sentence in each language.
func (s Sentence) Message() i18n.Message {
	m := i18n.Verbatim(s.EN)
	m.ID = "profile." + s.ID
	return m
}

// Board is one kind of board.
type Board struct {
	Name       string   `toml:"-"`          // the name of its file, and of [unit] board
	Title      string   `toml:"title"`      // the maker's
	Also       []string `toml:"also"`       // other models with the same pins
	Compatible []string `toml:"compatible"` // of its device tree; one of them is enough
	Model      []string `toml:"model"`      // how the device tree's model begins, where its compatible says less
	HeaderName string   `toml:"header"`
	Chip       string   `toml:"chip"`      // label of the GPIO chip behind the header
	Lines      int      `toml:"lines"`     // how many it has
	Pin1       Sentence `toml:"pin1"`      // where pin 1 is
	Cameras    Sentence `toml:"cameras"`   // which it can read, and on which system
	NoRibbon   bool     `toml:"no_ribbon"` // it has no connector for a camera module
	Cable      Sentence `toml:"cable"`     // its port for a laptop, and how it is switched on; empty: it has none
	Header
}

// Header is a header that boards share. A board's own rules and serial
// ports come after its header's.
type Header struct {
	Pins   []Pin    `toml:"pins"` // in the header's order, pin 1 first
	Rules  []Rule   `toml:"rule"`
	SPI    []SPI    `toml:"spi"`
	I2C    []I2C    `toml:"i2c"`
	Serial []Serial `toml:"serial"`
}

// Pin is one pin of the header.
type Pin struct {
	At      int    `toml:"at"`       // place on the header, from 1
	Name    string `toml:"name"`     // "GPIO17", or "3.3V", "5V", "GND"
	Line    int    `toml:"line"`     // in the chip
	PowerUp string `toml:"power_up"` // "up" or "down": its pull until a program takes it; empty: not known
	Also    string `toml:"also"`     // what else it can be switched to
}

// GPIO reports whether the pin is a line and not a supply.
func (p Pin) GPIO() bool { return p.Name != "3.3V" && p.Name != "5V" && p.Name != "GND" }

// rests gives the level of the pin until a program takes it; empty: not known.
func (p Pin) rests() string { return map[string]string{"up": "high", "down": "low"}[p.PowerUp] }

// Rule says which wires some pins are not for, and why.
type Rule struct {
	Pins   []string `toml:"pins"`
	Wires  string   `toml:"wires"`  // "out": only for what the unit drives; empty: for each
	Refuse bool     `toml:"refuse"` // else it is a warning
	Sentence
}

// SPI is a port with its pins, by signal.
type SPI struct {
	Port   string            `toml:"port"` // "0.0" is /dev/spidev0.0
	Pins   map[string]string `toml:"pins"`
	Holds  []string          `toml:"holds"`  // other pins that the kernel keeps for the bus as Enable sets it up
	Enable string            `toml:"enable"` // how it is switched on
}

// Serial is a serial port. One without pins is not on the header.
type Serial struct {
	Device string            `toml:"device"`
	Kind   string            `toml:"kind"`
	Pins   map[string]string `toml:"pins"`
	Sentence
}

// All gives the boards, sorted by name. An error means that a file of this package is wrong;
// the tests check that none is.
var All = sync.OnceValues(func() ([]*Board, error) {
	entries, err := files.ReadDir("boards")
	if err != nil {
		return nil, err
	}
	var all []*Board
	for _, e := range entries {
		b, err := read(strings.TrimSuffix(e.Name(), ".toml"))
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
})

func read(name string) (*Board, error) {
	b := &Board{Name: name}
	if err := decode(path.Join("boards", name+".toml"), b); err != nil {
		return nil, err
	}
	var h Header
	if err := decode(path.Join("headers", b.HeaderName+".toml"), &h); err != nil {
		return nil, err
	}
	b.Pins = h.Pins
	b.Rules = append(h.Rules, b.Rules...)
	b.SPI = append(h.SPI, b.SPI...)
	b.I2C = append(h.I2C, b.I2C...)
	b.Serial = append(h.Serial, b.Serial...)
	return b, nil
}

func decode(file string, into any) error {
	f, err := files.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := toml.NewDecoder(f).DisallowUnknownFields().Decode(into); err != nil {
		return fmt.Errorf("reading board profile %s: %w", file, err)
	}
	return nil
}

// ByName finds a board by its name in the configuration.
func ByName(name string) (*Board, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, b := range all {
		if b.Name == name {
			return b, nil
		}
		names = append(names, b.Name)
	}
	return nil, i18n.E("profile.no-such-board", "no board is called %q: write one of %s, or leave it out",
		name, strings.Join(names, ", "))
}

// pin finds a pin by its name or its place, "pin 11". A nil board knows none.
func (b *Board) pin(name string) (Pin, bool) {
	if b == nil || name == "" {
		return Pin{}, false
	}
	at, isPlace := place(name)
	i := slices.IndexFunc(b.Pins, func(p Pin) bool {
		return isPlace && p.At == at || !isPlace && strings.EqualFold(p.Name, name) || b.lineName(p) == name
	})
	if i < 0 {
		return Pin{}, false
	}
	return b.Pins[i], true
}

// place reads a place such as "pin 11".
func place(name string) (at int, ok bool) {
	number, ok := strings.CutPrefix(strings.ToLower(name), "pin")
	if !ok {
		return 0, false
	}
	at, err := strconv.Atoi(strings.TrimSpace(number))
	return at, err == nil
}

// lineName gives the name by which hal/gpio opens the pin.
func (b *Board) lineName(p Pin) string {
	if !p.GPIO() {
		return ""
	}
	return fmt.Sprintf("%s:%d", b.Chip, p.Line)
}

// Line gives the name by which hal/gpio opens a pin of the configuration: chip and line if the
// board has the pin, else the name as it is.
func (b *Board) Line(name string) (string, error) {
	if p, ok := b.pin(name); ok && p.GPIO() {
		return b.lineName(p), nil
	} else if ok {
		return "", i18n.E("profile.not-a-line", "%s is %s of the %s, not a line", name, p.Name, b.Title)
	}
	if _, isPlace := place(name); !isPlace {
		return name, nil
	}
	if b == nil {
		return "", i18n.E("profile.place-on-unknown-board", "%q is a place on a header, and this board is not known: "+
			`write board = "…" into [unit] ('menshen board list' has them), or the line, such as "gpiochip0:17"`, name)
	}
	return "", i18n.E("profile.no-such-place", "the header of the %s has no %s: it goes from pin 1 to pin %d",
		b.Title, name, len(b.Pins))
}

// FullTitle gives the title with the other models that have the same pins.
func (b *Board) FullTitle() string { return strings.Join(append([]string{b.Title}, b.Also...), ", ") }
