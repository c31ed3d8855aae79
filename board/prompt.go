package board

import (
	"time"

	"menshen/recognizer"
	"menshen/recognizer/fusion"
)

// prompt is what whoever stands at the door is to do now, in words of lang ("zh", or anything else for English): close the eyes or turn the head,
// where that is asked; come closer, hold still or the like, where the picture is no good. Empty: nothing, or nobody is there.
func (u *Unit) prompt(now time.Time, lang string) string {
	f := &u.faces
	if f.taking != nil { // the picture decides; steps of the enrolment are told where it was begun
		return unlessFine(f.taking.advice, lang)
	}
	if act := f.visit.Asks(); act != fusion.NoAct && !f.visit.Gone(now) {
		return act.Text(lang)
	}
	advice := recognizer.AdviceNamed(f.visit.Advice(now))
	if advice == recognizer.Fine && f.card != nil { // whose card was read is looked for
		advice = recognizer.LookStraight
	}
	return unlessFine(advice, lang)
}

func unlessFine(a recognizer.Advice, lang string) string {
	if a == recognizer.Fine {
		return ""
	}
	return a.Text(lang)
}
