package fusion

import "fmt"

// Advice is what a person can do so that the next frame is better.
type Advice uint8

// The advices. The eye protocol carries the numbers: add new ones at the end.
const (
	Fine Advice = iota // the frame can be used
	ComeCloser
	StepBack
	TooDark
	TooBright
	HoldStill
	LookStraight
	Uncover
	OneAtATime
)

// advices has the words of each advice: short enough for two lines of a small display, and
// plain enough to be spoken.
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

// String is the advice's short English name, as in the audit log (policy.Face.Quality).
func (a Advice) String() string {
	if int(a) < len(advices) {
		return advices[a].id
	}
	return fmt.Sprintf("advice(%d)", uint8(a))
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
