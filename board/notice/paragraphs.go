package notice

import (
	"unicode/utf8"

	"menshen/internal/screen"
)

// Paragraphs gives a paper for a display, which sets it in pages of its own: the title first, and
// each term and each item of a list as a paragraph. No word is left out.
func Paragraphs(text string) []string {
	p := take(text)
	all := []string{p.Title}
	for _, b := range p.Blocks {
		if b.Paragraph != "" {
			all = append(all, b.Paragraph)
		}
		for _, t := range b.Terms {
			colon := ": "
			if last, _ := utf8.DecodeLastRuneInString(t.Label); screen.Width(string(last)) == 2 {
				colon = "："
			}
			all = append(all, t.Label+colon+t.Words)
		}
		for _, item := range b.Items {
			all = append(all, "· "+item)
		}
	}
	return all
}
