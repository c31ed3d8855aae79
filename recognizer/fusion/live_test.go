package fusion

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/hal/scene"
)

// head is the five points of a face in space: x to the image's right, y down, z towards the camera.
// The unit is the distance between the eyes.
var head = [5][3]float64{{-.5, 0, 0}, {.5, 0, 0}, {0, .6, .55}, {-.4, 1, 0}, {.4, 1, 0}}

// seen projects the points as from far away, with the eyes that many pixels apart, turned by yaw
// degrees, as a head or as a flat picture of one.
func seen(yaw, pixels float64, flat bool) (p [5]Position) {
	sin, cos := math.Sincos(yaw * math.Pi / 180)
	for i, q := range head {
		if flat {
			q[2] = 0
		}
		p[i] = Position{300 + pixels*(q[0]*cos+q[2]*sin), 200 + pixels*q[1]}
	}
	return p
}

// Turned heads are told from turned sheets at any size and place, with landmarks that are wrong by
// a pixel. A face that does not move says nothing.
func TestMotionTellsHeadFromSheet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		pixels := rapid.Float64Range(50, 150).Draw(t, "pixels")
		watch := func(turn float64, flat bool) movement {
			var m motion
			for i := range 12 {
				p := seen(turn*float64(i)/11, pixels*(1+.02*float64(i)), flat)
				for j := range p {
					p[j].X += r.Float64() - .5
					p[j].Y += r.Float64() - .5
				}
				m.add(p)
			}
			return m.verdict()
		}
		if got := watch(25, false); got != movedLikeAHead {
			t.Fatalf("a head turned by 25° moved like %d", got)
		}
		if got := watch(40, true); got != movedLikeASheet {
			t.Fatalf("a sheet turned by 40° moved like %d", got)
		}
		if got, still := watch(0, false), watch(0, true); got != movedNot || still != movedNot {
			t.Fatalf("who stands still moved like %d and %d", got, still)
		}
	})
}

func TestMotionLeavesOutWhatIsNoFace(t *testing.T) {
	var m motion
	m.add([5]Position{})
	m.add([5]Position{{1, 1}, {1, 1}, {2, 2}, {3, 3}, {3, 3}})
	m.add([5]Position{{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}})
	m.add([5]Position{{math.NaN(), 0}, {1, 0}, {2, 0}, {3, 3}, {4, 4}})
	if m.verdict() != movedNot || m.nose.some {
		t.Errorf("points of no face were taken: %+v", m)
	}
}

// Each sign moves the evidence its way, and only as far as its weight says.
func TestSigns(t *testing.T) {
	gather := func(frames int, f Frame) *liveness {
		l := new(liveness)
		for range frames {
			l.add(f)
		}
		return l
	}
	probability := func(f Frame, c *challenge) float64 { return gather(5, f).probability(c) }
	live, doubt, attack := Frame{Live: .99}, Frame{Live: .5}, Frame{Live: .02}
	passed, failed := &challenge{passed: true}, &challenge{}
	for _, c := range []struct {
		name      string
		got       float64
		low, high float64
	}{
		{"nothing seen", new(liveness).probability(nil), 0, 0},
		{"live", probability(live, nil), .94, .96},
		{"certain of itself", probability(Frame{Live: 1}, nil), .94, .96},
		{"in doubt", probability(doubt, nil), .49, .51},
		{"in doubt, acted", probability(doubt, passed), .9, .95},
		{"in doubt, did not act", probability(doubt, failed), 0, .01},
		{"live, did not act", probability(live, failed), 0, .1},
		{"an attack that acts", probability(attack, passed), 0, .4},
	} {
		if !(c.got >= c.low && c.got <= c.high) {
			t.Errorf("%s: %.3f, want %.2f to %.2f", c.name, c.got, c.low, c.high)
		}
	}
}

func TestChallenges(t *testing.T) {
	open, shut := Signs{EyesOpen: .95}, Signs{EyesOpen: .05}
	left, right, ahead := Signs{Yaw: 27}, Signs{Yaw: -27}, Signs{Yaw: 2}
	for _, c := range []struct {
		name string
		act  scene.Act
		seen []Signs // 300 ms apart
		want string
	}{
		{"eyes shut and opened", scene.CloseEyes, []Signs{open, open, shut, shut, open, open}, "passed"},
		{"eyes that waver", scene.CloseEyes, []Signs{open, open, shut, open, open, shut, open, open}, ""},
		{"open but for one frame", scene.CloseEyes, []Signs{shut, open, shut, shut, open, shut}, ""},
		{"a video that turns", scene.CloseEyes, []Signs{open, open, left, left}, "failed"},
		{"a picture with open eyes", scene.CloseEyes, slices.Repeat([]Signs{open}, 6), ""},
		{"a picture with closed eyes", scene.CloseEyes, slices.Repeat([]Signs{shut}, 6), ""},
		{"two pictures: open, then closed", scene.CloseEyes, []Signs{open, open, shut, shut, shut}, ""},
		{"opened too late", scene.CloseEyes, slices.Concat([]Signs{open, open}, slices.Repeat([]Signs{shut}, 11),
			[]Signs{open, open}), ""},
		{"half-closed eyes", scene.CloseEyes, []Signs{open, open, {EyesOpen: .5}, {EyesOpen: .5}, open, open}, ""},
		{"turned left", scene.TurnLeft, []Signs{ahead, left, left}, "passed"},
		{"turned the other way", scene.TurnLeft, []Signs{ahead, right, right}, "failed"},
		{"turned right", scene.TurnRight, []Signs{ahead, right, right}, "passed"},
		{"blinked before", scene.TurnRight, []Signs{ahead, shut, ahead, right, right}, "passed"},
		{"one bad landmark", scene.TurnLeft, []Signs{ahead, left, ahead, left}, ""},
		{"one bad landmark to the other side", scene.TurnLeft, []Signs{ahead, right, ahead, left, left}, "passed"},
		{"a picture taken from the side", scene.TurnLeft, []Signs{left, left, left}, ""},
		{"a video that comes back from the other side", scene.TurnLeft, []Signs{right, ahead, ahead, ahead}, ""},
		{"a bent sheet", scene.TurnLeft, []Signs{ahead, {Yaw: 20}, {Yaw: 20}}, ""},
	} {
		ch, now := challenge{act: c.act, began: start}, start
		for _, s := range c.seen {
			now = now.Add(300 * time.Millisecond)
			ch.add(s, now)
		}
		got := ""
		switch {
		case ch.passed:
			got = "passed"
		case ch.failed:
			got = "failed"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// actor makes frames of a person who does what is asked, or does not.
func (p *people) actor(d *door, face []float32, live float64, obeys bool) func() Frame {
	i := 0
	return func() Frame {
		f := p.frame(face, live)
		f.Signs.EyesOpen = .95
		act := d.said.Act
		if act == scene.NoAct || !obeys {
			return f
		}
		i++
		switch act {
		case scene.CloseEyes:
			if i%6 > 2 {
				f.Signs.EyesOpen = .05
			}
		case scene.TurnLeft:
			f.Signs.Yaw = min(float64(i-1)*3, 25)
		case scene.TurnRight:
			f.Signs.Yaw = -min(float64(i-1)*3, 25)
		}
		return f
	}
}

func TestChallengeInAVisit(t *testing.T) {
	p := house(t)
	for _, c := range []struct {
		name        string
		when        When
		live        float64
		obeys       bool
		asked, open bool
	}{
		{"never asked, doubtful", Never, .7, false, false, true},
		{"clearly alive", InDoubt, .99, false, false, true},
		{"in doubt, obeys", InDoubt, .5, true, true, true},
		{"in doubt, does not", InDoubt, .7, false, true, false},
		{"hopeless", InDoubt, .05, true, false, false},
		{"always, obeys", Always, .99, true, true, true},
		{"always, does not", Always, .99, false, true, false},
		{"always, hopeless", Always, .01, true, true, false},
	} {
		for act := range 3 {
			d := newDoor(p)
			d.v.cfg.Challenge, d.v.cfg.Draw = c.when, func(int) int { return act }
			asked := scene.NoAct
			frame := p.actor(d, p.face[ann], c.live, c.obeys)
			_, ready := d.show(80, func() Frame {
				asked = max(asked, d.said.Act)
				return frame()
			})
			if want := scene.Act(act + 1); (asked == want) != c.asked || !ready || opens(d.said.Face) != c.open {
				t.Errorf("%s, %v: asked %v, ready %v, %+v", c.name, want, asked, ready, d.said.Face)
			}
		}
	}
}

// Another person's act does not count, such as that of the person who holds up a picture.
func TestNobodyActsForAnother(t *testing.T) {
	p := house(t)
	bearer := p.stranger()
	d := newDoor(p)
	d.v.cfg.Challenge, d.v.cfg.Draw = Always, func(int) int { return 0 }
	picture, acts := p.actor(d, p.face[ann], .99, false), 0
	_, ready := d.show(200, func() Frame {
		if acts++; d.said.Act == scene.CloseEyes && acts%6 > 2 {
			f := p.frame(bearer, .99)
			f.Signs.EyesOpen = .05
			return f
		}
		return picture()
	})
	if ready && opens(d.said.Face) {
		t.Errorf("opened for %+v", d.said.Face)
	}
}
