package policy

import (
	"slices"
	"time"
)

// Shown is one time at which a face was looked for after its owner's card, as the audit log keeps
// it anyway. Nothing else is kept for this (R-PURPOSE, R-RETAIN).
type Shown struct {
	At    time.Time
	Score float64 // with its owner's template
	Known bool    // it was taken for its owner's
}

// When a face has drifted.
const (
	driftOf     = 10 // times at least, or the newest so many
	driftMissed = 3  // of those
	driftBy     = .1 // median of the newest half below that of the oldest
)

// HasDrifted reports whether a face is known worse than when it was taken last, as with new glasses
// or a beard: of the ten newest times since then three or more were missed, or the scores of the
// newest five lie well below those of the first five. all may be in any order. Fewer than ten times
// say nothing.
func (p Person) HasDrifted(all []Shown) bool {
	var since []Shown
	for _, s := range all {
		if p.Face.State == FaceEnrolled && s.At.After(p.lastTaken()) {
			since = append(since, s)
		}
	}
	if len(since) < driftOf {
		return false
	}
	slices.SortFunc(since, func(a, b Shown) int { return a.At.Compare(b.At) })
	missed := 0
	for _, s := range since[len(since)-driftOf:] {
		count(&missed, !s.Known)
	}
	return missed >= driftMissed ||
		median(since[len(since)-driftOf/2:]) < median(since[:driftOf/2])-driftBy
}

// lastTaken is when the face was taken last; of one of an earlier version, when it was agreed to.
func (p Person) lastTaken() time.Time {
	at := p.Face.At
	for _, o := range p.Occasions {
		if o.At.After(at) {
			at = o.At
		}
	}
	return at
}

func median(of []Shown) float64 {
	var all []float64
	for _, s := range of {
		all = append(all, s.Score)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
