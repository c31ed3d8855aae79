package fusion

import (
	"math/rand/v2"
	"slices"
	"time"

	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer/index"
)

// Frame is what one frame says of the face nearest to the door.
type Frame struct {
	Present   bool         // there is a face
	Embedding []float32    // nil when the frame is not good enough to compare
	Live      float64      // the passive model's probability of a live face, 0…1
	Signs     Signs        // what else speaks for a living head, or against one
	Advice    scene.Advice // what would make it better; scene.Fine when it is good
}

// Verdict is what a visit says after a frame, or after time has passed without one.
type Verdict struct {
	Due       bool        // decide now, on Candidate and Face; then call Visit.Decided
	Candidate index.ID    // the person nearest to the face, or the card's owner; policy says whether it is them
	Known     bool        // there is a candidate
	Face      policy.Face // the evidence so far; without a usable frame its scores are -1 and Quality is the advice
	Act       scene.Act   // what the person is asked to do; scene.NoAct: nothing
}

// phase is the state of a visit.
type phase uint8

const (
	waiting phase = iota // for a usable frame
	looking              // collecting
	due                  // ready, not yet decided
	decided              // until the person goes, changes or may try again
)

// Visit is one walk-up after the other at one camera.
type Visit struct {
	cfg    Config
	search Searcher

	phase   phase
	began   time.Time
	came    time.Time    // first frame with a face, since nobody or another was there, or the door opened
	refused bool         // since then
	seen    time.Time    // last frame with a face
	advice  scene.Advice // of that frame
	owner   *index.ID    // card + face: whose card it was
	face    evidence
	ended   time.Time // when it was decided
	granted *index.ID // after a grant: who is being let in
	patient bool      // its owner needs more time
}

// NewVisit makes a visit before anyone has come.
func NewVisit(cfg Config, s Searcher) *Visit {
	v := &Visit{search: s, face: evidence{votes: make(map[index.ID]int)}}
	v.Configure(cfg)
	return v
}

// Configure changes the configuration from the next frame on, as when the number of people
// enrolled has moved the threshold.
func (v *Visit) Configure(cfg Config) {
	if cfg.Draw == nil {
		cfg.Draw = rand.IntN
	}
	v.cfg = cfg
}

// Against begins a visit for card and face: the frames are compared with this person only, by the
// threshold Config.Verify. It ends like any other, at the latest when the window from now is over,
// with usable frames or without.
func (v *Visit) Against(id index.ID, now time.Time) {
	v.Forget()
	v.owner, v.phase, v.began, v.seen = &id, looking, now, now
}

// GiveTime gives the visit twice its time, until it ends.
func (v *Visit) GiveTime() { v.patient = true }

// within is a time of the configuration for this visit.
func (v *Visit) within(d time.Duration) time.Duration {
	if v.patient {
		return 2 * d
	}
	return d
}

// Add takes the next frame and gives the verdict. Times must not go back. It keeps no slice of f.
func (v *Visit) Add(f Frame, now time.Time) Verdict {
	if f.Present {
		if v.gone(now) {
			v.pass(now) // nobody said so yet, where no frame came meanwhile
			v.came = time.Time{}
		}
		if v.came.IsZero() {
			v.came, v.refused = now, false
		}
		v.seen, v.advice = now, f.Advice
		if f.Embedding != nil {
			v.collect(f, now)
		}
	}
	return v.Tick(now)
}

// collect adds a usable frame to the evidence.
func (v *Visit) collect(f Frame, now time.Time) {
	if v.phase == decided && v.granted != nil {
		if score, ok := v.search.Score(*v.granted, f.Embedding); !ok || score < v.cfg.Same {
			v.Forget() // the next in the queue
			v.came, v.seen, v.advice = now, now, f.Advice
		}
	}
	if v.phase > looking {
		return
	}
	if v.face.isAnother(f.Embedding, v.cfg.Same) {
		v.face.forget()
		if v.owner == nil {
			v.phase = waiting // and the window begins again
			v.came, v.refused = now, false
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

// Tick lets time pass without a frame and gives the verdict. A decision that is due stays due until
// Decided or Forget.
func (v *Visit) Tick(now time.Time) Verdict {
	v.pass(now)
	id, known := v.candidate()
	return Verdict{Due: v.phase == due, Candidate: id, Known: known, Face: v.evidence(), Act: v.asks()}
}

// pass moves the visit to the phase that it has at this moment.
func (v *Visit) pass(now time.Time) {
	gone := v.gone(now)
	switch v.phase {
	case looking:
		switch {
		case v.ready(now):
			v.phase = due
		case gone && v.owner == nil:
			v.Forget() // walked past
		}
	case decided:
		switch {
		case gone:
			v.Forget()
		case v.granted == nil && now.Sub(v.ended) >= v.cfg.RetryAfter:
			came, refused, seen := v.came, v.refused, v.seen
			v.Forget()
			v.came, v.refused, v.seen = came, refused, seen
		}
	}
}

// ready reports whether the evidence is certain or time is up, and asks for an act
// when one is needed first.
func (v *Visit) ready(now time.Time) bool {
	f := v.evidence()
	known := f.Frames >= f.FramesMin && f.Score >= f.Threshold && f.Score-f.RunnerUp >= f.Margin
	if act := v.face.act; act != nil {
		return act.passed && known || act.failed || now.Sub(act.began) >= v.within(v.cfg.ActWithin)
	}
	lamp, over := &v.face.live.lamp, now.Sub(v.began) >= v.within(v.cfg.Window)
	if v.cfg.Infrared && lamp.comes() && !over {
		return false
	}
	if known && v.mustAct(f.Live, lamp.word()) {
		v.face.act = &challenge{act: scene.Acts()[v.cfg.Draw(len(scene.Acts()))], began: now}
		return false
	}
	return known && f.Live >= f.LiveMin || over
}

// mustAct reports whether a person with this evidence of life is asked to act.
func (v *Visit) mustAct(live float64, word word) bool {
	switch v.cfg.Challenge {
	case Always:
		return true
	case InDoubt:
		unsure := live < v.cfg.LiveSure || v.cfg.Infrared && word == silent
		return live >= v.cfg.LiveHope && unsure
	}
	return false
}

// Prompt is what the person at the door should do: an act, or else the advice of the last frame.
// Both are zero when the person is gone.
func (v *Visit) Prompt(now time.Time) (scene.Act, scene.Advice) {
	switch {
	case v.gone(now):
		return scene.NoAct, scene.Fine
	case v.asks() != scene.NoAct:
		return v.asks(), scene.Fine
	}
	return scene.NoAct, v.advice
}

// asks is the act that the person is asked to do.
func (v *Visit) asks() scene.Act {
	if v.phase != looking || v.face.act == nil || v.face.act.passed {
		return scene.NoAct
	}
	return v.face.act.act
}

// Template gives the mean of the usable frames so far, of any length above zero; nil: there are
// none. It is a copy, which the caller overwrites.
func (v *Visit) Template() []float32 {
	if v.face.mean.frames == 0 {
		return nil
	}
	return slices.Clone(v.face.mean.sum)
}

// gone reports whether no face was seen for Config.GoneAfter.
func (v *Visit) gone(now time.Time) bool { return now.Sub(v.seen) >= v.cfg.GoneAfter }

// evidence is what a decision would be made on.
func (v *Visit) evidence() policy.Face {
	f := policy.Face{
		Score: -1, RunnerUp: -1, Threshold: v.cfg.Threshold, Margin: v.cfg.Margin,
		LiveMin: v.cfg.LiveMin, FramesMin: max(v.cfg.FramesMin, 1),
	}
	if v.owner != nil {
		f.Threshold, f.Margin = v.cfg.Verify, 0
	}
	if v.face.mean.frames == 0 {
		if v.advice != scene.Fine {
			f.Quality = v.advice.String()
		}
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

// candidate is the card's owner, or the person nearest to the face; false when there is none.
func (v *Visit) candidate() (index.ID, bool) {
	switch {
	case v.owner != nil:
		return *v.owner, true
	case len(v.face.hits) == 0:
		return index.ID{}, false
	}
	return v.face.hits[0].ID, true
}

// Decided ends the visit with the outcome of the decision, and overwrites the face.
func (v *Visit) Decided(granted bool, now time.Time) {
	id, known := v.candidate()
	came, seen, advice := v.came, v.seen, v.advice
	v.Forget()
	v.phase, v.ended, v.seen, v.advice = decided, now, seen, advice
	if !granted {
		v.came, v.refused = came, true
	}
	if granted && known {
		v.granted = &id
	}
}

// Came is since when the face is there that was seen last, whether it was refused meanwhile or not;
// zero: none is.
func (v *Visit) Came() time.Time { return v.came }

// Refused reports whether a face was refused since then.
func (v *Visit) Refused() bool { return v.refused }

// Opened says that the door was opened, by whatever means: whoever is still there has not waited.
func (v *Visit) Opened() { v.came, v.refused = time.Time{}, false }

// Forget overwrites all that the visit knows, and waits for the next face.
func (v *Visit) Forget() {
	v.face.forget()
	*v = Visit{cfg: v.cfg, search: v.search, face: v.face}
}
