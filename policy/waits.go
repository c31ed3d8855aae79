package policy

import (
	"slices"
	"time"
)

// Wait is one opening of the door as the audit log tells it (R-EQUAL, docs/decisions/0057): how
// long whoever it was for had waited.
type Wait struct {
	At      time.Time     // when the lock opened
	Means   Means         // card, PIN, pass, face, card and face
	Took    time.Duration // from the first sign of the visit until the lock opened
	Retried bool          // a try of the visit was refused before
}

// WaitLog is what an audit log says of waits, as far as it is kept.
type WaitLog struct {
	Weeks []Week // oldest first
	Old   int    // openings that an earlier version recorded, which did not measure; in no week
	Open  int    // grants at a door that was unlocked already, where nobody waited; in no week
}

// Week is how people were served in one week of ISO 8601, at the site.
type Week struct {
	Year, Number int
	Full         bool // it is over, and the log holds all of it
	Served       []Served
	Verdict      Verdict
}

// Served is how one means served people in a week.
type Served struct {
	Means       Means
	N           int // openings
	Median, P90 Quantile
	Retried     Share // of the openings, those before which the door refused a try
}

// servedOrder is that of Week.Served.
var servedOrder = []Means{ByCard, ByPIN, ByPass, ByFace, ByCardFace}

// Measured reports whether waits are measured of openings by such a means.
func (m Means) Measured() bool { return slices.Contains(servedOrder, m) }

// Verdict is how cards stand beside faces in a week.
type Verdict string

// The verdicts. What is wrong with both is told as [CardWaits].
const (
	ServedAlike Verdict = "alike"
	CardWaits   Verdict = "card waits longer"
	CardRefused Verdict = "card refused more"
	TooFew      Verdict = "too few"
)

// What a difference takes beyond intervals that do not overlap: less than that is felt by nobody,
// or comes from people who tap the card of another house first.
const (
	waitsLonger = time.Second
	refusedMore = 0.10
	enough      = 20 // openings by cards, and by faces, for a verdict
)

// Weeks puts openings into the weeks of a zone, oldest first. now tells which week is not over;
// since, where not zero, from when on the log holds all of them. A week with too few faces is
// compared with the last one that had enough: so it shows, with faces off, that cards are mended.
func Weeks(all []Wait, zone *time.Location, since, now time.Time) (weeks []Week) {
	of := map[[2]int][]Wait{}
	var order [][2]int
	for _, w := range all {
		y, n := w.At.In(zone).ISOWeek()
		if of[[2]int{y, n}] == nil {
			order = append(order, [2]int{y, n})
		}
		of[[2]int{y, n}] = append(of[[2]int{y, n}], w)
	}
	slices.SortFunc(order, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	var faces Served
	for _, k := range order {
		w := Week{Year: k[0], Number: k[1]}
		w.Full = w.covered(zone, since, now)
		for _, by := range servedOrder {
			if s := ServedBy(of[k], by); s.N > 0 {
				w.Served = append(w.Served, s)
			}
		}
		if f := ServedBy(of[k], ByFace, ByCardFace); f.N >= enough {
			faces = f
		}
		w.Verdict = compare(ServedBy(of[k], ByCard), faces)
		weeks = append(weeks, w)
	}
	return weeks
}

// covered reports whether a week lies between two moments.
func (w Week) covered(zone *time.Location, since, now time.Time) bool {
	begin := w.Begin(zone)
	return !begin.Before(since) && !begin.AddDate(0, 0, 7).After(now)
}

// Begin is the first moment of the week's Monday.
func (w Week) Begin(zone *time.Location) time.Time {
	fourth := time.Date(w.Year, time.January, 4, 0, 0, 0, 0, zone) // always in the first week
	monday := (int(fourth.Weekday()) + 6) % 7
	return fourth.AddDate(0, 0, 7*(w.Number-1)-monday)
}

// ServedBy sums up the openings by any of some means, under the first.
func ServedBy(all []Wait, by ...Means) Served {
	var took []time.Duration
	retried := 0
	for _, w := range all {
		if slices.Contains(by, w.Means) {
			took = append(took, w.Took)
			count(&retried, w.Retried)
		}
	}
	took = sorted(took)
	return Served{Means: by[0], N: len(took), Median: QuantileOf(took, 0.5), P90: QuantileOf(took, 0.9),
		Retried: ShareOf(retried, len(took))}
}

// compare gives the verdict on cards beside faces. A card waits longer where its median, or the
// tenth of its openings that wait longest, does so for certain and by a second.
func compare(card, face Served) Verdict {
	longer := func(a, b Quantile) bool { return !b.Open && a.Low > b.High+waitsLonger }
	switch {
	case card.N < enough || face.N < enough:
		return TooFew
	case longer(card.Median, face.Median), longer(card.P90, face.P90):
		return CardWaits
	case card.Retried.Low > face.Retried.High && card.Retried.Value() > face.Retried.Value()+refusedMore:
		return CardRefused
	}
	return ServedAlike
}

// WaitFacts is what the full weeks of the log say for R-EQUAL.
type WaitFacts struct {
	At      time.Time
	Verdict Verdict // of the last full week that has one; empty: none has
	InARow  int     // so many of these, up to the last one, say that a card waits longer
}

// WaitsSay sums up weeks in their order. Those with too few openings say nothing.
func WaitsSay(weeks []Week, now time.Time) WaitFacts {
	f := WaitFacts{At: now}
	for _, w := range weeks {
		if !w.Full || w.Verdict == TooFew {
			continue
		}
		if f.Verdict = w.Verdict; w.Verdict == CardWaits {
			f.InARow++
		} else {
			f.InARow = 0
		}
	}
	return f
}
