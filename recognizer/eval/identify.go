package eval

import (
	"math"
	"slices"

	"menshen/recognizer/calibration"
)

// Enrol is how many pictures a template is the mean of, at most.
const Enrol = 3

// Identification is a search among the enrolled, as at a door.
type Identification struct {
	Enrolled  int // people
	Pictures  int // in their templates, in all
	Mated     int // probes of enrolled people
	NonMated  int // probes of people not enrolled, enrolled people's own templates left out
	FirstRank Rate
	Curve     []IdentifyPoint
	impostor  counts // template against picture, of different people
	people    int    // and templates and probes by their numbers
	templates []int
	probes    []int
	scores    []step // of the impostor comparisons, by probe, then template
	mated     []matedProbe
	nonMated  []nonMatedProbe
}

// IdentifyPoint is one threshold's errors.
type IdentifyPoint struct {
	Threshold  float64
	FPIR, FNIR Rate
}

type matedProbe struct {
	person int
	own    float64 // score with their own template
	other  float64 // with the best of the others
}

type nonMatedProbe struct {
	person int
	best   float64
}

// identify enrols who has two pictures or more, and searches with all other pictures.
func identify(samples []sample, people int) *Identification {
	id := &Identification{people: people}
	pictures := make([][]int, people)
	for i, s := range samples {
		pictures[s.person] = append(pictures[s.person], i)
	}
	templates := make([][]float32, people)
	enrolled := make([]bool, len(samples)) // pictures that are in a template
	for person, own := range pictures {
		n := min(Enrol, len(own)-1)
		if n < 1 {
			continue
		}
		sum := make([]float32, len(samples[own[0]].face))
		for _, i := range own[:n] {
			enrolled[i] = true
			for j, f := range samples[i].face {
				sum[j] += f
			}
		}
		if templates[person] = unit(sum); templates[person] == nil {
			continue
		}
		id.templates = append(id.templates, person)
		id.Pictures += n
	}
	id.Enrolled = len(id.templates)
	first := make(tallies, people)
	for i, s := range samples {
		own, other := math.Inf(-1), math.Inf(-1)
		id.probes = append(id.probes, s.person)
		for _, person := range id.templates {
			score := dot(templates[person], s.face)
			if person == s.person {
				own = score
				continue
			}
			other = max(other, score)
			id.impostor.add(toStep(score))
			id.scores = append(id.scores, toStep(score))
		}
		if enrolled[i] { // it has its part in a template and is no honest probe
			continue
		}
		if templates[s.person] != nil {
			id.mated = append(id.mated, matedProbe{s.person, own, other})
			first.add(s.person, own > other)
		}
		if !math.IsInf(other, -1) {
			id.nonMated = append(id.nonMated, nonMatedProbe{s.person, other})
		}
	}
	id.Mated, id.NonMated, id.FirstRank = len(id.mated), len(id.nonMated), first.rate()
	for t := 0.2; t < 0.801; t += 0.02 {
		id.Curve = append(id.Curve, id.at(t))
	}
	return id
}

// at is the error rates at a threshold.
func (id *Identification) at(threshold float64) IdentifyPoint {
	missed, passed := make(tallies, id.people), make(tallies, id.people)
	for _, p := range id.mated {
		missed.add(p.person, p.own < threshold || p.own <= p.other)
	}
	for _, p := range id.nonMated {
		passed.add(p.person, p.best >= threshold)
	}
	return IdentifyPoint{threshold, passed.rate(), missed.rate()}
}

// Promise is what a calibration promised at the number enrolled here, and what was found.
type Promise struct {
	Asked     float64 // one stranger in so many
	Operating calibration.Operating
	Found     IdentifyPoint
}

// Kept reports whether the rate promised is not below the interval found.
func (p Promise) Kept() bool { return 1/p.Operating.OneIn >= p.Found.FPIR.Low }

// promises holds a calibration's reckoning against the searches.
func (id *Identification) promises(c *calibration.Calibration) []Promise {
	var all []Promise
	for _, asked := range []float64{10, 100, 1000} {
		o := c.Identify(id.Enrolled, asked)
		all = append(all, Promise{asked, o, id.at(o.Threshold)})
	}
	return all
}

// calibration measures one from the comparisons of templates with pictures of other people: what a door does. Points are
// given where at least MinErrors comparisons reach them. The guard is how much higher than measured the rate of the
// last point may be, by its interval; the floor a tenth of it.
func (id *Identification) calibrate(model calibration.Model, source calibration.Source, margin float64) (*calibration.Calibration, error) {
	c := &calibration.Calibration{Format: calibration.Format, Model: model, Source: source}
	own := make([]float64, 0, len(id.mated))
	for _, p := range id.mated {
		own = append(own, p.own)
	}
	slices.Sort(own)
	guard := 1.0
	for _, wanted := range append(wantedRates, float64(MinErrors)/float64(max(id.impostor.total, 1))) {
		reach := int(math.Round(wanted * float64(id.impostor.total)))
		if reach < MinErrors || len(c.Points) > 0 && wanted > 0.8*c.Points[len(c.Points)-1].FMR {
			continue
		}
		t := id.impostor.threshold(reach)
		r := id.matchRate(t)
		below, _ := slices.BinarySearch(own, t.cosine())
		c.Points = append(c.Points, calibration.Point{
			FMR: significant(r.Value), Threshold: round(t.cosine()), TAR: round(1 - float64(below)/float64(max(len(own), 1))),
		})
		guard = max(1, r.High/r.Value)
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

// matchRate is the rate of one comparison with somebody else at a threshold. Each counts for both people.
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
