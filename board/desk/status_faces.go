package desk

import (
	"fmt"
	"math"

	"menshen/board/unit"
	"menshen/recognizer/eye"
)

// remedies says why faces are off, besides rules of the law, and what to do about each.
var remedies = map[unit.OffState]struct{ zh, fix, fixZh string }{
	unit.OffByConfig: {"配置中已停用", "set [faces] enabled = true in the configuration, and name a camera", "在配置中设 [faces] enabled = true 并指定摄像头"},
	unit.OffCamera:   {"摄像头故障", "see the camera's line: cap, cable, light", "见摄像头一行：镜头盖、线缆、光线"},
	unit.OffLocked:   {"待输入口令", "type 'unlock' and the passphrase of the faces", "输入 unlock 和人脸口令"},
	unit.OffAiming:   {"正在调整摄像头", "a key at the console that shows the picture ends it", "在显示画面的控制台按任意键结束"},
	unit.OffFiles: {"人脸模型或其标定文件不可用", "run 'menshen config check', put right what it names, then start the door again ('systemctl restart menshen')",
		"运行 menshen config check，按提示修复，然后重启门控（systemctl restart menshen）"},
	unit.OffUncounted: {"正在核查各项规则", "wait a moment; if it stays so, see the fault of the rules", "请稍候；如一直如此，请查看 rules 故障"},
}

// whyOff says in a language why faces are off, and what to do; both empty: they work.
func (d *Desk) whyOff(off unit.Off, lang string) (why, fix string) {
	if r, known := remedies[off.State]; known {
		return words(lang, string(off.State), r.zh), words(lang, r.fix, r.fixZh)
	}
	if why, fix = d.law.Why(off.Rule, lang); why != "" {
		return off.String() + words(lang, ": ", "：") + why, fix
	}
	return off.String(), ""
}

// faceFacts are the parts of face entry that have a state of their own.
func (d *Desk) faceFacts(s unit.State, lang string) (out []Fact) {
	f := s.Faces
	if s.Eye == nil || f.Unusable {
		return nil
	}
	if there := atTheDoor(s, lang); there != "" {
		out = append(out, Fact{Name: "at the door", State: there})
	}
	templates := Fact{Name: "templates", State: fmt.Sprintf(words(lang, "%d in memory", "内存中 %d 个"), f.Rows)}
	switch {
	case f.Rows == 0:
	case f.Locked:
		templates.State += words(lang, ", out of reach of swap", "，不会换出到磁盘")
	default:
		templates.Fault = words(lang, "swap could take them: give the service LimitMEMLOCK=infinity, or switch swap off", "可能被换出到磁盘：请为服务设置 LimitMEMLOCK=infinity 或关闭交换分区")
	}
	if f.Failures > 0 {
		tries := Fact{Name: "tries", State: fmt.Sprintf(words(lang, "%d faces refused in a row", "连续 %d 次人脸未通过"), f.Failures)}
		if f.Lockout > 0 {
			tries.State += fmt.Sprintf(words(lang, "; faces rest until %s, cards open", "；人脸暂停至 %s，刷卡照常"), d.clockTime(s.At.Add(f.Lockout)))
		}
		out = append(out, tries)
	}
	return append(out, templates, d.thresholdFact(f, lang))
}

// thresholdFact is what a face must reach at this door, by whose measurements, and whether that keeps what was asked for.
func (d *Desk) thresholdFact(f unit.FaceState, lang string) Fact {
	c, at := d.cfg.Faces, f.At
	threshold := Fact{Name: "threshold", State: at.String()}
	if lang == "zh" {
		threshold.State = fmt.Sprintf("相似度 %.3f，每 %.0f 次陌生人尝试不多于一次误认（%s）", at.Threshold, math.Floor(at.OneIn+1e-6), eyeWord(string(at.Basis), lang))
	}
	if f.Measured != "" {
		threshold.State += fmt.Sprintf(words(lang, ", by the site's own pictures of %s", "，依据 %s 的现场标定"), f.Measured)
	}
	switch {
	case at.Kept():
	case c.WithCard:
		threshold.Fault = fmt.Sprintf(words(lang, "one in %.0f was asked for, more than anything measured can promise: ask for less ([faces] stranger_in), or measure on the site ('menshen eval')",
			"要求每 %.0f 次不多于一次误认，超出实测所能保证：请降低要求（[faces] stranger_in）或在现场测定（menshen eval）"), f.Asked)
	default:
		threshold.Fault = fmt.Sprintf(words(lang,
			"one stranger in %.0f was asked for, which %d people do not allow: let faces open after the card ([faces] with_card), or measure on the site ('menshen eval')",
			"要求每 %.0f 次不多于一次误认，%d 人时做不到：请改为刷卡后人脸（[faces] with_card）或在现场测定（menshen eval）"), f.Asked, f.People)
	}
	return threshold
}

// atTheDoor is who stands there, and what they are asked to do; empty when nobody does.
func atTheDoor(s unit.State, lang string) string {
	switch {
	case s.Aiming:
		return words(lang, "the camera is being aimed", "正在调整摄像头")
	case s.Faces.There == unit.Taken:
		return words(lang, "a face is being taken: ", "正在录入人脸：") + s.Faces.Prompt.Advice.Text(lang)
	case s.Faces.There == unit.Prompted:
		return words(lang, "somebody: ", "有人：") + s.Faces.Prompt.Text(lang)
	case s.Faces.There == unit.Somebody:
		return words(lang, "somebody", "有人")
	}
	return ""
}

// chineseEye are the camera's states and modes, as recognizer/eye names them, and the grounds of a threshold, as recognizer/calibration does.
var chineseEye = map[string]string{
	"off": "关闭", "ok": "正常", "gone": "未找到", "silent": "无画面", "frozen": "画面静止", "black": "全黑", "size": "画面尺寸不合用",
	"idle": "待机", "looking": "识别中", "enrol": "录入", "aim": "调整",
	"measured": "实测", "extrapolated": "外推", "at limit": "已达实测上限",
}

func eyeWord(w, lang string) string {
	if zh, ok := chineseEye[w]; ok {
		return words(lang, w, zh)
	}
	return w
}

func cameraFact(s *eye.Status, lang string) Fact {
	if s == nil {
		return Fact{Name: "camera", State: words(lang, "none", "无")}
	}
	f := Fact{Name: "camera", State: fmt.Sprintf(words(lang, "%s, %s, %.0f frames/s, process %d with %d MiB", "%s，%s，每秒 %.0f 帧，进程 %d 占 %d MiB"),
		eyeWord(string(s.Camera), lang), eyeWord(s.Mode.String(), lang), s.FPS, s.PID, s.RSS>>20)}
	switch {
	case s.State == eye.Waiting && s.LastError != nil:
		f.Fault = s.LastError.Error()
	case s.Camera != eye.CameraOK && s.Camera != eye.CameraOff:
		f.Fault = s.Detail
	}
	return f
}
