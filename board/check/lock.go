package check

import (
	"context"
	"fmt"
	"time"

	"menshen/board/config"
	"menshen/policy"
)

// tryRelease is how long the lock is released for somebody to try the door.
const tryRelease = 30 * time.Second

// restStep: without a release the door is locked.
func restStep(c *config.Config) Step {
	return Step{
		ID: "rest", Safety: true, Hands: true,
		Title:  Words{En: "The lock at rest", Zh: "锁的静止状态"},
		Do:     Words{En: "Close the door and pull at it.", Zh: "请关门并拉门。"},
		Expect: Words{En: "The door is locked.", Zh: "门已锁住。"},
		run: func(ctx context.Context, r *run) error {
			wrong := problem("The door is open while the relay is at rest.", "继电器静止时门未锁住。",
				"Turn round [relay] active (high, low), or fail_safe if the lock is open without current; or the lock hangs on the wrong contact of the relay (NO, NC).",
				"请更改 [relay] 的 active（high、low）；若为断电开锁，请更改 fail_safe；或检查锁是否接错继电器触点（常开、常闭）。")
			opened := false
			if has(c, "contact") {
				pull := r.Patience / 12 // five seconds
				r.Do(Task{"pull", Words{En: "Close the door, and pull at it for five seconds.", Zh: "请关门，并拉门五秒。"}, pull})
				closed := false
				var err error
				opened, err = r.within(ctx, pull, func() bool {
					active, known, _, _ := r.lines.state("contact")
					closed = closed || known && !active
					return closed && active
				})
				if err != nil {
					return err
				}
			}
			if err := r.must(ctx, "is it locked", "Is the door locked?", "门锁住了吗？", wrong); err != nil || !opened {
				return err
			}
			return problem("The contact says that the locked door opened when it was pulled.", "拉动已锁的门时门磁显示打开。",
				"Move the magnet nearer, or look for play in the lock: people would be called intruders.", "请将磁铁移近，或检查锁的松动，否则会误报强行开门。")
		},
	}
}

// relayStep: a release opens, and its end locks.
func relayStep(c *config.Config) Step {
	if impulse(c) {
		return pulseStep(c)
	}
	return Step{
		ID: "relay", Safety: true, Hands: true,
		Title:  Words{En: "The relay", Zh: "继电器"},
		Do:     Words{En: "The lock is released for half a minute.", Zh: "锁将释放半分钟。"},
		Expect: Words{En: "The lock lets go, and locks again.", Zh: "锁释放，然后重新锁住。"},
		run: func(ctx context.Context, r *run) error {
			asked := time.Now()
			if err := r.strike.release(tryRelease); err != nil {
				return relayFailed(err)
			}
			m, ok := r.strike.since(asked, true)
			if !ok {
				return problem("The relay did not move.", "继电器没有动作。", "Look whether it was released already: by fire, or by the exit button.", "请检查是否已被火警或出门按钮释放。")
			}
			r.measured("release_ms", "Record written and relay switched within", "记录写入并切换继电器用时", ms(m.At.Sub(asked)), "ms")
			err := r.must(ctx, "did it let go", "Did the lock let go? Try the door, leave it closed.", "锁释放了吗？请试一下门，然后关好。",
				problem("The lock did not let go.", "锁没有释放。",
					"Listen whether the relay clicks. If it does: the wires to the lock, and its current. If not: [relay] pin, and the relay board's supply.",
					"请听继电器是否动作。有动作：检查到锁的接线和供电；无动作：检查 [relay] pin 和继电器板供电。"))
			if err != nil {
				return err
			}
			if err := r.strike.lock(); err != nil {
				return relayFailed(err)
			}
			return r.must(ctx, "is it locked again", "Is the door locked again?", "门重新锁住了吗？",
				problem("The lock did not lock again.", "锁没有重新锁住。", "Look for a relay that sticks, and at the lock itself.", "请检查继电器是否粘连以及锁本身。"))
		},
	}
}

// pulses is how often an impulse lock is released for somebody to try the door.
const pulses = 3

// pulseStep: each release gives an impulse lock its pulse, in which it lets go.
func pulseStep(c *config.Config) Step {
	pulse := c.Relay.Pulse.D()
	return Step{
		ID: "relay", Safety: true, Hands: true,
		Title:  Words{En: "The relay", Zh: "继电器"},
		Do:     Words{En: fmt.Sprintf("The lock gets %d pulses of %v, some seconds apart. Pull at the door at each, and let it close again.", pulses, pulse), Zh: fmt.Sprintf("锁将收到 %d 个 %v 的脉冲，间隔数秒。每次请拉门，再让门关上。", pulses, pulse)},
		Expect: Words{En: "The lock lets go at each pulse, and locks again.", Zh: "每个脉冲时锁释放，然后重新锁住。"},
		run: func(ctx context.Context, r *run) error {
			for i := range pulses {
				r.Do(Task{"pull at pulse", Words{En: fmt.Sprintf("Pulse %d of %d: pull.", i+1, pulses), Zh: fmt.Sprintf("第 %d 个脉冲，共 %d 个：请拉门。", i+1, pulses)}, r.Patience / 12})
				if _, err := r.within(ctx, r.Patience/30, func() bool { return false }); err != nil { // to read it, and take hold
					return err
				}
				asked := time.Now()
				if err := r.strike.release(pulse); err != nil {
					return relayFailed(err)
				}
				m, ok := r.strike.since(asked, true)
				if !ok {
					return problem("The relay did not move.", "继电器没有动作。", "Look at [relay] pin, and at the unit's disk.", "请检查 [relay] pin 和设备存储。")
				}
				if i == 0 {
					r.measured("release_ms", "Record written and relay switched within", "记录写入并切换继电器用时", ms(m.At.Sub(asked)), "ms")
				}
				if _, err := r.within(ctx, pulse+c.Relay.Rest.D()+r.Patience/30, func() bool { return false }); err != nil {
					return err
				}
			}
			r.measured("pulse_ms", "Length of a pulse, by the configuration", "脉冲时长（按配置）", ms(pulse), "ms")
			err := r.must(ctx, "did it let go", "Did the lock let go at each pulse?", "每个脉冲时锁都释放了吗？",
				problem("The lock did not let go at each pulse.", "锁并非每次都释放。",
					"Listen whether the relay clicks. If it does: the wires to the lock, its current, or a longer [relay] pulse. If not: [relay] pin, and the relay board's supply.",
					"请听继电器是否动作。有动作：检查到锁的接线和供电，或加长 [relay] pulse；无动作：检查 [relay] pin 和继电器板供电。"))
			if err != nil {
				return err
			}
			return r.must(ctx, "is it locked again", "Is the door locked again?", "门重新锁住了吗？",
				problem("The lock did not lock again.", "锁没有重新锁住。", "Look for a relay that sticks, and at the lock itself.", "请检查继电器是否粘连以及锁本身。"))
		},
	}
}

func relayFailed(err error) *Problem {
	return problem("The relay cannot be switched: "+err.Error(), "无法切换继电器："+err.Error(), "Look at [relay] pin, and at the unit's disk.", "请检查 [relay] pin 和设备存储。")
}

// restarts is how often the line is given back and taken again.
const restarts = 3

// restartStep: a program that ends and starts neither pulses the lock nor leaves it elsewhere than declared.
func restartStep(c *config.Config, can bool) Step {
	s := Step{
		ID: "restart", Safety: true, Hands: true,
		Title: Words{En: "The lock while the program restarts", Zh: "程序重启时的锁"},
		Do:    Words{En: "The relay's line is given back and taken again three times, as at a restart. Listen to the lock.", Zh: "继电器线路将释放并重新占用三次，模拟重启。请听锁的声音。"},
		Expect: lockedOr(c,
			Words{En: "Nothing moves: without a program the wiring keeps the door locked (fail-secure).", Zh: "没有动作：无程序时接线使门保持锁住（断电上锁）。"},
			Words{En: "Without a program the wiring leaves the door unlocked (fail-safe), and it locks again once.", Zh: "无程序时接线使门保持开启（断电开锁），随后重新锁住。"}),
		run: func(ctx context.Context, r *run) error {
			yes, err := r.ask(ctx, "listen", "Can you hear the lock from where you stand?", "您所在位置能听到锁的声音吗？")
			if err != nil {
				return err
			}
			if !yes {
				return problem("Nobody listened.", "没有人听。", "Do this step with somebody at the lock.", "请安排人员在锁旁进行此步骤。")
			}
			for range restarts {
				unlocked, err := r.strike.restart(r.door.Restart)
				if err != nil {
					return relayFailed(err)
				}
				if unlocked != c.Relay.FailSafe {
					return restsWrong(unlocked)
				}
				if _, err := r.within(ctx, r.Patience/60, func() bool { return false }); err != nil {
					return err
				}
			}
			r.fact("without_program", "Without a program the wiring leaves the lock", "无程序时接线使锁", lockedOr(c, Words{En: "locked", Zh: "锁住"}, Words{En: "unlocked", Zh: "开启"}))
			if c.Relay.FailSafe {
				return nil // it let go and locked again each time, as it should
			}
			yes, err = r.ask(ctx, "did it click", "Did the lock click or move, even for a moment?", "锁是否有过动作或响声，哪怕一瞬间？")
			if err == nil && yes {
				err = problem("The lock moved while the program restarted.", "程序重启时锁有动作。",
					"Give the relay's line a resistor (10 kΩ) to its resting level, at the relay board; or another pin, whose level at power-up is that one.",
					"请在继电器板上为控制线加 10 kΩ 电阻至静止电平；或改用上电电平相同的引脚。")
			}
			return err
		},
	}
	if !can {
		s.absent = Words{En: "This kind of line cannot be given back and taken again.", Zh: "此类线路无法释放并重新占用。"}
	}
	return s
}

func restsWrong(unlocked bool) *Problem {
	if unlocked {
		return problem("Without a program the wiring opens the lock, which is declared fail-secure.", "无程序时接线使锁打开，而声明为断电上锁。",
			"Give the relay's line a resistor (10 kΩ) to the level that locks; or declare fail_safe = true if the lock is meant so.",
			"请为继电器线路加 10 kΩ 电阻至上锁电平；若本应断电开锁，请设 fail_safe = true。")
	}
	return problem("Without a program the wiring keeps the lock locked, which is declared fail-safe.", "无程序时接线使锁保持锁住，而声明为断电开锁。",
		"Give the relay's line a resistor (10 kΩ) to the level that unlocks; or declare fail_safe = false if the lock is meant so.",
		"请为继电器线路加 10 kΩ 电阻至开锁电平；若本应断电上锁，请设 fail_safe = false。")
}

// exitStep: somebody inside gets out, without current too where there is a handle.
func exitStep(c *config.Config) Step {
	return Step{
		ID: "exit", Safety: true, Hands: true,
		Title:  Words{En: "Out by hand", Zh: "徒手出门"},
		Do:     Words{En: "Stand inside, with the door locked.", Zh: "请站在门内，门保持锁住。"},
		Expect: Words{En: "A handle or a bar opens from inside without current; or there is an exit button.", Zh: "门内把手或推杆不通电即可开门；或有出门按钮。"},
		run: func(ctx context.Context, r *run) error {
			yes, err := r.ask(ctx, "opens by hand", "Is there a handle or a bar inside that opens the door without current? Try it.", "门内是否有不通电即可开门的把手或推杆？请试一下。")
			if err != nil {
				return err
			}
			answer, n := Words{En: "no", Zh: "否"}, 0.0
			if yes {
				answer, n = Words{En: "yes", Zh: "是"}, 1
			}
			r.fact("by_hand", "Opens from inside by hand", "门内可徒手开门", answer)
			r.values[len(r.values)-1].Number = n
			if !yes && !has(c, "rex") {
				return problem("Nobody inside gets out: no handle, and no exit button.", "门内人员无法出门：没有把手，也没有出门按钮。",
					"Fit a handle that opens from inside, or wire an exit button ([[input]] role = \"rex\").", "请安装可从内开启的把手，或接出门按钮（[[input]] role = \"rex\"）。")
			}
			return nil
		},
	}
}

// powerStep: without current the lock goes where it is declared to go.
func powerStep(c *config.Config) Step {
	want := lockedOr(c, Words{En: "locked", Zh: "锁住"}, Words{En: "open", Zh: "开启"})
	return Step{
		ID: "power", Safety: true, Hands: true,
		Title: Words{En: "The lock without current", Zh: "断电时的锁"},
		Do:    Words{En: "Take the lock's current away for a moment (its fuse or plug). If the unit goes off with it, run this command again afterwards: it goes on here.", Zh: "请短暂切断锁的电源（保险丝或插头）。如设备一同断电，请重新运行本命令，将从此处继续。"},

		Expect: Words{En: "Without current the door is " + want.En + ", as declared.", Zh: "断电时门" + want.Zh + "，与声明一致。"},
		run: func(ctx context.Context, r *run) error {
			err := r.must(ctx, "without current", "Without current: was the door "+want.En+"?", "断电时门是否"+want.Zh+"？",
				problem("Without current the lock is not as declared.", "断电时锁的状态与声明不符。",
					"Another kind of lock is fitted than the configuration says: change the lock or [relay] fail_safe, and begin again.",
					"锁的类型与配置不符：请更换锁或更改 [relay] fail_safe，然后重新检测。"))
			if err != nil {
				return err
			}
			r.fact("without_current", "Without current", "断电时", want)
			return r.must(ctx, "current is back", "Is the current back, and the door locked?", "已恢复供电，且门已锁住？",
				problem("The lock did not come back.", "锁没有恢复。", "Look at its fuse and supply.", "请检查保险丝和电源。"))
		},
	}
}

// letGo waits until the lock has let go for a reason, after the input that asked for it, and measures how long it took.
func (r *run) letGo(ctx context.Context, from change, why policy.Reason) error {
	var m move
	done, err := r.within(ctx, time.Second, func() bool {
		var moved bool
		m, moved = r.strike.since(from.At, true)
		return moved || r.strike.unlocked()
	})
	switch {
	case err != nil:
		return err
	case !done:
		return problem("The relay did not release.", "继电器没有释放。", "Look at the relay's step.", "请查看继电器步骤。")
	}
	if m.Why == why {
		r.measured("to_relay_ms", "From the first edge to the relay", "从首个信号沿到继电器", ms(m.At.Sub(from.At)), "ms")
	}
	return nil
}
