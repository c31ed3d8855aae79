// Package config is what an installer writes about one unit: which wire is what, which camera, how long the door stays open.
//
// The file is TOML. Unknown keys, wrong types and impossible values are refused with file, line and what to write instead;
// nothing is guessed, and a unit with a broken file does not start half-configured. Example writes a complete file with a
// comment for each key; it is also what the tests read.
package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/pelletier/go-toml/v2"

	"menshen/policy"
)

// Example is a complete configuration of a Raspberry Pi with one Wiegand reader, commented key by key.
//
//go:embed example.toml
var Example string

// Config is one unit.
type Config struct {
	Unit    Unit     `toml:"unit"`
	Key     Key      `toml:"key"`
	Door    Door     `toml:"door"`
	Site    Site     `toml:"site"`
	Relay   Relay    `toml:"relay"`
	ADCs    []ADC    `toml:"adc"`
	Inputs  []Input  `toml:"input"`
	Signals []Signal `toml:"signal"`
	Readers []Reader `toml:"reader"`
	Formats []Format `toml:"format"`
	Camera  Camera   `toml:"camera"`
	Faces   Faces    `toml:"faces"`
	Passes  Passes   `toml:"passes"`
	Console Console  `toml:"console"`

	lines lines
}

// Unit names the unit and the place it stands.
type Unit struct {
	Name     string `toml:"name"`
	Dir      string `toml:"dir"`      // the vault's folder, 0700
	Board    string `toml:"board"`    // of "menshen board list"; empty: the one it runs on
	Location string `toml:"location"` // what the door leads to, a policy.Place; a private one is refused for faces (R-NOPRIVATE)
	Handler  string `toml:"handler"`  // who is responsible for the data, for the notice (R-NOTICE)
	Contact  string `toml:"contact"`
	Bench    bool   `toml:"bench"` // a work bench or a demonstration, without data of real people: some rules then only remind
}

// Key says where the root key comes from: KeySources has the ways to write it.
type Key struct {
	Source string `toml:"source"`
}

// Door is the strike's timing.
type Door struct {
	Release      Duration `toml:"release"`
	LongRelease  Duration `toml:"long_release"`
	HeldAfter    Duration `toml:"held_after"`
	PreAlarm     Duration `toml:"pre_alarm"`
	RelockOnOpen bool     `toml:"relock_on_open"`
	ExitByHand   bool     `toml:"exit_by_hand"` // from inside a handle opens, always and without the unit
}

// Relay is the line of the lock. Its pin, as every pin, is a place on the board's header ("pin 11"), the name of a line of the
// board ("GPIO17"), or a chip, by number or label, and a line of it ("gpiochip0:17", "pinctrl-rp1:17").
type Relay struct {
	Pin      string   `toml:"pin"`
	Lock     string   `toml:"lock"`      // one of Locks; empty: a strike
	Active   Level    `toml:"active"`    // the level that energises the relay
	FailSafe bool     `toml:"fail_safe"` // true: a lock that is open without current, so energised means locked
	Pulse    Duration `toml:"pulse"`     // impulse: how long the coil is on
	Rest     Duration `toml:"rest"`      // impulse: how long it rests at least between two pulses
	PowerUp  string   `toml:"power_up"`  // "low" or "high": what a resistor of the relay board makes of the line before the program runs
}

// Input is one contact.
type Input struct {
	Role     string   `toml:"role"` // one of Roles
	Pin      string   `toml:"pin"`
	Active   Level    `toml:"active"`
	Pull     string   `toml:"pull"` // "up", "down" or "none"
	Debounce Duration `toml:"debounce"`

	ADC        string `toml:"adc"` // a supervised input: the name of its [[adc]]; then pin, active and pull are not
	Channel    int    `toml:"channel"`
	ActiveWhen string `toml:"active_when"` // "closed" or "open"
	Series     Ohms   `toml:"series"`      // in the line; 1k when 0
	Parallel   Ohms   `toml:"parallel"`    // across the contact; 2k2 when 0
}

// Signal is a lamp or a buzzer.
type Signal struct {
	Role   string `toml:"role"` // one of SignalRoles
	Pin    string `toml:"pin"`
	Active Level  `toml:"active"`
}

// Reader is one card reader, keypad or scanner. Which keys it needs depends on its kind.
type Reader struct {
	Name string `toml:"name"`
	Kind string `toml:"kind"` // one of ReaderKinds

	D0      string   `toml:"d0"` // wiegand: the data lines
	D1      string   `toml:"d1"`
	Formats []string `toml:"formats"` // wiegand: of WiegandFormats or the file's own; none: H10301
	Keypad  int      `toml:"keypad"`  // wiegand: bits a key, 4 or 8; 0: no keypad

	SPI     string `toml:"spi"`      // rc522: bus and chip select, "0.0"
	Reset   string `toml:"reset"`    // rc522: the pin of its reset line; empty: not wired
	KeyFile string `toml:"key_file"` // rc522: the file with what the keys of MIFARE cards are made from; empty: the UID is the credential
	Key     string `toml:"key"`      // rc522: which of the sector's keys that is, "A" or "B"
	Block   int    `toml:"block"`    // rc522: the block of that sector that holds the site's number

	Device  string `toml:"device"`  // rdm6300, scanner, serial: the serial device
	Baud    int    `toml:"baud"`    // 9600 when 0
	Framing string `toml:"framing"` // serial: one of Framings
	Content string `toml:"content"` // serial: one of Contents
}

// Format is a layout of Wiegand bits of the site's own, drawn with one character a bit (hal/wiegand.Layout).
type Format struct {
	Name   string   `toml:"name"`
	Fields string   `toml:"fields"` // F facility, N number, - other; a * at the end accepts bits without parity
	Parity []string `toml:"parity"` // E or O at the parity bit, x at the bits that it guards, . elsewhere
}

// Camera is where frames come from. An empty source means a door without faces.
type Camera struct {
	// "v4l2:/dev/video0", "libcamera" for a module on a ribbon cable (libcamera.Parse), "file:CLIP", "folder:DIR", "sim:DIR"
	Source string `toml:"source"`
	Models string `toml:"models"` // the folder of the model files
	// Manifest describes another set of models in that folder; empty: the set that menshen knows.
	Manifest string `toml:"manifest"`
	Zone     []int  `toml:"zone"` // where a face must have its centre: left, top, right, bottom in per cent of the picture; empty: anywhere
}

// Faces is how sure the unit shall be.
type Faces struct {
	Enabled      bool     `toml:"enabled"`
	WithCard     bool     `toml:"with_card"`     // whoever has a face enrolled shows it after their card, or types their PIN; nobody is searched for
	StrangerIn   int      `toml:"stranger_in"`   // at most one stranger in so many attempts passes
	LiveMin      float64  `toml:"live_min"`      // 0…1
	Challenge    string   `toml:"challenge"`     // ask for a blink or a turn of the head: one of Challenges
	Frames       int      `toml:"frames"`        // frames that must agree
	Calibration  string   `toml:"calibration"`   // the site's own, of "menshen eval"; empty: the one shipped
	DecideWithin Duration `toml:"decide_within"` // after so long without certainty the card is offered
}

// Console is the technician's line.
type Console struct {
	Serial string   `toml:"serial"` // "/dev/ttyS0"; empty: none
	Baud   int      `toml:"baud"`
	Idle   Duration `toml:"idle"`
	DCD    bool     `toml:"dcd"`    // the line has DCD: without it nobody is there
	Socket string   `toml:"socket"` // of "menshen console"; empty: control.sock in the unit's folder; "none": none
}

// ControlSocket is the path of the control socket; empty: there is none.
func (c *Config) ControlSocket() string {
	switch c.Console.Socket {
	case "":
		return filepath.Join(c.Unit.Dir, "control.sock")
	case "none":
		return ""
	}
	return c.Console.Socket
}

// Load reads and checks a file. Relative paths in it are taken from the file's own folder.
func Load(path string) (*Config, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("no configuration at %s: write one with 'menshen config example > %s'", path, path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	c, err := Parse(bytes.NewReader(raw))
	if err != nil {
		var all Errors
		errors.As(err, &all)
		return nil, all.in(path)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("finding the configuration's folder: %w", err)
	}
	c.resolve(dir)
	return c, nil
}

// Parse reads and checks a configuration, starting from the defaults. Its error is Errors: all unknown keys, else the first place
// that is no TOML, else all values that cannot be; each begins with its line where there is one.
func Parse(r io.Reader) (*Config, error) {
	raw, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, Errors{fmt.Errorf(" reading: %w", err)}
	}
	c := defaults()
	if err := toml.NewDecoder(bytes.NewReader(raw)).DisallowUnknownFields().Decode(&c); err != nil {
		return nil, explain(err)
	}
	c.lines = findLines(raw)
	if err := c.lines.explain(c.check()); err != nil {
		return nil, err
	}
	return &c, nil
}

func defaults() Config {
	return Config{
		Door: Door{
			Release:     Duration(5 * time.Second),
			LongRelease: Duration(15 * time.Second),
			HeldAfter:   Duration(30 * time.Second),
			PreAlarm:    Duration(10 * time.Second),
		},
		Relay:   Relay{Lock: "strike", Pulse: Duration(500 * time.Millisecond), Rest: Duration(2 * time.Second)},
		Site:    Site{ForgetAfter: Duration(30 * 24 * time.Hour), Keypad: keypad(policy.DefaultTryLimits)},
		Faces:   Faces{StrangerIn: 10000, LiveMin: 0.7, Challenge: "never", Frames: 3, DecideWithin: Duration(3 * time.Second)},
		Console: Console{Baud: 115200, Idle: Duration(5 * time.Minute)},
	}
}
