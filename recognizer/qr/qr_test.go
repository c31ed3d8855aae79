package qr

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
	encoder "rsc.io/qr"
)

// draw makes a picture of a code, seen through the perspective of its corners.
func draw(t interface{ Fatal(...any) }, text string, l encoder.Level, corners [4]Point, w, h int) []byte {
	code, err := encoder.Encode(text, l)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := perspective(corners)
	if !ok {
		t.Fatal("corners have no perspective")
	}
	grey := make([]byte, w*h)
	for i := range grey {
		grey[i] = 200
	}
	const fine = 12 // samples a module
	for y := range code.Size * fine {
		for x := range code.Size * fine {
			px, py := project(m, (float64(x)+0.5)/float64(code.Size*fine), (float64(y)+0.5)/float64(code.Size*fine))
			if px >= 0 && py >= 0 && int(px) < w && int(py) < h && code.Black(x/fine, y/fine) {
				grey[int(py)*w+int(px)] = 40
			}
		}
	}
	return grey
}

var square = [4]Point{{40, 30}, {440, 30}, {440, 430}, {40, 430}}

func TestEveryVersionAndLevel(t *testing.T) {
	seen := map[int]bool{}
	for l := encoder.L; l <= encoder.H; l++ {
		for n := 1; n < 272; n += 5 {
			text := strings.Repeat("menshen-Pass/", 30)[:n]
			code, err := encoder.Encode(text, l)
			if err != nil {
				t.Fatal(err)
			}
			if (code.Size-17)/4 > maxVersion {
				break
			}
			seen[(code.Size-17)/4] = true
			got, err := Read(draw(t, text, l, square, 480, 480), 480, 480, square)
			if err != nil || got != text {
				t.Fatalf("level %d, %d bytes: %q, %v", l, n, got, err)
			}
		}
	}
	if len(seen) != maxVersion {
		t.Errorf("only versions %v were tried", seen)
	}
}

// TestReads: digits, capitals or bytes; turned, tilted and damaged.
func TestReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[0-9]{1,40}`), rapid.StringMatching(`[A-Z0-9 $%*+./:-]{1,40}`), rapid.StringMatching(`[ -~]{1,40}`)).Draw(t, "text")
		corners := square
		for i := range corners {
			corners[i].X += rapid.Float64Range(-30, 30).Draw(t, "dx")
			corners[i].Y += rapid.Float64Range(-25, 25).Draw(t, "dy")
		}
		turn := rapid.IntRange(0, 3).Draw(t, "turn")
		corners = [4]Point{corners[turn], corners[(turn+1)%4], corners[(turn+2)%4], corners[(turn+3)%4]}
		grey := draw(t, text, encoder.Q, corners, 480, 480)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "noise"), 1))
		for i := range grey {
			grey[i] = byte(int(grey[i]) + rng.IntN(40) - 20)
		}
		for y := 300; y < 325; y++ { // a thumb in the middle
			for x := 250; x < 275; x++ {
				grey[y*480+x] = 120
			}
		}
		if got, err := Read(grey, 480, 480, corners); err != nil || got != text {
			t.Fatalf("read %q (%v), want %q", got, err, text)
		}
	})
}

// TestRepair: up to half as many wrong words as there are correction words are repaired, more are refused or at least rarely believed.
func TestRepair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		extra := rapid.SampledFrom([]int{7, 10, 16, 22, 30}).Draw(t, "extra")
		block := make([]byte, 40+extra) // all zeros is a proper block, and the code is linear
		wrong := rapid.IntRange(0, extra/2).Draw(t, "wrong")
		for _, place := range rapid.Permutation(indices(len(block))).Draw(t, "places")[:wrong] {
			block[place] = byte(rapid.IntRange(1, 255).Draw(t, "value"))
		}
		if !repair(block, extra) {
			t.Fatalf("%d wrong of %d correction words not repaired", wrong, extra)
		}
		for _, v := range block {
			if v != 0 {
				t.Fatal("repaired to something else")
			}
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestNoCode(t *testing.T) {
	plain := make([]byte, 480*480)
	for _, corners := range [][4]Point{square, {}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}, {{1e300, 0}, {0, 1e300}, {-1e300, 0}, {0, 5}}} {
		if got, err := Read(plain, 480, 480, corners); !errors.Is(err, ErrNoCode) {
			t.Errorf("%v: %q, %v", corners, got, err)
		}
	}
	if _, err := Read(plain, 10, 10, square); !errors.Is(err, ErrNoCode) {
		t.Errorf("size and pixels do not fit: %v", err)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte{0x40, 0x20, 0x41, 0x00}, 1)
	f.Add([]byte{0x10, 0x0c, 0x7b, 0x00}, 10)
	f.Add([]byte{0x20, 0x29, 0xce, 0x42}, 3)
	f.Fuzz(func(t *testing.T, data []byte, version int) {
		if got, err := text(data, version); err == nil && len(got) > 3*len(data)+3 {
			t.Errorf("%d bytes of text from %d", len(got), len(data))
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("seed"), int8(0), int8(3))
	f.Fuzz(func(t *testing.T, noise []byte, dx, dy int8) {
		corners := square
		corners[0].X += float64(dx)
		corners[2].Y += float64(dy)
		grey := draw(t, "pass", encoder.M, square, 480, 480)
		for i, b := range noise {
			grey[(i*997+int(b)*131)%len(grey)] = b
		}
		if got, err := Read(grey, 480, 480, corners); err == nil && len(got) > 271 {
			t.Errorf("%d bytes", len(got))
		}
	})
}
