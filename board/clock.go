package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/console"
	"menshen/policy"
)

var (
	_ console.TimeSetter = (*Desk)(nil)

	setsTime = []console.Role{console.Technician, console.Manager}
)

// clock says how far the time can be trusted (design decision 7): a board without a clock chip starts in the past, and then the
// last time known to the vault is the floor. A time before that is nobody's, whatever it comes from.
func (u *Unit) clock() policy.Clock {
	floor, err := u.vault.Floor()
	if err != nil {
		u.fault("vault", err)
	}
	return policy.Clock{Trusted: u.clockFrom() != "floor" && !u.now().Before(floor), Floor: floor}
}

// clockFrom names where the time comes from: an operator who set it since the start, or what the machine has. A bench has the
// developer's computer, and no door that its clock could open to anybody.
func (u *Unit) clockFrom() string {
	if u.timeSet {
		return "operator"
	}
	if u.cfg.Unit.Bench {
		return "bench"
	}
	if from := u.machineTime(); from != "" {
		return from
	}
	return "floor"
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

// Clock tells the unit's time, to whoever is logged in.
func (d *Desk) Clock(ctx context.Context, s console.Session) (c console.ClockState, err error) {
	if _, err := d.allow(s, anybody); err != nil {
		return c, err
	}
	err = d.u.do(ctx, func() { c = console.ClockState{Now: d.u.now(), From: d.u.clockFrom(), Trusted: d.u.clock().Trusted} })
	return c, err
}

// SetTime sets the system's clock, and the floor with it, also backwards: a clock that was once wrong by years would hold the floor in the future for
// good. The act is recorded with the time before.
func (d *Desk) SetTime(ctx context.Context, s console.Session, t time.Time) error {
	by, err := d.allow(s, setsTime)
	if err != nil {
		return err
	}
	ts := unix.NsecToTimespec(t.UnixNano())
	switch err := unix.ClockSettime(unix.CLOCK_REALTIME, &ts); {
	case errors.Is(err, unix.EPERM):
		return problem(errors.New("the service may not set the clock"), "give it AmbientCapabilities=CAP_SYS_TIME, or set the clock with date(1)")
	case err != nil:
		return fmt.Errorf("setting the clock: %w", err)
	}
	if err := d.u.vault.SetFloor(by, t, "set by an operator"); err != nil {
		return err
	}
	return d.u.do(ctx, func() { d.u.timeSet = true })
}
