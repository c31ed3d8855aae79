package paint

import (
	"image"
	"image/color"
	"image/draw"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/math/fixed"
)

// style is a weight and a size.
type style struct {
	bold bool
	px   int // an em
}

// letter is a glyph as it is drawn: a mask, and where it is from the pen's position.
type letter struct {
	mask *image.Alpha // nil of a space
	at   image.Point
}

// mostLetters are kept. All scenes of a language have about 400 different ones, the notice a
// thousand.
const mostLetters = 3000

// glyphs keeps the faces and letters in use.
type glyphs struct {
	fonts   *Fonts
	faces   map[style]font.Face
	letters map[style]map[rune]letter
	kept    int
	// How far each rune goes on at the size measured: type of all sizes is measured without
	// drawing it.
	advances [2]map[rune]fixed.Int26_6
}

func newGlyphs(f *Fonts) *glyphs {
	return &glyphs{fonts: f, faces: map[style]font.Face{}, letters: map[style]map[rune]letter{},
		advances: [2]map[rune]fixed.Int26_6{{}, {}}}
}

// noBreak is the space at which no line breaks.
const noBreak = '\u00a0'

// measured is the size of type that is measured.
const measured = 1000

func (g *glyphs) advance(s style, r rune) fixed.Int26_6 {
	weight := 0
	if s.bold {
		weight = 1
	}
	if r == noBreak {
		r = ' '
	}
	a, ok := g.advances[weight][r]
	if !ok {
		if len(g.advances[weight]) >= mostLetters {
			clear(g.advances[weight])
		}
		a, _ = g.face(style{s.bold, measured}).GlyphAdvance(r)
		g.advances[weight][r] = a
	}
	return a * fixed.Int26_6(s.px) / measured
}

func (g *glyphs) face(s style) font.Face {
	if f := g.faces[s]; f != nil {
		return f
	}
	of := g.fonts.regular
	if s.bold {
		of = g.fonts.bold
	}
	f, err := newFace(of, s.px)
	if err != nil { // a file that broke since it was opened
		f, _ = newFace(mustParse(gobold.TTF), s.px)
	}
	g.faces[s] = f
	return f
}

// letter gives a rune's glyph. One that the font has not is the font's empty box.
func (g *glyphs) letter(s style, r rune) letter {
	if l, ok := g.letters[s][r]; ok || r == noBreak {
		return l // this space is no glyph of a font's subset
	}
	if g.kept++; g.kept > mostLetters {
		g.letters, g.kept = map[style]map[rune]letter{}, 1
	}
	if g.letters[s] == nil {
		g.letters[s] = map[rune]letter{}
	}
	box, mask, from, _, ok := g.face(s).Glyph(fixed.Point26_6{}, r)
	l := letter{at: box.Min}
	if ok && !box.Empty() {
		l.mask = image.NewAlpha(image.Rectangle{Max: box.Size()})
		draw.Draw(l.mask, l.mask.Rect, mask, from, draw.Src)
	}
	g.letters[s][r] = l
	return l
}

// width is that of a line of text, in pixels.
func (g *glyphs) width(s style, text string) int {
	var x fixed.Int26_6
	for _, r := range text {
		x += g.advance(s, r)
	}
	return x.Ceil()
}

// write draws a line of text from the left end of its baseline.
func (g *glyphs) write(dst draw.Image, at image.Point, s style, c *image.Uniform, text string) {
	pen := fixed.I(at.X)
	for _, r := range text {
		if l := g.letter(s, r); l.mask != nil {
			to := l.at.Add(image.Pt(pen.Round(), at.Y))
			draw.DrawMask(dst, l.mask.Rect.Add(to), c, image.Point{}, l.mask, image.Point{}, draw.Over)
		}
		pen += g.advance(s, r)
	}
}

// has reports whether the fonts have every rune of a text.
func (g *glyphs) has(s style, text string) bool {
	for _, r := range text {
		if _, ok := g.face(s).GlyphAdvance(r); !ok || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// capHeight is the height of a capital in pixels.
func (g *glyphs) capHeight(s style) int { return g.face(s).Metrics().CapHeight.Round() }

var opaque = image.NewUniform(color.Opaque)
