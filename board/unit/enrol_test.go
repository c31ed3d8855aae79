package unit

import (
	"testing"
	"time"

	"menshen/recognizer"
)

// picture is a good picture of a made-up face: the same for the same number.
func picture(n uint64) recognizer.Observation {
	var e recognizer.Embedding
	e[n] = 1
	return recognizer.Observation{Faces: 1, Live: 0.95, Embedding: &e, Quality: recognizer.Quality{Height: 150}}
}

// Somebody else who walks up in the trial, or nobody, leaves nothing stored.
func TestTrialPassMustSucceed(t *testing.T) {
	for name, comes := range map[string]uint64{"somebody else": 2, "nobody": 0} {
		e := &enrolment{need: needed{live: 0.7, score: 0.5, frames: 3}, steps: make(chan Step, 1),
			done: make(chan enrolled, 1)}
		now := time.Unix(0, 0)
		e.until = now.Add(enrolWithin)
		show := func(n uint64, times int) {
			for range times {
				o := recognizer.Observation{}
				if n > 0 {
					o = picture(n)
				}
				now = now.Add(250 * time.Millisecond)
				e.add(&o, now)
			}
		}
		show(1, picturesWanted)
		if e.face == nil {
			t.Fatal("not taken")
		}
		if s := <-e.steps; s.Kind != StepOut {
			t.Errorf("the person was not asked to step away: %+v", s)
		}
		template := e.face.Template
		show(0, 6)
		if !e.trying {
			t.Fatal("the trial did not begin")
		}
		show(comes, 300)
		if r := <-e.done; r.face != nil || r.err == nil {
			t.Errorf("%s walked up, and the face was taken: %v", name, r.err)
		}
		for _, x := range template {
			if x != 0 {
				t.Fatal("a template that was not stored was not overwritten")
			}
		}
	}
}
