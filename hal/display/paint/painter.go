package paint

import (
	"image"
	"image/draw"
	"slices"
	"time"
	"unicode"

	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Side is where the camera is, as seen by whoever reads the display.
type Side uint8

// The sides.
const (
	Above Side = iota
	Below
	Left
	Right
)

// Ink is what a panel can show.
type Ink uint8

// The inks.
const (
	Colour  Ink = iota
	Printed     // black on white, which stays: e-paper
	Lit         // lit points on black
)

// Site is what a display shows of its site. All of it is public.
type Site struct {
	Language string              // a code, for scenes that name none
	Contact  string              // whom to call
	Notice   map[string][]string // paragraphs by language, the title first
	Camera   Side
	Reach    bool // on an upright display all stands in its lower part, for people who sit
	Mirror   bool // pictures right, words left
}

// Moment is what else a picture depends on.
type Moment struct {
	Since time.Duration // how long the scene has been told
	Clock string        // "14:05"; empty: the time is not known
	Night bool          // dark
}

// Painter paints scenes. It is for one goroutine.
type Painter struct {
	size   image.Point
	class  class
	ink    Ink
	site   Site
	glyphs *glyphs
	img    *image.RGBA

	scene  scene.Scene
	sheets []sheet // the pages of the scene
	was    []item  // what is on the picture
	now    []item
	colour palette // of the picture; the zero palette: nothing was painted

	papers map[palette]uniforms
	masks  map[mask]*image.Alpha
}

// mask says which pictogram of which size.
type mask struct {
	sign sign
	px   int
}

// New makes a painter of a display.
func New(size image.Point, ink Ink, site Site, fonts *Fonts) *Painter {
	p := &Painter{
		size: size, class: classOf(size), ink: ink, site: site, glyphs: newGlyphs(fonts),
		img:    image.NewRGBA(image.Rectangle{Max: size}),
		papers: map[palette]uniforms{}, masks: map[mask]*image.Alpha{},
	}
	p.site.Contact = whole(site.Contact)
	if !p.glyphs.has(style{false, 16}, site.Contact) {
		p.site.Contact = "" // no empty boxes
	}
	return p
}

// whole keeps the digits of a telephone number on one line.
func whole(s string) string {
	all := []rune(s)
	for i, r := range all {
		if r == ' ' && i > 0 && i+1 < len(all) && unicode.IsDigit(all[i-1]) && unicode.IsDigit(all[i+1]) {
			all[i] = '\u00a0'
		}
	}
	return string(all)
}

// Image is the picture; Paint changes it.
func (p *Painter) Image() *image.RGBA { return p.img }

// Paint makes the picture that of a scene. It gives the part that changed, empty when nothing did,
// and after how long the scene's picture changes by itself; 0: it does not. A change of the clock
// or of the night is the caller's.
func (p *Painter) Paint(s scene.Scene, m Moment) (dirty image.Rectangle, next time.Duration) {
	if p.sheets == nil || s != p.scene {
		p.scene = s
		p.sheets = p.lay(s)
	}
	page, next := p.pageOf(s, m.Since)
	sheet := p.sheets[page]
	p.now = append(p.now[:0], sheet.items...)
	if sheet.clock >= 0 {
		p.now[sheet.clock].words = m.Clock
	}
	if sheet.ring >= 0 {
		left := max(0, s.Within-m.Since)
		p.now[sheet.ring].full = int((1000*left + s.Within - 1) / s.Within)
		if left > 0 && (next == 0 || next > ringEvery) {
			next = ringEvery
		}
	}
	colour := p.palette(sheet.tone, m.Night)
	if colour != p.colour {
		dirty = p.img.Rect
	} else {
		dirty = damage(p.was, p.now).Union(damage(p.now, p.was)).Intersect(p.img.Rect)
	}
	if !dirty.Empty() {
		p.repaint(dirty, colour)
	}
	p.was, p.now, p.colour = p.now, p.was, colour
	return dirty, next
}

// ringEvery is how often a countdown moves.
const ringEvery = 250 * time.Millisecond

// turnEvery is how long a page of a tiny display stays.
const turnEvery = 4 * time.Second

// lay lays out the pages of a scene.
func (p *Painter) lay(s scene.Scene) (all []sheet) {
	lang := p.language(s)
	if s.Kind == scene.Notice && p.glyphs.fonts.Missing == nil {
		all = p.noticeSheets(lang)
	}
	c := p.of(s, lang)
	if c.countdown && p.ink == Printed { // each step would flicker
		c.ring, c.countdown = -1, false
	}
	switch {
	case len(all) > 0:
	case p.class == tiny:
		all = p.tinySheets(c, lang)
	default:
		all = []sheet{p.layout(c)}
	}
	return all
}

// language is that of a scene. Where the fonts have no Chinese, it is English.
func (p *Painter) language(s scene.Scene) i18n.Language {
	code := s.Lang
	if code == "" {
		code = p.site.Language
	}
	if p.glyphs.fonts.Missing != nil {
		return i18n.English
	}
	return catalogue.In(code)
}

func (p *Painter) palette(t tone, dark bool) palette {
	switch {
	case p.ink == Printed:
		return printed
	case p.ink == Lit:
		return lit
	case dark:
		return night[t]
	}
	return day[t]
}

// damage is where things of a are that b has not.
func damage(a, b []item) (r image.Rectangle) {
	for _, one := range a {
		if !slices.Contains(b, one) {
			r = r.Union(one.box)
		}
	}
	return r
}

// repaint paints a part of the picture again.
func (p *Painter) repaint(part image.Rectangle, colour palette) {
	inks, ok := p.papers[colour]
	if !ok {
		inks = colour.uniforms()
		p.papers[colour] = inks
	}
	onto := p.img.SubImage(part).(*image.RGBA)
	draw.Draw(onto, part, inks.paper, image.Point{}, draw.Src)
	for _, one := range p.now {
		if !one.box.Overlaps(part) {
			continue
		}
		ink := inks.ink
		if one.soft {
			ink = inks.soft
		}
		switch one.kind {
		case text:
			p.glyphs.write(onto, one.at, one.style, ink, one.words)
		case picture:
			m := p.mask(one.sign, one.box.Dx())
			draw.DrawMask(onto, one.box, ink, image.Point{}, m, image.Point{}, draw.Over)
		case ring:
			annulus(onto, one.box, ink.RGBA64At(0, 0), one.full)
		case dot:
			annulus(onto, one.box, ink.RGBA64At(0, 0), 1000)
			if one.full > 0 {
				annulus(onto, one.box.Inset(one.box.Dx()/5), ink.RGBA64At(0, 0), solid)
			}
		}
	}
	if p.ink != Colour {
		bilevel(onto, colour)
	}
}

func (p *Painter) mask(s sign, px int) *image.Alpha {
	key := mask{s, px}
	m := p.masks[key]
	if m == nil {
		if len(p.masks) >= mostMasks {
			clear(p.masks)
		}
		m = pictogram(px, drawings[s])
		p.masks[key] = m
	}
	return m
}

// mostMasks are kept: 64 large ones of a full-HD display are 20 MB.
const mostMasks = 64
