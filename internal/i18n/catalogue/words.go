package catalogue

import "menshen/internal/i18n"

// Words are one meaning in the two languages of papers that are signed or stored: the
// commissioning report and the dossier. Those who read them later may have another
// language than those who made them.
type Words struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// Both is a message in both languages of papers.
func Both(m i18n.Message) Words { return Words{m.String(), In("zh").Say(m)} }

// Same is a text that both languages share: the words of an error, a name.
func Same(text string) Words { return Words{text, text} }

// In gives the words in a language: Chinese, or for all others English.
func (w Words) In(l i18n.Language) string {
	if l.Code() == "zh" {
		return w.ZH
	}
	return w.EN
}

// IsZero reports whether nothing is said.
func (w Words) IsZero() bool { return w == Words{} }
