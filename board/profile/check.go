package profile

import (
	"errors"
	"slices"
	"strings"

	"menshen/board/config"
	"menshen/internal/i18n"
)

// Finding is one thing that is wrong, or may be, with a configuration on a board.
type Finding struct {
	Refuse bool         // the part of the door that the key belongs to does not work with it
	Key    string       // of the configuration: "relay.pin"
	Text   i18n.Message // what it is, and what to write instead
}

// Message gives the finding, and whether it is a warning or refused.
func (f Finding) Message() i18n.Message {
	if f.Refuse {
		return i18n.M("profile.refused", "Refused: %v", f.Text)
	}
	return i18n.M("profile.warning", "Warning: %v", f.Text)
}

// ErrRefused says that a configuration does not fit its board.
var ErrRefused = i18n.E("profile.wiring-does-not-fit", "the wiring does not fit the board")

// Refused gives an error with all refused findings, [ErrRefused]; nil when there is none.
func Refused(all []Finding) error {
	var errs []error
	for _, f := range all {
		if f.Refuse {
			errs = append(errs, &i18n.Error{
				What: i18n.M("profile.refused-wiring", "%v: %v", ErrRefused, f.Text), Cause: ErrRefused})
		}
	}
	return errors.Join(errs...)
}

// Check compares a configuration with the board, and with the machine if it is that board. Of a nil
// board, one that is not known, only places on the header and serial ports are findings.
func (b *Board) Check(c *config.Config, m Machine) []Finding {
	k := &check{board: b, conf: c, users: map[string]string{}}
	if b != nil {
		k.buses()
		k.i2c()
	}
	k.serial()
	for _, w := range c.Pins() {
		k.wire(w)
	}
	if b == nil {
		k.linesPresent(m)
		return k.found
	}
	k.atPowerUp()
	if b.NoRibbon && c.Camera.OfLibcamera() {
		k.warn("camera.source", i18n.M("profile.no-ribbon", "the %s has no connector for a camera module on "+
			"a ribbon cable: write source = \"v4l2:/dev/video0\" for a USB camera", b.Title))
	}
	if c.Cable.Enabled && b.Cable.ID == "" {
		k.warn("cable.enabled", i18n.M("profile.no-cable", "the %s has no USB port that can be a device's: "+
			"use an adapter from USB to its serial line, and write enabled = false under [cable]", b.Title))
	}
	if here := m.Board(); here == b {
		k.present(m)
	} else if here != nil {
		k.refuse("unit.board", i18n.M("profile.another-board",
			"the configuration is for %s (%s), and this is %s (%s): write board = %q, and check "+
				"each pin again", b.Name, b.Title, here.Name, here.Title, here.Name))
	}
	return k.found
}

type check struct {
	board *Board
	conf  *config.Config
	users map[string]string // by pin: what is wired to it
	found []Finding
}

func (k *check) refuse(key string, m i18n.Message) { k.say(true, key, m) }
func (k *check) warn(key string, m i18n.Message)   { k.say(false, key, m) }

// say adds a finding: refuse and warn in one.
func (k *check) say(refuse bool, key string, m i18n.Message) {
	k.found = append(k.found, Finding{refuse, key, m})
}

// wire checks one pin of the configuration.
func (k *check) wire(w config.Wire) {
	if _, err := k.board.Line(w.Pin); err != nil {
		k.refuse(w.Key, i18n.M("profile.wrong-pin", "%v: %v", wire(w.Of), err))
		return
	}
	p, known := k.board.pin(w.Pin)
	if !known {
		if k.board != nil && !strings.Contains(w.Pin, ":") {
			k.warn(w.Key, i18n.M("profile.no-such-pin",
				"%v: no pin of the %s is called %s: right only if that is a line of another chip",
				wire(w.Of), k.board.Title, w.Pin))
		}
		return
	}
	if user := k.users[p.Name]; user != "" {
		k.refuse(w.Key, i18n.M("profile.pin-used-twice",
			"%v is wired to pin %d (%s), which is already the %v: give each its own pin",
			wire(w.Of), p.At, p.Name, wire(user)))
		return
	}
	k.users[p.Name] = w.Of
	for _, r := range k.board.Rules {
		if slices.Contains(r.Pins, p.Name) && (r.Wires != "out" || w.Out) {
			k.say(r.Refuse, w.Key, i18n.M("profile.rule", "%v on pin %d (%s): %v", wire(w.Of), p.At,
				p.Name, r.Message()))
			return
		}
	}
}
