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
// last time known to the vault is the floor. An operator who set the time since the start is trusted as well.
func (u *Unit) clock() policy.Clock {
	floor, err := u.vault.Floor()
	if err != nil {
		u.fault("vault", err)
	}
	return policy.Clock{Trusted: u.timeSet || haveRTC(), Floor: floor}
}

// clockFrom names where the time comes from.
func (u *Unit) clockFrom() string {
	switch {
	case u.timeSet:
		return "operator"
	case haveRTC():
		return "rtc"
	}
	return "floor"
}

func haveRTC() bool {
	_, err := os.Stat("/sys/class/rtc/rtc0")
	return err == nil
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
