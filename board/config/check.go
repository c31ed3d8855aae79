package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"menshen/hal/camera/libcamera"
	"menshen/hal/camera/pipe"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
)

// The words that a file may have. Roles are those of inputs, SignalRoles those of outputs beside
// the relay; Locks are the kinds of lock; Challenges say when a person is asked to blink or turn
// the head.
var (
	Roles = []string{"rex", "contact", "fire", "tamper", "bell", "staff", "lockdown", "interlock",
		"mains", "battery"}
	SignalRoles = []string{"green", "red", "buzzer", "alarm", "duress", "interlock", "camera", EmitterRole}
	Locks       = []string{"strike", "maglock", "impulse"}
	cameraKinds = []string{"v4l2", "libcamera", "folder", "sim"}
	Challenges  = []string{"never", "in doubt", "always"}
)

// check gives every value that is refused; of values that exclude each other it gives the first.
func (c *Config) check() misfits {
	m := new(misfits)
	if c.Unit.Name == "" {
		m.add("unit.name", fmt.Errorf("[unit] has no name: write where the door is, such as name = \"Block 4, "+
			"main entrance\""))
	}
	if c.Unit.Dir == "" {
		m.add("unit.dir", fmt.Errorf("[unit] has no dir: write the folder of the vault, such as dir "+
			"= \"/var/lib/menshen\""))
	}
	m.add("camera.source", c.Camera.checkSource())
	if _, err := ParseKeySource(c.Key.Source); err != nil {
		m.add("key.source", fmt.Errorf("[key] source: %w", err))
	}
	if l := c.Console.Language; l != "" {
		m.add("console.language", oneOf("[console] language", l, catalogue.Codes()))
	}
	if c.Unit.Seat {
		c.checkSeat(m)
	}
	if c.Seat() {
		c.checkReaders(m)
		c.Site.check(m)
		return *m
	}
	for _, part := range []func(*misfits){c.checkDoor, c.checkLock, c.checkWires, c.checkOutputs, c.checkADCs,
		c.checkReaders, c.checkPlace, c.Site.check, c.checkFaces, c.checkInfrared, c.checkPasses,
		c.checkVoice, c.checkDisplay} {
		part(m)
	}
	return *m
}

func (c *Config) checkDoor(m *misfits) {
	if d := c.Door.Release.D(); d < time.Second || d > time.Minute {
		m.add("door.release", fmt.Errorf("[door] release %v is out of range: write between 1s and 60s", d))
	}
	if c.Door.LongRelease < c.Door.Release {
		m.add("door.long_release", fmt.Errorf("[door] long_release is shorter than release: write at least %v",
			c.Door.Release.D()))
	}
	if h := c.Door.HeldAfter; h != 0 && c.Door.PreAlarm >= h {
		m.add("door.pre_alarm", fmt.Errorf("[door] pre_alarm must be shorter than held_after (%v)", h.D()))
	}
}

// checkLock checks [relay] against the kind of lock. What a maglock and an impulse lock do without
// power is given. An impulse lock cannot stay unlocked, as fire (R-SAFE) and free passage need it.
func (c *Config) checkLock(m *misfits) {
	r := &c.Relay
	m.add("relay.lock", oneOf("[relay] lock", r.Lock, Locks))
	if r.PowerUp != "" {
		m.add("relay.power_up", oneOf("[relay] power_up", r.PowerUp, []string{"low", "high"}))
	}
	switch {
	case r.Lock == "maglock" && !r.FailSafe:
		m.add("relay.fail_safe", fmt.Errorf("[relay] a maglock is open without power: write fail_safe = true"))
	case r.Lock == "impulse" && r.FailSafe:
		m.add("relay.fail_safe", fmt.Errorf("[relay] an impulse lock stays locked without power: "+
			"write fail_safe = false"))
	case r.Lock == "impulse" && c.has("fire"):
		m.add("relay.lock", fmt.Errorf("[relay] an impulse lock cannot be held open while there is fire (R-SAFE): "+
			"wire a lock that is open without power (lock = \"maglock\", fail_safe = true), or a strike"))
	case r.Lock == "impulse" && len(c.Site.Free.Hours) > 0:
		m.add("relay.lock", fmt.Errorf("[relay] an impulse lock cannot stay unlocked, which [site.free_passage] "+
			"asks for: leave that out, or wire a strike or a maglock"))
	case r.Lock == "impulse" && (r.Pulse.D() < 50*time.Millisecond || r.Pulse.D() > 5*time.Second):
		m.add("relay.pulse", fmt.Errorf("[relay] pulse %v is out of range: write between 50ms and 5s", r.Pulse.D()))
	case r.Lock == "impulse" && r.Rest.D() > time.Minute:
		m.add("relay.rest", fmt.Errorf("[relay] rest %v is out of range: write at most 60s", r.Rest.D()))
	}
}

// checkWires checks the names of pins alone. Package profile knows which pins are the
// same, and which must not be used.
func (c *Config) checkWires(m *misfits) {
	used := map[string]string{}
	for _, w := range c.Pins() {
		switch other, taken := used[w.Pin]; {
		case w.Pin == "" && w.Key == "relay.pin":
			m.add(w.Key, fmt.Errorf("[relay] has no pin: write the line that drives the strike, "+
				"such as pin = \"GPIO17\""))
		case w.Pin == "":
			m.add(w.Key, fmt.Errorf("%s has no pin", w.Of))
		case taken:
			m.add(w.Key, fmt.Errorf("%s is wired to %s, which is already the %s: give each its own pin", w.Of,
				w.Pin, other))
		default:
			used[w.Pin] = w.Of
		}
	}
	for i, in := range c.Inputs {
		key := fmt.Sprintf("input.%d", i)
		m.add(key+".role", oneOf("[[input]] role", in.Role, Roles))
		first := slices.IndexFunc(c.Inputs, func(other Input) bool { return other.Role == in.Role })
		m.when(first < i, key+".role", "[[input]] %s is in line %d already, and each role is one input: wire further "+
			"contacts to that input too, in parallel where a closed contact makes it active, in series where an "+
			"open one does", in.Role, c.lines.of(fmt.Sprintf("input.%d.role", first)))
		if in.Pull != "" {
			m.add(key+".pull", oneOf("[[input]] pull", in.Pull, []string{"up", "down", "none"}))
		}
	}
	for i, s := range c.Signals {
		key := fmt.Sprintf("signal.%d.role", i)
		m.add(key, oneOf("[[signal]] role", s.Role, SignalRoles))
		first := slices.IndexFunc(c.Signals, func(other Signal) bool { return other.Role == s.Role })
		m.when(first < i, key, "[[signal]] %s is in line %d already, and each role is one output: let that output "+
			"switch both", s.Role, c.lines.of(fmt.Sprintf("signal.%d.role", first)))
	}
}

func (c *Config) checkPlace(m *misfits) {
	place := policy.Place(c.Unit.Location)
	switch {
	case place == "" && c.Faces.Enabled:
		m.add("unit.location", fmt.Errorf("[unit] has no location: faces need to know what the door leads to, "+
			"such as location = \"building entrance\""))
	case place == "":
		return
	case !slices.Contains(policy.Places, place):
		known := make([]string, len(policy.Places))
		for i, p := range policy.Places {
			known[i] = string(p)
		}
		m.add("unit.location", fmt.Errorf("%w; the last four are private spaces, where no face is taken (R-NOPRIVATE)",
			oneOf("[unit] location", c.Unit.Location, known)))
	case c.Faces.Enabled && !place.Public():
		m.add("unit.location", fmt.Errorf("[unit] location is a private space (%s): no face may be taken there "+
			"(R-NOPRIVATE); set [faces] enabled = false", place))
	}
}

func (c *Config) checkFaces(m *misfits) {
	if !c.Faces.Enabled {
		return
	}
	f := c.Faces
	m.when(c.Unit.Handler == "", "unit.handler",
		"[unit] needs handler and contact: the notice must say who is responsible (R-NOTICE)")
	m.when(c.Unit.Contact == "", "unit.contact",
		"[unit] needs handler and contact: the notice must say who is responsible (R-NOTICE)")
	m.when(c.Camera.Source == "", "camera.source",
		"[camera] has no source: write source = \"v4l2:/dev/video0\", or set [faces] enabled = false")
	m.when(!c.atDoor(func(Reader) bool { return true }) && !c.has("staff"), "faces.enabled", "there is no reader at "+
		"the door and no staffed release: a face may never be the only way in (R-ALT); wire one, or set "+
		"[faces] enabled = false")
	m.when(f.Learn && !f.WithCard, "faces.learn",
		"[faces] learn needs the card before the face: write with_card = true, or learn = false")
	m.when(f.OnCard && !f.WithCard, "faces.on_card",
		"[faces] on_card needs the card before the face: write with_card = true, or on_card = false")
	m.when(f.OnCard && !c.atDoor(func(r Reader) bool { return r.AES != "" }), "faces.on_card",
		"[faces] on_card needs a reader at the door that knows AES cards: give one aes, or write on_card = false")
	m.when(f.StrangerIn < 1000 || f.StrangerIn > 1_000_000, "faces.stranger_in",
		"[faces] stranger_in %d is out of range: write between 1000 and 1000000", f.StrangerIn)
	m.when(f.LiveMin < 0 || f.LiveMin > 1, "faces.live_min",
		"[faces] live_min %v is out of range: write between 0 and 1", f.LiveMin)
	m.when(f.Frames < 1 || f.Frames > 20, "faces.frames",
		"[faces] frames %d is out of range: write between 1 and 20", f.Frames)
	m.when(f.DecideWithin.D() < time.Second || f.DecideWithin.D() > 10*time.Second, "faces.decide_within",
		"[faces] decide_within %v is out of range: write between 1s and 10s", f.DecideWithin.D())
	m.add("faces.challenge", oneOf("[faces] challenge", c.Challenge(), Challenges))
	if c.Challenge() != "never" && !c.canAsk() {
		m.add("faces.challenge", fmt.Errorf("[faces] challenge %q: nothing could ask for it: "+
			"wire a [[signal]] with role = \"green\" or \"buzzer\", or write \"never\"", c.Faces.Challenge))
	}
	m.add("camera.zone", c.Camera.checkZone())
}

// canAsk reports whether something at the door can ask a person for an act.
func (c *Config) canAsk() bool {
	asks := func(s Signal) bool { return s.Role == "green" || s.Role == "buzzer" }
	return c.Shows() || slices.ContainsFunc(c.Signals, asks)
}

// Opened gives the source as camera.Open takes it: what libcamera reads comes through the pipe
// of the service menshen-camera.
func (c *Camera) Opened() string {
	if c.OfLibcamera() {
		return "pipe:" + pipe.Path
	}
	return c.Source
}

// OfLibcamera reports whether the source is one of libcamera.
func (c *Camera) OfLibcamera() bool {
	kind, _, _ := strings.Cut(c.Source, ":")
	return kind == libcamera.Kind
}

func (c *Camera) checkSource() error {
	if c.Source == "" {
		return nil
	}
	kind, _, _ := strings.Cut(c.Source, ":")
	if err := oneOf("[camera] source", kind, cameraKinds); err != nil || !c.OfLibcamera() {
		return err
	}
	if _, err := libcamera.Parse(c.Source); err != nil {
		return fmt.Errorf("[camera] source: %w", err)
	}
	return nil
}

func (c *Camera) checkZone() error {
	z := c.Zone
	if len(z) == 0 || len(z) == 4 && 0 <= z[0] && z[0] < z[2] && z[2] <= 100 && 0 <= z[1] &&
		z[1] < z[3] && z[3] <= 100 {
		return nil
	}
	return fmt.Errorf("[camera] zone %v is not a part of the picture: write left, top, right and bottom in per "+
		"cent, such as zone = [20, 0, 80, 100]", z)
}

func (c *Config) has(role string) bool {
	return slices.ContainsFunc(c.Inputs, func(in Input) bool { return in.Role == role })
}

func oneOf(what, got string, known []string) error {
	if slices.Contains(known, got) {
		return nil
	}
	return fmt.Errorf("%s %q is not known%s: write one of %s", what, got, didYouMean(got, known),
		strings.Join(known, ", "))
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
	c.Display.Fonts = abs(c.Display.Fonts)
	c.Voice.Phrases = abs(c.Voice.Phrases)
	c.Voice.Recordings = abs(c.Voice.Recordings)
	if c.Console.Socket != "none" {
		c.Console.Socket = abs(c.Console.Socket)
	}
	c.Site.Courier.Socket = abs(c.Site.Courier.Socket)
	for i := range c.Readers {
		c.Readers[i].KeyFile = abs(c.Readers[i].KeyFile)
		if _, sealed := c.Readers[i].AESCredential(); !sealed {
			c.Readers[i].AES = abs(c.Readers[i].AES)
		}
	}
	if k, err := ParseKeySource(c.Key.Source); err == nil && k.Kind != "tpm" {
		k.Path = abs(k.Path)
		c.Key.Source = k.String()
	}
	if kind, path, ok := strings.Cut(c.Camera.Source, ":"); ok && !c.Camera.OfLibcamera() {
		c.Camera.Source = kind + ":" + abs(path)
	}
	if kind, path, ok := strings.Cut(c.Infrared.Source, ":"); ok {
		c.Infrared.Source = kind + ":" + abs(path)
	}
}
