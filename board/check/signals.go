package check

import "context"

var signalNames = map[string]Words{
	"green": {"green lamp", "绿灯"}, "red": {"red lamp", "红灯"}, "buzzer": {"buzzer", "蜂鸣器"}, "camera": {"camera lamp", "摄像头指示灯"},
}

// signalStep: a lamp or the buzzer does what it is told, and it alone.
func signalStep(role string) Step {
	name, known := signalNames[role]
	if !known {
		name = same(role)
	}
	return Step{
		ID: "signal " + role, Hands: true,
		Title:  Words{"The " + name.En, name.Zh},
		Do:     Words{"It goes on and off three times, slowly.", "将缓慢亮灭（响停）三次。"},
		Expect: Words{"It alone goes on and off, and ends off.", "只有它亮灭（响停），最后停止。"},
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
