package check

import (
	"context"

	"menshen/board/commission"
)

var signalNames = map[string]Words{
	"green": {En: "green lamp", Zh: "绿灯"}, "red": {En: "red lamp", Zh: "红灯"}, "buzzer": {En: "buzzer", Zh: "蜂鸣器"}, "camera": {En: "camera lamp", Zh: "摄像头指示灯"},
}

// signalStep: a lamp or the buzzer does what it is told, and it alone.
func signalStep(role string) Step {
	name, known := signalNames[role]
	if !known {
		name = commission.Same(role)
	}
	return Step{
		ID: "signal " + role, Hands: true,
		Title:  Words{En: "The " + name.En, Zh: name.Zh},
		Do:     Words{En: "It goes on and off three times, slowly.", Zh: "将缓慢亮灭（响停）三次。"},
		Expect: Words{En: "It alone goes on and off, and ends off.", Zh: "只有它亮灭（响停），最后停止。"},
		run: func(ctx context.Context, r *run) error {
			out := r.door.Signals[role]
			defer out.Set(false)     // whatever happens; a failure shows below
			beat := r.Patience / 100 // 0.6 s
			for range 3 {
				for _, on := range []bool{true, false} {
					if err := out.Set(on); err != nil {
						return problem("It cannot be switched: "+err.Error(), "无法切换："+err.Error(), "Look at its pin in the configuration.", "请检查配置中的引脚。")
					}
					if _, err := r.within(ctx, beat, func() bool { return false }); err != nil {
						return err
					}
				}
			}
			return r.must(ctx, "did it blink", "Did the "+name.En+" go on and off three times, alone, and is it off now?", name.Zh+"是否单独亮灭（响停）三次，现在已停？",
				problem("The "+name.En+" did not do as it was told.", name.Zh+"没有按指令动作。",
					"Always on: turn round active (high, low). Another one: exchange the pins. Nothing: look at its wires and supply.",
					"常亮：更改 active（high、low）；其他灯亮：对调引脚；无反应：检查接线和供电。"))
		},
	}
}
