package profile

import (
	"cmp"
	"fmt"
	"slices"

	"menshen/board/config"
	"menshen/internal/i18n"
)

// atPowerUp checks what the relay and the lamps do before the program runs.
func (k *check) atPowerUp() {
	rest, known := k.board.Rest(k.conf)
	on := k.conf.Relay.Active.String()
	p, onHeader := k.board.pin(k.conf.Relay.Pin)
	switch {
	case known && rest == on:
		k.energised(rest, onHeader)
	case !known && onHeader:
		k.warn("relay.pin", i18n.M("profile.rest-unknown",
			"the level of pin %d (%s) before the program runs is not known for this board: "+
				"fit a 10 kΩ resistor that keeps the relay off, and write power_up = %q",
			p.At, p.Name, opposite(on)))
	}
	for i, o := range k.conf.Outputs {
		p, _ := k.board.pin(o.Pin)
		if rest := cmp.Or(o.PowerUp, p.rests()); rest == o.Active.String() && !o.FailSafe {
			k.refuse(fmt.Sprintf("output.%d.pin", i), i18n.M("profile.output-energised",
				"%v: its pin rests %v at power-up, which switches it: choose a pin that rests %v, or write "+
					"power_up = %q when the relay board has a resistor of its own that makes it so",
				wire("output "+o.Name), levels[rest], levels[opposite(rest)], opposite(rest)))
		}
	}
	for i, s := range k.conf.Signals {
		if p, ok := k.board.pin(s.Pin); ok && p.rests() == s.Active.String() {
			k.warn(fmt.Sprintf("signal.%d.pin", i), i18n.M("profile.signal-on-at-power-up",
				"the %v signal may be on at power-up, since pin %d (%s) is pulled %v until the program runs",
				wire(s.Role), p.At, p.Name, pulls[p.PowerUp]))
		}
	}
}

// energised refuses a relay that switches on by itself. At each power-up that unlocks a fail-secure
// lock, and locks a fail-safe one while no program can release it (R-SAFE).
func (k *check) energised(rest string, onHeader bool) {
	does := i18n.M("profile.door-open-until-program", "the door is open until the program runs")
	if k.conf.Relay.FailSafe {
		does = i18n.M("profile.door-locked-until-program",
			"the door is locked, and no button opens it, until the program runs")
	}
	right := opposite(rest)
	other := i18n.M("profile.choose-pin", "choose a pin that rests %v", levels[right])
	if free := k.board.free(right, k.users); onHeader && free.At > 0 {
		other = i18n.M("profile.choose-pin-such-as", "choose a pin that rests %v, such as pin %d (%s)",
			levels[right], free.At, free.Name)
	}
	k.refuse("relay.pin", i18n.M("profile.relay-energised",
		"the relay's pin rests %v at power-up, which energises it: %v; %v, or write power_up = %q when the relay "+
			"board has a resistor of its own that makes it so",
		levels[rest], does, other, right))
}

// Rest gives the level of the relay's line while no program drives it: by [relay]
// power_up, else by the pin's pull.
func (b *Board) Rest(c *config.Config) (level string, known bool) {
	if c.Relay.PowerUp != "" {
		return c.Relay.PowerUp, true
	}
	p, _ := b.pin(c.Relay.Pin)
	return p.rests(), p.rests() != ""
}

// free finds a pin without rules and users that rests at a level. It prefers a
// pin that has no other function.
func (b *Board) free(level string, users map[string]string) (found Pin) {
	for _, p := range b.Pins {
		ruled := slices.ContainsFunc(b.Rules, func(r Rule) bool { return slices.Contains(r.Pins, p.Name) })
		if p.GPIO() && p.rests() == level && !ruled && users[p.Name] == "" &&
			(found.At == 0 || found.Also != "" && p.Also == "") {
			found = p
		}
	}
	return found
}

func opposite(level string) string {
	if level == "low" {
		return "high"
	}
	return "low"
}
