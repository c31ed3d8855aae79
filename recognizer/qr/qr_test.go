package qr

import (
	"errors"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	const fine = 32 // samples a module
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
			got, err := new(Reader).Read(draw(t, text, l, square, 480, 480), 480, 480)
			if err != nil || got != text {
				t.Fatalf("level %d, %d bytes: %q, %v", l, n, got, err)
			}
		}
	}
	if len(seen) != maxVersion {
		t.Errorf("only versions %v were tried", seen)
	}
}

// TestReads: digits, capitals or bytes; turned by any angle, tilted and damaged.
func TestReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`[0-9]{1,40}`),
			rapid.StringMatching(`[A-Z0-9 $%*+./:-]{1,40}`),
			rapid.StringMatching(`[ -~]{1,40}`),
		).Draw(t, "text")
		angle := rapid.Float64Range(0, 2*math.Pi).Draw(t, "angle")
		corners := turned(angle, 280)
		tilt := 15.0
		if len(text) < 28 { // may be version 1, which has no alignment pattern by which a tilt could be seen
			tilt = 3
		}
		for i := range corners {
			corners[i].X += rapid.Float64Range(-tilt, tilt).Draw(t, "dx")
			corners[i].Y += rapid.Float64Range(-tilt, tilt).Draw(t, "dy")
		}
		grey := draw(t, text, encoder.Q, corners, 480, 480)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "noise"), 1))
		for i := range grey {
			grey[i] = byte(int(grey[i]) + rng.IntN(40) - 20)
		}
		for y := 260; y < 275; y++ { // a thumb in the middle
			for x := 240; x < 255; x++ {
				grey[y*480+x] = 120
			}
		}
		if got, err := new(Reader).Read(grey, 480, 480); err != nil || got != text {
			t.Fatalf("read %q (%v), want %q", got, err, text)
		}
	})
}

// TestAnothersCode: a code that another program drew, in gocv's pictures.
func TestAnothersCode(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "gocv.io/x/gocv").Output()
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	f, err := os.Open(filepath.Join(strings.TrimSpace(string(dir)), "images", "qrcode.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	size := img.Bounds().Size()
	grey := make([]byte, 0, size.X*size.Y)
	for y := range size.Y {
		for x := range size.X {
			_, g, _, _ := img.At(x, y).RGBA()
			grey = append(grey, byte(g>>8))
		}
	}
	if got, err := new(Reader).Read(grey, size.X, size.Y); err != nil || got != "Hello World!" {
		t.Errorf("read %q, %v", got, err)
	}
}

// turned is a square of that side in the middle of a picture of 480×480, turned by an angle.
func turned(angle, side float64) (corners [4]Point) {
	for i := range corners {
		sin, cos := math.Sincos(angle + float64(i)*math.Pi/2 + math.Pi/4)
		corners[i] = Point{240 - side/math.Sqrt2*cos, 240 - side/math.Sqrt2*sin}
	}
	return corners
}

// TestRepair: wrong words are repaired up to half the number of correction words; more are refused,
// with rare exceptions.
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
	noise, checks, bars := make([]byte, 480*480), make([]byte, 480*480), make([]byte, 480*480)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
		checks[i] = byte((i/3%160 + i/480/3) % 2 * 200)
		bars[i] = []byte{0, 200, 0, 0, 0, 200, 0, 200}[i/6%80%8]
	}
	var r Reader
	for name, grey := range map[string][]byte{
		"black": make([]byte, 480*480), "noise": noise, "checks": checks, "bars": bars,
	} {
		if got, err := r.Read(grey, 480, 480); !errors.Is(err, ErrNoCode) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := r.Read(noise, 10, 10); !errors.Is(err, ErrNoCode) {
		t.Errorf("size and pixels do not fit: %v", err)
	}
	for _, corners := range [][4]Point{
		{}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}}, {{1e300, 0}, {0, 1e300}, {-1e300, 0}, {0, 5}},
	} {
		if got, err := readAt(noise, 480, 480, corners, 3); !errors.Is(err, ErrNoCode) {
			t.Errorf("%v: %q, %v", corners, got, err)
		}
	}
}

// TestRStrangerWiped: a reader keeps nothing of a picture after Wipe.
func TestRStrangerWiped(t *testing.T) {
	var r Reader
	if _, err := r.Read(draw(t, "pass", encoder.M, square, 480, 480), 480, 480); err != nil {
		t.Fatal(err)
	}
	r.Wipe()
	sums := slices.ContainsFunc(r.sums[:cap(r.sums)], func(v uint32) bool { return v != 0 })
	if sums || slices.Contains(r.dark[:cap(r.dark)], true) {
		t.Error("the picture can still be seen in the reader's memory")
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
		grey := draw(t, "pass", encoder.M, corners, 480, 480)
		for i, b := range noise {
			grey[(i*997+int(b)*131)%len(grey)] = b
		}
		if got, err := new(Reader).Read(grey, 480, 480); err == nil && len(got) > 271 {
			t.Errorf("%d bytes", len(got))
		}
	})
}
