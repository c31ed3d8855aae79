package recognizer

import "fmt"

// advices holds the words in the order of the constants: short enough for two lines of a small display, plain enough for a
// buzzer's spoken clip.
var advices = [...]struct{ id, en, zh string }{
	Fine:         {"fine", "thank you", "好了"},
	ComeCloser:   {"come closer", "please come closer", "请靠近一些"},
	StepBack:     {"step back", "please step back a little", "请后退一点"},
	TooDark:      {"too dark", "too dark: please turn towards the light", "光线太暗，请面向光亮处"},
	TooBright:    {"too bright", "too bright: please turn away from the light", "光线太亮，请避开强光"},
	HoldStill:    {"hold still", "please hold still for a moment", "请稍停片刻"},
	LookStraight: {"look straight", "please look straight at the camera", "请正对镜头"},
	Uncover:      {"uncover", "please uncover your face", "请露出面部，不要遮挡"},
	OneAtATime:   {"one at a time", "one at a time, please", "请一次一人"},
}

// String is the advice's short English name, for logs and the console.
func (a Advice) String() string {
	if int(a) < len(advices) {
		return advices[a].id
	}
	return fmt.Sprintf("advice(%d)", uint8(a))
}

// AdviceNamed is the advice with this short name, as String gives it; Fine when there is none.
func AdviceNamed(name string) Advice {
	for a := range advices {
		if advices[a].id == name {
			return Advice(a)
		}
	}
	return Fine
}

// Text is what to tell the person. lang is "zh" or anything else for English.
func (a Advice) Text(lang string) string {
	if int(a) >= len(advices) {
		a = HoldStill
	}
	if lang == "zh" {
		return advices[a].zh
	}
	return advices[a].en
}

// Valid reports whether a is one of the advices.
func (a Advice) Valid() bool { return int(a) < len(advices) }
