package eval

import (
	"math"
	"slices"
)

// Gate is what one reason of the quality gate to refuse a picture costs and brings.
type Gate struct {
	Reason   string // empty: the pictures that were not refused, to compare with
	Pictures int
	Own      Rate // of enrolled people: would have been recognised. At a door that is the cost
	Others   Rate // would have been taken for another enrolled person. That is what it brings
}

// Gates is the quality gate at the thresholds of a door with as many people as are enrolled here.
type Gates struct {
	Own, Others float64 // thresholds: of one stranger in 1,000, and in 100, where more err
	Rows        []Gate
}

// refused is a face that the quality gate refused.
type refused struct {
	sample
	reason string
}

// gates holds the faces that were refused against the templates, reason by reason, after the probes
// that were not.
func (id *Identification) gates(faces []refused, own, others float64, one onePerson) *Gates {
	g := &Gates{Own: own, Others: others}
	recognised, mistaken := make(tallies, id.people), make(tallies, id.people)
	for _, p := range id.mated {
		recognised.add(p.person, p.own >= own && p.own > p.other)
	}
	for _, p := range id.nonMated {
		mistaken.add(p.person, p.best >= others)
	}
	g.Rows = append(g.Rows, Gate{"", id.NonMated, recognised.rate(), mistaken.rate()})
	var reasons []string
	by := make(map[string][]refused)
	for _, f := range faces {
		if by[f.reason] == nil {
			reasons = append(reasons, f.reason)
		}
		by[f.reason] = append(by[f.reason], f)
	}
	slices.SortStableFunc(reasons, func(a, b string) int { return len(by[b]) - len(by[a]) })
	for _, reason := range reasons {
		recognised, mistaken := make(tallies, id.people), make(tallies, id.people)
		for _, f := range by[reason] {
			mine, best := id.search(f.sample, one)
			if id.faces[f.person] != nil {
				recognised.add(f.person, mine >= own && mine > best)
			}
			mistaken.add(f.person, best >= others)
		}
		g.Rows = append(g.Rows, Gate{reason, len(by[reason]), recognised.rate(), mistaken.rate()})
	}
	return g
}

// search is a face's scores with its own person's template and with the best of the others. People
// who are perhaps one are not compared.
func (id *Identification) search(s sample, one onePerson) (own, other float64) {
	own, other = math.Inf(-1), math.Inf(-1)
	for _, person := range id.templates {
		switch score := dot(id.faces[person], s.face); {
		case person == s.person:
			own = score
		case !one.is(person, s.person):
			other = max(other, score)
		}
	}
	return own, other
}
