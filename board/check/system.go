package check

import (
	"context"
	"fmt"
	"time"

	"menshen/board/commission"
	"menshen/store"
)

// clockStep: the time is right, and the report says where it comes from.
func clockStep() Step {
	return Step{
		ID: "clock", Hands: true,
		Title:  Words{En: "The clock", Zh: "时钟"},
		Do:     Words{En: "Compare the unit's time with a watch.", Zh: "请将设备时间与手表核对。"},
		Expect: Words{En: "Right to the minute, and not behind what the unit recorded before.", Zh: "误差不超过一分钟，且不早于已有记录。"},
		run: func(ctx context.Context, r *run) error {
			c, err := r.door.Clock()
			if err != nil {
				return problem("The clock cannot be asked: "+err.Error(), "无法读取时钟："+err.Error(), "Look at the vault with 'menshen vault check'.", "请用 menshen vault check 检查数据。")
			}
			remedy := "Set it (date, or 'clock' at the console), and fit a clock chip if it does not keep the time without current."
			remedyZh := "请校准（date 命令或控制台 clock）；断电不走时请安装时钟芯片。"
			r.fact("source", "Time comes from", "时间来源", clockWords(c.Source))
			if c.Now.Before(c.Floor.Add(-time.Minute)) {
				return problem("The clock is behind the unit's own records.", "时钟早于设备已有记录。", remedy, remedyZh)
			}
			if ahead := c.Now.Sub(c.Floor); !c.Floor.IsZero() && ahead > store.FarJump {
				days := int(ahead / (24 * time.Hour))
				return problem(fmt.Sprintf("The clock is %d days ahead of the unit's own records, so the unit does not go by it.", days),
					fmt.Sprintf("时钟比设备已有记录快 %d 天，设备不予采信。", days),
					"If it is right, start the unit and have a manager set the time with 'clock' at the console; otherwise set it right.",
					"如时间正确，请启动设备并由管理员在控制台用 clock 校时；否则请先校准。")
			}
			now := c.Now.In(r.door.Config.Site.Location()).Format("2006-01-02 15:04:05 -07:00")
			r.fact("time", "The unit's time", "设备时间", commission.Same(now))
			if c.Source == "" {
				r.remark = Words{En: "Without a clock chip the unit does not know the time after a power cut, until it is set: passes and schedules wait.", Zh: "没有时钟芯片，断电后须重新校时；在此之前通行证和时段不可用。"}

			}
			return r.must(ctx, "is the time right", "It says "+now+". Is that right, to the minute?", "显示 "+now+"，误差在一分钟以内吗？",
				problem("The clock is wrong.", "时钟不准。", remedy, remedyZh))
		},
	}
}

func clockWords(source string) Words {
	switch source {
	case "rtc":
		return Words{En: "a clock chip", Zh: "时钟芯片"}
	case "sync":
		return Words{En: "a source that the kernel follows, such as GPS", Zh: "内核跟随的时间源（如 GPS）"}
	}
	return Words{En: "no clock chip", Zh: "没有时钟芯片"}
}

// keyStep says where the root key lies. A file beside the data passes, with a remark: the bench has no other.
func keyStep() Step {
	return Step{
		ID:     "key",
		Title:  Words{En: "Where the key is kept", Zh: "密钥存放位置"},
		Do:     Words{En: "The program looks where the vault's root key comes from; the vault is open by it.", Zh: "程序查看数据库主密钥的来源；数据库已用其打开。"},
		Expect: Words{En: "Not in clear beside the data: a sealed credential or a TPM.", Zh: "不以明文与数据同放：使用加密凭据或 TPM。"},
		run: func(_ context.Context, r *run) error {
			r.fact("kind", "Key source", "密钥来源", commission.Same(r.door.Key.Kind))
			if !r.door.Key.Apart {
				r.remark = Words{En: "The key is a file on the unit's own disk: whoever takes the disk has both. For a door in use, move it: menshen vault key.", Zh: "密钥是设备磁盘上的文件：拿走磁盘即同时获得两者。正式使用前请用 menshen vault key 迁移。"}

			}
			return nil
		},
	}
}

// watchdogStep: a program that hangs is started again, and a board that hangs as well.
func watchdogStep(there bool) Step {
	s := Step{
		ID:     "watchdog",
		Title:  Words{En: "Watchdog", Zh: "看门狗"},
		Do:     Words{En: "The program asks systemd how the service is watched.", Zh: "程序查询 systemd 对服务的看护设置。"},
		Expect: Words{En: "The service starts at boot, is watched, and is started again.", Zh: "服务随系统启动，受看护并会自动重启。"},
		run: func(ctx context.Context, r *run) error {
			w, err := r.door.Watchdog(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			const again, againZh = "Install scripts/systemd/menshen.service as it is, then 'systemctl daemon-reload' and 'systemctl enable menshen'.",
				"请安装 scripts/systemd/menshen.service，然后执行 systemctl daemon-reload 和 systemctl enable menshen。"
			switch {
			case err != nil:
				return problem("systemd cannot be asked: "+err.Error(), "无法查询 systemd："+err.Error(), again, againZh)
			case !w.Installed:
				return problem("There is no service menshen.", "没有 menshen 服务。", again, againZh)
			case !w.Enabled:
				return problem("The service does not start at boot.", "服务不会随系统启动。", again, againZh)
			case w.Service == 0:
				return problem("Nobody watches over the service: WatchdogSec is not set.", "服务未受看护：没有设置 WatchdogSec。", again, againZh)
			case w.Restart != "always":
				return problem("The service is not always started again: Restart="+w.Restart, "服务不会总是自动重启：Restart="+w.Restart, again, againZh)
			}
			r.measured("service_s", "The service is watched every", "服务看护周期", w.Service.Seconds(), "s")
			switch {
			case w.Hardware == "":
				r.remark = Words{En: "The board has no watchdog of its own.", Zh: "主板没有硬件看门狗。"}
			case w.Fed == 0:
				r.remark = Words{En: "The board's watchdog is not used: set RuntimeWatchdogSec=15 in /etc/systemd/system.conf.", Zh: "未启用硬件看门狗：请在 /etc/systemd/system.conf 设置 RuntimeWatchdogSec=15。"}
			default:
				r.fact("hardware", "The board's watchdog", "硬件看门狗", commission.Same(w.Hardware))
				r.measured("board_s", "The board is watched every", "主板看护周期", w.Fed.Seconds(), "s")
			}
			return nil
		},
	}
	if !there {
		s.absent = Words{En: "This system does not run systemd.", Zh: "此系统未运行 systemd。"}
	}
	return s
}

// leastFPS and the least size are what a walk-up needs to be seen in time.
const (
	leastFPS            = 5
	leastWide, leastTal = 320, 240
)

// cameraStep: the camera gives living pictures to the confined process that looks.
func cameraStep(there bool) Step {
	s := Step{
		ID: "camera", Hands: true,
		Title:  Words{En: "The camera", Zh: "摄像头"},
		Do:     Words{En: "The camera is opened for a few seconds. No face is measured and no picture kept.", Zh: "摄像头将打开几秒，不测量人脸，不保存画面。"},
		Expect: Words{En: "Pictures come and change, at 5 a second or more, of 320×240 or more.", Zh: "画面持续变化，每秒 5 帧以上，尺寸 320×240 以上。"},
		run: func(ctx context.Context, r *run) error {
			r.Tell(Words{En: "Opening the camera; this takes some seconds.", Zh: "正在打开摄像头，需要几秒。"})
			c, err := r.door.Camera(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return problem("The camera does not work: "+err.Error(), "摄像头不可用："+err.Error(), "Look at its cable, at [camera] source, and at the models' folder.", "请检查连接线、[camera] source 和模型目录。")
			}
			r.fact("state", "State", "状态", commission.Same(c.State))
			if c.State != "ok" {
				return problem("The camera gives no good picture: "+c.State+", "+c.Detail, "摄像头画面异常："+c.State+"，"+c.Detail, "Look at its cap, cable and light.", "请检查镜头盖、连接线和光线。")
			}
			r.fact("size", "Picture", "画面尺寸", commission.Same(sizeText(c.Width, c.Height)))
			r.measured("fps", "Pictures a second", "每秒帧数", c.FPS, "/s")
			r.fact("confined", "The process that looks is held by", "识别进程的限制", commission.Same(c.Confined))
			r.fact("models", "Models", "模型", commission.Same(c.Models))
			if c.FPS < leastFPS || c.Width < leastWide || c.Height < leastTal {
				return problem("The pictures are too few or too small.", "帧率或尺寸不足。", "Ask for another size in [camera] source (…@640x480), use another port, or a faster board.", "请在 [camera] source 中改用其他尺寸（…@640x480），或更换接口、主板。")
			}
			return nil
		},
	}
	if !there {
		s.absent = Words{En: "Faces are not enabled in the configuration.", Zh: "配置中未启用人脸。"}
	}
	return s
}
