package paint

import (
	"image"
	"testing"
	"time"

	"menshen/hal/scene"
)

// noto gives the fonts, and skips a test where they are not installed.
func noto(t testing.TB) *Fonts {
	f := OpenFonts("")
	if f.Missing != nil {
		t.Skip(f.Missing)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// everyPixel skips a test that looks at all of them where that is slow: under the race detector,
// which has nothing to find in one goroutine.
func everyPixel(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at every pixel")
	}
}

// site is the one of the tests.
func site(lang string) Site {
	s := Site{Language: lang, Contact: "+86 21 5555 0100, front desk"}
	if lang == "zh" {
		s.Contact = "+86 21 5555 0100，前台"
	}
	s.Notice = map[string][]string{
		"en": {"Face entry at North door: your choice",
			"You do not need face entry. Your card opens the same doors at the same hours, with no extra wait and " +
				"no extra questions. If you say no, nothing else changes for you, and nobody will ask you again.",
			"Where it happens: everything is computed inside this unit; data are encrypted, stay here and are not " +
				"sent anywhere. No pictures are stored.",
			"Your rights, at the front desk or here with your own card: see what is stored about you and get a copy; " +
				"have it corrected; withdraw and have your face data destroyed at once."},
		"zh": {"北门：人脸开门，由您选择",
			"您可以不用人脸。门禁卡与人脸开的是同样的门、同样的时间，不多等，也不多问。" +
				"您说“不”，其他一切照旧，我们也不会再来问您。",
			"处理方式：有人站在门前时，摄像头才进行识别。" +
				"全部计算在本机内完成；加密保存，不出本机，本机不连接互联网。不保存照片。",
			"您的权利，可到前台办理，或在门口用您自己的卡办理：" +
				"查阅关于您的全部信息，并取得副本；更正；撤回同意并立即销毁人脸信息。"},
	}
	return s
}

// panel is a size of display that the tests look at, with its width in millimetres.
type panel struct {
	size image.Point
	ink  Ink
	mm   float64
}

// panels are the smallest that each layout is meant for.
var panels = []panel{
	{image.Pt(800, 480), Colour, 154},   // 7 inches
	{image.Pt(480, 800), Colour, 86},    // the same, upright
	{image.Pt(1280, 800), Colour, 217},  // 10.1 inches
	{image.Pt(1080, 1920), Colour, 194}, // 15.6 inches, upright
	{image.Pt(240, 240), Colour, 23.4},  // 1.3 inches
	{image.Pt(320, 240), Colour, 43.2},  // 2.1 inches
	{image.Pt(128, 64), Lit, 21.7},      // 0.96 inches
	{image.Pt(250, 122), Printed, 48.6}, // 2.13 inches
}

// scenes are all that differ in what is shown, with what the unit fills in.
func scenes() (all []scene.Scene) {
	for _, k := range scene.Kinds() {
		variants := scene.Variants(k)
		if k == scene.Ready { // the others differ in a sign more or less
			variants = nil
			for _, w := range []scene.Ways{0, scene.ByCard, scene.ByCode, scene.ByCard | scene.ByCode,
				scene.ByCard | scene.ByCode | scene.ByFace | scene.ByBell, scene.ByCard | scene.ByPass,
				scene.ByCard | scene.ByCode | scene.ByPass | scene.ByFace, scene.ByCard | scene.Resting,
				scene.ByCard | scene.ByFace | scene.CardFirst} {
				variants = append(variants, scene.Scene{Ways: w})
			}
		}
		for _, s := range variants {
			switch s.Kind {
			case scene.Enrolling, scene.WalkingUp:
				s.Done, s.Wanted = 3, 5
			case scene.Asking:
				s.Done, s.Wanted, s.Within = 5, 6, 10*time.Second
			case scene.Consent, scene.Writing:
				s.Within = 30 * time.Second
			}
			all = append(all, s)
		}
	}
	return append(all,
		scene.Scene{Ways: scene.ByCard | scene.ByCode | scene.ByFace, Advice: scene.ComeCloser},
		scene.Scene{Kind: scene.Looking, MayWithdraw: true, Done: 3, Wanted: 5})
}

// pages calls f for each page of a scene, painted a third into its time.
func (p *Painter) pages(s scene.Scene, f func(Moment)) {
	for i := 0; ; i++ {
		m := Moment{Since: time.Duration(i) * turnEvery, Clock: "14:05"}
		if s.Kind == scene.Notice {
			s.Done = i
		}
		if s.Within > 0 {
			m.Since += s.Within / 3
		}
		p.Paint(s, m)
		f(m)
		if i+1 >= len(p.sheets) {
			return
		}
	}
}

// laid gives what is on each page of a scene, without painting it.
func (p *Painter) laid(s scene.Scene) (pages [][]item) {
	for _, one := range p.lay(s) {
		if one.clock >= 0 {
			one.items[one.clock].words = "14:05"
		}
		pages = append(pages, one.items)
	}
	return pages
}
