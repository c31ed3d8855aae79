package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/outbox"
	"menshen/policy"
	"menshen/store"
)

var (
	_ console.TimeSetter = (*Desk)(nil)

	setsTime = []console.Role{console.Technician, console.Manager}
)

// TimeSource is what keeps the machine's clock right: an operator who set it since the start, or what the machine has. A bench has the
// developer's computer, and no door that its clock could open to anybody.
type TimeSource struct {
	conf    *config.Config
	machine func() string // nil: machineTime
	set     atomic.Bool   // an operator set the clock since the start
}

// from names the source: "operator", "bench", "sync", "rtc"; empty: there is none.
func (s *TimeSource) from() string {
	switch {
	case s.set.Load():
		return "operator"
	case s.conf.Unit.Bench:
		return "bench"
	case s.machine != nil:
		return s.machine()
	}
	return machineTime()
}

// vaultOptions are how every program of the unit opens its vault: with its key, and with a clock that is believed as far as it can be.
func vaultOptions(c *config.Config, s *TimeSource) store.Options {
	return store.Options{Key: KeySource(c), Files: []string{outbox.Dir(c.Unit.Dir)}, Trusted: func() bool { return s.from() != "" }}
}

// machineTime is what keeps the machine's time right: "sync" when the kernel's clock is disciplined (by a GPS receiver's gpsd and chrony, which need no
// network), "rtc" when there is a clock chip; empty: nothing does.
func machineTime() string {
	var t unix.Timex // asks, and changes nothing
	if state, err := unix.Adjtimex(&t); err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0 {
		return "sync"
	}
	if _, err := os.Stat("/sys/class/rtc/rtc0"); err == nil {
		return "rtc"
	}
	return ""
}

// clock says how far the time can be trusted (design decision 7): a board without a clock chip starts in the past, and then the
// last time known to the vault is the floor, and goes on from there.
func (u *Unit) clock() policy.Clock {
	c := u.vault.Clock()
	return policy.Clock{Trusted: c.Trusted, Floor: c.Floor}
}

// dated is a moment that a device tells, which goes by the machine's clock, in the unit's time.
func (u *Unit) dated(at time.Time) time.Time {
	c := u.vault.Clock()
	if c.Trusted {
		return at
	}
	return c.Now.Add(at.Sub(c.Host))
}

// clockFrom names where the time comes from; "floor" when it is only the last one known, and what has passed since.
func (u *Unit) clockFrom() string {
	if !u.vault.Clock().Trusted {
		return "floor"
	}
	return u.source.from()
}

// clockDoubt says why the time is not certain, and what to do; empty when it is.
func (u *Unit) clockDoubt(lang string) string {
	c := u.vault.Clock()
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
func (d *Desk) Clock(_ context.Context, s console.Session) (console.ClockState, error) {
	if _, err := d.allow(s, anybody); err != nil {
		return console.ClockState{}, err
	}
	c := d.u.vault.Clock()
	return console.ClockState{Now: c.Now, From: d.u.clockFrom(), Doubt: d.u.clockDoubt(s.Lang)}, nil
}

// SetTime sets the system's clock, and the time known with it, also backwards. A change by more than a week needs a manager. The act is
// recorded with the time before.
func (d *Desk) SetTime(_ context.Context, s console.Session, t time.Time) error {
	by, err := d.allow(s, setsTime)
	if err == nil && t.Sub(d.u.now()).Abs() > store.FarJump {
		if by, err = d.allow(s, keepsPeople); errors.Is(err, console.ErrNotAllowed) {
			return problem(errors.New(words(s.Lang, "that is more than a week from the unit's time", "与本机时间相差超过一周")),
				words(s.Lang, "a manager may set it", "须由管理员校准"))
		}
	}
	if err != nil {
		return err
	}
	switch err := d.u.setClock(t); {
	case errors.Is(err, unix.EPERM):
		return problem(errors.New("the service may not set the clock"), "give it AmbientCapabilities=CAP_SYS_TIME, or set the clock with date(1)")
	case err != nil:
		return fmt.Errorf("setting the clock: %w", err)
	}
	if err := d.u.vault.SetTime(by, t); err != nil {
		return err
	}
	d.u.source.set.Store(true)
	d.timeSetIn.Store(s.ID)
	return nil
}

// ConfirmTime is a manager's second look at a clock that was set far ahead. It needs a log-in of its own.
func (d *Desk) ConfirmTime(_ context.Context, s console.Session) error {
	by, err := d.allow(s, keepsPeople)
	if err != nil {
		return err
	}
	if d.u.vault.Clock().Before.IsZero() {
		return problem(errors.New(words(s.Lang, "the clock was not set far ahead: there is nothing to confirm", "时钟没有大幅调快，无需确认")),
			words(s.Lang, "see 'clock' for the time and where it comes from", "输入 clock 查看时间及其来源"))
	}
	if d.timeSetIn.Load() == s.ID {
		return problem(errors.New(words(s.Lang, "the clock was set in this very visit", "时钟是在本次登录中设置的")),
			words(s.Lang, "log out, look at a watch, log in again", "请退出登录，核对时间后重新登录"))
	}
	return d.u.vault.ConfirmTime(by)
}

// setSystemClock sets the machine's clock.
func setSystemClock(t time.Time) error {
	ts := unix.NsecToTimespec(t.UnixNano())
	return unix.ClockSettime(unix.CLOCK_REALTIME, &ts)
}
