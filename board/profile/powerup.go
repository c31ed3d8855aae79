package profile

import (
	"fmt"
	"slices"

	"menshen/board/config"
)

// atPowerUp asks what the relay and the lamps do before the program runs.
func (k *check) atPowerUp() {
	rest, known := k.board.Rest(k.conf)
	on := k.conf.Relay.Active.String()
	p, onHeader := k.board.pin(k.conf.Relay.Pin)
	switch {
	case known && rest == on:
		k.energised(rest, onHeader)
	case !known && onHeader:
		k.warn("relay.pin", Text{
			fmt.Sprintf("what pin %d (%s) rests at before the program runs is not known for this board: fit a 10 kΩ resistor that keeps the relay off, and write power_up = %q", p.At, p.Name, opposite(on)),
			fmt.Sprintf("本板 %d 脚（%s）在程序运行之前的电平未知：请加 10 kΩ 电阻使继电器保持释放，并写 power_up = %q", p.At, p.Name, opposite(on)),
		})
	}
	for i, s := range k.conf.Signals {
		if p, ok := k.board.pin(s.Pin); ok && p.rests() == s.Active.String() {
			k.warn(fmt.Sprintf("signal.%d.pin", i), Text{
				fmt.Sprintf("the %s signal may be on at power-up, since pin %d (%s) is pulled %s until the program runs", s.Role, p.At, p.Name, p.PowerUp),
				fmt.Sprintf("%s上电时可能亮起或鸣响：%d 脚（%s）在程序运行之前被%s", zh(s.Role), p.At, p.Name, map[string]string{"up": "上拉", "down": "下拉"}[p.PowerUp]),
			})
		}
	}
}

// energised refuses a relay that switches on by itself: that opens a strike's door at each power-up, and holds a fail-safe one locked
// while nobody is in charge (R-SAFE).
func (k *check) energised(rest string, onHeader bool) {
	does := Text{"the door is open until the program runs", "在程序运行之前门是开着的"}
	if k.conf.Relay.FailSafe {
		does = Text{"the door is locked, and no button opens it, until the program runs", "在程序运行之前门锁着，任何按钮都打不开"}
	}
	right := opposite(rest)
	other := Text{"choose a pin that rests " + right, "请换一个上电为" + levelZH(right) + "的脚"}
	if free := k.board.free(right, k.users); onHeader && free.At > 0 {
		other.EN += fmt.Sprintf(", such as pin %d (%s)", free.At, free.Name)
		other.ZH += fmt.Sprintf("，例如 %d 脚（%s）", free.At, free.Name)
	}
	k.refuse("relay.pin", Text{
		fmt.Sprintf("the relay's pin rests %s at power-up, which energises it: %s; %s, or write power_up = %q when the relay board has a resistor of its own that makes it so",
			rest, does.EN, other.EN, right),
		fmt.Sprintf("继电器脚上电时为%s，会使继电器吸合：%s；%s；若继电器板自带电阻，请写 power_up = %q", levelZH(rest), does.ZH, other.ZH, right),
	})
}

// Rest is the level of the relay's line while no program drives it: by the resistor that the configuration tells of, else by the pin's pull.
func (b *Board) Rest(c *config.Config) (level string, known bool) {
	if c.Relay.PowerUp != "" {
		return c.Relay.PowerUp, true
	}
	p, _ := b.pin(c.Relay.Pin)
	return p.rests(), p.rests() != ""
}

// free finds a pin without rules or users that rests at a level, rather one that is nothing else besides.
func (b *Board) free(level string, users map[string]string) (found Pin) {
	for _, p := range b.Pins {
		ruled := slices.ContainsFunc(b.Rules, func(r Rule) bool { return slices.Contains(r.Pins, p.Name) })
		if p.GPIO() && p.rests() == level && !ruled && users[p.Name] == "" && (found.At == 0 || found.Also != "" && p.Also == "") {
			found = p
		}
	}
	return found
}

func opposite(level string) string {
	if level == "low" {
		return "high"
	}
	return "low"
}

func levelZH(level string) string {
	return map[string]string{"low": "低电平", "high": "高电平"}[level]
}
