package eval

import (
	"math"
)

// Enrol is how many pictures a template is the mean of, at most.
const Enrol = 3

// Most is how many occasions a door keeps of a face, and compares with the mean of.
const Most = 5

// Identification is a search among the enrolled, as at a door.
type Identification struct {
	Enrolled  int // people
	Pictures  int // in their templates, in all
	Mated     int // probes of enrolled people
	NonMated  int // probes of people not enrolled, enrolled people's own templates left out
	FirstRank Rate
	Curve     []IdentifyPoint
	impostor  counts // template against picture, of different people
	people    int    // and templates by their numbers
	templates []int
	faces     [][]float32 // of the templates, by person; nil: not enrolled
	full      []bool
	compared  []comparison // of different people, by probe
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
	probe  int     // the picture
	full   bool    // the template is of as many pictures as there may be
	own    float64 // score with it
	other  float64 // with the best of the others
}

type nonMatedProbe struct {
	person int
	probe  int // the picture
	best   float64
}

// identify enrols each person with two pictures or more, with up to enrol of them, and searches
// with all other pictures. People who are perhaps one are not compared.
func identify(samples []sample, people, enrol int, one onePerson) *Identification {
	id := &Identification{people: people}
	templates, inTemplate := id.enrol(samples, enrol)
	id.Enrolled, id.faces = len(id.templates), templates
	first := make(tallies, people)
	for i, s := range samples {
		own, other := math.Inf(-1), math.Inf(-1)
		for _, person := range id.templates {
			score := dot(templates[person], s.face)
			switch {
			case person == s.person:
				own = score
			case !one.is(person, s.person):
				other = max(other, score)
				id.impostor.add(toStep(score))
				id.compared = append(id.compared, comparison{int32(person), int32(s.person), int32(i), toStep(score)})
			}
		}
		if inTemplate[i] { // it is part of a template, and so not an honest probe
			continue
		}
		if templates[s.person] != nil {
			id.mated = append(id.mated, matedProbe{s.person, i, id.full[s.person], own, other})
			first.add(s.person, own > other)
		}
		if !math.IsInf(other, -1) {
			id.nonMated = append(id.nonMated, nonMatedProbe{s.person, i, other})
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
func (id *Identification) enrol(samples []sample, most int) (templates [][]float32, inTemplate []bool) {
	templates, inTemplate = make([][]float32, id.people), make([]bool, len(samples))
	id.full = make([]bool, id.people)
	pictures := make([][]int, id.people)
	for i, s := range samples {
		pictures[s.person] = append(pictures[s.person], i)
	}
	for person, own := range pictures {
		n := min(most, len(own)-1)
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
		id.full[person] = n == most
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
