package unit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"menshen/board/config"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/facts"
)

// rules are what configuration and hours give to every decision of a unit.
type rules struct {
	site policy.Site
	text string   // as recorded at the start, or at the change of the hours
	id   facts.ID // by which the record of a decision names them
}

// Rules gives the part of [policy.Site] that stays while a program runs, with the configuration's
// hours.
func Rules(c *config.Config) policy.Site {
	site := policy.Site{
		Release:    c.Door.Release.D(),
		LongOpen:   c.Door.LongRelease.D(),
		Access:     c.Site.Hours().Access,
		Calendar:   c.Site.Calendar(),
		Passback:   c.Site.Passback.D(),
		TwoPersons: c.Site.TwoPersons.D(),
		AESCards:   c.Site.AESCards,
		WithCard:   c.Faces.Enabled && c.Faces.WithCard,
		Keypad:     hasReader(c, policy.PINKind),
	}
	for _, o := range c.Outputs {
		site.Outputs = append(site.Outputs, policy.Output{Name: o.Name, Release: o.Release.D(),
			Access: c.Site.Hours().In(o.Name).Access})
	}
	return site
}

func rulesOf(site policy.Site) (r rules, err error) {
	r.site = site
	if r.text, err = facts.SettingsOf(r.site).Text(); err != nil {
		return r, err
	}
	r.id = facts.IDOf(r.text)
	return r, nil
}

// with are the rules with other hours.
func (r rules) with(h policy.Hours) (rules, error) {
	r.site.Access, r.site.Calendar.Special = h.Access, h.Special
	r.site.Outputs = slices.Clone(r.site.Outputs)
	for i, o := range r.site.Outputs {
		r.site.Outputs[i].Access = h.In(o.Name).Access
	}
	return rulesOf(r.site)
}

// noteStart records that the unit begins to work, and by which settings it decides.
func (u *Unit) noteStart() {
	u.noted = u.rules.text
	u.note(audit.UnitStarted, map[string]string{store.InForce: u.rules.text})
}

// hoursDevice is what a damaged record of the hours is a fault of.
const hoursDevice = "access hours"

// loadHours takes up the hours that were in force when the program ended. Where the vault opened
// after the start, they are recorded, since the start's record names others. Where their record is
// damaged, the configuration's hold, and that is a fault until they are changed.
func (u *Unit) loadHours() error {
	h, err := u.vault.Hours(u.cfg.Site.Hours())
	switch {
	case errors.Is(err, store.ErrCorrupt):
		u.fault(hoursDevice, fmt.Errorf("%w: the configuration's hold; change them at the console", err))
	case err != nil:
		return err
	}
	if u.rules, err = u.rules.with(h.Hours); err != nil {
		return err
	}
	if u.noted != "" && u.noted != u.rules.text {
		u.noted = u.rules.text
		u.note(audit.HoursInForce, map[string]string{store.InForce: u.rules.text})
	}
	return nil
}

// ChangeHours puts x.Now in the place of the hours in force: on the record with the settings that
// follow from it, then at the door, which decides by them from the next attempt on. Errors:
// [store.ErrMeanwhile]: x.Was are not in force; those of the vault. The hours are as they were
// then.
func (u *Unit) ChangeHours(ctx context.Context, by store.Actor, x store.HoursAct) error {
	u.keeping.Lock()
	defer u.keeping.Unlock()
	var next rules
	var err error
	if doErr := u.do(ctx, func() { next, err = u.rules.with(x.Now) }); doErr != nil {
		return doErr
	}
	if err != nil {
		return err
	}
	x.File, x.Settings = u.cfg.Site.Hours(), next.text
	if err := u.vault.ChangeHours(by, x); err != nil {
		return err
	}
	return u.do(context.WithoutCancel(ctx), func() { // it is recorded: the door follows, whoever hangs up
		u.rules, u.noted = next, next.text
		u.recovered(hoursDevice)
		u.keepHours(u.now())
	})
}
