package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"menshen/internal/i18n"
	"menshen/store"
)

// clockFrom names where the time comes from; "floor" when it is only the last one known, and what has passed since.
func (d *Desk) clockFrom() string {
	if !d.vault.Clock().Trusted {
		return "floor"
	}
	return d.source.From()
}

// clockDoubt says why the time is not certain, and what to do; empty when it is.
func (d *Desk) clockDoubt(lang i18n.Language) string {
	c := d.vault.Clock()
	switch {
	case c.Destroys():
		return ""
	case !c.Before.IsZero():
		return lang.Say(i18n.M("desk.set-far-ahead-nothing", "set far ahead: nothing is destroyed by date until a manager logs in again, looks at a watch and types 'clock confirm'"))
	case c.Ahead() > 0:
		return lang.Say(i18n.M("desk.not-trusted-machines-clock", "not trusted: the machine's clock is %d days ahead of the last time known; a manager sets the time with 'clock'", int(c.Ahead()/(24*time.Hour))))
	}
	return lang.Say(i18n.M("desk.not-trusted-set-with", "not trusted; set it with 'clock'"))
}

// Clock tells the unit's time, to whoever is logged in.
func (d *Desk) Clock(_ context.Context, s Session) (ClockState, error) {
	if _, err := d.allow(s, Anyones); err != nil {
		return ClockState{}, err
	}
	c := d.vault.Clock()
	return ClockState{Now: c.Now, From: d.clockFrom(), Doubt: d.clockDoubt(s.Lang)}, nil
}

// SetTime sets the system's clock, and the time known with it, also backwards. A change by more than a week needs a manager. The act is
// recorded with the time before.
func (d *Desk) SetTime(_ context.Context, s Session, t time.Time) error {
	by, err := d.allow(s, SetsTime)
	if err == nil && t.Sub(d.now()).Abs() > store.FarJump {
		if by, err = d.allow(s, KeepsPeople); errors.Is(err, ErrNotAllowed) {
			return i18n.Problem(i18n.E("desk.more-than-week-from", "that is more than a week from the unit's time"),
				i18n.M("desk.manager-may-set", "a manager may set it"))
		}
	}
	if err != nil {
		return err
	}
	switch err := d.setClock(t); {
	case errors.Is(err, unix.EPERM):
		return i18n.Problem(i18n.E("desk.service-may-not-set", "the service may not set the clock"), i18n.M("desk.give-ambientcapabilities-cap-sys", "give it AmbientCapabilities=CAP_SYS_TIME, or set the clock with date(1)"))
	case err != nil:
		return fmt.Errorf("setting the clock: %w", err)
	}
	if err := d.vault.SetTime(by, t); err != nil {
		return err
	}
	d.source.Set()
	d.timeSetIn.Store(s.ID)
	return nil
}

// ConfirmTime is a manager's second look at a clock that was set far ahead. It needs a log-in of its own.
func (d *Desk) ConfirmTime(_ context.Context, s Session) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	if d.vault.Clock().Before.IsZero() {
		return i18n.Problem(i18n.E("desk.clock-was-not-set", "the clock was not set far ahead: there is nothing to confirm"),
			i18n.M("desk.see-clock-time-where", "see 'clock' for the time and where it comes from"))
	}
	if d.timeSetIn.Load() == s.ID {
		return i18n.Problem(i18n.E("desk.clock-was-set-very", "the clock was set in this very visit"),
			i18n.M("desk.log-out-look-watch", "log out, look at a watch, log in again"))
	}
	return d.vault.ConfirmTime(by)
}

// SetSystemClock sets the machine's clock.
func SetSystemClock(t time.Time) error {
	ts := unix.NsecToTimespec(t.UnixNano())
	return unix.ClockSettime(unix.CLOCK_REALTIME, &ts)
}
