package paint

import "image"

// class is a size of layout.
type class uint8

const (
	large class = iota // from 400 pixels: across a room
	small              // from 160: at arm's length
	tiny               // a line or two
)

func classOf(size image.Point) class {
	switch long, short := max(size.X, size.Y), min(size.X, size.Y); {
	case short < 160:
		return tiny
	case long < 400:
		return small
	}
	return large
}

// rule is the least height of a capital letter, in thousandths of the display's short side.
type rule struct{ title, body, print int }

// rules follow from how far away they are read, and how small the smallest panel of their class
// is; doc.go has the sums.
var rules = [...]rule{large: {109, 68, 50}, small: {103, 64, 60}, tiny: {140, 140, 140}}

// capital is a capital's part of an em, in thousandths, as in Noto Sans CJK.
const capital = 733

// ems gives the size of type whose capitals have at least a height in thousandths of a length.
func ems(short, thousandths int) int { return (short*thousandths + capital - 1) / capital }

type itemKind uint8

const (
	text itemKind = iota
	picture
	ring
	dot
)

// item is one thing at its place. Items are comparable: what is equal need not be painted again.
type item struct {
	kind itemKind
	box  image.Rectangle // it paints nothing outside
	soft bool            // with the soft ink

	words string // text: from the left end of its baseline
	at    image.Point
	style style
	sign  sign // picture
	full  int  // ring: thousandths; dot: 1 when it is full
}

// sheet is a laid-out page.
type sheet struct {
	tone  tone
	items []item
	ring  int // the place of a countdown among the items; -1: there is none
	clock int // the place of the clock; -1
}

// setting is where the parts of a layout are.
type setting struct {
	art, words, foot image.Rectangle
	centred          bool
	title, body, min int // em sizes; min: the least height of the art, where it stands above the words
}

// setting divides the display for a content.
func (p *Painter) setting() setting {
	r := image.Rectangle{Max: p.size}
	short := min(p.size.X, p.size.Y)
	rule := rules[p.class]
	s := setting{title: ems(short, rule.title), body: ems(short, rule.body), centred: true}
	edge := short * 5 / 100
	if p.class == tiny {
		edge = max(1, short*2/100)
		r = r.Inset(edge)
		s.art, s.words = r, r
		s.art.Max.X = r.Min.X + r.Dy()*3/4
		s.words.Min.X = s.art.Max.X + 2*edge
		s.centred = false
		p.mirror(&s)
		return s
	}
	if p.site.Reach && r.Dy() > r.Dx() {
		r.Min.Y = r.Dy() * 4 / 10
	}
	r = r.Inset(edge)
	if p.class == large {
		s.foot = r
		s.foot.Min.Y = r.Max.Y - short*8/100
		r.Max.Y = s.foot.Min.Y - edge/2
	}
	if r.Dx()*10 > r.Dy()*13 && p.class == large {
		s.centred = false
		s.art, s.words = r, r
		s.art.Max.X = r.Min.X + min(r.Dx()*33/100, r.Dy())
		s.words.Min.X = s.art.Max.X + edge*3/2
		p.mirror(&s)
		return s
	}
	s.words = r
	s.art = r
	s.min = r.Dy() * 38 / 100
	return s
}

func (p *Painter) mirror(s *setting) {
	if !p.site.Mirror {
		return
	}
	over := func(r image.Rectangle) image.Rectangle {
		return image.Rect(p.size.X-r.Max.X, r.Min.Y, p.size.X-r.Min.X, r.Max.Y)
	}
	s.art, s.words = over(s.art), over(s.words)
}

// block is text of one size, broken into lines.
type block struct {
	style style
	soft  bool
	lines []string
	torn  int // words that a line ends inside of
	gap   int // above it
	tight bool
}

// leading is how far apart its lines are.
func (b block) leading() int {
	if b.tight {
		return b.style.px * 104 / 100
	}
	return b.style.px * 125 / 100
}

func height(all []block) (h int) {
	for i, b := range all {
		if i > 0 {
			h += b.gap
		}
		h += b.leading() * len(b.lines)
	}
	return h
}

// set gives the words of a content in the largest type in which they fit: from most per cent of the
// rule, as long as that takes no more lines and tears no more words, to half of it. ok is false
// when they fit in less than the rule only.
func (p *Painter) set(c content, width, room int, title, body, most int) (all []block, ok bool) {
	asRuled, _ := p.blocks(c, width, title, body)
	for percent := most; percent >= 50; percent -= 4 {
		var fits bool
		all, fits = p.blocks(c, width, title*percent/100, body*percent/100)
		worse := percent > 100 && count(all) > count(asRuled)
		if fits && !worse && height(all) <= room {
			return all, percent >= 100
		}
	}
	return all, false
}

// count gives the lines of blocks; a torn word is as bad as a line.
func count(all []block) (n int) {
	for _, b := range all {
		n += len(b.lines) + b.torn
	}
	return n
}

func (p *Painter) blocks(c content, width, title, body int) (all []block, ok bool) {
	ok = true
	add := func(b block, words string) {
		var fits bool
		b.lines, fits, b.torn = p.glyphs.lines(b.style, words, width)
		ok = ok && fits
		all = append(all, b)
	}
	if c.title != "" {
		add(block{style: style{true, title}}, c.title)
	}
	for i, words := range c.body {
		gap := body * 45 / 100
		if i == 0 {
			gap = title * 35 / 100
		}
		add(block{style: style{p.class == tiny, body}, soft: true, gap: gap}, words)
	}
	return all, ok
}

// layout places a content on a large or small display.
func (p *Painter) layout(c content) sheet {
	s := p.setting()
	if c.dense {
		s.body = s.body * 5 / 4
	}
	out := sheet{tone: c.tone, ring: -1, clock: -1}
	room := s.words.Dy() - s.min
	dots := 0
	if c.of > 0 {
		dots = s.body * 14 / 10
	}
	words, ok := p.set(c, s.words.Dx(), room-dots, s.title, s.body, 132)
	if !ok { // the words are worth more than the picture
		less := s.min * 2 / 3
		if dots > 0 {
			less = s.min / 2
		}
		words, _ = p.set(c, s.words.Dx(), s.words.Dy()-less-dots, s.title, s.body, 100)
	}
	tall := height(words) + dots
	top := s.words.Min.Y + (s.words.Dy()-tall)/2
	if s.centred { // the picture gets what the words leave
		gap := min(p.size.X, p.size.Y) * 4 / 100
		s.art.Max.Y = s.art.Min.Y + min(s.words.Dy()-tall-gap, s.words.Dx()*7/10)
		spare := s.words.Dy() - tall - gap - s.art.Dy()
		s.art = s.art.Add(image.Pt(0, spare/2))
		top = s.art.Max.Y + gap
	}
	out.pictures(s.art, c)
	top = p.place(&out, words, s.words, top, s.centred)
	if c.of > 0 {
		out.dots(c, s, top+dots/3, dots*2/3)
	}
	if p.class == large {
		p.foot(&out, c, s)
	}
	return out
}

// pictures puts the signs side by side, or one above the other, as they become largest.
func (out *sheet) pictures(r image.Rectangle, c content) {
	n := len(c.signs)
	columns, side := 1, 0
	for try := 1; try <= n; try++ {
		rows := (n + try - 1) / try
		if px := min((r.Dx()-(try-1)*r.Dx()/12)/try, (r.Dy()-(rows-1)*r.Dy()/14)/rows); px > side {
			columns, side = try, px
		}
	}
	rows := (n + columns - 1) / columns
	stepX, stepY := side+max(side/8, 2), side+max(side/8, 2)
	if side <= 8 {
		return
	}
	for i, sign := range c.signs {
		inRow := min(columns, n-i/columns*columns)
		at := image.Pt(r.Min.X+(r.Dx()-(inRow*stepX-(stepX-side)))/2+i%columns*stepX,
			r.Min.Y+(r.Dy()-(rows*stepY-(stepY-side)))/2+i/columns*stepY)
		box := image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}
		if c.ring >= 0 && n == 1 {
			if c.countdown {
				out.ring = len(out.items)
			}
			out.items = append(out.items, item{kind: ring, box: box, full: c.ring})
			box = box.Inset(side * 21 / 100)
		}
		out.items = append(out.items, item{kind: picture, box: box, sign: sign})
	}
}

// place puts blocks of text one below the other and gives where they end.
func (p *Painter) place(out *sheet, all []block, r image.Rectangle, top int, centred bool) int {
	for i, b := range all {
		if i > 0 {
			top += b.gap
		}
		for _, line := range b.lines {
			x := r.Min.X
			if centred {
				x += (r.Dx() - p.glyphs.width(b.style, line)) / 2
			}
			out.items = append(out.items, p.line(b, line, image.Pt(x, top)))
			top += b.leading()
		}
	}
	return top
}

// line is a line of text whose leading begins at a point.
func (p *Painter) line(b block, words string, at image.Point) item {
	baseline := at.Y + (b.leading()+p.glyphs.capHeight(b.style))/2
	box := image.Rect(at.X-b.style.px/4, at.Y-b.style.px/8, at.X+p.glyphs.width(b.style, words)+b.style.px/4,
		at.Y+b.leading()+b.style.px/8)
	return item{kind: text, box: box, soft: b.soft, words: words, at: image.Pt(at.X, baseline), style: b.style}
}

// dots are the taps of a gesture: full ones are done.
func (out *sheet) dots(c content, s setting, top, px int) {
	step := px * 15 / 10
	x := s.words.Min.X
	if s.centred {
		x += (s.words.Dx() - (c.of*step - (step - px))) / 2
	}
	for i := range c.of {
		box := image.Rect(x+i*step, top, x+i*step+px, top+px)
		full := 0
		if i < c.done {
			full = 1
		}
		out.items = append(out.items, item{kind: dot, box: box, full: full})
	}
}

// foot has whom to call and the clock.
func (p *Painter) foot(out *sheet, c content, s setting) {
	b := block{style: style{false, s.foot.Dy() * 74 / 100}, soft: true}
	room := s.foot.Dx() - p.glyphs.width(b.style, "00:00") - b.style.px
	top := s.foot.Min.Y + (s.foot.Dy()-b.leading())/2
	x := s.foot.Min.X
	if c.bell {
		side := s.foot.Dy() * 86 / 100
		box := image.Rect(x, s.foot.Max.Y-side, x+side, s.foot.Max.Y)
		out.items = append(out.items, item{kind: picture, box: box, soft: true, sign: signBell})
		x, room = x+side*13/10, room-side*13/10
	}
	if c.foot != "" {
		small := b
		for small.style.px > b.style.px/2 && p.glyphs.width(small.style, c.foot) > room {
			small.style.px--
		}
		if p.glyphs.width(small.style, c.foot) <= room {
			at := image.Pt(x, s.foot.Min.Y+(s.foot.Dy()-small.leading())/2)
			out.items = append(out.items, p.line(small, c.foot, at))
		}
	}
	out.clock = len(out.items)
	clock := p.line(b, "", image.Pt(s.foot.Max.X-p.glyphs.width(b.style, "00:00"), top))
	clock.box.Max.X = s.foot.Max.X
	out.items = append(out.items, clock)
}
