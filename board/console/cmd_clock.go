package console

import (
	"context"
	"fmt"
	"strings"
	"time"

	"menshen/board/desk"
)

func clockCommands() []command {
	return []command{
		{name: "clock", usage: "[YYYY-MM-DD HH:MM:SS | confirm]", needs: has[TimeSetter], run: clock,
			about:   text{"show the unit's time, or set it, in the site's time zone", "显示或校准本机时间（场所时区）"},
			example: "clock 2026-11-22 09:30:00"},
	}
}

// Changes of the time that are asked about: one that is more than a correction, and one that is more likely a slip of the fingers.
const (
	jump    = 5 * time.Minute
	farAway = 7 * 24 * time.Hour
)

// clock shows the unit's time, sets it, or says that a time set far ahead is right.
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
	if err := c.allowJump(was.Now, t); err != nil {
		return err
	}
	if err := d.SetTime(ctx, c.who, t); err != nil {
		return err
	}
	c.printf(text{"The time is now %s, %s.", "当前时间 %s，%s。"}, c.time(t), c.zone())
	return nil
}

// confirmTime is the second look at a time that was set far ahead.
func (c *console) confirmTime(ctx context.Context, d TimeSetter, s desk.ClockState) error {
	c.printf(text{"The unit's time is %s, %s. Leases that are over by then, their faces, and old records are destroyed from now on.",
		"本机时间 %s，%s。确认后，届时已到期的租约、人脸数据和过期记录将被销毁。"}, c.time(s.Now), c.zone())
	if err := c.certain(text{"Is it right?", "确认无误？"}); err != nil {
		return err
	}
	if err := d.ConfirmTime(ctx, c.who); err != nil {
		return err
	}
	c.say(text{"Recorded.", "已记录。"})
	return nil
}

// allowJump asks before the time is changed by more than a correction.
func (c *console) allowJump(was, now time.Time) error {
	by := now.Sub(was)
	if by.Abs() <= jump {
		return nil
	}
	way := text{"back", "拨慢"}
	if by > 0 {
		way = text{"ahead", "拨快"}
	}
	c.printf(text{"The unit's time is %s, %s. This sets it %s by %s.", "本机当前时间 %s，%s。将%s %s。"},
		c.time(was), c.zone(), way.in(c.lang), c.span(by.Abs()))
	if by > farAway {
		c.say(text{"Leases that are over by then open no more. Nothing is destroyed by date until a manager logs in again and types 'clock confirm'.",
			"届时已到期的租约将不能开门。在管理员重新登录并输入 clock confirm 之前，不会按日期销毁数据。"})
	}
	return c.certain(text{"Is it right?", "确认无误？"})
}

// showClock shows the unit's time and how far it can be trusted.
func (c *console) showClock(s desk.ClockState) {
	c.printf(text{"%s, %s; %s.", "%s，%s；%s。"}, c.time(s.Now), c.zone(), clockFrom(s.From).in(c.lang))
	if s.Doubt != "" {
		c.print(s.Doubt)
	}
}

// span is a length of time in the units that people use for it.
func (c *console) span(d time.Duration) string {
	if days := int(d / (24 * time.Hour)); days > 0 {
		return fmt.Sprintf(text{"%d days %d h", "%d 天 %d 小时"}.in(c.lang), days, int(d/time.Hour)%24)
	}
	return fmt.Sprintf(text{"%d h %02d min %02d s", "%d 小时 %02d 分 %02d 秒"}.in(c.lang), int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60)
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
