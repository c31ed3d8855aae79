package fusion

import (
	"math/rand/v2"
	"time"

	"menshen/policy"
	"menshen/recognizer/index"
)

// Frame is what one frame says of the face nearest to the door.
type Frame struct {
	Present   bool      // there is a face
	Embedding []float32 // nil when the frame is not good enough to compare
	Live      float64   // the passive model's probability of a live face, 0…1
	Signs     Signs     // what else speaks for a living head, or against one
	Advice    string    // what would make it better; empty when it is good
}

// phase is where a visit is.
type phase uint8

const (
	waiting phase = iota // for a usable frame
	looking              // collecting
	due                  // ready, not yet decided
	resting              // decided; until the person goes, changes or may try again
)

// Visit is one walk-up after the other at one camera.
type Visit struct {
	cfg    Config
	search Searcher

	phase   phase
	began   time.Time
	seen    time.Time // last frame with a face
	advice  string
	owner   *index.ID // card + face: whose card it was
	face    evidence
	decided time.Time
	granted *index.ID // after a grant: who is being let in
}

// NewVisit makes a visit with nobody there.
func NewVisit(cfg Config, s Searcher) *Visit {
	v := &Visit{search: s, face: evidence{votes: make(map[index.ID]int)}}
	v.Configure(cfg)
	return v
}

// Configure changes the configuration, as when somebody was enrolled and the threshold moved. It holds from the next frame on.
func (v *Visit) Configure(cfg Config) {
	if cfg.Draw == nil {
		cfg.Draw = rand.IntN
	}
	v.cfg = cfg
}

// Against begins a visit for card and face: the frames are compared with this person only, by the threshold Verify. It ends
// like any other, at the latest when the window from now is over, usable frames or not.
func (v *Visit) Against(id index.ID, now time.Time) {
	v.Forget()
	v.owner, v.phase, v.began, v.seen = &id, looking, now, now
}

// Add takes the next frame, and reports whether a decision is due. Times must not go back.
func (v *Visit) Add(f Frame, now time.Time) bool {
	if f.Present {
		v.seen, v.advice = now, f.Advice
		if f.Embedding != nil {
			v.collect(f, now)
		}
	}
	return v.Tick(now)
}

// collect adds a usable frame to the evidence.
func (v *Visit) collect(f Frame, now time.Time) {
	if v.phase == resting && v.granted != nil {
		if score, ok := v.search.Score(*v.granted, f.Embedding); !ok || score < v.cfg.Same {
			v.Forget() // the next in the queue
			v.seen, v.advice = now, f.Advice
		}
	}
	if v.phase > looking {
		return
	}
	if v.face.isAnother(f.Embedding, v.cfg.Same) {
		v.face.forget()
		if v.owner == nil {
			v.phase = waiting // the window begins anew, too
		}
	}
	if !v.face.add(f, v.search, v.owner, v.cfg.Same) {
		return
	}
	if v.phase == waiting {
		v.phase, v.began = looking, now
	}
	if v.face.act != nil {
		v.face.act.add(f.Signs, now)
	}
}

// Tick lets time pass without a frame, and reports whether a decision is due. It goes on being due until Decided or Forget.
func (v *Visit) Tick(now time.Time) bool {
	gone := v.Gone(now)
	switch v.phase {
	case looking:
		switch {
		case v.ready(now):
			v.phase = due
		case gone && v.owner == nil:
			v.Forget() // walked past
		}
	case resting:
		if gone || v.granted == nil && now.Sub(v.decided) >= v.cfg.RetryAfter {
			v.Forget()
		}
	}
	return v.phase == due
}

// ready reports whether the evidence is certain or time is up, and asks for an act when one is needed first.
func (v *Visit) ready(now time.Time) bool {
	f := v.Face()
	known := f.Frames >= f.FramesMin && f.Score >= f.Threshold && f.Score-f.RunnerUp >= f.Margin
	if act := v.face.act; act != nil {
		return act.passed && known || now.Sub(act.began) >= v.cfg.ActWithin
	}
	if known && v.mustAct(f.Live) {
		v.face.act = &challenge{act: Act(1 + v.cfg.Draw(len(acts)-1)), began: now}
		return false
	}
	return known && f.Live >= f.LiveMin || now.Sub(v.began) >= v.cfg.Window
}

// mustAct reports whether a person with this evidence of life is asked to act.
func (v *Visit) mustAct(live float64) bool {
	switch v.cfg.Challenge {
	case Always:
		return true
	case InDoubt:
		return live >= v.cfg.LiveHope && live < v.cfg.LiveSure
	}
	return false
}

// Asks is the act that the person at the door is being asked for; NoAct when none.
func (v *Visit) Asks() Act {
	if v.phase != looking || v.face.act == nil || v.face.act.passed {
		return NoAct
	}
	return v.face.act.act
}

// Gone reports whether no face was seen for GoneAfter.
func (v *Visit) Gone(now time.Time) bool { return now.Sub(v.seen) >= v.cfg.GoneAfter }

// Face is the evidence for the decision. Without a usable frame its scores are -1 and Quality is the advice.
func (v *Visit) Face() policy.Face {
	f := policy.Face{
		Score: -1, RunnerUp: -1, Threshold: v.cfg.Threshold, Margin: v.cfg.Margin,
		LiveMin: v.cfg.LiveMin, FramesMin: max(v.cfg.FramesMin, 1),
	}
	if v.owner != nil {
		f.Threshold, f.Margin = v.cfg.Verify, 0
	}
	if v.face.mean.frames == 0 {
		f.Quality = v.advice
		return f
	}
	f.Live = v.face.live.probability(v.face.act)
	if hits := v.face.hits; len(hits) > 0 {
		f.Score, f.Frames = hits[0].Score, v.face.votes[hits[0].ID]
	}
	if hits := v.face.hits; len(hits) > 1 {
		f.RunnerUp = hits[1].Score
	}
	return f
}

// Candidate is the person nearest to the face, or the card's owner; false when there is none. Whether they are recognised is for
// policy to say.
func (v *Visit) Candidate() (index.ID, bool) {
	switch {
	case v.owner != nil:
		return *v.owner, true
	case len(v.face.hits) == 0:
		return index.ID{}, false
	}
	return v.face.hits[0].ID, true
}

// Advice is what would make the next frame better; empty when the last was good or nobody is there.
func (v *Visit) Advice(now time.Time) string {
	if v.Gone(now) {
		return ""
	}
	return v.advice
}

// Decided ends the visit with the decision's outcome, and overwrites the face.
func (v *Visit) Decided(granted bool, now time.Time) {
	id, known := v.Candidate()
	seen, advice := v.seen, v.advice
	v.Forget()
	v.phase, v.decided, v.seen, v.advice = resting, now, seen, advice
	if granted && known {
		v.granted = &id
	}
}

// Forget overwrites everything the visit knows and waits for the next face.
func (v *Visit) Forget() {
	v.face.forget()
	*v = Visit{cfg: v.cfg, search: v.search, face: v.face}
}
