// Package config reads what an installer writes about one unit: what each wire is, which
// camera, how long a release lasts.
//
// The file is TOML. Unknown keys, wrong types and impossible values are refused; the error has the
// file, the line and what to write instead. Nothing is guessed: what is refused is not used, and
// neither is the part of the door that it belongs to ([LoadForDoor]). [Example] is a complete file
// with a comment for each key, which the tests read too.
package config

import (
	"bytes"
	"crypto/sha256"
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

// Example is a complete configuration of a Raspberry Pi with one Wiegand reader,
// with a comment for each key.
//
//go:embed example.toml
var Example string

// Config is one unit.
type Config struct {
	Unit     Unit     `toml:"unit"`
	Key      Key      `toml:"key"`
	Door     Door     `toml:"door"`
	Site     Site     `toml:"site"`
	Relay    Relay    `toml:"relay"`
	ADCs     []ADC    `toml:"adc"`
	Inputs   []Input  `toml:"input"`
	Signals  []Signal `toml:"signal"`
	Outputs  []Output `toml:"output"`
	Readers  []Reader `toml:"reader"`
	Formats  []Format `toml:"format"`
	Camera   Camera   `toml:"camera"`
	Infrared Infrared `toml:"infrared"`
	Faces    Faces    `toml:"faces"`
	Passes   Passes   `toml:"passes"`
	Console  Console  `toml:"console"`
	Stick    Stick    `toml:"stick"`
	Cable    Cable    `toml:"cable"`
	Voice    Voice    `toml:"voice"`
	Display  Display  `toml:"display"`

	lines   lines
	sum     string           // of the file, SHA-256 in hex
	leftOut map[string]error // by part: why it is not used; see LeaveOut
}

// Unit names the unit and its place.
type Unit struct {
	Name     string `toml:"name"`
	Dir      string `toml:"dir"`      // the vault's folder, 0700
	Board    string `toml:"board"`    // a name of "menshen board list"; empty: the board that the program runs on
	Location string `toml:"location"` // a policy.Place, what the door leads to; no faces at a private one (R-NOPRIVATE)
	Handler  string `toml:"handler"`  // who is responsible for the data, for the notice (R-NOTICE)
	Contact  string `toml:"contact"`
	Seat     bool   `toml:"seat"`  // the manager's seat: it has no door; see Config.Seat
	Bench    bool   `toml:"bench"` // a work bench or demonstration without data of real people: some rules only remind
}

// Key says where the root key comes from, in one of the ways of [KeySources].
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

// Relay is the line of the lock. A pin, here and elsewhere, is a place on the board's header ("pin
// 11"), the name of a line of the board ("GPIO17"), or a chip by its number or label with a line
// ("gpiochip0:17", "pinctrl-rp1:17").
type Relay struct {
	Pin      string   `toml:"pin"`
	Lock     string   `toml:"lock"`      // one of Locks; empty: a strike
	Active   Level    `toml:"active"`    // the level that energises the relay
	FailSafe bool     `toml:"fail_safe"` // true: the lock is open without power, so energised means locked
	Pulse    Duration `toml:"pulse"`     // impulse: how long the coil is on
	Rest     Duration `toml:"rest"`      // impulse: the least time between two pulses
	// "low" or "high": the line's level, by a resistor of the relay board, before the program runs
	PowerUp string `toml:"power_up"`
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
	Use  string `toml:"use"`  // "door", or "desk" ([Reader.Desk]); empty: "door"

	D0 string `toml:"d0"` // wiegand: the data lines
	D1 string `toml:"d1"`
	// wiegand, osdp: of WiegandFormats or the file's own; none: H10301
	Formats []string `toml:"formats"`
	Keypad  int      `toml:"keypad"` // bits of one key; wiegand: 4 or 8, osdp: 8; 0: no keypad

	Address int  `toml:"address"` // osdp: on its line
	RS485   bool `toml:"rs485"`   // osdp: the kernel switches the line's direction; else its adapter
	// osdp: what the reader's own inputs are, of ReaderInputs, and what its own outputs do, of
	// ReaderOutputs; the first is number 0, and "" is not used
	Inputs  []string `toml:"inputs"`
	Outputs []string `toml:"outputs"`

	SPI   string `toml:"spi"`   // rc522: bus and chip select, "0.0"
	Reset string `toml:"reset"` // rc522: the pin of its reset line; empty: not wired
	// rc522: the file with the secret from which the keys of MIFARE cards are made; empty: the UID
	// is the credential. osdp: the one from which the readers' keys are made
	KeyFile string `toml:"key_file"`
	Key     string `toml:"key"`   // rc522: which of the sector's two keys, "A" or "B"
	Block   int    `toml:"block"` // rc522: the block of that sector that holds the site's number
	// rc522: the last day, "2027-03-31", on which cards under the key that all MIFARE cards had
	// before open; empty: as long as key_file has that key
	OldCardsUntil string `toml:"old_cards_until"`
	PCSC          string `toml:"pcsc"` // pcsc: a part of the name that pcscd has for it; empty: the only one there is
	// rc522, pcsc: the file with the secret from which the keys of AES cards are made, or
	// "credential:" and the name of a systemd credential; empty: it knows no such cards
	AES string `toml:"aes"`

	Device  string `toml:"device"`  // osdp, rdm6300, scanner, serial: the serial device
	Baud    int    `toml:"baud"`    // 9600 when 0
	Framing string `toml:"framing"` // serial: one of Framings
	Content string `toml:"content"` // serial: one of Contents
}

// Format is the site's own layout of Wiegand bits, drawn with one character for
// each bit (hal/wiegand.Layout).
type Format struct {
	Name   string   `toml:"name"`
	Fields string   `toml:"fields"` // F facility, N number, - other; a * at the end accepts bits without parity
	Parity []string `toml:"parity"` // E (even) or O (odd) at the parity bit, x at the bits that it covers, . elsewhere
}

// Camera says where frames come from. A door with an empty source has no faces.
type Camera struct {
	// "v4l2:/dev/video0", "libcamera" for a module on a ribbon cable (libcamera.Parse),
	// "folder:DIR", "sim:DIR"
	Source string `toml:"source"`
	Models string `toml:"models"` // the folder of the model files
	// Manifest describes another set of models in that folder; empty: the set that menshen knows.
	Manifest string `toml:"manifest"`
	// left, top, right, bottom in per cent of the picture: the centre of a face
	// must be in it; empty: anywhere
	Zone []int `toml:"zone"`
}

// Faces says how sure of a face the unit must be.
type Faces struct {
	Enabled bool `toml:"enabled"`
	// a face, or a PIN, counts only after the person's card: no search among all faces
	WithCard   bool    `toml:"with_card"`
	StrangerIn int     `toml:"stranger_in"` // at most one stranger in so many attempts comes in
	LiveMin    float64 `toml:"live_min"`    // 0…1
	// ask for a blink or a turn of the head: one of Challenges; empty: see Config.Challenge
	Challenge    string   `toml:"challenge"`
	Frames       int      `toml:"frames"`        // frames that must agree
	Calibration  string   `toml:"calibration"`   // the site's own file, of "menshen eval"; empty: the one shipped
	DecideWithin Duration `toml:"decide_within"` // after this time without a decision the card is offered
	Learn        bool     `toml:"learn"`         // from visits of people who ask for that; needs WithCard
	Doors        []string `toml:"doors"`         // of the site, by name: to these people may let their template go
	OnCard       bool     `toml:"on_card"`       // people may have their own AES card carry their face; needs WithCard
}

// Challenge is when a person is asked for a blink or a turn of the head. Where the file says
// nothing, a face alone is asked when in doubt, if something at the door can ask.
func (c *Config) Challenge() string {
	switch {
	case c.Faces.Challenge != "":
		return c.Faces.Challenge
	case c.canAsk() && !c.Faces.WithCard:
		return "in doubt"
	}
	return "never"
}

// Console is the technician's line.
type Console struct {
	Serial   string   `toml:"serial"` // "/dev/ttyS0"; empty: none
	Baud     int      `toml:"baud"`
	Idle     Duration `toml:"idle"`
	DCD      bool     `toml:"dcd"`      // the line has DCD: no operator is there while it is off
	Socket   string   `toml:"socket"`   // of "menshen console"; empty: in the unit's folder; "none": no socket
	Language string   `toml:"language"` // of the serial line before a log-in: a code, "zh"; empty: English
}

// Stick says whether files may be carried on USB sticks. Updates are not meant: they are signed.
type Stick struct {
	Enabled bool `toml:"enabled"`
}

// Cable says whether the unit's USB port is a device's for a laptop: a serial line with the
// console, and a disk with the page for it.
type Cable struct {
	Enabled bool `toml:"enabled"`
}

// ControlSocket gives the path of the control socket; empty: no socket.
func (c *Config) ControlSocket() string {
	switch c.Console.Socket {
	case "":
		return filepath.Join(c.Unit.Dir, "control.sock")
	case "none":
		return ""
	}
	return c.Console.Socket
}

// Load reads and checks a file, as [Parse] does. Relative paths in it
// start at the file's own folder.
func Load(path string) (*Config, error) {
	c, wrong, err := load(path)
	if err == nil {
		err = inFile(path, c.lines.explain(wrong))
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// load reads a file, and gives the values that are refused.
func load(path string) (*Config, misfits, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("no configuration at %s: write one with 'menshen config example > %s'", path, path)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the configuration: %w", err)
	}
	c, err := decode(bytes.NewReader(raw))
	if err != nil {
		return nil, nil, inFile(path, err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, nil, fmt.Errorf("finding the configuration's folder: %w", err)
	}
	wrong := c.check()
	c.resolve(dir)
	c.sum = fmt.Sprintf("%x", sha256.Sum256(raw))
	return c, wrong, nil
}

// SHA256 is that of the file it was read from, in hex; empty: it was read from none.
func (c *Config) SHA256() string { return c.sum }

// inFile puts a file's path before each error of [Errors].
func inFile(path string, err error) error {
	var all Errors
	if !errors.As(err, &all) {
		return err
	}
	return all.In(path)
}

// Parse reads and checks a configuration, starting from the defaults. Its error is [Errors]: all
// unknown keys; if there are none, the first place that is not TOML; if it is, all values that are
// refused. Each begins with its line, where it has one.
func Parse(r io.Reader) (*Config, error) {
	c, err := decode(r)
	if err == nil {
		err = c.lines.explain(c.check())
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// decode reads a configuration, starting from the defaults, and does not check its values.
func decode(r io.Reader) (*Config, error) {
	raw, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, Errors{fmt.Errorf(" reading: %w", err)}
	}
	c := defaults()
	if err := toml.NewDecoder(bytes.NewReader(raw)).DisallowUnknownFields().Decode(&c); err != nil {
		return nil, explain(err)
	}
	c.lines = findLines(raw)
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
		Relay: Relay{Lock: "strike", Pulse: Duration(500 * time.Millisecond), Rest: Duration(2 * time.Second)},
		Site: Site{FaceTrust: Duration(policy.DefaultFaceTrust), ForgetAfter: Duration(30 * 24 * time.Hour),
			Keypad: keypad(policy.DefaultTryLimits)},
		Faces: Faces{StrangerIn: 10000, LiveMin: 0.7, Frames: 3,
			DecideWithin: Duration(3 * time.Second)},
		Console: Console{Baud: 115200, Idle: Duration(5 * time.Minute)},
		Stick:   Stick{Enabled: true},
		Voice:   Voice{Phrases: "/usr/share/menshen/voice", Volume: 80, QuietVolume: 40},
	}
}
