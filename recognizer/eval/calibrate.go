package eval

import (
	"math"
	"slices"
	"strconv"

	"menshen/recognizer/calibration"
)

// walkUp is how much more often a stranger passes at a door than one picture of theirs does
// here: at a door the probe is the mean of the frames of a walk-up, compared after each of
// them (docs/figures.md).
const walkUp = 2.0

// Risks of one comparison below which a door never asks for less, however few are enrolled: a face
// alone, and a face with its owner's card.
const (
	identifyRisk = 1e-4
	verifyRisk   = 1e-3
)

// A fitted tail is given as far as its interval stays within a factor of widest, and no further
// than deepest below the last measured rate: it is a straight line beyond the measured scores.
const (
	widest  = 10
	deepest = 100
)

// calibrate measures a calibration from the comparisons of templates with pictures of other people,
// as at a door. Its measured points are those that at least MinErrors comparisons reach; those
// beyond are of a tail fitted to the highest scores.
func (id *Identification) calibrate(
	model calibration.Model, source calibration.Source, margin float64,
) (*calibration.Calibration, error) {
	total := id.impostor.total
	var points []calibration.Point
	for _, wanted := range slices.Concat(wantedRates, []float64{MinErrors / float64(max(total, 1))}) {
		reach := int(math.Round(wanted * float64(total)))
		if reach < MinErrors || len(points) > 0 && wanted > 0.8*points[len(points)-1].FMR {
			continue
		}
		t := id.impostor.threshold(reach)
		r := id.matchRate(t)
		points = append(points, calibration.Point{Threshold: t.cosine(), FMR: r.Value, High: r.High})
	}
	if len(points) < 2 {
		return nil, ErrPictures
	}
	own := make([]float64, 0, len(id.mated))
	for _, p := range id.mated {
		own = append(own, p.own)
	}
	slices.Sort(own)
	accepted := func(threshold float64) float64 {
		below, _ := slices.BinarySearch(own, threshold)
		return 1 - float64(below)/float64(max(len(own), 1))
	}
	points = extend(points, fitTail(id.compared, &id.impostor, id.people))
	return complete(points, accepted, walkUp, margin, model, source), nil
}

// extend adds points of a fitted tail to those measured, three a decade.
func extend(points []calibration.Point, t tails) []calibration.Point {
	last := points[len(points)-1]
	floor := last.FMR / deepest
	for rate := last.FMR / math.Cbrt(10); rate >= floor*(1-1e-9); rate /= math.Cbrt(10) {
		p := calibration.Point{Threshold: t.threshold(rate), FMR: rate, Fitted: true}
		p.High = t.high(p.Threshold)
		if p.High > widest*rate || p.Threshold > 1 {
			break
		}
		if p.Threshold > last.Threshold && p.High < last.High {
			points, last = append(points, p), p
		}
	}
	return points
}

// complete makes a calibration of its points' thresholds and rates.
func complete(
	points []calibration.Point, accepted func(threshold float64) float64, guard, margin float64,
	model calibration.Model, source calibration.Source,
) *calibration.Calibration {
	c := &calibration.Calibration{Format: calibration.Format, Model: model, Source: source, Points: points}
	for i, p := range points {
		points[i] = calibration.Point{Threshold: round(p.Threshold), FMR: significant(p.FMR), High: significant(p.High),
			TAR: round(accepted(p.Threshold)), Fitted: p.Fitted}
	}
	c.Limits = calibration.Limits{Guard: guard, Margin: margin, MinVerify: -1, MinIdentify: -1}
	lowest := func(risk float64) float64 { return math.Ceil(c.Verify(1/risk).Threshold*1e4) / 1e4 }
	c.Limits.MinVerify, c.Limits.MinIdentify = lowest(verifyRisk), lowest(identifyRisk)
	return c
}

// matchRate is the rate at which one comparison with another person reaches a threshold. Each
// counts for both people.
func (id *Identification) matchRate(t step) Rate {
	matched := make(tallies, id.people)
	for _, c := range id.compared {
		matched.add(int(c.template), c.score >= t)
		matched.add(int(c.person), c.score >= t)
	}
	return matched.rate()
}

// significant keeps three digits.
func significant(v float64) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'e', 2, 64), 64)
	return v
}

// round keeps four digits after the point.
func round(v float64) float64 { return math.Round(v*1e4) / 1e4 }
