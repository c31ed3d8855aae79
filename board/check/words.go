package check

import (
	"fmt"
)

// Problem is why a step failed, and what to do about it.
type Problem struct {
	What   Words `json:"what"`
	Remedy Words `json:"remedy"`
}

func (p *Problem) Error() string { return p.What.En + ": " + p.Remedy.En }

func problem(en, zh, remedyEn, remedyZh string) *Problem {
	return &Problem{Words{En: en, Zh: zh}, Words{En: remedyEn, Zh: remedyZh}}
}

func sizeText(w, h int) string { return fmt.Sprintf("%d×%d", w, h) }
