package paint

import (
	"image"
	"image/color"
	"math"
)

// tone is the mood of a scene, told by its colours as well; never by them alone.
type tone uint8

const (
	calm tone = iota
	good
	stop
	danger
	tones
)

// palette is what a tone is painted with.
type palette struct {
	paper color.RGBA
	ink   color.RGBA // titles and pictograms
	soft  color.RGBA // what to do, clock, contact
}

func rgb(v uint32) color.RGBA { return color.RGBA{byte(v >> 16), byte(v >> 8), byte(v), 255} }

// Light by day, dark at night. A result fills the whole picture, so that it is seen from the corner
// of an eye; a refusal is no alarm, and has another colour than one.
var (
	day = [tones]palette{
		calm:   {rgb(0xf6f4ee), rgb(0x10243a), rgb(0x34414f)},
		good:   {rgb(0x0a4d33), rgb(0xffffff), rgb(0xeaf5ef)},
		stop:   {rgb(0x5a3206), rgb(0xffffff), rgb(0xfbf1e4)},
		danger: {rgb(0x8e1010), rgb(0xffffff), rgb(0xffeeee)},
	}
	night = [tones]palette{
		calm:   {rgb(0x0e151c), rgb(0xf3efe6), rgb(0xc3cad1)},
		good:   day[good],
		stop:   day[stop],
		danger: day[danger],
	}
	// Paper and ink of panels without colours: white paper, or lit points on black.
	printed = palette{rgb(0xffffff), rgb(0), rgb(0)}
	lit     = palette{rgb(0), rgb(0xffffff), rgb(0xffffff)}
)

// LeastContrast is that of each text and pictogram against its paper (WCAG 2.2, 1.4.6 level AAA).
const LeastContrast = 7.0

// Contrast is the ratio of two colours' relative luminance as WCAG 2.2 defines it, 1 to 21.
func Contrast(a, b color.RGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// uniforms are the palettes as sources to draw with, made once.
type uniforms struct{ paper, ink, soft *image.Uniform }

func (p palette) uniforms() uniforms {
	return uniforms{image.NewUniform(p.paper), image.NewUniform(p.ink), image.NewUniform(p.soft)}
}
