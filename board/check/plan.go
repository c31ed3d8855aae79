package check

import (
	"fmt"

	"menshen/board/config"
	"menshen/internal/i18n"
)

// Plan gives every step of a door, in order: first what the unit finds out alone, then the lock,
// then the devices at the door.
func Plan(d Door) []Step {
	c := d.Config
	steps := []Step{clockStep(), keyStep(), storageStep(), watchdogStep(d.Watchdog != nil),
		updatesStep(d.Loader)}
	steps = append(steps, restStep(c), relayStep(c), restartStep(c, d.Restart != nil), contactStep(c), rexStep(c),
		exitStep(c), fireStep(c), powerStep(c))
	for _, b := range buttons {
		steps = append(steps, b.step(c))
	}
	steps = append(steps, lineSteps(d)...)
	for _, s := range c.Signals {
		if s.Role != config.EmitterRole { // it cannot be seen: infraredStep measures it
			steps = append(steps, signalStep(s.Role))
		}
	}
	if len(c.Signals) == 0 {
		steps = append(steps, Step{ID: "lamps", Title: i18n.M("check.lamps-and-buzzer", "Lamps and buzzer"),
			absent: notConfigured("[[signal]]")})
	}
	for _, o := range c.Outputs {
		steps = append(steps, outputStep(o))
	}
	atDoor := 0
	for i, r := range c.Readers {
		if r.Desk() {
			continue
		}
		atDoor++
		steps = append(steps, readerStep(r, d.Readers[i]), keypadStep(r, d.Readers[i]))
	}
	if atDoor == 0 {
		steps = append(steps, Step{ID: "reader", Title: i18n.M("check.reader", "Reader"),
			absent: notConfigured("[[reader]]")})
	}
	return append(steps, cameraStep(d.Camera != nil), infraredStep(d.Infrared != nil), voiceStep(d), displayStep(d))
}

// notConfigured is the reason of an absent step.
func notConfigured(key string) i18n.Message {
	return i18n.M("check.not-configured", "The configuration has no %s.", key)
}

// has reports whether an input is configured.
func has(c *config.Config, role string) bool {
	for _, in := range c.Inputs {
		if in.Role == role {
			return true
		}
	}
	return false
}

// absentUnless gives the reason why an input's step is absent; the zero value
// when the input is configured.
func absentUnless(c *config.Config, role string) i18n.Message {
	if has(c, role) {
		return i18n.Message{}
	}
	return notConfigured(fmt.Sprintf("[[input]] role = %q", role))
}

// impulse reports whether the lock is an impulse lock, which lets go only while a pulse lasts.
func impulse(c *config.Config) bool { return c.Relay.Lock == "impulse" }

// lockedOr gives secure for a lock that is declared fail-secure, safe for a fail-safe one.
func lockedOr(c *config.Config, secure, safe i18n.Message) i18n.Message {
	if c.Relay.FailSafe {
		return safe
	}
	return secure
}
