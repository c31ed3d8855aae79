package paint

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/image/draw"

	"menshen/hal/scene"
)

var all = flag.Bool("all", false, "have every scene read, and not a few: 'make display-read'")

// TestReadAcrossTheRoom: a program reads each scene as an eye of 20/40 (6/12) gets it: at two
// metres from a panel of 7 inches, with one point for each minute of arc, half of what such an eye
// tells apart. It reads the words and not the pictograms, which it would take for letters.
func TestReadAcrossTheRoom(t *testing.T) {
	if testing.Short() {
		t.Skip("runs another program")
	}
	fonts := noto(t)
	if _, err := exec.LookPath("tesseract"); err != nil {
		t.Skip("tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-chi-sim")
	}
	few := []scene.Scene{
		{Ways: scene.ByCard | scene.ByCode | scene.ByFace}, {Kind: scene.Opened},
		{Kind: scene.Refused, Next: scene.TapCard}, {Kind: scene.Fire},
	}
	if *all {
		few = scenes()
	}
	const metres = 2.0
	panel := panels[0]
	for _, one := range []struct{ lang, model string }{{"en", "eng"}, {"zh", "chi_sim"}} {
		p := New(panel.size, panel.ink, site(one.lang), fonts)
		wrong, letters, perfect := 0, 0, 0
		for _, s := range few {
			if s.Kind == scene.Notice {
				continue // it is read close by
			}
			p.Paint(s, Moment{})
			img, want := p.words()
			minutes := math.Atan(panel.mm/1000/metres) * 180 * 60 / math.Pi
			got := read(t, one.model, seen(img, minutes/float64(panel.size.X)))
			errors := edits(plain(got), plain(want))
			if wrong, letters = wrong+errors, letters+len(plain(want)); errors == 0 {
				perfect++
			} else {
				t.Logf("%s: %q is read as %q", one.lang, want, strings.Join(strings.Fields(got), " "))
			}
		}
		t.Logf("%s: %d of %d letters are misread; %d of %d scenes are read without an error", one.lang, wrong, letters,
			perfect, len(few))
		if share := float64(wrong) / float64(letters); share > 0.03 {
			t.Errorf("%s: %.1f per cent of the letters are misread", one.lang, 100*share)
		}
	}
}

// words gives the part of the picture that has the words, and them.
func (p *Painter) words() (image.Image, string) {
	var r image.Rectangle
	var words []string
	for _, one := range p.was {
		if one.kind == text && !one.box.Overlaps(p.setting().foot) {
			r = r.Union(one.box)
			words = append(words, one.words)
		}
	}
	return p.img.SubImage(r.Inset(-20).Intersect(p.img.Rect)), strings.Join(words, " ")
}

// seen makes a picture as small as it is to the eye, and then large again for the program, which
// adds nothing.
func seen(img image.Image, scale float64) image.Image {
	b := img.Bounds()
	less := image.NewRGBA(image.Rect(0, 0, int(float64(b.Dx())*scale+0.5), int(float64(b.Dy())*scale+0.5)))
	draw.CatmullRom.Scale(less, less.Rect, img, b, draw.Src, nil)
	more := image.NewRGBA(image.Rect(0, 0, less.Rect.Dx()*2, less.Rect.Dy()*2))
	draw.CatmullRom.Scale(more, more.Rect, less, less.Rect, draw.Src, nil)
	if luminance(color.RGBAModel.Convert(img.At(b.Min.X, b.Min.Y)).(color.RGBA)) < 0.5 {
		for i := range more.Pix { // the program was taught black on white
			if i%4 != 3 {
				more.Pix[i] = 255 - more.Pix[i]
			}
		}
	}
	return more
}

func read(t *testing.T, model string, img image.Image) string {
	t.Helper()
	var in bytes.Buffer
	if err := png.Encode(&in, img); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("tesseract", "stdin", "stdout", "-l", model, "--psm", "6")
	c.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	c.Stdin = &in
	out, err := c.Output()
	if err != nil {
		t.Fatalf("tesseract -l %s: %v", model, err)
	}
	return string(out)
}

// plain leaves letters and digits.
func plain(s string) (out []rune) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

// edits is how many letters must be changed, added or taken away (Levenshtein).
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
