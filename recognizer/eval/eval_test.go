package eval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/recognizer/calibration"
	"menshen/recognizer/fusion"

	"pgregory.net/rapid"
)

const dim = 64

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// painter makes folders of empty pictures and knows what each shows: people as random
// directions with noise.
type painter struct {
	t    testing.TB
	r    *rand.Rand
	dir  string
	seen map[string]Seen
}

func newPainter(t testing.TB) *painter {
	return &painter{t, rand.New(rand.NewPCG(1, 2)), t.TempDir(), map[string]Seen{}}
}

func (p *painter) paint(s Seen, parts ...string) {
	path := filepath.Join(append([]string{p.dir}, parts...)...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.seen[path] = s
}

func (p *painter) vector(base []float32, noise float64) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(p.r.NormFloat64() * noise)
		if base != nil {
			v[i] += base[i]
		}
	}
	return v
}

// people paints n people of count pictures each.
func (p *painter) people(first, n, count int, noise float64) {
	for i := range n {
		face := p.vector(nil, 1)
		for j := range count {
			took := []Took{{"detect", time.Duration(j+1) * time.Millisecond}}
			p.paint(Seen{Embedding: p.vector(face, noise), Took: took}, fmt.Sprint("p", first+i), fmt.Sprint(j, ".jpg"))
		}
	}
}

func (p *painter) Look(path string) (Seen, error) {
	s, ok := p.seen[path]
	if !ok {
		return Seen{}, fmt.Errorf("not painted")
	}
	return s, nil
}

func measure(t *testing.T, p *painter) *Faces {
	t.Helper()
	shipped, err := calibration.Default()
	if err != nil {
		t.Fatal(err)
	}
	f, err := MeasureFaces(context.Background(), p.dir, p, shipped, day, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestMeasureFaces(t *testing.T) {
	p := newPainter(t)
	p.people(0, 60, 4, .6)  // enrolled
	p.people(60, 40, 1, .6) // strangers
	p.paint(Seen{Reason: "too dark"}, "p3", "dark.png")
	p.paint(Seen{}, "p4", "blank.png")
	p.paint(Seen{Embedding: make([]float32, dim)}, "p4", "nothing.png")
	p.paint(Seen{}, "p4", "notes.txt")
	p.paint(Seen{}, ".hidden", "x.png")
	f := measure(t, p)

	if f.People != 100 || f.Pictures != 283 || f.Usable != 280 || len(f.Failures) != 3 {
		t.Errorf("%d people, %d pictures, %d usable, failures %v", f.People, f.Pictures, f.Usable, f.Failures)
	}
	if f.Failures[0] != (Failure{filepath.Join("p3", "dark.png"), "too dark"}) {
		t.Errorf("first failure: %+v", f.Failures[0])
	}
	v := f.Verification
	if genuine := 60 * 6; v.Genuine != genuine || v.Impostor != 280*279/2-genuine {
		t.Errorf("%d genuine, %d impostor pairs", v.Genuine, v.Impostor)
	}
	for _, pt := range v.Points {
		fmr := pt.FMR
		if !within(fmr.Value, pt.Wanted*.9, pt.Wanted) || !within(fmr.Value, fmr.Low, fmr.High) || pt.TAR.Value < .8 {
			t.Errorf("%+v", pt)
		}
	}
	if len(v.Points) != 2 { // of 38,700 pairs 1e-3 has 38 errors, 1e-4 would have 3
		t.Errorf("%d points", len(v.Points))
	}
	id := f.Identification
	if id.Enrolled != 60 || id.Pictures != 180 || id.Mated != 60 || id.NonMated != 100 {
		t.Errorf("%d enrolled with %d pictures, %d and %d probes", id.Enrolled, id.Pictures, id.Mated, id.NonMated)
	}
	if id.FirstRank.Value < .95 {
		t.Errorf("first rank %v", id.FirstRank)
	}
	for i := 1; i < len(id.Curve); i++ {
		if id.Curve[i].FPIR.Value > id.Curve[i-1].FPIR.Value || id.Curve[i].FNIR.Value < id.Curve[i-1].FNIR.Value {
			t.Errorf("errors do not trade off between %+v and %+v", id.Curve[i-1], id.Curve[i])
		}
	}
	if len(f.Stages) != 1 || f.Stages[0].Median != 2*time.Millisecond || f.Stages[0].Slow != 4*time.Millisecond {
		t.Errorf("stages %+v", f.Stages)
	}
}

// The rates are those of the definition, on a set so small that they can be counted by hand.
func TestRatesByHand(t *testing.T) {
	x, y, z := []float32{1, 0, 0}, []float32{0, 1, 0}, []float32{0, 0, 1}
	xy := unit([]float32{1, 1, 0})
	samples := []sample{{0, x}, {0, x}, {1, y}, {1, xy}, {2, z}}
	v := verify(samples, make([]int, 3), nil)
	if v.Genuine != 2 || v.Impostor != 8 {
		t.Fatalf("%d genuine, %d impostor pairs", v.Genuine, v.Impostor)
	}
	// Impostors: two of .707 (xy with each x), the rest 0. Genuine: 1 and .707.
	reach := v.impostor.reach()
	if reach[int(toStep(.7))+top] != .25 || reach[int(toStep(.71))+top] != 0 || reach[0] != 1 {
		t.Error("the impostors' shares are wrong")
	}
	id := identify(samples, 3, Enrol, nil)
	if id.Enrolled != 2 || id.Mated != 2 || id.NonMated != 3 {
		t.Fatalf("%d enrolled, %d and %d probes", id.Enrolled, id.Mated, id.NonMated)
	}
	// Person 0's second x scores 1 with x. Person 1's xy scores .707 with y and .707 with x: // for
	// another person as much.
	p := id.at(.6)
	if p.FNIR.Value != .5 || math.Abs(p.FPIR.Value-1./3) > 1e-9 { // strangers: x→0, xy→.707, z→0
		t.Errorf("at .6: %+v", p)
	}
}

func TestThresholdIsReachedByNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := new(counts)
		scores := rapid.SliceOfN(rapid.Float64Range(-1, 1), 1, 30).Draw(t, "scores")
		for _, s := range scores {
			c.add(toStep(s))
		}
		most := rapid.IntRange(0, 30).Draw(t, "most")
		at := func(limit int) (n int) {
			for _, s := range scores {
				if int(toStep(s)) >= limit {
					n++
				}
			}
			return n
		}
		limit := int(c.threshold(most))
		if at(limit) > most || limit > -top && at(limit-1) <= most {
			t.Fatalf("threshold %d: %d reach it, %d the one below; at most %d wanted",
				limit, at(limit), at(limit-1), most)
		}
	})
}

// The interval holds the true rate about as often as it says, although trials of one
// person hang together.
func TestIntervalCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	covered, rounds := 0, 200
	for range rounds {
		all := make(tallies, 80)
		for i := range all {
			// Half of the people fail with 2%, half with 18%: 10% in the mean.
			p := []float64{.02, .18}[r.IntN(2)]
			for range 10 {
				all.add(i, r.Float64() < p)
			}
		}
		if rate := all.rate(); rate.Low <= .1 && .1 <= rate.High {
			covered++
		}
	}
	if share := float64(covered) / float64(rounds); share < .9 {
		t.Errorf("the 95%% interval holds the truth in %.0f%%", 100*share)
	}
}

func TestIntervalAtTheEnds(t *testing.T) {
	none, all := make(tallies, 50), make(tallies, 50)
	for i := range none {
		none.add(i, false)
		all.add(i, true)
	}
	if r := none.rate(); r.Value != 0 || r.Low != 0 || !within(r.High, .05, .08) {
		t.Errorf("no errors of 50: %v", r)
	}
	if r := all.rate(); r.Value != 1 || r.High != 1 || !within(r.Low, .92, .95) {
		t.Errorf("all errors of 50: %v", r)
	}
	if r := make(tallies, 3).rate(); r.String() != "—" {
		t.Errorf("no trials: %v", r)
	}
}

func within(v, low, high float64) bool { return v >= low && v <= high }

// The calibration measured here promises what is found on other people of the same kind.
func TestCalibrationHoldsForOthers(t *testing.T) {
	p := newPainter(t)
	p.people(0, 150, 4, .5)
	f := measure(t, p)
	c, err := f.Calibration(calibration.Model{Name: "painter", SHA256: "00"}, "painted", .05)
	if err != nil {
		t.Fatal(err)
	}
	if c.Limits.Guard < walkUp {
		t.Errorf("guard %v leaves the frames of a walk-up out of account", c.Limits.Guard)
	}
	var file bytes.Buffer
	if err := c.Write(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := calibration.Read(&file); err != nil {
		t.Fatalf("%v in\n%s", err, file.String())
	}
	others := newPainter(t)
	others.r = rand.New(rand.NewPCG(99, 100))
	others.people(0, 100, 4, .5)
	m := measure(t, others)
	for _, promise := range m.Identification.promises(c, m.With1, m.With5, []int{33, 100}, 10, 100) {
		if !promise.Kept() || promise.FPIR.Trials != m.Identification.NonMated ||
			promise.FPIR.Errors > promise.FPIR.Trials {
			t.Errorf("promised one in %.0f, found %v", promise.Operating.OneIn, promise.FPIR)
		}
	}
}

// One person in two folders is told, and decides no rate.
func TestOnePersonInTwoFolders(t *testing.T) {
	p := newPainter(t)
	p.people(0, 60, 4, .6)
	clean := measure(t, p)
	same := p.vector(nil, 1)
	p.paint(Seen{Embedding: same}, "twice", "1.jpg")
	p.paint(Seen{Embedding: p.vector(same, .1)}, "again", "1.jpg")
	f := measure(t, p)
	if len(f.Perhaps) != 1 || f.Perhaps[0].A != "again" || f.Perhaps[0].B != "twice" || f.Perhaps[0].Score < .9 {
		t.Fatalf("perhaps one person: %+v", f.Perhaps)
	}
	if clean.Labelled != nil || f.Labelled.Impostor != f.Verification.Impostor+1 {
		t.Errorf("%d pairs as the folders say, %d without", f.Labelled.Impostor, f.Verification.Impostor)
	}
	reach := f.Verification.impostor.reach()
	if reach[int(toStep(.9))+top] != 0 || f.Labelled.impostor.reach()[int(toStep(.9))+top] == 0 {
		t.Error("the pair is not left out")
	}
}

// Pictures that could not be used count as missed in the rate that says so.
func TestLostPicturesAreMissed(t *testing.T) {
	p := newPainter(t)
	p.people(0, 60, 3, .3)
	p.paint(Seen{Reason: "too dark"}, "p0", "dark1.png") // 3 pairs with the others
	p.paint(Seen{Reason: "too dark"}, "p0", "dark2.png") // 3, and one with the first
	f := measure(t, p)
	if f.FTA.Errors != 2 || f.FTA.Trials != 182 {
		t.Errorf("failures to acquire: %+v", f.FTA)
	}
	for _, v := range f.Verification.Points {
		if v.WithFTA.Trials != v.TAR.Trials+7 || v.WithFTA.Errors != v.TAR.Errors {
			t.Errorf("%+v with lost pictures %+v", v.TAR, v.WithFTA)
		}
	}
}

func TestTooFewPictures(t *testing.T) {
	p := newPainter(t)
	p.people(0, 1, 4, .5)
	p.people(1, 5, 1, .5)
	if _, err := MeasureFaces(context.Background(), p.dir, p, nil, day, nil); !errors.Is(err, ErrPictures) {
		t.Errorf("one person with several pictures: %v", err)
	}
	if _, err := MeasureFaces(context.Background(), t.TempDir(), p, nil, day, nil); !errors.Is(err, ErrPictures) {
		t.Errorf("an empty folder: %v", err)
	}
	absent := filepath.Join(p.dir, "absent")
	if _, err := MeasureFaces(context.Background(), absent, p, nil, day, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestProgressAndStopping(t *testing.T) {
	p := newPainter(t)
	p.people(0, 5, 2, .5)
	ctx, stop := context.WithCancel(context.Background())
	var last int
	_, err := MeasureFaces(ctx, p.dir, p, nil, day, func(done, total int) {
		if total != 10 || done != last+1 {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		if last = done; done == 4 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || last != 4 {
		t.Errorf("stopped after %d: %v", last, err)
	}
}

func TestMeasureAttacks(t *testing.T) {
	p := newPainter(t)
	face := make([]float32, dim)
	at := func(live float64) Seen { return Seen{Embedding: face, Live: live} }
	for i := range 20 {
		p.paint(at(.98), BonaFide, fmt.Sprint(i, ".jpg"))
		p.paint(at(.03), "print", fmt.Sprint(i, ".jpg"))
		// A replay whose frames pass now and then, but not together.
		for j := range 5 {
			p.paint(at([]float64{.1, .9, .1, .1, .1}[j]), "phone", fmt.Sprint("clip", i), fmt.Sprint(j, ".png"))
		}
		// Two in doubt: eyes that close and open, and a head that turns left.
		for j := range 12 {
			eyes, turned := at(.8), at(.8)
			eyes.Signs.EyesOpen = []float64{.9, .9, .9, .1, .1, .1}[j%6]
			turned.Signs.Yaw = []float64{0, 0, 0, 0, 30, 30}[j%6]
			p.paint(eyes, "blinking", fmt.Sprint("clip", i), fmt.Sprintf("%02d.png", j))
			p.paint(turned, "turning", fmt.Sprint("clip", i), fmt.Sprintf("%02d.png", j))
		}
	}
	p.paint(at(.02), BonaFide, "unlucky.jpg")
	p.paint(Seen{Reason: "no face"}, BonaFide, "dark.jpg")
	p.paint(at(.99), "mask", "good.jpg")
	p.paint(Seen{}, "mask", "lost.jpg")

	a, err := MeasureAttacks(context.Background(), p.dir, p, .6, day, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, k := range append(a.Kinds, a.BonaFide) {
		got[k.Name] = fmt.Sprintf("%d of %d, %d silent; %d asked, then %d",
			k.Error.Errors, k.Presentations, k.NoResponse.Errors, k.Asked.Errors, k.WithAct.Errors)
	}
	want := map[string]string{
		BonaFide: "2 of 22, 1 silent; 0 asked, then 2", "print": "0 of 20, 0 silent; 0 asked, then 0",
		"phone": "0 of 20, 0 silent; 20 asked, then 0", "mask": "1 of 2, 1 silent; 0 asked, then 1",
		"blinking": "20 of 20, 0 silent; 20 asked, then 7", "turning": "20 of 20, 0 silent; 20 asked, then 7",
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s, want %s", name, got[name], want[name])
		}
	}
	if a.Worst().Name != "blinking" || len(a.Failures) != 2 {
		t.Errorf("worst %s, failures %v", a.Worst().Name, a.Failures)
	}
	phone := filepath.Join(p.dir, "phone")
	if _, err := MeasureAttacks(context.Background(), phone, p, .6, day, nil); !errors.Is(err, ErrPictures) {
		t.Errorf("no kinds: %v", err)
	}
}

func TestReport(t *testing.T) {
	p := newPainter(t)
	p.people(0, 60, 4, .6)
	p.paint(Seen{Reason: `<script>alert("x")</script>`}, "p0", "bad&.jpg")
	f := measure(t, p)
	a := &Attacks{
		LiveMin: .6, When: day,
		BonaFide: Kind{Name: BonaFide, Presentations: 3}, Kinds: []Kind{{Name: "print", Presentations: 2}},
	}
	var page bytes.Buffer
	if err := (Report{Faces: f, Attacks: a, Model: "painter"}).WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, want := range []string{
		"60 people", "1 March 2026", "<svg", "APCER", "no conformance with it is claimed", "bad&amp;.jpg",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	for _, never := range []string{"<script", "http://", "https://", "NaN", "Inf", "%!"} {
		if strings.Contains(text, never) {
			t.Errorf("the report holds %q", never)
		}
	}
	if n := strings.Count(text, "<svg"); n != 4 {
		t.Errorf("%d charts", n)
	}
}

// TestAttacksWithInfrared: presentations with pairs are decided with them too, and the others are
// not counted there.
func TestAttacksWithInfrared(t *testing.T) {
	p := newPainter(t)
	seen := func(live float64, i fusion.Infrared) Seen {
		return Seen{Embedding: make([]float32, dim), Live: live, Signs: fusion.Signs{Infrared: i}}
	}
	head := fusion.Infrared{Pair: true, Face: .9, Lit: 120, Dark: 10, Changed: .5}
	display := fusion.Infrared{Pair: true, Lit: 9, Dark: 8, Changed: .3}
	for i := range 10 {
		p.paint(seen(.95, head), BonaFide, fmt.Sprint(i, ".jpg"))
		p.paint(seen(.98, display), "phone", fmt.Sprint(i, ".jpg"))
		p.paint(seen(.98, head), "toner on paper", fmt.Sprint(i, ".jpg"))
		p.paint(seen(.98, fusion.Infrared{}), "print", fmt.Sprint(i, ".jpg"))
	}
	a, err := MeasureAttacks(context.Background(), p.dir, p, .6, day, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range append(a.Kinds, a.BonaFide) {
		got := fmt.Sprintf("%d, %d of %d", k.WithAct.Errors, k.Infrared.Errors, k.Paired)
		want := map[string]string{BonaFide: "0, 0 of 10", "phone": "10, 0 of 10", "toner on paper": "10, 10 of 10",
			"print": "10, 0 of 0"}[k.Name]
		if got != want {
			t.Errorf("%s: %s, want %s", k.Name, got, want)
		}
	}
	if a.Paired() != 30 {
		t.Errorf("%d presentations with infrared", a.Paired())
	}
}

// TestTemplatesOnCards: not packed they are those of the search; the more bits, the nearer the
// errors are to that; and as many of the others are taken where that is asked for.
func TestTemplatesOnCards(t *testing.T) {
	p := newPainter(t)
	p.people(0, 60, 4, .8)
	p.people(60, 40, 1, .8)
	f := measure(t, p)
	if len(f.OnCards) != 5 {
		t.Fatalf("%d sizes", len(f.OnCards))
	}
	whole := f.OnCards[0]
	for _, at := range whole.At {
		missed := 0
		for _, m := range f.Identification.mated {
			if m.full && m.own < at.Threshold {
				missed++
			}
		}
		if at.FNMR.Errors != missed {
			t.Errorf("at %v: %d missed, %d in the search", at.Threshold, at.FNMR.Errors, missed)
		}
	}
	for bits, c := range f.OnCards {
		if bits > 0 && c.Bytes != dim*bits/8 {
			t.Errorf("%d bits: %d bytes", bits, c.Bytes)
		}
		for i, at := range c.All() {
			limit := []float64{1, 1, 1, 1e-4, 1e-5}[i]
			if at.FMR.Value > limit || at.FMR.Trials == 0 || at.FNMR.Trials == 0 {
				t.Errorf("%d bits at %v: %+v", bits, at.Threshold, at)
			}
		}
	}
	far := func(bits int) float64 {
		return math.Abs(float64(f.OnCards[bits].At[2].FNMR.Errors - whole.At[2].FNMR.Errors))
	}
	if far(4) > far(1) {
		t.Errorf("four bits are farther from the whole than one: %v, %v", far(4), far(1))
	}
}
