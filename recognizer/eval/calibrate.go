package eval

import (
	"math"
	"slices"

	"menshen/recognizer/calibration"
)

// walkUp is how much more often a stranger passes at a door than one picture of theirs does
// here: at a door the probe is the mean of the frames of a walk-up, compared after each of
// them (docs/figures.md).
const walkUp = 2.0

// calibrate measures a calibration from the comparisons of templates with pictures of other people,
// as at a door. It has only points that at least MinErrors comparisons reach. The guard is walkUp
// times how much higher than measured the rate of the last point may be, by its interval. The floor
// is a tenth of that rate.
func (id *Identification) calibrate(
	model calibration.Model, source calibration.Source, margin float64,
) (*calibration.Calibration, error) {
	c := &calibration.Calibration{Format: calibration.Format, Model: model, Source: source}
	own := make([]float64, 0, len(id.mated))
	for _, p := range id.mated {
		own = append(own, p.own)
	}
	slices.Sort(own)
	guard := walkUp
	for _, wanted := range slices.Concat(wantedRates, []float64{MinErrors / float64(max(id.impostor.total, 1))}) {
		reach := int(math.Round(wanted * float64(id.impostor.total)))
		if reach < MinErrors || len(c.Points) > 0 && wanted > 0.8*c.Points[len(c.Points)-1].FMR {
			continue
		}
		t := id.impostor.threshold(reach)
		r := id.matchRate(t)
		below, _ := slices.BinarySearch(own, t.cosine())
		c.Points = append(c.Points, calibration.Point{
			FMR: significant(r.Value), Threshold: round(t.cosine()),
			TAR: round(1 - float64(below)/float64(max(len(own), 1))),
		})
		guard = walkUp * max(1, r.High/r.Value)
	}
	if len(c.Points) < 2 {
		return nil, ErrPictures
	}
	last := c.Points[len(c.Points)-1]
	c.Limits = calibration.Limits{
		Guard: round(guard), Floor: significant(last.FMR / 10), Margin: margin,
		MinVerify: c.Points[len(c.Points)-2].Threshold, MinIdentify: last.Threshold,
	}
	return c, nil
}

// matchRate is the rate at which one comparison with another person reaches a threshold. Each
// counts for both people.
func (id *Identification) matchRate(t step) Rate {
	matched, next := make(tallies, id.people), 0
	for _, probe := range id.probes {
		for _, template := range id.templates {
			if template == probe {
				continue
			}
			hit := id.scores[next] >= t
			next++
			matched.add(template, hit)
			matched.add(probe, hit)
		}
	}
	return matched.rate()
}

// significant keeps three digits.
func significant(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v))-2)
	return math.Round(v/unit) * unit
}

// round keeps four digits after the point.
func round(v float64) float64 { return math.Round(v*1e4) / 1e4 }
