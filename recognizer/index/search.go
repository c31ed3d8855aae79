package index

import (
	"cmp"
	"math"
	"slices"
)

// top16 is the largest value of a query in the first pass: 13 bits, so that MaxDim products with
// int8 fit 32 bits.
const top16 = 8191

// batch is how many rows are multiplied before they are filtered; their products stay in
// the nearest cache.
const batch = 1024

// slack covers several times what the bound neglects: rows are of unit length to within float32's
// rounding, and products of at most about 1 are rounded to single precision.
const slack = 1e-6

// Search gives the k people nearest to q, the best first; people with equal scores by their ID. It
// is exact: the scores are those of Score, and no person left out has a better one. A vector
// without a direction or of another length gives no hits.
func (x *Index) Search(q []float32, k int) []Hit {
	n := norm(q)
	if len(q) != x.dim || n == 0 || k < 1 {
		return nil
	}
	s := x.pool.Get().(*scratch)
	defer x.pool.Put(s)
	defer s.wipe()
	s.quantise(q, n)

	x.mu.RLock()
	defer x.mu.RUnlock()
	s.best = s.best[:0]
	for first := 0; first < len(x.owner); first += batch {
		after := min(first+batch, len(x.owner))
		dots(x.table.coarse[first*x.stride:after*x.stride], s.query, s.dots[:after-first])
		s.sift(x, first, after, k)
	}
	return x.rank(s, q, n, k)
}

// scratch is what one search needs. Its query is face data until wiped.
type scratch struct {
	query []int16 // q / unit
	unit  float64
	lost  float64 // length of q − unit×query, q of unit length
	dots  []int32
	best  []Hit       // the k best people so far by their lower ends
	maybe []candidate // rows that may be in the answer
}

// candidate is a row and the upper end of its interval.
type candidate struct {
	row   int
	upper float64
}

func newScratch(stride int) *scratch {
	return &scratch{query: make([]int16, stride), dots: make([]int32, batch)}
}

// wipe overwrites what a search leaves: the query and its products.
func (s *scratch) wipe() {
	clear(s.query)
	clear(s.dots)
	clear(s.best)
	clear(s.maybe)
	s.unit, s.lost, s.best, s.maybe = 0, 0, s.best[:0], s.maybe[:0]
}

// quantise rounds q, of length n, to integers.
func (s *scratch) quantise(q []float32, n float64) {
	var top float32
	for _, f := range q {
		top = max(top, f, -f)
	}
	s.unit = float64(top) / n / top16
	toUnit, perUnit := 1/n, 1/s.unit
	var lost float64
	for i, f := range q {
		y := float64(f) * toUnit
		near := math.RoundToEven(y * perUnit)
		s.query[i] = int16(near)
		d := y - s.unit*near
		lost += d * d
	}
	s.lost = math.Sqrt(lost)
}

// sift keeps the rows that may be in the answer, of those from first to after.
func (s *scratch) sift(x *Index, first, after, k int) {
	floor := s.floor(k)
	limit := s.limit(floor, x.table.worst)
	fit := x.table.fit[first:after]
	for i, d := range s.dots[:len(fit)] {
		// Nearly all rows end here, by the widest interval of all and in single precision.
		if float32(d)*fit[i].scale < limit {
			continue
		}
		mid, half := float64(d)*s.unit*float64(fit[i].scale), s.half(float64(fit[i].lost))
		if mid+half < floor {
			continue
		}
		s.maybe = append(s.maybe, candidate{first + i, mid + half})
		if mid-half > floor {
			s.best = place(s.best, Hit{x.owner[first+i], mid - half}, k)
			floor = s.floor(k)
			limit = s.limit(floor, x.table.worst)
		}
	}
	if len(s.maybe) > 4*batch { // scores that rise from row to row; keep the list short
		s.maybe = slices.DeleteFunc(s.maybe, func(c candidate) bool { return c.upper < floor })
	}
}

// half is half the width of a row's interval. ‖y‖ is 1 and ‖sX‖ at most 1 + ‖e‖ (see the package
// comment), to within slack.
func (s *scratch) half(lost float64) float64 { return lost + (1+lost)*s.lost + slack }

// limit is what float32(dot)×scale must reach for a row to be scored, when no row lost
// more than worst.
func (s *scratch) limit(floor, worst float64) float32 {
	return float32((floor - s.half(worst) - slack) / s.unit)
}

// floor is the lower end of the k-th best person, -Inf while there are fewer.
func (s *scratch) floor(k int) float64 {
	if len(s.best) < k {
		return math.Inf(-1)
	}
	return s.best[k-1].Score
}

// rank scores the remaining rows exactly, the most promising first, and stops when no other can
// be in the answer.
func (x *Index) rank(s *scratch, q []float32, n float64, k int) []Hit {
	slices.SortFunc(s.maybe, func(a, b candidate) int { return cmp.Compare(b.upper, a.upper) })
	hits := make([]Hit, 0, min(k, len(x.rows))+1)
	for _, c := range s.maybe {
		if len(hits) >= k && c.upper < hits[k-1].Score {
			break
		}
		hits = place(hits, Hit{x.owner[c.row], dot(x.table.vector(c.row)[:x.dim], q) / n}, k)
	}
	return hits
}

// place inserts a hit into a list of at most k people, best first, each once.
func place(list []Hit, h Hit, k int) []Hit {
	if i := slices.IndexFunc(list, func(o Hit) bool { return o.ID == h.ID }); i >= 0 {
		if list[i].Score >= h.Score {
			return list
		}
		list = slices.Delete(list, i, i+1)
	}
	i, _ := slices.BinarySearchFunc(list, h, byScore)
	if i >= k {
		return list
	}
	list = slices.Insert(list, i, h)
	return list[:min(k, len(list))]
}

// byScore puts the better first, and equals in the order of their IDs.
func byScore(a, b Hit) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), slices.Compare(a.ID[:], b.ID[:]))
}
