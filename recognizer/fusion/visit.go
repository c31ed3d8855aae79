package fusion

import (
	"time"

	"menshen/policy"
	"menshen/recognizer/index"
)

// Searcher compares an embedding with the enrolled; *index.Index does. Search must give each person once, best first.
type Searcher interface {
	Search(q []float32, k int) []index.Hit
	Score(id index.ID, q []float32) (float64, bool)
}

// Config is what a visit needs to be certain, and how long it may take. Scores are cosines.
type Config struct {
	Threshold float64 // see calibration.Operating; face alone
	Margin    float64 // lead over the next best person
	Verify    float64 // threshold for card + face
	LiveMin   float64 // 0…1
	FramesMin int     // frames that must agree, at least 1
	Same      float64 // a frame that scores less with the mean of the others is somebody else's

	Window     time.Duration // from the first usable frame to a decision
	GoneAfter  time.Duration // no face for so long: the person left
	RetryAfter time.Duration // pause after a refusal for someone who stays
}

// Defaults is everything but the thresholds, which come from a calibration.
func Defaults() Config {
	return Config{
		LiveMin: 0.6, FramesMin: 3, Same: 0.25,
		Window: 2500 * time.Millisecond, GoneAfter: 1200 * time.Millisecond, RetryAfter: 4 * time.Second,
	}
}

// Frame is what one frame says of the face nearest to the door.
type Frame struct {
	Present   bool      // there is a face
	Embedding []float32 // nil when the frame is not good enough to compare
	Live      float64   // passive liveness of this frame, 0…1
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

	phase  phase
	began  time.Time
	seen   time.Time // last frame with a face
	advice string

	owner   index.ID // card + face: whose card it was
	ownerOn bool

	mean  mean
	votes map[index.ID]int // whom each frame by itself was nearest to
	live  float64          // sum over the frames of the mean

	hits    []index.Hit // the mean's nearest two
	granted index.ID    // after a grant: who is being let in
	grantOn bool
	decided time.Time
}

// NewVisit makes a visit with nobody there.
func NewVisit(cfg Config, s Searcher) *Visit {
	return &Visit{cfg: cfg, search: s, votes: make(map[index.ID]int)}
}

// Configure changes the configuration, as when somebody was enrolled and the threshold moved. It holds from the next frame on.
func (v *Visit) Configure(cfg Config) { v.cfg = cfg }

// Against begins a visit for card and face: the frames are compared with this person only, by the threshold Verify. It ends
// like any other, at the latest when the window from now is over, usable frames or not.
func (v *Visit) Against(id index.ID, now time.Time) {
	v.Forget()
	v.owner, v.ownerOn = id, true
	v.phase, v.began, v.seen = looking, now, now
}

// Add takes the next frame, and reports whether a decision is due. Times must not go back.
func (v *Visit) Add(f Frame, now time.Time) bool {
	if f.Present {
		v.seen = now
		v.advice = f.Advice
	}
	if v.phase == resting && f.Embedding != nil && v.grantOn {
		if score, ok := v.search.Score(v.granted, f.Embedding); !ok || score < v.cfg.Same {
			v.Forget() // the next in the queue
		}
	}
	if f.Present && f.Embedding != nil && v.phase <= looking {
		v.collect(f, now)
	}
	return v.Tick(now)
}

// Tick lets time pass without a frame, and reports whether a decision is due.
func (v *Visit) Tick(now time.Time) bool {
	switch {
	case v.phase == looking && v.certain():
		v.phase = due
	case v.phase == looking && now.Sub(v.began) >= v.cfg.Window:
		v.phase = due
	case v.phase == looking && !v.ownerOn && v.Gone(now):
		v.Forget() // walked past
	case v.phase == resting && v.Gone(now):
		v.Forget()
	case v.phase == resting && !v.grantOn && now.Sub(v.decided) >= v.cfg.RetryAfter:
		v.Forget()
	}
	return v.phase == due
}

// Gone reports whether no face was seen for GoneAfter.
func (v *Visit) Gone(now time.Time) bool { return now.Sub(v.seen) >= v.cfg.GoneAfter }

// collect adds a usable frame to the evidence.
func (v *Visit) collect(f Frame, now time.Time) {
	if v.mean.frames > 0 && v.mean.cosine(f.Embedding) < v.cfg.Same {
		v.startOver()
	}
	if v.phase == waiting {
		v.phase, v.began = looking, now
	}
	if !v.mean.add(f.Embedding) {
		return
	}
	v.live += f.Live
	if v.ownerOn {
		score, ok := v.search.Score(v.owner, v.mean.sum)
		v.hits = v.hits[:0]
		if ok {
			v.hits = append(v.hits, index.Hit{ID: v.owner, Score: score})
		}
		if score, ok := v.search.Score(v.owner, f.Embedding); ok && score >= v.cfg.Same {
			v.votes[v.owner]++
		}
		return
	}
	if best := v.search.Search(f.Embedding, 1); len(best) > 0 {
		v.votes[best[0].ID]++
	}
	v.hits = v.search.Search(v.mean.sum, 2)
}

// certain reports whether the evidence so far would open; waiting longer could not help.
func (v *Visit) certain() bool {
	f := v.Face()
	return f.Frames >= f.FramesMin && f.Score >= f.Threshold && f.Score-f.RunnerUp >= f.Margin && f.Live >= f.LiveMin
}

// Face is the evidence for the decision. Without a usable frame its scores are -1 and Quality is the advice.
func (v *Visit) Face() policy.Face {
	f := policy.Face{
		Score: -1, RunnerUp: -1, Threshold: v.cfg.Threshold, Margin: v.cfg.Margin,
		LiveMin: v.cfg.LiveMin, FramesMin: max(v.cfg.FramesMin, 1),
	}
	if v.ownerOn {
		f.Threshold, f.Margin = v.cfg.Verify, 0
	}
	if v.mean.frames == 0 {
		f.Quality = v.advice
		return f
	}
	f.Live = v.live / float64(v.mean.frames)
	if len(v.hits) > 0 {
		f.Score, f.Frames = v.hits[0].Score, v.votes[v.hits[0].ID]
	}
	if len(v.hits) > 1 {
		f.RunnerUp = v.hits[1].Score
	}
	return f
}

// Candidate is the person nearest to the face, or the card's owner; false when there is none. Whether they are recognised is for policy to say.
func (v *Visit) Candidate() (index.ID, bool) {
	switch {
	case v.ownerOn:
		return v.owner, true
	case v.phase == resting || len(v.hits) == 0:
		return index.ID{}, false
	}
	return v.hits[0].ID, true
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
	v.granted, v.grantOn = id, granted && known
}

// startOver drops the evidence and keeps the question: whose card it was, and when that began.
func (v *Visit) startOver() {
	owner, on, began, seen, advice := v.owner, v.ownerOn, v.began, v.seen, v.advice
	v.Forget()
	v.seen, v.advice = seen, advice
	if on {
		v.owner, v.ownerOn, v.phase, v.began = owner, on, looking, began
	}
}

// Forget overwrites everything the visit knows and waits for the next face.
func (v *Visit) Forget() {
	v.mean.forget()
	clear(v.votes)
	clear(v.hits)
	*v = Visit{cfg: v.cfg, search: v.search, votes: v.votes, mean: v.mean, hits: v.hits[:0]}
}
