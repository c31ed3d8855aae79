// Package pcm plays sound on the kernel's sound cards (ALSA), by the requests of their devices: no
// library, no setting of a user's. One program has a device at a time.
//
// [Find] gives the device of a card by the card's name, which stays when its number changes; [Open]
// makes it ready, in the mode nearest to what a voice needs; a [Player] then takes mono samples
// without ever waiting. What has not been played yet can be taken back ([Player.TakeBack]), so that
// the next phrase need not wait for the last. Cards that cannot do that get little at a time.
// [TurnUp] opens what a card may have shut: its switches and volumes.
//
// Structures and requests: sound/asound.h. docs/decisions/0062-a-voice.md says why no library is
// used.
package pcm

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Card is a sound card that can play.
type Card struct {
	Name   string // as the kernel calls it, without spaces: "Headphones", "Device"
	Number int
	Device int // of the card
}

// Path is that of the card's device.
func (c Card) Path() string { return fmt.Sprintf("/dev/snd/pcmC%dD%dp", c.Number, c.Device) }

// Control is the path of the device of the card's switches and volumes.
func (c Card) Control() string { return fmt.Sprintf("/dev/snd/controlC%d", c.Number) }

// String is how the configuration names it: "Headphones", or "vc4hdmi0:1" of a further device.
func (c Card) String() string {
	if c.Device == 0 {
		return c.Name
	}
	return fmt.Sprintf("%s:%d", c.Name, c.Device)
}

// ErrNoCard: no card of that name is there.
var ErrNoCard = errors.New("no such sound card")

// Cards gives the devices that can play, in the kernel's order. system is /sys.
func Cards(system fs.FS) ([]Card, error) {
	entries, err := fs.ReadDir(system, "class/sound")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var all []Card
	for _, e := range entries {
		var c Card
		rest, ok := strings.CutPrefix(e.Name(), "pcmC")
		number, rest, cut := strings.Cut(rest, "D")
		device, plays := strings.CutSuffix(rest, "p")
		if !ok || !cut || !plays {
			continue
		}
		var err1, err2 error
		c.Number, err1 = strconv.Atoi(number)
		c.Device, err2 = strconv.Atoi(device)
		name, err3 := fs.ReadFile(system, path.Join("class/sound", "card"+number, "id"))
		if errors.Join(err1, err2, err3) == nil {
			c.Name = strings.TrimSpace(string(name))
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Card) int {
		if a.Number != b.Number {
			return a.Number - b.Number
		}
		return a.Device - b.Device
	})
	return all, err
}

// Find gives the card that a configuration names ([Card.String]). Errors: [ErrNoCard], with those
// that are there.
func Find(system fs.FS, name string) (Card, error) {
	all, err := Cards(system)
	if err != nil {
		return Card{}, fmt.Errorf("look for sound cards: %w", err)
	}
	var there []string
	for _, c := range all {
		if c.String() == name {
			return c, nil
		}
		there = append(there, c.String())
	}
	if len(there) == 0 {
		return Card{}, fmt.Errorf("%w as %q: there is none at all; plug one in, or switch the board's own on",
			ErrNoCard, name)
	}
	return Card{}, fmt.Errorf("%w as %q: write one of %s", ErrNoCard, name, strings.Join(there, ", "))
}
