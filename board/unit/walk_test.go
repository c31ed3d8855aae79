package unit_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/board/unit"
	"menshen/hal/display/paint"
	"menshen/hal/haltest"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer"
)

// walkTo is where the walk's pictures go: walk.en.png and walk.zh.png. 'make pictures' says it.
var walkTo = flag.String("walk", "", "folder for pictures of the walk; empty: none are made")

// walk is a person's first weeks at one door, as its display tells them.
type walk struct {
	*bench
	lang string
	id   policy.PersonID
	all  []scene.Scene
}

// tells keeps what the door tells now, which must be of this kind.
func (w *walk) tells(when string, want scene.Kind) scene.Scene {
	w.Helper()
	s := w.bench.tells(when, want)
	if s.Kind != scene.Ready && s.Kind != scene.Called && s.Kind != scene.Coming && s.Lang != w.lang {
		w.Errorf("%s: in %q, not in their language", when, s.Lang)
	}
	w.all = append(w.all, s)
	return s
}

// TestWalk is every flow of a tenant, in order, in each language: arrive, card, look, act, refused,
// notice, consent, enrolment, withdrawal, bell.
func TestWalk(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		w := newWalk(t, lang)
		w.getsAFace()
		w.comesHome()
		w.givesItUp()
		w.rings()
		if *walkTo != "" {
			w.paint()
		}
	}
}

func newWalk(t *testing.T, lang string) *walk {
	b := newBench(t, func(c *config.Config) {
		c.Faces.WithCard = true
		c.Readers[0].Keypad = 4
	})
	b.Inputs["bell"] = &haltest.Input{Name: "bell"}
	b.Inputs["bell"].Set(false, b.Clock.Now())
	b.Wires.Inputs["bell"] = b.Inputs["bell"]
	b.Reassemble()
	w := &walk{bench: b, lang: lang, id: b.Someone(7)}
	b.change(w.id, func(p *policy.Person) { p.Lang = lang })
	return w
}

// getsAFace is a person who asks for face entry: their card first, then notice, consent and camera.
func (w *walk) getsAFace() {
	w.tells("they arrive", scene.Ready)
	w.Tap(7)
	w.tells("the first card", scene.Opened)
	w.Later(time.Minute)
	ctx := context.Background()
	n, err := w.Desk.Notice(ctx, w.Staff, w.lang)
	if err == nil {
		err = w.Desk.ShowNotice(ctx, w.Staff, w.id)
	}
	if err != nil {
		w.Fatal(err)
	}
	w.tells("they read the notice", scene.Notice)
	yes := desk.ConsentGiven{Person: w.id, Notice: n.Hash, Lang: w.lang}
	if err := w.Desk.Consent(ctx, w.Staff, yes, func(desk.Step) {
		w.tells("they are asked", scene.Consent)
		w.Tap(7)
	}); err != nil {
		w.Fatal(err)
	}
	stood := false
	if _, err := w.Desk.Enrol(ctx, w.Staff, w.id, func(desk.Step) {
		if !stood {
			stood = true
			w.stands()
		}
	}); err != nil {
		w.Fatal(err)
	}
	w.tells("it is stored", scene.Stored)
	w.Later(time.Minute)
}

// stands lets the person be taken: pictures, a step aside, and up to the door again.
func (w *walk) stands() {
	look := func(times int, picture func() recognizer.Observation) {
		for range times {
			o := picture() // the unit overwrites it
			w.Driver.See(&o)
			w.Later(250 * time.Millisecond)
		}
	}
	near := func() recognizer.Observation { return boardtest.Look(7) }
	look(1, func() recognizer.Observation {
		return recognizer.Observation{Faces: 1, Quality: recognizer.Quality{Advice: scene.ComeCloser}}
	})
	if s := w.bench.tells("too far away", scene.Enrolling); s.Advice != scene.ComeCloser {
		w.Errorf("%+v", s)
	}
	look(3, near)
	w.tells("pictures are taken", scene.Enrolling)
	look(2, near)
	w.bench.tells("taken", scene.SteppingOut)
	look(6, func() recognizer.Observation { return recognizer.Observation{} })
	w.bench.tells("as every day", scene.WalkingUp)
	look(4, near)
}

// comesHome is a visit with card and face, by an act; and one with a card that is not theirs.
func (w *walk) comesHome() {
	w.Unit.Challenge()
	w.Tap(7)
	w.tells("their card", scene.Looking)
	for range 4 {
		o := boardtest.Look(7)
		o.At = w.Clock.Now()
		w.Driver.See(&o)
	}
	if s := w.tells("an act", scene.Acting); s.Act != w.Unit.Asks() {
		w.Errorf("asked for %v, told %v", w.Unit.Asks(), s.Act)
	}
	w.Later(time.Minute)
	w.Tap(8)
	s := w.bench.tells("an unknown card", scene.Refused)
	s.Lang = w.lang // for the picture: the site's language
	w.all = append(w.all, s)
	w.Later(time.Minute)
}

// givesItUp is the gesture at the door.
func (w *walk) givesItUp() {
	for range 5 {
		w.Tap(7)
		w.Later(2 * time.Second)
	}
	w.tells("five taps", scene.Asking)
	w.Later(3 * time.Second)
	w.Tap(7)
	w.settled()
	w.tells("their answer", scene.Erased)
	w.Later(time.Minute)
}

// rings is a visitor without anything.
func (w *walk) rings() {
	w.bench.rings()
	w.tells("the bell", scene.Called)
	if _, err := w.answer(unit.BellComing); err != nil {
		w.Fatal(err)
	}
	w.bench.tells("the answer", scene.Coming)
}

// paint draws the walk as a display of 7 inches shows it, four pictures in a row.
func (w *walk) paint() {
	const columns, gap, shrink = 4, 8, 2
	text, _, err := w.Vault.Notice(w.lang)
	if err != nil {
		w.Fatal(err)
	}
	fonts := paint.OpenFonts("")
	defer fonts.Close()
	if fonts.Missing != nil {
		w.Fatal(fonts.Missing)
	}
	size := image.Pt(800, 480)
	p := paint.New(size, paint.Colour, paint.Site{Language: w.lang, Contact: w.Config.Unit.Contact,
		Notice: map[string][]string{w.lang: notice.Paragraphs(text)}}, fonts)
	cell := size.Div(shrink).Add(image.Pt(gap, gap))
	rows := (len(w.all) + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, columns*cell.X-gap, rows*cell.Y-gap))
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	for i, s := range w.all {
		p.Paint(s, paint.Moment{Since: min(s.Within/4, 5*time.Second), Clock: fmt.Sprintf("08:%02d", i)})
		at := image.Pt(i%columns*cell.X, i/columns*cell.Y)
		for y := range size.Y / shrink {
			for x := range size.X / shrink {
				sheet.SetRGBA(at.X+x, at.Y+y, mean(p.Image(), x*shrink, y*shrink, shrink))
			}
		}
	}
	file, err := os.Create(filepath.Join(*walkTo, "walk."+w.lang+".png"))
	if err == nil {
		err = cmp.Or(png.Encode(file, sheet), file.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

// mean is the colour of a square of n by n.
func mean(img *image.RGBA, x, y, n int) color.RGBA {
	var sum [3]int
	for j := range n {
		for i := range n {
			c := img.RGBAAt(x+i, y+j)
			sum[0], sum[1], sum[2] = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B)
		}
	}
	return color.RGBA{uint8(sum[0] / n / n), uint8(sum[1] / n / n), uint8(sum[2] / n / n), 255}
}
