package eval

import (
	"cmp"
	"slices"
)

// Pair is two folders that perhaps show one person.
type Pair struct {
	A, B  string
	Score float64 // the highest of a picture of each
}

// oneScore is the score from which on pictures of two folders are perhaps of one person. Of 9.7
// million comparisons of two people of LFW the highest was .568; the one above that was one person
// in two folders.
const oneScore = 0.6

// onePerson is the pairs of people who are perhaps one, the smaller number first. They are left out
// where strangers are compared: one of them decides the rarest rates.
type onePerson map[[2]int]float64

func (o onePerson) is(a, b int) bool {
	if len(o) == 0 {
		return false
	}
	_, one := o[[2]int{min(a, b), max(a, b)}]
	return one
}

// alike finds them.
func alike(samples []sample) onePerson {
	o := onePerson{}
	for i, a := range samples {
		for _, b := range samples[:i] {
			if a.person == b.person {
				continue
			}
			if s := dot(a.face, b.face); s >= oneScore {
				key := [2]int{min(a.person, b.person), max(a.person, b.person)}
				o[key] = max(o[key], s)
			}
		}
	}
	return o
}

// pairs lists them by their folders' names, the most alike first.
func (o onePerson) pairs(names []string) (all []Pair) {
	for key, score := range o {
		all = append(all, Pair{names[key[0]], names[key[1]], score})
	}
	slices.SortFunc(all, func(p, q Pair) int {
		return cmp.Or(cmp.Compare(q.Score, p.Score), cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B))
	})
	return all
}
