package paint

import (
	"fmt"
	"image"
	"time"

	"menshen/hal/scene"
	"menshen/internal/i18n"
)

// noticeSheets sets the notice in large print, in pages that fit. The first paragraph is its title.
func (p *Painter) noticeSheets(lang i18n.Language) (all []sheet) {
	paragraphs := p.site.Notice[lang.Code()]
	if len(paragraphs) == 0 {
		return nil
	}
	s := p.setting()
	px := max(ems(min(p.size.X, p.size.Y), rules[p.class].print), least(lang))
	r := image.Rectangle{Max: p.size}.Inset(min(p.size.X, p.size.Y) * 5 / 100)
	if p.class == large {
		r.Max.Y = s.foot.Min.Y - px/3
	}
	if p.site.Reach && r.Dy() > r.Dx() {
		r.Min.Y = p.size.Y * 4 / 10
	}
	foot := s.foot
	if foot.Empty() {
		foot = image.Rect(r.Min.X, r.Max.Y-px*11/10, r.Max.X, r.Max.Y)
		r.Max.Y = foot.Min.Y
	}
	var pages [][]block
	var page []block
	tall := 0
	flush := func() {
		if len(page) > 0 {
			pages = append(pages, page)
		}
		page, tall = nil, 0
	}
	for i, words := range paragraphs {
		b := block{style: style{i == 0 || p.ink != Colour, px}, soft: i > 0, gap: px / 2, tight: p.class != large}
		b.lines, _, _ = p.glyphs.lines(b.style, words, r.Dx())
		for len(b.lines) > 0 {
			gap := 0
			if len(page) > 0 {
				gap = b.gap
			}
			n := (r.Dy() - tall - gap) / b.leading()
			if n <= 0 || n == 1 && len(b.lines) > 1 && len(page) > 0 { // no line alone at the end of a page
				if len(page) == 0 {
					n = 1 // higher than the display; cut rather than never ending
				} else {
					flush()
					continue
				}
			}
			if n = min(n, len(b.lines)); len(b.lines)-n == 1 && n > 2 { // nor at the beginning of one
				n--
			}
			part := b
			part.lines = b.lines[:n]
			page = append(page, part)
			tall += gap + n*b.leading()
			if b.lines = b.lines[n:]; len(b.lines) > 0 {
				flush()
			}
		}
	}
	flush()
	for i, page := range pages {
		out := sheet{ring: -1, clock: -1}
		p.place(&out, page, r, r.Min.Y, false)
		if p.class == large {
			p.foot(&out, content{}, s)
		}
		b := block{style: style{true, foot.Dy() * 74 / 100}, tight: true}
		number := fmt.Sprintf("%d / %d", i+1, len(pages))
		x := foot.Min.X + (foot.Dx()-p.glyphs.width(b.style, number))/2
		out.items = append(out.items, p.line(b, number, image.Pt(x, foot.Min.Y+(foot.Dy()-b.leading())/2)))
		all = append(all, out)
	}
	return all
}

// pageOf gives which page is shown a time after the scene began, and when the next one is; 0: none
// comes by itself. Those of the notice are turned by whoever reads, or by the unit for them.
func (p *Painter) pageOf(s scene.Scene, since time.Duration) (page int, next time.Duration) {
	n := len(p.sheets)
	if s.Kind == scene.Notice {
		return max(s.Done, 0) % n, 0
	}
	if n == 1 {
		return 0, 0
	}
	stay := turnEvery
	if s.Unhurried {
		stay *= 2
	}
	since = max(since, 0)
	return int(since/stay) % n, stay - since%stay
}
