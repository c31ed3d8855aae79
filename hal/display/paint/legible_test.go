package paint

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
	"time"

	"golang.org/x/image/math/fixed"

	"menshen/hal/scene"
)

// distance is from where a layout is read, in millimetres, and how many minutes of arc a title and
// what stands below it have at least (doc.go).
var distance = [...]struct{ mm, title, body float64 }{
	large: {2000, 16, 10}, small: {500, 16, 10}, tiny: {500, 9.5, 9.5},
}

// TestLegible: capitals are as high as the package comment promises. The few scenes that need more
// words than there is room for are listed, with how much smaller they are at worst.
func TestLegible(t *testing.T) {
	everyPixel(t)
	fonts := noto(t)
	const least = 0.75 // of the promise
	for _, lang := range []string{"en", "zh"} {
		for _, d := range panels {
			p := New(d.size, d.ink, site(lang), fonts)
			rule := distance[p.class]
			short := 0
			for _, s := range scenes() {
				if s.Kind == scene.Notice {
					continue
				}
				worst := 9.0
				for _, page := range p.laid(s) {
					for _, one := range page {
						if one.kind != text || one.box.Overlaps(p.setting().foot) {
							continue
						}
						high := float64(capital*one.style.px) / 1000 * d.mm / float64(d.size.X)
						promise := rule.body
						if !one.soft {
							promise = rule.title
						}
						worst = math.Min(worst, math.Atan(high/rule.mm)*180*60/math.Pi/promise)
					}
				}
				if worst < 0.98 {
					short++
					t.Logf("%s %v: %q is %.2f of the promise", lang, d.size, s.Title(), worst)
				}
				if worst < least {
					t.Errorf("%s %v: %q: capitals are %.2f as high as promised", lang, d.size, s.Title(), worst)
				}
			}
			if most := len(scenes()) / 6; short > most {
				t.Errorf("%s %v: %d scenes are smaller than promised, at most %d may", lang, d.size, short, most)
			}
		}
	}
}

// TestNothingIsCut: all that is shown is on the display, and no text runs over another or over a
// picture.
func TestNothingIsCut(t *testing.T) {
	everyPixel(t)
	fonts := noto(t)
	for _, lang := range []string{"en", "zh"} {
		for _, d := range panels {
			for _, site := range []Site{site(lang), {Language: lang, Reach: true, Mirror: true, Camera: Left}} {
				p := New(d.size, d.ink, site, fonts)
				for _, s := range scenes() {
					for _, page := range p.laid(s) {
						p.checkPlaces(t, fmt.Sprintf("%s %v %q", lang, d.size, s.Title()), page)
					}
				}
			}
		}
	}
}

// checkPlaces looks at the letters' own boxes.
func (p *Painter) checkPlaces(t *testing.T, what string, page []item) {
	t.Helper()
	var taken []image.Rectangle
	for _, one := range page {
		box := one.box
		if one.kind == text {
			box = image.Rectangle{}
			pen := fixed.I(one.at.X)
			for _, r := range one.words {
				if l := p.glyphs.letter(one.style, r); l.mask != nil {
					box = box.Union(l.mask.Rect.Add(l.at).Add(image.Pt(pen.Round(), one.at.Y)))
				}
				pen += p.glyphs.advance(one.style, r)
			}
		}
		if !box.In(p.img.Rect) {
			t.Errorf("%s: %v %q is at %v", what, one.kind, one.words, box)
		}
		if one.kind != ring { // it is around a picture
			if slices.ContainsFunc(taken, box.Inset(1).Overlaps) {
				t.Errorf("%s: %v %q at %v is over something else", what, one.kind, one.words, box)
			}
			taken = append(taken, box.Inset(1))
		}
	}
}

// TestContrast: texts and pictograms have 7 to 1 against their paper, by the palettes and by the
// pixels themselves, by day and at night.
func TestContrast(t *testing.T) {
	everyPixel(t)
	for _, all := range [][tones]palette{day, night, {printed, lit}} {
		for i, p := range all {
			if p == (palette{}) {
				continue
			}
			if c := min(Contrast(p.paper, p.ink), Contrast(p.paper, p.soft)); c < LeastContrast {
				t.Errorf("palette %d: a contrast of %.1f", i, c)
			}
		}
	}
	if c := Contrast(rgb(0), rgb(0xffffff)); math.Abs(c-21) > 0.01 {
		t.Errorf("black on white has a contrast of %.2f", c)
	}
	fonts := noto(t)
	for _, d := range []panel{panels[0], panels[4]} {
		p := New(d.size, d.ink, site("en"), fonts)
		for _, dark := range []bool{false, true} {
			for _, s := range scenes() {
				p.Paint(s, Moment{Clock: "14:05", Night: dark})
				paper := p.img.RGBAAt(0, 0)
				for _, one := range p.was {
					if !p.stands(one.box.Intersect(p.img.Rect), paper) {
						t.Errorf("%v %q: %q has less contrast", d.size, s.Title(), one.words)
					}
				}
			}
		}
	}
}

// stands reports whether something in a part of the picture has the contrast.
func (p *Painter) stands(part image.Rectangle, paper color.RGBA) bool {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if c := p.img.RGBAAt(x, y); c != paper && Contrast(paper, c) >= LeastContrast {
				return true
			}
		}
	}
	return false
}

// TestCalm: in two minutes of any scene nothing changes more often than twice a second, but the
// ring, and pages stay for four seconds.
func TestCalm(t *testing.T) {
	everyPixel(t)
	fonts := noto(t)
	for _, d := range panels {
		p := New(d.size, d.ink, site("en"), fonts)
		for _, s := range scenes() {
			s.Within = min(s.Within, 10*time.Second)
			p.Paint(s, Moment{})
			var last time.Duration
			for now := 50 * time.Millisecond; now < 2*time.Minute; now += 50 * time.Millisecond {
				was := slices.Clone(p.was)
				dirty, _ := p.Paint(s, Moment{Since: now})
				if dirty.Empty() {
					continue
				}
				onlyRing := damage(was, p.was) == damage(p.was, was)
				for _, one := range p.was {
					onlyRing = onlyRing && (one.kind == ring || slices.Contains(was, one))
				}
				if !onlyRing && now-last < 3900*time.Millisecond {
					t.Fatalf("%v %q changes at %v and at %v", d.size, s.Title(), last, now)
				}
				if !onlyRing {
					last = now
				}
			}
		}
	}
}
