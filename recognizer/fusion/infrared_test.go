package fusion

import (
	"slices"
	"testing"

	"menshen/hal/scene"
)

var (
	litHead  = Infrared{Pair: true, Face: .9, Lit: 120, Dark: 14, Changed: .4}
	display  = Infrared{Pair: true, Lit: 9, Dark: 8, Changed: .2}
	ghost    = Infrared{Pair: true, Face: .8, Lit: 30, Dark: 27, Changed: .2} // a face, and not by our light
	sunlight = Infrared{Pair: true, Face: .9, Lit: 210, Dark: 207, Changed: .1}
	noLamp   = Infrared{Pair: true, Face: .9, Lit: 40, Dark: 40}
	dusk     = Infrared{Pair: true, Face: .9, Lit: 60, Dark: 50, Changed: .3}
)

func TestInfraredWord(t *testing.T) {
	for _, c := range []struct {
		name  string
		pairs []Infrared
		want  word
		comes bool
	}{
		{"no pair", []Infrared{{}, {}}, silent, true},
		{"a head", []Infrared{litHead}, headThere, false},
		{"one blurred frame", []Infrared{display, litHead, litHead}, headThere, false},
		{"one frame of nothing", []Infrared{display}, silent, true},
		{"a display", []Infrared{display, display}, noHead, false},
		{"a face by another light", []Infrared{ghost, ghost}, noHead, false},
		{"a head that turned into a display", []Infrared{litHead, display, display, display}, noHead, false},
		{"sunlight", slices.Repeat([]Infrared{sunlight}, 3), silent, false},
		{"an emitter that is covered", slices.Repeat([]Infrared{noLamp}, 3), silent, false},
		{"no camera", slices.Repeat([]Infrared{{Pair: true}}, 3), silent, false},
		{"neither", []Infrared{dusk, dusk}, silent, true},
	} {
		var i infrared
		for _, p := range c.pairs {
			i.add(p)
		}
		if i.word() != c.want || i.comes() != c.comes {
			t.Errorf("%s: %d, comes %v", c.name, i.word(), i.comes())
		}
	}
}

// TestInfraredInAVisit: a display opens nothing, however sure the passive model is of it. Where
// infrared stays silent, the door asks for an act of who would not have been asked.
func TestInfraredInAVisit(t *testing.T) {
	p := house(t)
	for _, c := range []struct {
		name        string
		pair        Infrared
		when        When
		live        float64
		asked, open bool
	}{
		{"a head", litHead, InDoubt, .95, false, true},
		{"a display that the passive model takes for a head", display, InDoubt, .999, false, false},
		{"a display, always asked", display, Always, .999, true, false},
		{"sunlight on a head that acts", sunlight, InDoubt, .99, true, true},
		{"nothing from the camera", Infrared{}, InDoubt, .99, true, true},
		{"a camera that is gone", Infrared{Pair: true}, InDoubt, .99, true, true},
		{"a camera that is gone, no act", Infrared{Pair: true}, Never, .99, false, true},
		{"a head of which the passive model is not sure", litHead, InDoubt, .6, true, true},
	} {
		d := newDoor(p)
		d.v.cfg.Infrared, d.v.cfg.Challenge, d.v.cfg.Draw = true, c.when, func(int) int { return 1 }
		asked := scene.NoAct
		frame, n := p.actor(d, p.face[ann], c.live, c.pair != display), 0
		_, ready := d.show(80, func() Frame {
			asked = max(asked, d.said.Act)
			f := frame()
			if n++; n%3 == 0 {
				f.Signs.Infrared = c.pair
			}
			return f
		})
		if (asked != scene.NoAct) != c.asked || !ready || opens(d.said.Face) != c.open {
			t.Errorf("%s: asked %v, ready %v, %+v", c.name, asked, ready, d.said.Face)
		}
	}
}
