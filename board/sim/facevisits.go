package sim

import "time"

// walkUp shows a face to the camera until something is decided, and gives whether the door opens.
// own is whether the person themself stands there.
func (w *world) walkUp(p *person, live float32, own bool) bool {
	w.decisions = nil
	good := live > 0.5
	for range 40 {
		score := drawScore(w.rnd, w.scores)
		l := live - float32(w.rnd.Float64())*0.1
		o := look(w.rnd, p.base, score, l, w.clock.host())
		w.driver.See(&o)
		w.drain()
		if d := w.decided(); d != nil {
			w.checkFace(*d, p, own, good)
			w.settle()
			return d.Grant
		}
		w.settle()
		w.pass(100 * time.Millisecond)
		if d := w.decided(); d != nil { // the window ended by itself
			w.checkFace(*d, p, own, good)
			return d.Grant
		}
	}
	w.pass(5 * time.Second)
	return false
}

// photo is a thief with a photo of a person who has a face here.
func (w *world) photo(p *person) {
	live := float32(0.3)
	if w.rnd.IntN(6) == 0 {
		live = 0.95
		w.GoodPhoto++
	}
	if w.walkUp(p, live, false) {
		w.PhotoIn++
		w.walkThrough()
	}
	w.pass(10 * time.Second)
}

func (w *world) stranger(*person) {
	n := 100000 + w.now.N
	s := &person{n: n, name: "a stranger", base: newFace(w.plan.Seed, n, n)}
	w.walkUp(s, 0.95, false)
	w.strangers = append(w.strangers, s.base.view(w.rnd, 1)[:]...)
	w.pass(10 * time.Second)
}
