package check

import (
	"fmt"
	"strings"
)

// Words are one meaning in the two languages of the product.
type Words struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

// In gives the words in a language: "zh" and what begins so is Chinese, all else English.
func (w Words) In(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return w.Zh
	}
	return w.En
}

// IsZero reports whether nothing is said.
func (w Words) IsZero() bool { return w == Words{} }

// same is a text that both languages share: the words of an error, a name.
func same(text string) Words { return Words{text, text} }

// Problem is why a step failed, and what to do about it.
type Problem struct {
	What   Words `json:"what"`
	Remedy Words `json:"remedy"`
}

func (p *Problem) Error() string { return p.What.En + ": " + p.Remedy.En }

func problem(en, zh, remedyEn, remedyZh string) *Problem {
	return &Problem{Words{en, zh}, Words{remedyEn, remedyZh}}
}

func sizeText(w, h int) string { return fmt.Sprintf("%d×%d", w, h) }
