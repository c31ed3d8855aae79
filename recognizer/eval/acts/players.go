package acts

import (
	"math"
	"math/rand/v2"
	"time"

	"menshen/hal/scene"
)

// player is who or what stands before the camera. It gives the pose at a moment of the visit, with
// what was asked and when.
type player struct {
	name   string
	living bool
	pose   func(s *script, t time.Duration, asked scene.Act, since time.Duration) pose
}

// script is what a player does of its own, drawn for each visit.
type script struct {
	phase   float64       // of the sway
	reacts  time.Duration // until it answers
	turn    float64       // degrees of a turn
	quick   time.Duration // that a turn or a lid takes, one way
	hold    time.Duration // in between
	pause   time.Duration // of a video, between two acts
	order   [3]scene.Act  // of a video
	entered time.Duration // where it begins
}

func newScript(r *rand.Rand) *script {
	between := func(a, b time.Duration) time.Duration { return a + time.Duration(r.Int64N(int64(b-a))) }
	s := &script{
		phase: 2 * math.Pi * r.Float64(), reacts: between(400*time.Millisecond, 1200*time.Millisecond),
		turn: 18 + 12*r.Float64(), quick: between(200*time.Millisecond, 500*time.Millisecond),
		hold: between(300*time.Millisecond, 800*time.Millisecond), pause: between(time.Second, 3*time.Second),
		order: [3]scene.Act{scene.CloseEyes, scene.TurnLeft, scene.TurnRight},
	}
	r.Shuffle(len(s.order), func(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] })
	s.entered = between(0, 3*s.long())
	return s
}

// sway is how a person stands, or a hand holds a sheet.
func (s *script) sway(t time.Duration) pose {
	w := t.Seconds()
	return pose{
		x: 6 * math.Sin(1.3*w+s.phase), y: 3 * math.Sin(2.1*w+2*s.phase),
		yaw: 3 * math.Sin(1.7*w+3*s.phase), pitch: 2 * math.Sin(1.1*w+s.phase), roll: 1.5 * math.Sin(0.9*w),
	}
}

// done is how far an act is carried out that began so long ago, 0…1.
func (s *script) done(since time.Duration) float64 {
	switch {
	case since < 0:
		return 0
	case since < s.quick:
		return smooth(float64(since) / float64(s.quick))
	case since < s.quick+s.hold:
		return 1
	}
	return 1 - smooth(float64(since-s.quick-s.hold)/float64(s.quick))
}

// long is the time from one act of a video to the next.
func (s *script) long() time.Duration { return 2*s.quick + s.hold + s.pause }

// carry adds an act to a pose. Left and right are the person's own: to their left is the frame's
// right.
func (p *pose) carry(act scene.Act, far, turn float64) {
	switch act {
	case scene.CloseEyes:
		p.closed = far
	case scene.TurnLeft:
		p.yaw += far * turn
	case scene.TurnRight:
		p.yaw -= far * turn
	}
}

// players are those who are measured.
var players = []player{
	{"a head that does as asked", true,
		func(s *script, t time.Duration, asked scene.Act, since time.Duration) pose {
			p := s.sway(t)
			p.carry(asked, s.done(since-s.reacts), s.turn)
			return p
		}},
	{"a photo, held", false,
		func(s *script, t time.Duration, _ scene.Act, _ time.Duration) pose {
			p := s.sway(t)
			p.sheet = true
			return p
		}},
	{"a photo, turned as asked", false,
		func(s *script, t time.Duration, asked scene.Act, since time.Duration) pose {
			p := s.sway(t)
			p.sheet = true
			if far := s.done(since - s.reacts); asked == scene.CloseEyes {
				p.pitch += 25 * far
			} else {
				p.carry(asked, far, 35)
			}
			return p
		}},
	{"a photo, bent and turned as asked", false,
		func(s *script, t time.Duration, asked scene.Act, since time.Duration) pose {
			p := s.sway(t)
			far := s.done(since - s.reacts)
			p.sheet, p.bend = true, 0.3*far
			if asked != scene.CloseEyes {
				p.carry(asked, far, 35)
			}
			return p
		}},
	{"a photo with holes for living eyes, turned as asked", false,
		func(s *script, t time.Duration, asked scene.Act, since time.Duration) pose {
			p := s.sway(t)
			p.sheet = true
			p.carry(asked, s.done(since-s.reacts), 35)
			return p
		}},
	{"a video of all acts, in its own time", false,
		func(s *script, t time.Duration, _ scene.Act, _ time.Duration) pose {
			p := s.sway(t)
			at := t + s.entered
			p.carry(s.order[int(at/s.long())%len(s.order)], s.done(at%s.long()), s.turn)
			return p
		}},
}
