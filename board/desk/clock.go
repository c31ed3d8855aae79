package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

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
func (d *Desk) clockDoubt(lang string) string {
	c := d.vault.Clock()
	switch {
	case c.Destroys():
		return ""
	case !c.Before.IsZero():
		return words(lang, "set far ahead: nothing is destroyed by date until a manager logs in again, looks at a watch and types 'clock confirm'",
			"时间曾被大幅拨快：在管理员重新登录、核对时间并输入 clock confirm 之前，不会按日期销毁数据")
	case c.Ahead() > 0:
		return fmt.Sprintf(words(lang, "not trusted: the machine's clock is %d days ahead of the last time known; a manager sets the time with 'clock'",
			"时间不可信：系统时钟比最后已知时间快 %d 天；请管理员用 clock 校时"), int(c.Ahead()/(24*time.Hour)))
	}
	return words(lang, "not trusted; set it with 'clock'", "时间不可信，请用 clock 校时")
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
			return problem(errors.New(words(s.Lang, "that is more than a week from the unit's time", "与本机时间相差超过一周")),
				words(s.Lang, "a manager may set it", "须由管理员校准"))
		}
	}
	if err != nil {
		return err
	}
	switch err := d.setClock(t); {
	case errors.Is(err, unix.EPERM):
		return problem(errors.New("the service may not set the clock"), "give it AmbientCapabilities=CAP_SYS_TIME, or set the clock with date(1)")
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
		return problem(errors.New(words(s.Lang, "the clock was not set far ahead: there is nothing to confirm", "时钟没有大幅调快，无需确认")),
			words(s.Lang, "see 'clock' for the time and where it comes from", "输入 clock 查看时间及其来源"))
	}
	if d.timeSetIn.Load() == s.ID {
		return problem(errors.New(words(s.Lang, "the clock was set in this very visit", "时钟是在本次登录中设置的")),
			words(s.Lang, "log out, look at a watch, log in again", "请退出登录，核对时间后重新登录"))
	}
	return d.vault.ConfirmTime(by)
}

// SetSystemClock sets the machine's clock.
func SetSystemClock(t time.Time) error {
	ts := unix.NsecToTimespec(t.UnixNano())
	return unix.ClockSettime(unix.CLOCK_REALTIME, &ts)
}
