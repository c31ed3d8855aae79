package board

import (
	"fmt"
	"math"
	"time"

	"menshen/board/console"
	"menshen/recognizer/eye"
)

// remedies says why faces are off, besides rules of the law, and what to do about each.
var remedies = map[offState]struct{ zh, fix, fixZh string }{
	offByConfig: {"配置中已停用", "set [faces] enabled = true in the configuration, and name a camera", "在配置中设 [faces] enabled = true 并指定摄像头"},
	offCamera:   {"摄像头故障", "see the camera's line: cap, cable, light", "见摄像头一行：镜头盖、线缆、光线"},
	offLocked:   {"待输入口令", "type 'unlock' and the passphrase of the faces", "输入 unlock 和人脸口令"},
	offAiming:   {"正在调整摄像头", "a key at the console that shows the picture ends it", "在显示画面的控制台按任意键结束"},
	offFiles: {"人脸模型或其标定文件不可用", "run 'menshen config check', put right what it names, then start the door again ('systemctl restart menshen')",
		"运行 menshen config check，按提示修复，然后重启门控（systemctl restart menshen）"},
	offUncounted: {"正在核查各项规则", "wait a moment; if it stays so, see the fault of the rules", "请稍候；如一直如此，请查看 rules 故障"},
}

// whyFacesOff is why no face opens now, and what to do; both empty: faces work.
func (u *Unit) whyFacesOff(lang string) (why, fix string) {
	return u.whyOff(u.facesOff(), lang)
}

// faceFacts are the parts of face entry that have a state of their own.
func (u *Unit) faceFacts(now time.Time, lang string) (out []console.Fact) {
	f := &u.faces
	if u.eye == nil || f.unusable != nil {
		return nil
	}
	if s := u.atTheDoor(now, lang); s != "" {
		out = append(out, console.Fact{Name: "at the door", State: s})
	}
	templates := console.Fact{Name: "templates", State: fmt.Sprintf(words(lang, "%d in memory", "内存中 %d 个"), f.index.Rows())}
	switch {
	case f.index.Rows() == 0:
	case f.index.Locked():
		templates.State += words(lang, ", out of reach of swap", "，不会换出到磁盘")
	default:
		templates.Fault = words(lang, "swap could take them: give the service LimitMEMLOCK=infinity, or switch swap off", "可能被换出到磁盘：请为服务设置 LimitMEMLOCK=infinity 或关闭交换分区")
	}
	if n := u.tries.faces.Failures; n > 0 {
		tries := console.Fact{Name: "tries", State: fmt.Sprintf(words(lang, "%d faces refused in a row", "连续 %d 次人脸未通过"), n)}
		if rest := u.tries.faces.Rest(u.steady()); rest > 0 {
			tries.State += fmt.Sprintf(words(lang, "; faces rest until %s, cards open", "；人脸暂停至 %s，刷卡照常"), now.Add(rest).In(u.site.calendar.Zone).Format("15:04:05"))
		}
		out = append(out, tries)
	}
	return append(out, templates, u.thresholdFact(lang))
}

// thresholdFact is what a face must reach at this door, by whose measurements, and whether that keeps what was asked for.
func (u *Unit) thresholdFact(lang string) console.Fact {
	f, c := &u.faces, u.cfg.Faces
	at := f.inForce(c.WithCard)
	threshold := console.Fact{Name: "threshold", State: at.String()}
	if lang == "zh" {
		threshold.State = fmt.Sprintf("相似度 %.3f，每 %.0f 次陌生人尝试不多于一次误认（%s）", at.Threshold, math.Floor(at.OneIn+1e-6), eyeWord(string(at.Basis), lang))
	}
	if c.Calibration != "" {
		threshold.State += fmt.Sprintf(words(lang, ", by the site's own pictures of %s", "，依据 %s 的现场标定"), f.scores.Source.Date)
	}
	switch {
	case at.Kept():
	case c.WithCard:
		threshold.Fault = fmt.Sprintf(words(lang, "one in %.0f was asked for, more than anything measured can promise: ask for less ([faces] stranger_in), or measure on the site ('menshen eval')",
			"要求每 %.0f 次不多于一次误认，超出实测所能保证：请降低要求（[faces] stranger_in）或在现场测定（menshen eval）"), f.asked)
	default:
		threshold.Fault = fmt.Sprintf(words(lang,
			"one stranger in %.0f was asked for, which %d people do not allow: let faces open after the card ([faces] with_card), or measure on the site ('menshen eval')",
			"要求每 %.0f 次不多于一次误认，%d 人时做不到：请改为刷卡后人脸（[faces] with_card）或在现场测定（menshen eval）"), f.asked, f.index.Len())
	}
	return threshold
}

// atTheDoor is who stands there, and what they are asked to do; empty when nobody does.
func (u *Unit) atTheDoor(now time.Time, lang string) string {
	f := &u.faces
	prompt := u.prompt(now, lang)
	switch {
	case f.aiming:
		return words(lang, "the camera is being aimed", "正在调整摄像头")
	case f.taking != nil:
		return words(lang, "a face is being taken: ", "正在录入人脸：") + f.taking.advice.Text(lang)
	case prompt != "":
		return words(lang, "somebody: ", "有人：") + prompt
	case now.Sub(f.seen) > f.conf.GoneAfter:
		return ""
	}
	return words(lang, "somebody", "有人")
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

func (u *Unit) cameraFact(lang string) console.Fact {
	if u.eye == nil {
		return console.Fact{Name: "camera", State: words(lang, "none", "无")}
	}
	s := u.eye.Status()
	f := console.Fact{Name: "camera", State: fmt.Sprintf(words(lang, "%s, %s, %.0f frames/s, process %d with %d MiB", "%s，%s，每秒 %.0f 帧，进程 %d 占 %d MiB"),
		eyeWord(string(s.Camera), lang), eyeWord(s.Mode.String(), lang), s.FPS, s.PID, s.RSS>>20)}
	switch {
	case s.State == eye.Waiting && s.LastError != nil:
		f.Fault = s.LastError.Error()
	case s.Camera != eye.CameraOK && s.Camera != eye.CameraOff:
		f.Fault = s.Detail
	}
	return f
}
