package eval

import (
	"math"

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

// identify enrols each person with two pictures or more, and searches with all other pictures.
func identify(samples []sample, people int) *Identification {
	id := &Identification{people: people}
	templates, inTemplate := id.enrol(samples)
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
		if inTemplate[i] { // it is part of a template, and so not an honest probe
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

// enrol gives the templates by person, nil for a person who is not enrolled, and which
// samples are in them.
func (id *Identification) enrol(samples []sample) (templates [][]float32, inTemplate []bool) {
	templates, inTemplate = make([][]float32, id.people), make([]bool, len(samples))
	pictures := make([][]int, id.people)
	for i, s := range samples {
		pictures[s.person] = append(pictures[s.person], i)
	}
	for person, own := range pictures {
		n := min(Enrol, len(own)-1)
		if n < 1 {
			continue
		}
		sum := make([]float32, len(samples[own[0]].face))
		for _, i := range own[:n] {
			for j, f := range samples[i].face {
				sum[j] += f
			}
		}
		template := unit(sum)
		if template == nil { // faces that cancel out make no template
			continue
		}
		for _, i := range own[:n] {
			inTemplate[i] = true
		}
		templates[person] = template
		id.templates = append(id.templates, person)
		id.Pictures += n
	}
	return templates, inTemplate
}

// at is the error rates at a threshold. The lead over the next best person is left out of account.
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

// promises compares what a calibration computes with the searches, up to what a door
// asks for by default.
func (id *Identification) promises(c *calibration.Calibration) []Promise {
	var all []Promise
	for _, asked := range []float64{10, 100, 1000, 10_000} {
		o := c.Identify(id.Enrolled, asked)
		all = append(all, Promise{asked, o, id.at(o.Threshold)})
	}
	return all
}
