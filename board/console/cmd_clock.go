package console

import (
	"context"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

func clockCommands() []command {
	return []command{
		{name: "clock", usage: "[YYYY-MM-DD HH:MM:SS | confirm]", needs: has[TimeSetter], run: clock,
			about:   i18n.M("console.help-clock", "show the unit's time, or set it, in the site's time zone"),
			example: "clock 2026-11-22 09:30:00"},
	}
}

// Changes of the time that the console asks about: one that is more than a correction, and one that
// is more likely a typing error.
const (
	jump    = 5 * time.Minute
	farAway = 7 * 24 * time.Hour
)

// clock shows the unit's time, sets it, or confirms a time that was set far ahead.
func clock(ctx context.Context, c *console, words []string) error {
	d := c.desk.(TimeSetter)
	was, err := d.Clock(ctx, c.who)
	switch {
	case err != nil:
		return err
	case len(words) == 0:
		c.showClock(was)
		return nil
	case !desk.SetsTime.Of(c.who.Role):
		return desk.ErrNotAllowed
	case len(words) == 1 && words[0] == "confirm":
		return c.confirmTime(ctx, d, was)
	}
	t, err := time.ParseInLocation(time.DateTime, strings.Join(words, " "), c.o.Location)
	if err != nil {
		return c.misuse("clock")
	}
	if err := c.confirmJump(was.Now, t); err != nil {
		return err
	}
	if err := d.SetTime(ctx, c.who, t); err != nil {
		return err
	}
	c.say(i18n.M("console.time-now", "The time is now %s, %s.", c.time(t), c.zone()))
	return nil
}

// confirmTime asks whether a time that was set far ahead is right.
func (c *console) confirmTime(ctx context.Context, d TimeSetter, s desk.ClockState) error {
	c.say(i18n.M("console.clock-confirm-warning", "The unit's time is %s, %s. From now on, leases that have "+
		"expired by then, their faces and old records are destroyed.", c.time(s.Now), c.zone()))
	if err := c.confirmOrStop(i18n.M("console.is-it-right", "Is it right?")); err != nil {
		return err
	}
	if err := d.ConfirmTime(ctx, c.who); err != nil {
		return err
	}
	c.say(i18n.M("console.recorded", "Recorded."))
	return nil
}

// confirmJump asks before the time is changed by more than jump.
func (c *console) confirmJump(was, now time.Time) error {
	by := now.Sub(was)
	if by.Abs() <= jump {
		return nil
	}
	way := i18n.M("console.back", "back")
	if by > 0 {
		way = i18n.M("console.ahead", "ahead")
	}
	c.say(i18n.M("console.clock-jump-warning", "The unit's time is %s, %s. This sets it %v by %s.", c.time(was),
		c.zone(), way, c.span(by.Abs())))
	if by > farAway {
		c.say(i18n.M("console.leases-expire-warning", "Leases that have expired by then will not open. Nothing is "+
			"destroyed by date until a manager logs in again and types 'clock confirm'."))
	}
	return c.confirmOrStop(i18n.M("console.is-it-right", "Is it right?"))
}

// showClock shows the unit's time and how far it can be trusted.
func (c *console) showClock(s desk.ClockState) {
	c.say(i18n.M("console.time-and-source", "%s, %s; %v.", c.time(s.Now), c.zone(), desk.ClockFrom(s.From)))
	if s.Doubt != "" {
		c.print(s.Doubt)
	}
}

// span shows a length of time in days and hours, or in hours, minutes and seconds.
func (c *console) span(d time.Duration) string {
	if days := int(d / (24 * time.Hour)); days > 0 {
		return c.lang.Say(i18n.N(days, "console.days-hours", "%d day %d h", "%d days %d h", days, int(d/time.Hour)%24))
	}
	return c.lang.Say(i18n.M("console.hours-minutes-seconds", "%d h %02d min %02d s", int(d/time.Hour),
		int(d/time.Minute)%60, int(d/time.Second)%60))
}

// now is the unit's time, which is not always the machine's.
func (c *console) now(ctx context.Context) time.Time {
	if d, ok := c.desk.(TimeSetter); ok {
		if s, err := d.Clock(ctx, c.who); err == nil {
			return s.Now
		}
	}
	return c.o.Clock.Now()
}
