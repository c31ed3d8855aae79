package unit

import (
	"menshen/board/config"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/facts"
)

// rules are what the configuration gives to every decision of a unit.
type rules struct {
	site policy.Site
	text string   // as recorded at the start
	id   facts.ID // by which the record of a decision names them
}

// Rules gives the part of [policy.Site] that stays while a program runs.
func Rules(c *config.Config) policy.Site {
	return policy.Site{
		Release:    c.Door.Release.D(),
		LongOpen:   c.Door.LongRelease.D(),
		Access:     c.Site.Rules(),
		Calendar:   c.Site.Calendar(),
		Passback:   c.Site.Passback.D(),
		TwoPersons: c.Site.TwoPersons.D(),
		WithCard:   c.Faces.Enabled && c.Faces.WithCard,
		Keypad:     hasReader(c, policy.PINKind),
	}
}

func rulesOf(c *config.Config) (r rules, err error) {
	r.site = Rules(c)
	if r.text, err = facts.SettingsOf(r.site).Text(); err != nil {
		return r, err
	}
	r.id = facts.IDOf(r.text)
	return r, nil
}

// noteStart records that the unit begins to work, and by which settings it decides.
func (u *Unit) noteStart() {
	u.note(audit.UnitStarted, map[string]string{store.InForce: u.rules.text})
}
