package console

import (
	"image"
	"strings"
	"testing"

	"menshen/board/desk"

	"github.com/hinshun/vt10x"
	"pgregory.net/rapid"
)

// TestCanvasComesToTheScreen draws pictures with too small a budget: each frame keeps to it, and in
// the end the screen shows the last picture, whatever was lost on the way.
func TestCanvasComesToTheScreen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols, rows := rapid.IntRange(2, 60).Draw(t, "cols"), rapid.IntRange(1, 20).Draw(t, "rows")
		v := newCanvas(cols, rows, rapid.Bool().Draw(t, "blocks"))
		budget := rapid.IntRange(100, 800).Draw(t, "budget")
		screen := vt10x.New(vt10x.WithSize(cols, rows+2))
		var p *desk.Picture
		for range rapid.IntRange(1, 4).Draw(t, "pictures") {
			p = drawPicture(t)
			v.draw(p)
			show(t, v, screen, budget)
		}
		for i := 0; show(t, v, screen, budget); i++ {
			if i > cols*rows {
				t.Fatal("the screen never shows the whole picture")
			}
		}
		for y := range rows {
			for x := range cols {
				want, got := v.now[y*cols+x], screen.Cell(x, y)
				if want.char == 0 {
					want.char = ' '
				}
				if got.Char == 0 {
					got.Char = ' '
				}
				if got.Char != want.char || want.fg != 0 && got.FG != vt10x.Color(want.fg) ||
					want.bg != 0 && got.BG != vt10x.Color(want.bg) {
					t.Fatalf("at %d,%d the screen shows %q in %d on %d, want %+v", x, y, got.Char, got.FG, got.BG, want)
				}
			}
		}
	})
}

// show sends one frame to the screen and tells whether it brought anything.
func show(t *rapid.T, v *canvas, screen vt10x.Terminal, budget int) bool {
	before := append([]cell(nil), v.shown...)
	b := v.frame(budget, "x")
	if len(b) > budget {
		t.Fatalf("%d bytes for a budget of %d", len(b), budget)
	}
	if _, err := screen.Write(b); err != nil {
		t.Fatal(err)
	}
	for i := range before {
		if before[i] != v.shown[i] {
			return true
		}
	}
	return false
}

func drawPicture(t *rapid.T) *desk.Picture {
	w, h := rapid.IntRange(1, 50).Draw(t, "width"), rapid.IntRange(1, 50).Draw(t, "height")
	edge := func(label string) image.Rectangle {
		n := rapid.IntRange(-10, 60)
		return image.Rect(n.Draw(t, label), n.Draw(t, label), n.Draw(t, label), n.Draw(t, label))
	}
	p := &desk.Picture{Width: w, Height: h, Gray: rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "gray"),
		Face: edge("face"), Zone: edge("zone"), Good: rapid.Bool().Draw(t, "good")}
	return p
}

func TestCanvasIsSteadyUnderNoise(t *testing.T) {
	v := newCanvas(40, 15, false)
	p := &desk.Picture{Width: 40, Height: 30, Gray: make([]uint8, 1200)}
	for i := range p.Gray {
		p.Gray[i] = uint8(i * 250 / 1199)
	}
	v.draw(p)
	v.frame(1<<20, "")
	for i := range p.Gray { // a flicker of 3 in 255, as of a cheap camera
		p.Gray[i] += uint8(3 * (i % 2))
	}
	v.draw(p)
	if b := v.frame(1<<20, ""); strings.Count(string(b), "H") > 1 {
		t.Errorf("noise cost %d bytes: %q", len(b), b)
	}
}

func TestRStrangerCanvasForgets(t *testing.T) {
	v := newCanvas(10, 5, true)
	p := &desk.Picture{Width: 20, Height: 20, Gray: make([]uint8, 400)}
	for i := range p.Gray {
		p.Gray[i] = 200
	}
	v.draw(p)
	v.frame(1<<20, "")
	v.wipe()
	for i := range v.now {
		if v.now[i] != (cell{}) || v.shown[i] != (cell{}) || v.level[2*i] != 0 || v.level[2*i+1] != 0 {
			t.Fatalf("cell %d still holds %+v, %+v", i, v.now[i], v.shown[i])
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct{ w, h, cols, rows, x, y int }{
		{160, 120, 80, 22, 58, 22}, {160, 120, 40, 22, 40, 15}, {120, 160, 80, 22, 33, 22}, {1, 1, 1, 1, 1, 1},
		{0, 0, 80, 24, 80, 1},
	} {
		if got := fitSize(c.w, c.h, c.cols, c.rows); got != image.Pt(c.x, c.y) {
			t.Errorf("fit(%d, %d, %d, %d) = %v, want (%d,%d)", c.w, c.h, c.cols, c.rows, got, c.x, c.y)
		}
	}
}
