package paint

import (
	"bytes"
	"image"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/hal/scene"
	"menshen/internal/i18n/catalogue"
)

// TestDamage: whatever was shown before, the picture is as if painted afresh, and nothing outside
// of what Paint says has changed.
func TestDamage(t *testing.T) {
	everyPixel(t)
	fonts := noto(t)
	all := scenes()
	rapid.Check(t, func(r *rapid.T) {
		d := rapid.SampledFrom([]panel{panels[4], panels[5], panels[6], panels[7]}).Draw(r, "panel")
		p := New(d.size, d.ink, site("zh"), fonts)
		for range 6 {
			s := rapid.SampledFrom(all).Draw(r, "scene")
			s.Lang = rapid.SampledFrom([]string{"", "en"}).Draw(r, "language")
			m := Moment{
				Since: time.Duration(rapid.IntRange(0, 40).Draw(r, "seconds")) * time.Second,
				Clock: rapid.SampledFrom([]string{"", "9:59", "23:00"}).Draw(r, "clock"),
				Night: rapid.Bool().Draw(r, "night"),
			}
			before := bytes.Clone(p.img.Pix)
			dirty, _ := p.Paint(s, m)
			fresh := New(d.size, d.ink, site("zh"), fonts)
			fresh.Paint(s, m)
			if !bytes.Equal(p.img.Pix, fresh.img.Pix) {
				r.Fatalf("%+v at %+v is not as painted afresh", s, m)
			}
			for y := range d.size.Y {
				for x := range d.size.X {
					at := p.img.PixOffset(x, y)
					if !image.Pt(x, y).In(dirty) && !bytes.Equal(before[at:at+4], p.img.Pix[at:at+4]) {
						r.Fatalf("%v changed outside of %v", image.Pt(x, y), dirty)
					}
				}
			}
		}
	})
}

// TestNoGarbage: what stays as it is costs no memory, and what moves next to none.
func TestNoGarbage(t *testing.T) {
	p := New(panels[0].size, Colour, site("en"), noto(t))
	ready := scene.Scene{Ways: scene.ByCard | scene.ByCode}
	p.Paint(ready, Moment{Clock: "14:05"})
	p.Paint(ready, Moment{Clock: "14:05"})
	if n := testing.AllocsPerRun(100, func() { p.Paint(ready, Moment{Clock: "14:05"}) }); n > 0 {
		t.Errorf("%v allocations where nothing changes", n)
	}
	asking := scene.Scene{Kind: scene.Asking, Within: time.Minute}
	since := time.Duration(0)
	p.Paint(asking, Moment{})
	if n := testing.AllocsPerRun(100, func() {
		since += ringEvery
		p.Paint(asking, Moment{Since: since})
	}); n > 2 {
		t.Errorf("%v allocations for a ring that moves", n)
	}
}

// TestNext: the painter says when a picture changes by itself.
func TestNext(t *testing.T) {
	fonts := noto(t)
	p := New(panels[0].size, Colour, site("en"), fonts)
	at := func(s scene.Scene, since time.Duration) time.Duration {
		_, next := p.Paint(s, Moment{Since: since})
		return next
	}
	asking := scene.Scene{Kind: scene.Asking, Within: 10 * time.Second}
	if got := []time.Duration{at(scene.Scene{}, 0), at(asking, 0), at(asking, 11*time.Second)}; got[0] != 0 ||
		got[1] != ringEvery || got[2] != 0 {
		t.Errorf("changes after %v", got)
	}
	// The pages of the notice are turned, and begin again after the last.
	read := scene.Scene{Kind: scene.Notice, Done: 1}
	if at(read, time.Minute) != 0 || !strings.HasPrefix(p.was[len(p.was)-1].words, "2 / ") {
		t.Errorf("turned once, the notice is at %q", p.was[len(p.was)-1].words)
	}
	read.Done = len(p.sheets)
	if at(read, 0); !strings.HasPrefix(p.was[len(p.was)-1].words, "1 / ") {
		t.Errorf("turned after the last page, the notice is at %q", p.was[len(p.was)-1].words)
	}
	// Pages of a tiny display turn by themselves, more slowly for who needs time.
	p = New(panels[6].size, Lit, site("en"), fonts)
	broken := scene.Scene{Kind: scene.Nobody}
	if got := at(broken, time.Second); got != turnEvery-time.Second {
		t.Errorf("the next page comes after %v", got)
	}
	if broken.Unhurried = true; at(broken, time.Second) != 2*turnEvery-time.Second {
		t.Errorf("the next page comes after %v for who needs time", at(broken, time.Second))
	}
}

// TestRNoticeWhole: every word of the notice is on one of its pages, in order, at each size.
func TestRNoticeWhole(t *testing.T) {
	fonts := noto(t)
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, lang := range []string{"en", "zh"} {
		for _, d := range panels {
			site := site(lang)
			p := New(d.size, d.ink, site, fonts)
			var shown strings.Builder
			pages := p.laid(scene.Scene{Kind: scene.Notice})
			for _, page := range pages {
				for _, one := range page {
					if one.kind == text && one.words != "14:05" && !strings.Contains(one.words, " / ") {
						shown.WriteString(one.words)
					}
				}
			}
			if got, want := bare(shown.String()), bare(strings.Join(site.Notice[lang], "")); got != want {
				t.Errorf("%s %v, %d pages:\n%s\nshould be\n%s", lang, d.size, len(pages), got, want)
			}
		}
	}
}

// TestREqualPictures: where a face opens, its picture is the last and no larger than the others.
func TestREqualPictures(t *testing.T) {
	p := New(panels[0].size, Colour, site("en"), noto(t))
	for _, w := range []scene.Ways{scene.ByFace, scene.ByFace | scene.CardFirst,
		scene.ByFace | scene.ByPass | scene.ByCode} {
		p.Paint(scene.Scene{Ways: w | scene.ByCard}, Moment{})
		var signs []item
		for _, one := range p.was {
			if one.kind == picture {
				signs = append(signs, one)
			}
		}
		last := signs[len(signs)-1]
		if signs[0].sign != signCard || last.sign != signLookUp || last.box.Size() != signs[0].box.Size() {
			t.Errorf("%b: pictures %v", w, signs)
		}
	}
}

// TestCamera: the arrow's shaft runs to the side where the camera is.
func TestCamera(t *testing.T) {
	const px = 100
	shaft := map[Side]func(i int) image.Point{
		Above: func(i int) image.Point { return image.Pt(px/2, i) },
		Below: func(i int) image.Point { return image.Pt(px/2, px-1-i) },
		Left:  func(i int) image.Point { return image.Pt(i, px/2) },
		Right: func(i int) image.Point { return image.Pt(px-1-i, px/2) },
	}
	for side := range shaft {
		m := pictogram(px, drawings[New(panels[0].size, Colour, Site{Camera: side}, noto(t)).look()])
		for other, at := range shaft {
			whole := true
			for i := 8; i < 26; i++ {
				whole = whole && m.AlphaAt(at(i).X, at(i).Y).A == 255
			}
			if whole != (side == other) {
				t.Errorf("the camera is at side %d; an arrow to side %d: %v", side, other, whole)
			}
		}
	}
}

// TestWithoutFont: the program's own letters say it in English, and why.
func TestWithoutFont(t *testing.T) {
	fonts := OpenFonts(t.TempDir())
	if fonts.Missing == nil || !strings.Contains(fonts.Missing.Error(), "fonts-noto-cjk") {
		t.Fatalf("without fonts: %v", fonts.Missing)
	}
	s := site("zh")
	s.Contact = "前台"
	p := New(panels[0].size, Colour, s, fonts)
	for _, one := range scenes() {
		one.Lang = "zh"
		p.pages(one, func(Moment) {
			for _, i := range p.was {
				if i.kind == text && !p.glyphs.has(i.style, i.words) {
					t.Fatalf("%q is written without letters for it", i.words)
				}
			}
		})
	}
	p.Paint(scene.Scene{Ways: scene.ByCard, Lang: "zh"}, Moment{})
	if p.was[1].words != "Tap a card" {
		t.Errorf("says %q", p.was[1].words)
	}
}

// TestChineseWords: each of the words that stay together is in some scene.
func TestChineseWords(t *testing.T) {
	var all strings.Builder
	for _, k := range scene.Kinds() {
		for _, s := range scene.Variants(k) {
			all.WriteString(catalogue.In("zh").Say(s.Title()) + " " + catalogue.In("zh").Say(s.Line()) + " ")
		}
	}
	for _, word := range chinese {
		if !strings.Contains(all.String(), word) {
			t.Errorf("%s is in no scene", word)
		}
	}
}

// TestLines: lines have the text's own words, are no wider than they may be, and no Chinese line
// begins with a mark that ends a clause.
func TestLines(t *testing.T) {
	g := newGlyphs(noto(t))
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.StringOfN(rapid.RuneFrom([]rune("人脸请刷卡，。：（）ab cd e #5 ")), 1, 60, -1).Draw(r, "text")
		width := rapid.IntRange(60, 400).Draw(r, "width")
		lines, ok, _ := g.lines(style{true, 20}, words, width)
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(strings.Join(lines, "")) != bare(words) {
			r.Fatalf("%q became %q", words, lines)
		}
		for i, l := range lines {
			if ok && g.width(style{true, 20}, l) > width {
				r.Fatalf("%q is wider than %d", l, width)
			}
			first := string([]rune(l + " ")[:1])
			if i > 0 && strings.Contains("，。：）", first) && !strings.Contains(words, " "+first) {
				r.Fatalf("a line begins with %q", l)
			}
		}
	})
}

func BenchmarkPaint(b *testing.B) {
	for _, d := range []panel{panels[0], panels[3], panels[4], panels[6]} {
		b.Run(d.size.String(), func(b *testing.B) {
			p := New(d.size, d.ink, site("zh"), noto(b))
			all := scenes()
			for i := 0; b.Loop(); i++ {
				p.Paint(all[i%len(all)], Moment{Clock: "14:05"})
			}
		})
	}
}

func BenchmarkFirst(b *testing.B) {
	fonts := noto(b)
	for b.Loop() {
		New(panels[0].size, Colour, site("zh"), fonts).Paint(scene.Scene{Ways: scene.ByCard | scene.ByCode}, Moment{})
	}
}

func BenchmarkRing(b *testing.B) {
	p := New(panels[0].size, Colour, site("zh"), noto(b))
	for i := 0; b.Loop(); i++ {
		p.Paint(scene.Scene{Kind: scene.Asking, Within: time.Hour},
			Moment{Since: time.Duration(i) * 4 * time.Second % time.Hour})
	}
}
