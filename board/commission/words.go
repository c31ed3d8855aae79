package commission

import "strings"

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

// Same is a text that both languages share: the words of an error, a name.
func Same(text string) Words { return Words{text, text} }
