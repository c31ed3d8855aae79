package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"menshen/policy"
)

// Roles are the meanings of inputs, SignalRoles those of lamps and buzzers, ReaderKinds the drivers of readers, Challenges the
// occasions on which somebody is asked to blink or turn the head.
var (
	Roles          = []string{"rex", "contact", "fire", "tamper", "bell", "staff", "lockdown", "interlock"}
	SignalRoles    = []string{"green", "red", "buzzer", "alarm", "duress", "interlock", "camera"}
	ReaderKinds    = []string{"wiegand", "rc522", "rdm6300", "scanner"}
	WiegandFormats = []string{"H10301", "H10306", "C1k35s", "H10302", "H10304"}
	Challenges     = []string{"never", "in doubt", "always"}
)

// privateSpaces are places where a face door may never stand (R-NOPRIVATE, FRT 13), as installers write them.
var privateSpaces = []string{"guest room", "bedroom", "bathroom", "shower", "changing room", "fitting room", "toilet", "restroom",
	"客房", "卧室", "浴室", "更衣室", "试衣间", "卫生间", "厕所"}

func (c *Config) check() error {
	if c.Unit.Name == "" {
		return fmt.Errorf("[unit] has no name: write where the door is, such as name = \"Block 4, main entrance\"")
	}
	if c.Unit.Dir == "" {
		return fmt.Errorf("[unit] has no dir: write the folder of the vault, such as dir = \"/var/lib/menshen\"")
	}
	if _, err := ParseKeySource(c.Key.Source); err != nil {
		return fmt.Errorf("[key] source: %w", err)
	}
	if c.Relay.Pin == "" {
		return fmt.Errorf("[relay] has no pin: write the line that drives the strike, such as pin = \"GPIO17\"")
	}
	if err := c.checkDoor(); err != nil {
		return err
	}
	if err := c.checkWires(); err != nil {
		return err
	}
	if err := c.Site.check(); err != nil {
		return err
	}
	return c.checkFaces()
}

func (c *Config) checkDoor() error {
	if d := c.Door.Release.D(); d < time.Second || d > time.Minute {
		return fmt.Errorf("[door] release %v is out of range: write between 1s and 60s", d)
	}
	if c.Door.LongRelease < c.Door.Release {
		return fmt.Errorf("[door] long_release is shorter than release: write at least %v", c.Door.Release.D())
	}
	if h := c.Door.HeldAfter; h != 0 && c.Door.PreAlarm >= h {
		return fmt.Errorf("[door] pre_alarm must be shorter than held_after (%v)", h.D())
	}
	return nil
}

func (c *Config) checkWires() error {
	used := map[string]string{}
	wire := func(pin, what string) error {
		if pin == "" {
			return fmt.Errorf("%s has no pin", what)
		}
		if other, taken := used[pin]; taken {
			return fmt.Errorf("%s is wired to %s, which is already the %s: give each its own pin", what, pin, other)
		}
		used[pin] = what
		return nil
	}
	if err := wire(c.Relay.Pin, "relay"); err != nil {
		return err
	}
	for _, in := range c.Inputs {
		if err := oneOf("[[input]] role", in.Role, Roles); err != nil {
			return err
		}
		if in.Pull != "" {
			if err := oneOf("[[input]] pull", in.Pull, []string{"up", "down", "none"}); err != nil {
				return err
			}
		}
		if err := wire(in.Pin, in.Role+" input"); err != nil {
			return err
		}
	}
	for _, s := range c.Signals {
		if err := oneOf("[[signal]] role", s.Role, SignalRoles); err != nil {
			return err
		}
		if err := wire(s.Pin, s.Role+" signal"); err != nil {
			return err
		}
	}
	for i, r := range c.Readers {
		if r.Name == "" {
			return fmt.Errorf("[[reader]] number %d has no name: write one, such as name = \"outside\"", i+1)
		}
		if err := oneOf("[[reader]] kind", r.Kind, ReaderKinds); err != nil {
			return err
		}
		if err := r.check(wire); err != nil {
			return fmt.Errorf("[[reader]] %s: %w", r.Name, err)
		}
	}
	return nil
}

// check holds a reader to the keys that its kind needs.
func (r *Reader) check(wire func(pin, what string) error) error {
	switch r.Kind {
	case "wiegand":
		for _, f := range r.Formats {
			if err := oneOf("format", f, WiegandFormats); err != nil {
				return err
			}
		}
		if r.Keypad != 0 && r.Keypad != 4 && r.Keypad != 8 {
			return fmt.Errorf("keypad = %d: write the bits a key, 4 or 8, or leave it out", r.Keypad)
		}
		for _, line := range []struct{ pin, what string }{{r.D0, "d0"}, {r.D1, "d1"}} {
			if err := wire(line.pin, "reader "+r.Name+" "+line.what); err != nil {
				return err
			}
		}
	case "rc522":
		if _, _, err := r.SPIPort(); err != nil {
			return err
		}
		if r.Reset != "" {
			return wire(r.Reset, "reader "+r.Name+" reset")
		}
	case "rdm6300", "scanner":
		if r.Device == "" {
			return fmt.Errorf("it has no device: write the serial port, such as device = \"/dev/ttyUSB0\"")
		}
	}
	return nil
}

// Takes reports whether a kind of credential can be presented at the reader.
func (r *Reader) Takes(kind policy.CredentialKind) bool {
	switch kind {
	case policy.PINKind:
		return r.Kind == "wiegand" && r.Keypad != 0
	case policy.PassKind:
		return r.Kind == "scanner" || r.Takes(policy.PINKind)
	}
	return r.Kind != "scanner"
}

// SPIPort is the bus and chip select of an RC522.
func (r *Reader) SPIPort() (bus, chip int, err error) {
	if n, err := fmt.Sscanf(r.SPI, "%d.%d", &bus, &chip); n != 2 || err != nil || bus < 0 || chip < 0 {
		return 0, 0, fmt.Errorf("spi %q is no port: write bus and chip select, such as spi = \"0.0\"", r.SPI)
	}
	return bus, chip, nil
}

func (c *Config) checkFaces() error {
	if !c.Faces.Enabled {
		return nil
	}
	for _, p := range privateSpaces {
		if strings.Contains(strings.ToLower(c.Unit.Location), p) {
			return fmt.Errorf("[unit] location is a private space (%s): no face may be taken there (R-NOPRIVATE); set [faces] enabled = false", p)
		}
	}
	switch {
	case c.Unit.Location == "":
		return fmt.Errorf("[unit] has no location: faces need to know what the door leads to, such as location = \"building entrance\"")
	case c.Unit.Handler == "" || c.Unit.Contact == "":
		return fmt.Errorf("[unit] needs handler and contact: the notice must say who is responsible (R-NOTICE)")
	case c.Camera.Source == "":
		return fmt.Errorf("[camera] has no source: write source = \"v4l2:/dev/video0\", or set [faces] enabled = false")
	case len(c.Readers) == 0 && !c.has("staff"):
		return fmt.Errorf("there is no reader and no staff button: a face may never be the only way in (R-ALT); wire one, or set [faces] enabled = false")
	case c.Faces.StrangerIn < 1000 || c.Faces.StrangerIn > 1_000_000:
		return fmt.Errorf("[faces] stranger_in %d is out of range: write between 1000 and 1000000", c.Faces.StrangerIn)
	case c.Faces.LiveMin < 0 || c.Faces.LiveMin > 1:
		return fmt.Errorf("[faces] live_min %v is out of range: write between 0 and 1", c.Faces.LiveMin)
	case c.Faces.Frames < 1 || c.Faces.Frames > 20:
		return fmt.Errorf("[faces] frames %d is out of range: write between 1 and 20", c.Faces.Frames)
	case c.Faces.DecideWithin.D() < time.Second || c.Faces.DecideWithin.D() > 10*time.Second:
		return fmt.Errorf("[faces] decide_within %v is out of range: write between 1s and 10s", c.Faces.DecideWithin.D())
	}
	return oneOf("[faces] challenge", c.Faces.Challenge, Challenges)
}

func (c *Config) has(role string) bool {
	return slices.ContainsFunc(c.Inputs, func(in Input) bool { return in.Role == role })
}

func oneOf(what, got string, known []string) error {
	if slices.Contains(known, got) {
		return nil
	}
	return fmt.Errorf("%s %q is not known%s: write one of %s", what, got, didYouMean(got, known), strings.Join(known, ", "))
}

// resolve makes paths absolute, from the folder of the file.
func (c *Config) resolve(dir string) {
	abs := func(p string) string {
		if p == "" || filepath.IsAbs(p) {
			return p
		}
		return filepath.Join(dir, p)
	}
	c.Unit.Dir = abs(c.Unit.Dir)
	c.Camera.Models = abs(c.Camera.Models)
	c.Camera.Manifest = abs(c.Camera.Manifest)
	c.Faces.Calibration = abs(c.Faces.Calibration)
	if c.Console.Socket != "none" {
		c.Console.Socket = abs(c.Console.Socket)
	}
	if k, err := ParseKeySource(c.Key.Source); err == nil && k.Kind != "tpm" {
		k.Path = abs(k.Path)
		c.Key.Source = k.String()
	}
	if kind, path, ok := strings.Cut(c.Camera.Source, ":"); ok {
		c.Camera.Source = kind + ":" + abs(path)
	}
}
