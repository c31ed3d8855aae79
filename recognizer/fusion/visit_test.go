package fusion

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer/index"

	"pgregory.net/rapid"
)

const dim = 64

var (
	ann, bob = index.ID{1}, index.ID{2}
	start    = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
)

// people is a house of two with the directions of their faces.
type people struct {
	index *index.Index
	r     *rand.Rand
	face  map[index.ID][]float32
}

func house(t testing.TB) *people {
	x, err := index.New(dim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	p := &people{index: x, r: rand.New(rand.NewPCG(1, 2)), face: map[index.ID][]float32{}}
	for _, id := range []index.ID{ann, bob} {
		p.face[id] = p.stranger()
		if err := x.Insert(id, p.face[id]); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *people) stranger() []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(p.r.NormFloat64())
	}
	return v
}

// frame is a noisy look at a face: cosines of .8 to .9 with the true one.
func (p *people) frame(face []float32, live float64) Frame {
	v := slices.Clone(face)
	for i := range v {
		v[i] += float32(p.r.NormFloat64() * .5)
	}
	return Frame{Present: true, Embedding: v, Live: live}
}

func config() Config {
	c := Defaults()
	c.Threshold, c.Margin, c.Verify = .5, .05, .45
	return c
}

// door drives a visit at 10 frames a second.
type door struct {
	v    *Visit
	now  time.Time
	said Verdict // the last
}

func newDoor(p *people) *door { return &door{v: NewVisit(config(), p.index), now: start} }

// show adds frames until a decision is due, and gives how long that took.
func (d *door) show(most int, next func() Frame) (time.Duration, bool) {
	began := d.now
	for range most {
		d.now = d.now.Add(100 * time.Millisecond)
		if d.said = d.v.Add(next(), d.now); d.said.Due {
			return d.now.Sub(began), true
		}
	}
	return d.now.Sub(began), false
}

func opens(f policy.Face) bool {
	return f.Score >= f.Threshold && f.Score-f.RunnerUp >= f.Margin && f.Live >= f.LiveMin && f.Frames >= f.FramesMin
}

func TestAnEnrolledFaceIsCertainAtOnce(t *testing.T) {
	p := house(t)
	d := newDoor(p)
	took, ready := d.show(30, func() Frame { return p.frame(p.face[ann], .9) })
	if v := d.said; !ready || took != 300*time.Millisecond || !v.Known || v.Candidate != ann || !opens(v.Face) {
		t.Errorf("ready %v after %v: %+v", ready, took, v)
	}
}

func TestWhatDoesNotOpenWaitsForTheWindow(t *testing.T) {
	p := house(t)
	stranger := p.stranger()
	between := make([]float32, dim)
	for i := range between {
		between[i] = p.face[ann][i] + p.face[bob][i]
	}
	for name, c := range map[string]struct {
		face []float32
		live float64
		why  func(policy.Face) bool
	}{
		"stranger": {stranger, .9, func(f policy.Face) bool { return f.Score < f.Threshold }},
		"picture": {p.face[ann], .2, func(f policy.Face) bool {
			return f.Score > f.Threshold && f.Live < f.LiveMin
		}},
		"between twins": {between, .9, func(f policy.Face) bool {
			return f.Score > f.Threshold && f.Score-f.RunnerUp < .2
		}},
	} {
		d := newDoor(p)
		d.v.cfg.Margin = .2
		took, ready := d.show(60, func() Frame { return p.frame(c.face, c.live) })
		if f := d.said.Face; !ready || took < d.v.cfg.Window || opens(f) || !c.why(f) {
			t.Errorf("%s: ready %v after %v with %+v", name, ready, took, f)
		}
	}
}

// An attacker who shows a picture of an enrolled person and their own live face in turn does
// not get the sum of the two.
func TestOneFaceDoesNotVouchForAnother(t *testing.T) {
	p := house(t)
	attacker := p.stranger()
	d, i := newDoor(p), 0
	_, ready := d.show(100, func() Frame {
		if i++; i%2 == 0 {
			return p.frame(p.face[ann], .1)
		}
		return p.frame(attacker, 1)
	})
	if ready && opens(d.said.Face) {
		t.Errorf("opened for %+v", d.said.Face)
	}
}

// Nor does the liveness of the first face count for the second.
func TestLifeGoesWithItsFace(t *testing.T) {
	p := house(t)
	d, i := newDoor(p), 0
	attacker := p.stranger()
	_, ready := d.show(60, func() Frame {
		if i++; i <= 15 {
			return p.frame(attacker, .999)
		}
		return p.frame(p.face[ann], .3)
	})
	if f := d.said.Face; !ready || opens(f) || f.Live > .35 {
		t.Errorf("ready %v with %+v", ready, f)
	}
}

func TestOneDecisionAVisit(t *testing.T) {
	p := house(t)
	d := newDoor(p)
	annComes := func() Frame { return p.frame(p.face[ann], .9) }
	if _, ready := d.show(30, annComes); !ready {
		t.Fatal("no decision")
	}
	d.v.Decided(true, d.now)
	if _, again := d.show(300, annComes); again {
		t.Error("she stays in the door and is decided on again")
	}
	if _, ready := d.show(30, func() Frame { return p.frame(p.face[bob], .9) }); !ready {
		t.Error("the next in the queue gets no decision")
	}
	if d.said.Candidate != bob {
		t.Errorf("candidate %x, want the next in the queue", d.said.Candidate)
	}
	d.v.Decided(true, d.now)
	d.show(15, func() Frame { return Frame{} })
	if _, ready := d.show(30, func() Frame { return p.frame(p.face[bob], .9) }); !ready {
		t.Error("who left and came back gets no decision")
	}
}

func TestAfterARefusalOneMayTryAgain(t *testing.T) {
	p := house(t)
	stranger := p.stranger()
	comes := func() Frame { return p.frame(stranger, .9) }
	for name, between := range map[string]struct {
		frame Frame
		wait  time.Duration
	}{
		"after a pause":       {comes(), config().RetryAfter},
		"after stepping away": {Frame{}, config().GoneAfter},
	} {
		d := newDoor(p)
		d.show(60, comes)
		d.v.Decided(false, d.now)
		if _, ready := d.show(1, comes); ready {
			t.Errorf("%s: decided again at once", name)
		}
		frames := int(between.wait/(100*time.Millisecond)) + 1
		if _, ready := d.show(frames, func() Frame { return between.frame }); ready {
			t.Errorf("%s: decided during the wait", name)
		}
		if _, ready := d.show(60, comes); !ready {
			t.Errorf("%s: no second try", name)
		}
	}
}

func TestCardAndFace(t *testing.T) {
	p := house(t)
	for name, c := range map[string]struct {
		face func() Frame
		open bool
	}{
		"the owner":    {func() Frame { return p.frame(p.face[ann], .9) }, true},
		"another":      {func() Frame { return p.frame(p.face[bob], .9) }, false},
		"too dark":     {func() Frame { return Frame{Present: true, Advice: scene.TooDark} }, false},
		"nobody there": {func() Frame { return Frame{} }, false},
	} {
		d := newDoor(p)
		d.v.Against(ann, d.now)
		took, ready := d.show(60, c.face)
		v, f := d.said, d.said.Face
		if !ready || took > d.v.cfg.Window || !v.Known || v.Candidate != ann ||
			opens(f) != c.open || f.Threshold != .45 {
			t.Errorf("%s: ready %v after %v, %+v", name, ready, took, v)
		}
		if name == "too dark" && f.Quality != "too dark" {
			t.Errorf("the advice is lost: %+v", f)
		}
	}
}

// TestRStrangerPassersByCauseNothing: a person without a usable frame, or gone before the window is
// over, causes no decision, and nothing of them is kept.
func TestRStrangerPassersByCauseNothing(t *testing.T) {
	p := house(t)
	d := newDoor(p)
	if _, ready := d.show(100, func() Frame { return Frame{Present: true, Advice: scene.ComeCloser} }); ready {
		t.Error("a face too far away was decided on")
	}
	if _, advice := d.v.Prompt(d.now); advice != scene.ComeCloser {
		t.Error("no advice")
	}
	stranger := p.stranger()
	d.show(10, func() Frame { return p.frame(stranger, .9) })
	sum := d.v.face.mean.sum
	if _, ready := d.show(30, func() Frame { return Frame{} }); ready {
		t.Error("a passer-by was decided on")
	}
	left := slices.ContainsFunc(sum, func(f float32) bool { return f != 0 }) || len(d.v.face.votes) != 0
	if act, advice := d.v.Prompt(d.now); left || act != scene.NoAct || advice != scene.Fine {
		t.Error("a passer-by left something behind")
	}
}

// TestRStrangerDecidedForgets: after the decision no part of the face is in the visit's memory.
func TestRStrangerDecidedForgets(t *testing.T) {
	p := house(t)
	d := newDoor(p)
	stranger := p.stranger()
	d.show(60, func() Frame { return p.frame(stranger, .9) })
	sum, hits := d.v.face.mean.sum, d.v.face.hits
	d.v.Decided(false, d.now)
	if slices.ContainsFunc(sum, func(f float32) bool { return f != 0 }) || hits[0] != (index.Hit{}) {
		t.Error("the face is still there")
	}
	if v := d.v.Tick(d.now); v.Known || v.Due || v.Face.Score != -1 {
		t.Errorf("after the decision: %+v", v)
	}
}

// Whatever happens in whatever order, no face below the threshold is due before the window is over.
func TestOnlyCertaintyEndsEarly(t *testing.T) {
	p := house(t)
	rapid.Check(t, func(t *rapid.T) {
		p.r = rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		d := newDoor(p)
		faces := [][]float32{p.face[ann], p.face[bob], p.stranger()}
		var began time.Time
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			d.now = d.now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
			var said Verdict
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				said = d.v.Tick(d.now)
			case 1:
				said = d.v.Add(Frame{}, d.now)
			case 2:
				said = d.v.Add(Frame{Present: true, Advice: scene.HoldStill}, d.now)
			case 3:
				d.v.Against(bob, d.now)
			default:
				who := faces[rapid.IntRange(0, 2).Draw(t, "who")]
				said = d.v.Add(p.frame(who, rapid.Float64Range(0, 1).Draw(t, "live")), d.now)
			}
			began = d.v.began
			if said.Due && !opens(said.Face) && d.now.Sub(began) < d.v.cfg.Window {
				t.Fatalf("due after %v with %+v", d.now.Sub(began), said)
			}
			if said.Due {
				d.v.Decided(opens(said.Face), d.now)
			}
		}
	})
}

func TestAttempts(t *testing.T) {
	l, a, now := DefaultLimits(), Attempts{}, time.Duration(0)
	for i := 1; i < 5; i++ {
		if a = a.Failed(l, now); a.Lockout(now) > 0 {
			t.Fatalf("waits after %d failures", i)
		}
	}
	for i := 5; i < 50; i++ {
		a = a.Failed(l, now)
		if a.Lockout(now+29*time.Second) == 0 || a.Lockout(now+30*time.Second) > 0 {
			t.Fatalf("failure %d: until %v, want 30 s", i, a.Lockout(now))
		}
		now = a.Until
	}
	a = a.Failed(l, now)
	if a.Until != now+10*time.Minute {
		t.Fatalf("after 50 failures faces are locked out until %v", a.Until)
	}
	if b := a.Succeeded(); b != (Attempts{}) {
		t.Errorf("a success leaves %+v", b)
	}
	now = a.Until
	if a = a.Failed(l, now); a.Until != now+30*time.Second {
		t.Errorf("after the lockout the next failure waits until %v", a.Until)
	}
}

// The template of a visit is that of its frames, and a copy, which outlives the visit's own.
func TestVisitTemplate(t *testing.T) {
	p := house(t)
	d := newDoor(p)
	if d.v.Template() != nil {
		t.Error("a template of no frame")
	}
	d.v.Against(ann, d.now)
	for range 3 {
		d.v.Add(p.frame(p.face[ann], 1), d.now)
	}
	one := d.v.Template()
	d.v.Decided(true, d.now)
	if score, ok := p.index.Score(ann, one); !ok || score < .8 {
		t.Errorf("scores %v, %v", score, ok)
	}
	if d.v.Template() != nil {
		t.Error("a template after the decision")
	}
}

// TestCame: a face is there since its first frame, over refusals, until it goes or another comes.
// Who comes back is let in again, also where no frame said that they had gone.
func TestCame(t *testing.T) {
	p := house(t)
	v, now := NewVisit(config(), p.index), start
	show := func(who index.ID, live float64, d time.Duration) (last Verdict) {
		for end := now.Add(d); now.Before(end); now = now.Add(100 * time.Millisecond) {
			if last = v.Add(p.frame(p.face[who], live), now); last.Due {
				v.Decided(live > .5, now)
				return last
			}
		}
		return last
	}
	want := func(when string, came time.Time, refused bool) {
		t.Helper()
		if !v.Came().Equal(came) || v.Refused() != refused {
			t.Errorf("%s: there since %v, refused %v", when, v.Came().Sub(start), v.Refused())
		}
	}
	v.Add(Frame{Present: true, Advice: scene.ComeCloser}, now)
	now = now.Add(time.Second)
	show(ann, .1, 5*time.Second)
	want("refused", start, true)
	for range 45 {
		now = now.Add(100 * time.Millisecond)
		v.Add(Frame{Present: true, Advice: scene.TooDark}, now)
	}
	want("may try again", start, true)
	if last := show(ann, .95, 5*time.Second); !last.Due {
		t.Error("not let in at the second try")
	}
	want("let in", time.Time{}, false)
	now = now.Add(100 * time.Millisecond)
	bobs := now
	v.Add(p.frame(p.face[bob], .95), now)
	want("the next in the queue", bobs, false)
	show(bob, .95, time.Second)
	now = now.Add(time.Minute)
	back := now
	if last := show(bob, .95, time.Second); !last.Due {
		t.Error("who came back is not let in")
	}
	now = back.Add(time.Minute)
	v.Add(p.frame(p.face[ann], .95), now)
	want("another a minute later", now, false)
	v.Opened()
	want("the door was opened", time.Time{}, false)
}
