package paint

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"

	"menshen/hal/scene"
	"menshen/internal/golden"
)

// drawnWith is the font of the golden pictures; another one sets them a little otherwise.
const drawnWith = "Version 2.004"

// TestGoldenPictures: each page of each scene, in each language and layout, is as somebody looked
// at it. The pictures in testdata are made smaller: a pixel is the mean of a few.
func TestGoldenPictures(t *testing.T) {
	everyPixel(t)
	fonts := noto(t)
	var b sfnt.Buffer
	if v, err := fonts.bold.Name(&b, sfnt.NameIDVersion); err != nil || !strings.HasPrefix(v, drawnWith) {
		t.Skipf("the pictures were drawn with Noto Sans CJK of %s, this is %q: %v", drawnWith, v, err)
	}
	for _, one := range []struct {
		panel   panel
		columns int
		shrink  int
	}{
		{panels[0], 10, 4}, {panels[1], 14, 4}, {panels[4], 12, 2}, {panels[6], 10, 1}, {panels[7], 10, 2},
	} {
		for _, lang := range []string{"en", "zh"} {
			size := one.panel.size
			name := fmt.Sprintf("testdata/%s-%dx%d.png", lang, size.X, size.Y)
			t.Run(name, func(t *testing.T) {
				p := New(size, one.panel.ink, site(lang), fonts)
				var cells []*image.RGBA
				for _, s := range scenes() {
					pages := 0
					p.pages(s, func(Moment) {
						if pages++; s.Kind == scene.Notice && pages > 3 {
							return
						}
						cells = append(cells, shrunk(p.img, one.shrink))
					})
				}
				golden.Compare(t, name, sheetPNG(t, cells, one.columns))
			})
		}
	}
}

// shrunk makes one pixel of n by n.
func shrunk(img *image.RGBA, n int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, img.Rect.Dx()/n, img.Rect.Dy()/n))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			var sum [3]int
			for j := range n {
				for i := range n {
					at := img.PixOffset(x*n+i, y*n+j)
					for c := range sum {
						sum[c] += int(img.Pix[at+c])
					}
				}
			}
			out.SetRGBA(x, y, color.RGBA{byte(sum[0] / n / n), byte(sum[1] / n / n), byte(sum[2] / n / n), 255})
		}
	}
	return out
}

// sheetPNG puts pictures side by side, with few colours: eight steps between each paper and ink.
func sheetPNG(t testing.TB, cells []*image.RGBA, columns int) []byte {
	const gap = 2
	size := cells[0].Rect.Size().Add(image.Pt(gap, gap))
	rows := (len(cells) + columns - 1) / columns
	few := color.Palette{rgb(0x808080), rgb(0), rgb(0xffffff)}
	for _, p := range day {
		for i := range 9 {
			mix := func(a, b uint8) uint8 { return uint8((int(a)*(8-i) + int(b)*i) / 8) }
			few = append(few, color.RGBA{mix(p.paper.R, p.ink.R), mix(p.paper.G, p.ink.G),
				mix(p.paper.B, p.ink.B), 255})
		}
	}
	out := image.NewPaletted(image.Rect(0, 0, columns*size.X, rows*size.Y), few)
	known := map[color.RGBA]uint8{}
	for i, c := range cells {
		at := image.Pt(i%columns*size.X, i/columns*size.Y)
		for y := range c.Rect.Dy() {
			for x := range c.Rect.Dx() {
				full := c.RGBAAt(x, y)
				index, ok := known[full]
				if !ok {
					index = uint8(few.Index(full))
					known[full] = index
				}
				out.SetColorIndex(at.X+x, at.Y+y, index)
			}
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSignsDiffer: no pictogram can be taken for another one by its shape, however small.
func TestSignsDiffer(t *testing.T) {
	const px = 40
	masks := make([]*image.Alpha, signs)
	for s := noSign + 1; s < signs; s++ {
		masks[s] = pictogram(px, drawings[s])
		ink := 0
		for _, a := range masks[s].Pix {
			ink += int(a)
		}
		if part := ink / 255 * 100 / (px * px); part < 8 || part > 70 {
			t.Errorf("sign %d: %d per cent of it are ink", s, part)
		}
		for o := noSign + 1; o < s; o++ {
			differ := 0
			for i, a := range masks[s].Pix {
				if d := int(a) - int(masks[o].Pix[i]); d > 100 || d < -100 {
					differ++
				}
			}
			if differ < px*px/40 {
				t.Errorf("signs %d and %d differ in %d of %d pixels", o, s, differ, px*px)
			}
		}
	}
}
