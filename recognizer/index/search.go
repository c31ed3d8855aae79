package index

import (
	"cmp"
	"math"
	"slices"
)

// top16 is the largest value of a query in the first pass: 13 bits, so that MaxDim products with int8 fit 32 bits.
const top16 = 8191

// slack covers the rounding of the bound's own arithmetic in double precision, with room to spare.
const slack = 1e-9

// Search gives the k people nearest to q, best first; people with equal scores by their ID. It is exact: the scores are those of
// Score, and nobody who is left out has a better one. A vector without direction or of another length finds nobody.
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
	for first := 0; first < len(x.owner); first += blockRows {
		b, rows := x.blocks[first/blockRows], min(blockRows, len(x.owner)-first)
		dots(b.coarse[:rows*x.stride], s.query, s.dots[:rows])
		s.sift(x, b, first, rows, k)
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
	return &scratch{query: make([]int16, stride), dots: make([]int32, blockRows)}
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
	var top float64
	for _, f := range q {
		top = max(top, math.Abs(float64(f)))
	}
	s.unit = top / n / top16
	var lost float64
	for i, f := range q {
		y := float64(f) / n
		s.query[i] = int16(math.RoundToEven(y / s.unit))
		d := y - s.unit*float64(s.query[i])
		lost += d * d
	}
	s.lost = math.Sqrt(lost)
}

// sift keeps the rows of a block that may be in the answer.
func (s *scratch) sift(x *Index, b *block, first, rows, k int) {
	floor := s.floor(k)
	scale, lost := b.scale[:rows], b.lost[:rows]
	for i, d := range s.dots[:rows] {
		mid := float64(d) * s.unit * float64(scale[i])
		// ‖y‖ is 1 and ‖sX‖ at most 1 + ‖e‖ (see the package comment).
		e := float64(lost[i])
		half := e + (1+e)*s.lost + slack + 1e-6*e
		if mid+half < floor {
			continue
		}
		s.maybe = append(s.maybe, candidate{first + i, mid + half})
		if mid-half > floor {
			s.keep(Hit{x.owner[first+i], mid - half}, k)
			floor = s.floor(k)
		}
	}
	if len(s.maybe) > 4*blockRows { // scores that rise from row to row; keep the list short
		s.maybe = slices.DeleteFunc(s.maybe, func(c candidate) bool { return c.upper < floor })
	}
}

// floor is the lower end of the k-th best person, -Inf while there are fewer.
func (s *scratch) floor(k int) float64 {
	if len(s.best) < k {
		return math.Inf(-1)
	}
	return s.best[k-1].Score
}

// keep puts a hit in its place among the k best people.
func (s *scratch) keep(h Hit, k int) { s.best = place(s.best, h, k) }

// rank scores the remaining rows exactly, those that promise most first, and stops when none can matter.
func (x *Index) rank(s *scratch, q []float32, n float64, k int) []Hit {
	slices.SortFunc(s.maybe, func(a, b candidate) int { return cmp.Compare(b.upper, a.upper) })
	hits := make([]Hit, 0, min(k, len(x.rows))+1)
	for _, c := range s.maybe {
		if len(hits) >= k && c.upper < hits[k-1].Score {
			break
		}
		b, i := x.at(c.row)
		hits = place(hits, Hit{x.owner[c.row], dot(b.vector(i)[:x.dim], q) / n}, k)
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
