package check

import (
	"context"
	"fmt"
	"time"

	"menshen/board/config"
	"menshen/policy"
)

// turns waits for the change that a task asks for, from a time on; none is the problem when it does not come.
func (r *run) turns(ctx context.Context, role string, active bool, since time.Time, t Task, none *Problem) (c change, err error) {
	came, err := r.await(ctx, t.ID, t.En, t.Zh, func() bool {
		c, err = r.changed(role, active, since)
		return err != nil || !c.At.IsZero()
	})
	if err == nil && came {
		return r.changed(role, active, since)
	}
	if err == nil {
		err = none
	}
	return c, err
}

// press has the installer make an input active that is at rest.
func (r *run) press(ctx context.Context, role string, t Task, notAtRest, dead *Problem) (change, error) {
	if _, err := r.changed(role, true, r.began); err != nil {
		return change{}, err
	}
	if active, known, _, _ := r.lines.state(role); active || !known {
		return change{}, notAtRest
	}
	c, err := r.turns(ctx, role, true, r.began, t, dead)
	if err == nil {
		r.measured("bounce_on_ms", "Bounce, to active", "变为有效时的抖动", ms(c.Bounce), "ms")
	}
	return c, err
}

// letsGo has the installer bring it back to rest.
func (r *run) letsGo(ctx context.Context, role string, pressed change, t Task) error {
	c, err := r.turns(ctx, role, false, pressed.At, t,
		problem("The input stays active.", "输入一直有效。", "It sticks, or its wires touch: look at it and at its line.", "卡住或线路短接，请检查。"))
	if err != nil {
		return err
	}
	r.measured("bounce_off_ms", "Bounce, to rest", "恢复静止时的抖动", ms(c.Bounce), "ms")
	r.measured("held_ms", "Active for", "有效时长", ms(c.At.Sub(pressed.At)), "ms")
	return nil
}

// changed gives the first change since, or why the input cannot be read.
func (r *run) changed(role string, active bool, since time.Time) (change, error) {
	c, _ := r.lines.since(role, active, since)
	_, _, chatters, err := r.lines.state(role)
	switch {
	case err != nil:
		return c, problem("The input cannot be read: "+err.Error(), "无法读取输入："+err.Error(), "Look at its pin in the configuration, and at the board of lines.", "请检查配置中的引脚和线路板。")
	case chatters:
		return c, problem("The contact does not come to rest.", "触点不停抖动。", "A loose wire, or a worn contact: mend it.", "接线松动或触点磨损，请修复。")
	}
	return c, nil
}

func polarity(role string) (en, zh string) {
	return fmt.Sprintf("Turn round active (high, low) of the %s input in the configuration, or look for a wire that is off or touches another.", role),
		fmt.Sprintf("请更改配置中 %s 输入的 active（high、low），或检查断线、短接。", role)
}

func deadInput(what, zh string) *Problem {
	return problem("Nothing came from the "+what+".", zh+"没有信号。", "It is not wired, or to another pin: look at its two wires and at its pin in the configuration.", "未接线或接错引脚：请检查两根线和配置中的引脚。")
}

// contactStep: the door contact tells open from closed.
func contactStep(c *config.Config) Step {
	return Step{
		ID: "contact", Hands: true, absent: absentUnless(c, "contact"),
		Title:  Words{En: "The door contact", Zh: "门磁"},
		Do:     Words{En: "The lock is released. Open the door, then close it.", Zh: "锁将释放。请开门，然后关门。"},
		Expect: Words{En: "The unit sees the door open, and closed again.", Zh: "设备能看到门打开和关闭。"},
		run: func(ctx context.Context, r *run) error {
			en, zh := polarity("contact")
			stuck := problem("The contact says that the door is open while it is closed.", "门已关而门磁显示打开。", en, zh)
			closed, err := r.await(ctx, "close", "Close the door.", "请关门。", func() bool { active, known, _, _ := r.lines.state("contact"); return known && !active })
			if err != nil {
				return err
			}
			if !closed {
				if _, err := r.changed("contact", true, time.Now()); err != nil {
					return err
				}
				return stuck
			}
			began := time.Now()
			if err := r.strike.release(r.Patience); err != nil {
				return relayFailed(err)
			}
			open := Task{ID: "open", Words: Words{En: "Open the door.", Zh: "请开门。"}}
			if impulse(c) { // its pulse is over before anybody is there
				open.Words = Words{En: "Open the door, by its handle or the exit button.", Zh: "请用把手或出门按钮开门。"}
			}
			opened, err := r.turns(ctx, "contact", true, began, open,
				problem("The contact says that the door is closed while it is open.", "门已开而门磁显示关闭。",
					"It is stuck, not wired, or its magnet is too far: look at the gap, the two wires and the pin.", "门磁卡住、未接线或磁铁过远：请检查间距、两根线和引脚。"))
			if err != nil {
				return err
			}
			r.measured("bounce_on_ms", "Bounce, opening", "开门抖动", ms(opened.Bounce), "ms")
			return r.letsGo(ctx, "contact", opened, Task{ID: "close", Words: Words{En: "Close the door.", Zh: "请关门。"}})
		},
	}
}

// rexStep: the exit button releases, by itself and at once.
func rexStep(c *config.Config) Step {
	return Step{
		ID: "rex", Safety: true, Hands: true, absent: absentUnless(c, "rex"),
		Title:  Words{En: "The exit button", Zh: "出门按钮"},
		Do:     Words{En: "Press the exit button inside, hold it for a second, and let it go.", Zh: "请按住门内出门按钮一秒后松开。"},
		Expect: Words{En: "The lock lets go at once.", Zh: "锁立即释放。"},
		run: func(ctx context.Context, r *run) error {
			en, zh := polarity("rex")
			on := Task{ID: "press", Words: Words{En: "Press the exit button and hold it.", Zh: "请按住出门按钮。"}}
			pressed, err := r.press(ctx, "rex", on, problem("The exit button is pressed while nobody presses it.", "无人按下而出门按钮显示按下。", en, zh), deadInput("exit button", "出门按钮"))
			if err != nil {
				return err
			}
			if err := r.letGo(ctx, pressed, policy.ReasonREX); err != nil {
				return err
			}
			if err := r.letsGo(ctx, "rex", pressed, Task{ID: "let go", Words: Words{En: "Let it go.", Zh: "请松开。"}}); err != nil {
				return err
			}
			return r.must(ctx, "did it let go", "Did the lock let go when you pressed?", "按下时锁释放了吗？",
				problem("The relay moved and the lock did not let go.", "继电器动作而锁没有释放。", "Look at the lock's wires and its current.", "请检查锁的接线和供电。"))
		},
	}
}

// fireStep: the fire line releases, and keeps the door open until it is cleared.
func fireStep(c *config.Config) Step {
	return Step{
		ID: "fire", Safety: true, Hands: true, absent: absentUnless(c, "fire"),
		Title:  Words{En: "The fire line", Zh: "火警线路"},
		Do:     Words{En: "Raise the fire line: the panel's test key, or the line's plug. Then clear it.", Zh: "请触发火警线路（主机测试键或拔下插头），然后复位。"},
		Expect: Words{En: "The lock lets go at once, and stays so until the line is cleared.", Zh: "锁立即释放，并保持到复位。"},
		run: func(ctx context.Context, r *run) error {
			en, zh := polarity("fire")
			on := Task{ID: "raise", Words: Words{En: "Raise the fire line.", Zh: "请触发火警线路。"}}
			raised, err := r.press(ctx, "fire", on, problem("The fire line says fire while there is none.", "没有火警而线路显示火警。", en, zh), deadInput("fire line", "火警线路"))
			if err != nil {
				return err
			}
			if err := r.letGo(ctx, raised, policy.ReasonFire); err != nil {
				return err
			}
			if err := r.strike.lock(); err != nil { // which must not lock
				return relayFailed(err)
			}
			err = r.must(ctx, "did it let go", "Did the lock let go, and is it still open?", "锁释放了吗，现在仍开着吗？",
				problem("The lock did not let go in a fire.", "火警时锁没有释放。", "Look at the lock's wires and its current. Do not use this door before.", "请检查锁的接线和供电。修复前不得使用此门。"))
			if err != nil {
				return err
			}
			if err := r.letsGo(ctx, "fire", raised, Task{ID: "clear", Words: Words{En: "Clear the fire line.", Zh: "请复位火警线路。"}}); err != nil {
				return err
			}
			if _, err := r.within(ctx, time.Second, func() bool { return !r.strike.unlocked() }); err != nil {
				return err
			}
			return r.must(ctx, "is it locked again", "Is the door locked again?", "门重新锁住了吗？",
				problem("The lock did not lock again.", "锁没有重新锁住。", "Look for a relay that sticks, and at the lock itself.", "请检查继电器是否粘连以及锁本身。"))
		},
	}
}

// button is an input that somebody presses, or opens, for a moment.
type button struct {
	role              string
	title, do, expect Words
	what, zh          string
}

var buttons = []button{
	{"staff", Words{En: "The staff's button", Zh: "工作人员按钮"}, Words{En: "Press the staff's button, and let it go.", Zh: "请按下工作人员按钮后松开。"}, Words{En: "The lock lets go.", Zh: "锁释放。"}, "staff's button", "工作人员按钮"},
	{"bell", Words{En: "The bell", Zh: "门铃"}, Words{En: "Press the bell, and let it go.", Zh: "请按下门铃后松开。"}, Words{En: "The unit sees it.", Zh: "设备能看到。"}, "bell", "门铃"},
	{"tamper", Words{En: "The cover's switch", Zh: "防拆开关"}, Words{En: "Open the unit's cover, and close it.", Zh: "请打开设备外壳，然后合上。"}, Words{En: "The unit sees it.", Zh: "设备能看到。"}, "cover's switch", "防拆开关"},
}

func (b button) step(c *config.Config) Step {
	return Step{
		ID: b.role, Hands: true, absent: absentUnless(c, b.role), Title: b.title, Do: b.do, Expect: b.expect,
		run: func(ctx context.Context, r *run) error {
			en, zh := polarity(b.role)
			atRest := problem("The "+b.what+" is active while nobody touches it.", b.zh+"无人触碰而显示有效。", en, zh)
			pressed, err := r.press(ctx, b.role, Task{ID: "press", Words: b.do}, atRest, deadInput(b.what, b.zh))
			if err != nil {
				return err
			}
			if b.role == "staff" {
				if err := r.letGo(ctx, pressed, policy.ReasonStaff); err != nil {
					return err
				}
			}
			return r.letsGo(ctx, b.role, pressed, Task{ID: "let go", Words: Words{En: "Let it go, or close it.", Zh: "请松开或合上。"}})
		},
	}
}
