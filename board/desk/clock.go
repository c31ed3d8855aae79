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

// clockFrom names where the time comes from: as [TimeSource], or "floor"
// when the clock is not trusted.
func (d *Desk) clockFrom() string {
	if !d.vault.Clock().Trusted {
		return "floor"
	}
	return d.source.From()
}

// ClockFrom says where the time comes from, by [ClockState].From.
func ClockFrom(source string) i18n.Message {
	switch source {
	case "rtc":
		return i18n.M("console.from-clock-chip", "from the clock chip")
	case "sync":
		return i18n.M("console.from-kernel-source", "from a source that the kernel follows, such as GPS")
	case "bench":
		return i18n.M("console.from-bench", "from the computer of the bench")
	case "operator":
		return i18n.M("console.set-by-operator", "set by an operator")
	case "floor":
		return i18n.M("console.from-floor", "no older than the last time known")
	}
	return i18n.Verbatim(source)
}

// clockDoubt says why the time is not certain, and what to do; empty when it is.
func (d *Desk) clockDoubt(lang i18n.Language) string {
	c := d.vault.Clock()
	switch {
	case c.Destroys():
		return ""
	case !c.Before.IsZero():
		return lang.Say(i18n.M("desk.clock-set-far-ahead", "set far ahead: nothing is destroyed by date until a "+
			"manager logs in again, looks at a watch and types 'clock confirm'"))
	case c.Ahead() > 0:
		return lang.Say(i18n.M("desk.clock-ahead", "not trusted: the machine's clock is %d days ahead of the last "+
			"time known; a manager sets the time with 'clock'", int(c.Ahead()/(24*time.Hour))))
	}
	return lang.Say(i18n.M("desk.clock-not-trusted", "not trusted; set it with 'clock'"))
}

// Clock tells the unit's time, to every role.
func (d *Desk) Clock(_ context.Context, s Session) (ClockState, error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return ClockState{}, err
	}
	c := d.vault.Clock()
	return ClockState{Now: c.Now, From: d.clockFrom(), Doubt: d.clockDoubt(s.Lang)}, nil
}

// SetTime sets the system's clock, and the vault's time floor with it, also backwards. A change by
// more than a week needs a manager. The act is recorded with the time before.
func (d *Desk) SetTime(_ context.Context, s Session, t time.Time) error {
	by, err := d.allow(s, SetsTime)
	if err == nil && t.Sub(d.now()).Abs() > store.FarJump {
		if by, err = d.allow(s, KeepsPeople); errors.Is(err, ErrNotAllowed) {
			return i18n.Problem(i18n.E("desk.time-too-far", "that is more than a week from the unit's time"),
				i18n.M("desk.manager-may-set", "a manager may set it"))
		}
	}
	if err != nil {
		return err
	}
	switch err := d.setClock(t); {
	case errors.Is(err, unix.EPERM):
		return i18n.Problem(i18n.E("desk.clock-not-permitted", "the service may not set the clock"),
			i18n.M("desk.give-cap-sys-time", "give it AmbientCapabilities=CAP_SYS_TIME, or set the clock with date(1)"))
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

// ConfirmTime says that a clock that was set far ahead is right. It needs a manager, in another
// session than the one that set it.
func (d *Desk) ConfirmTime(_ context.Context, s Session) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	if d.vault.Clock().Before.IsZero() {
		return i18n.Problem(i18n.E("desk.clock-needs-no-confirming",
			"the clock was not set far ahead: there is nothing to confirm"),
			i18n.M("desk.see-clock", "see 'clock' for the time and where it comes from"))
	}
	if d.timeSetIn.Load() == s.ID {
		return i18n.Problem(i18n.E("desk.clock-set-in-this-session", "the clock was set in this same session"),
			i18n.M("desk.confirm-in-new-session", "log out, look at a watch, then log in again and confirm"))
	}
	return d.vault.ConfirmTime(by)
}

// SetSystemClock sets the machine's clock.
func SetSystemClock(t time.Time) error {
	ts := unix.NsecToTimespec(t.UnixNano())
	return unix.ClockSettime(unix.CLOCK_REALTIME, &ts)
}
