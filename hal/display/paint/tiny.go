package paint

import (
	"image"
	"strings"

	"menshen/internal/i18n"
)

// tinySheets gives the pages of a content on a display of a line or two. What has no place beside
// the picture follows on a page of its own, sentence by sentence if it must.
func (p *Painter) tinySheets(c content, lang i18n.Language) (all []sheet) {
	todo := [][]string{append([]string{c.title}, c.body...)}
	for len(todo) > 0 {
		words := todo[0]
		todo = todo[1:]
		one, fits := p.tinySheet(c, words, lang)
		if !fits && len(words) > 1 {
			todo = append([][]string{words[:1], words[1:]}, todo...)
			continue
		}
		if first, rest, ok := cutSentence(words[0]); !fits && ok {
			todo = append([][]string{{first}, {rest}}, todo...)
			continue
		}
		all = append(all, one)
	}
	return all
}

// cutSentence takes the first sentence off.
func cutSentence(s string) (first, rest string, ok bool) {
	for _, end := range []string{". ", "? ", "! ", "。", "？", "！"} {
		if before, after, found := strings.Cut(s, end); found && after != "" && (!ok || len(before) < len(first)) {
			first, rest, ok = before+strings.TrimRight(end, " "), after, true
		}
	}
	return first, rest, ok
}

// least is the smallest type that a panel without shades can show.
func least(lang i18n.Language) int {
	if lang.Code() == "zh" {
		return 16
	}
	return 13
}

func (p *Painter) tinySheet(c content, words []string, lang i18n.Language) (sheet, bool) {
	s := p.setting()
	whole := image.Rectangle{Max: p.size}.Inset(s.foot.Dx() + 1)
	out := sheet{tone: c.tone, ring: -1, clock: -1}
	dots := 0
	if c.of > 0 {
		dots = p.size.Y / 6
	}
	part := content{title: words[0], body: words[1:]}
	places := []image.Rectangle{s.words, whole}
	if len(words) > 1 {
		places = places[:1]
	}
	for _, r := range places {
		for px := p.size.Y * 4 / 10; px >= least(lang); px-- {
			title := px
			if len(part.body) > 0 {
				title = px * 115 / 100
			}
			blocks, ok := p.blocks(part, r.Dx(), title, px)
			tight(blocks)
			tall := height(blocks) + dots
			if !ok || tall > r.Dy() {
				continue
			}
			if r == s.words {
				one := c
				one.ring, one.signs = -1, one.signs[:min(len(one.signs), 2)]
				out.pictures(s.art, one)
			}
			top := p.place(&out, blocks, r, r.Min.Y+(r.Dy()-tall)/2, false)
			if c.of > 0 {
				s.words = r
				out.dots(c, s, top+dots/5, dots*7/10)
			}
			return out, true
		}
	}
	part.title = strings.ReplaceAll(part.title, "\u00a0", " ") // better a number in two lines than a half
	blocks, _ := p.blocks(part, whole.Dx(), least(lang), least(lang))
	tight(blocks)
	p.place(&out, blocks, whole, whole.Min.Y, false)
	return out, false
}

// tight sets lines close together: there is no room between them.
func tight(all []block) {
	for i := range all {
		all[i].tight = true
		all[i].gap = all[i].style.px / 8
	}
}
