package eval

import (
	"slices"

	"menshen/recognizer/packed"
)

// OnCard is what templates cost that were packed into few bits, as a card carries them, compared
// with their owner alone.
type OnCard struct {
	Bits, Bytes int         // of a number, of a template; zero bits: not packed
	At          []CardPoint // the thresholds that doors have
	Alike       []CardPoint // as many of the others taken, whatever the threshold
}

// All are the points of both kinds.
func (c OnCard) All() []CardPoint { return slices.Concat(c.At, c.Alike) }

// CardPoint is one threshold's errors.
type CardPoint struct {
	Threshold float64
	FNMR      Rate // probes of people with a full template that do not reach it
	FMR       Rate // pictures of other people that do
}

// What templates on cards are measured at.
var (
	cardThresholds = []float64{.45, .50, .57}
	cardRates      = []float64{1e-4, 1e-5}
)

// onCards measures the templates as they are, and packed into each number of bits.
func (id *Identification) onCards(samples []sample, one onePerson) ([]OnCard, error) {
	all := make([]OnCard, packed.MostBits+1)
	for bits := range all {
		c := &all[bits]
		c.Bits, c.Bytes = bits, 4*len(samples[0].face)
		templates := make([][]float32, id.people)
		for _, person := range id.templates {
			templates[person] = id.faces[person]
			if bits == 0 {
				continue
			}
			raw, err := packed.Pack(id.faces[person], bits)
			if err == nil {
				templates[person], err = packed.Unpack(raw, len(samples[0].face), bits)
			}
			if err != nil {
				return nil, err
			}
			c.Bytes = len(raw)
		}
		others := new(counts)
		id.withOthers(samples, templates, one, func(_, _ int, score float64) { others.add(toStep(score)) })
		for _, t := range cardThresholds {
			c.At = append(c.At, id.oneToOne(samples, templates, t, one))
		}
		for _, rate := range cardRates {
			if reach := int(rate * float64(others.total)); reach > 0 {
				c.Alike = append(c.Alike, id.oneToOne(samples, templates, others.threshold(reach).cosine(), one))
			}
		}
	}
	return all, nil
}

// oneToOne compares the probes with their owner's template, and all pictures with those of others.
func (id *Identification) oneToOne(samples []sample, templates [][]float32, t float64, one onePerson) CardPoint {
	missed, matched := make(tallies, id.people), make(tallies, id.people)
	for _, p := range id.mated {
		if p.full {
			missed.add(p.person, dot(templates[p.person], samples[p.probe].face) < t)
		}
	}
	id.withOthers(samples, templates, one, func(enrolled, other int, score float64) {
		matched.add(enrolled, score >= t)
		matched.add(other, score >= t)
	})
	p := CardPoint{Threshold: t, FNMR: missed.rate(), FMR: matched.rate()}
	p.FMR.Errors, p.FMR.Trials = p.FMR.Errors/2, p.FMR.Trials/2
	return p
}

// withOthers gives each picture's score with each template of another person.
func (id *Identification) withOthers(samples []sample, templates [][]float32, one onePerson,
	f func(enrolled, other int, score float64)) {
	for _, s := range samples {
		for _, person := range id.templates {
			if person != s.person && !one.is(person, s.person) {
				f(person, s.person, dot(templates[person], s.face))
			}
		}
	}
}
