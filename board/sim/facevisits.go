package sim

import (
	"time"

	"menshen/hal/scene"
	"menshen/recognizer"
)

// visit is what the world knows of one walk-up.
type visit struct {
	there *person
	alive bool
	seen  face    // all that the camera saw
	best  float64 // the best picture's likeness to the person who stands there
}

// walkUp shows a face to the camera until something is decided, and gives whether the door opens.
// Somebody who walks up is found at three metres or nearer, and at one and a half near enough to be
// compared: that takes up to 1.2 s.
func (w *world) walkUp(p *person, live float32) bool {
	w.decisions, w.walkedUp = nil, w.clock.now
	v := visit{there: p, alive: live > 0.5}
	far := w.pace.IntN(12)
	for i := range far + 40 {
		o := recognizer.Observation{At: w.clock.host(), Faces: 1,
			Quality: recognizer.Quality{Height: 40, Advice: scene.ComeCloser}}
		if i >= far {
			score := drawScore(w.rnd, w.scores)
			l := live - float32(w.rnd.Float64())*0.1
			o = look(w.rnd, p.base, score, l, w.clock.host())
			v.seen.add(o.Embedding)
			v.best = max(v.best, score)
		}
		w.driver.See(&o)
		w.drain()
		if d := w.decided(); d != nil {
			w.checkFace(*d, v)
			w.settle()
			return d.Grant
		}
		w.settle()
		w.pass(100 * time.Millisecond)
		if d := w.decided(); d != nil { // the window ended by itself
			w.checkFace(*d, v)
			return d.Grant
		}
	}
	w.pass(5 * time.Second)
	return false
}

// photo is a thief with a photo of a person who has a face here.
func (w *world) photo(p *person) {
	if !p.enrolled {
		return
	}
	live := float32(0.3)
	if w.rnd.IntN(6) == 0 {
		live = 0.95
		w.GoodPhoto++
	}
	if w.plan.asks == forFace && w.rnd.IntN(2) == 0 { // who has the card too
		w.tap(p.card)
	}
	if w.walkUp(p, live) {
		w.PhotoIn++
		w.walkThrough()
	}
	w.pass(10 * time.Second)
}

func (w *world) stranger(*person) {
	n := 100000 + w.now.N
	s := &person{n: n, name: "a stranger", base: newFace(w.plan.Seed, n, n)}
	w.walkUp(s, 0.95)
	w.strangers = append(w.strangers, s.base.view(w.rnd, 1)[:]...)
	w.pass(10 * time.Second)
}
