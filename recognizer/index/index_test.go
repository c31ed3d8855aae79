package index

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func randomVector(r *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func idOf(n int) ID { return ID{byte(n >> 8), byte(n)} }

func newIndex(t testing.TB, dim int) *Index {
	x, err := New(dim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	return x
}

// slowSearch is the definition: score everything, sort, cut.
func slowSearch(x *Index, q []float32, k int) []Hit {
	var all []Hit
	for id := range x.rows {
		if s, ok := x.Score(id, q); ok {
			all = append(all, Hit{id, s})
		}
	}
	slices.SortFunc(all, byScore)
	return all[:min(k, len(all))]
}

// Whatever is inserted and erased, in whatever order, a search gives what scoring everybody gives.
func TestSearchIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 130).Draw(t, "dim")
		x, err := New(dim)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		// Few distinct values and directions make scores that are equal or nearly so.
		coarse := rapid.Bool().Draw(t, "coarse")
		vector := func() []float32 {
			v := randomVector(r, dim)
			if coarse {
				for i := range v {
					v[i] = float32(math.Round(float64(v[i])))
				}
				v[0]++
			}
			return v
		}
		model := map[ID]int{}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			id := idOf(r.IntN(20))
			if r.IntN(4) == 0 {
				if got, want := x.Erase(id), model[id] > 0; got != want {
					t.Fatalf("Erase = %v, want %v", got, want)
				}
				delete(model, id)
				continue
			}
			v := vector()
			if norm(v) == 0 {
				continue
			}
			if err := x.Insert(id, v); err != nil {
				t.Fatal(err)
			}
			model[id]++
		}
		rows := 0
		for _, n := range model {
			rows += n
		}
		if x.Len() != len(model) || x.Rows() != rows {
			t.Fatalf("%d people and %d rows, want %d and %d", x.Len(), x.Rows(), len(model), rows)
		}
		q := vector()
		k := rapid.IntRange(1, 25).Draw(t, "k")
		if got, want := x.Search(q, k), slowSearch(x, q, k); norm(q) > 0 && !slices.Equal(got, want) {
			t.Fatalf("Search = %v, want %v", got, want)
		}
	})
}

// Near-duplicates in several batches: the intervals of many rows overlap, and the second
// pass has to decide.
func TestSearchAmongNearDuplicates(t *testing.T) {
	const dim, n = 64, 3*batch + 17
	x, r := newIndex(t, dim), rand.New(rand.NewPCG(3, 4))
	base := randomVector(r, dim)
	near := func() []float32 {
		v := slices.Clone(base)
		for i := range v {
			v[i] += float32(r.NormFloat64() * 1e-3)
		}
		return v
	}
	for i := range n {
		if err := x.Insert(idOf(i), near()); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		q := near()
		if got, want := x.Search(q, 3), slowSearch(x, q, 3); !slices.Equal(got, want) {
			t.Fatalf("Search = %v, want %v", got, want)
		}
	}
}

// The worst that rounding can do: what one row loses would raise its score, what the other loses
// would lower it, and by their int8 forms the wrong one is far ahead.
func TestRoundingCannotHideTheBest(t *testing.T) {
	const dim = 64
	best, other, q := make([]float32, dim), make([]float32, dim), make([]float32, dim)
	best[0], other[0] = 127, 127 // sets the scale to 1
	for i := 1; i < dim; i++ {
		q[i] = 1
		best[i] = .45 // becomes 0
		other[i] = -.45
		if i <= 50 {
			other[i] = .55 // becomes 1
		}
	}
	x := newIndex(t, dim)
	if err := errors.Join(x.Insert(ID{2}, other), x.Insert(ID{1}, best)); err != nil {
		t.Fatal(err)
	}
	for i := range batch { // far from both, and enough of them
		if err := x.Insert(idOf(256+i), append([]float32{-1}, make([]float32, dim-1)...)); err != nil {
			t.Fatal(err)
		}
	}
	if hits := x.Search(q, 1); len(hits) != 1 || hits[0].ID != (ID{1}) {
		t.Errorf("found %v, want the first person", hits)
	}
}

func TestRefusals(t *testing.T) {
	if _, err := New(0); !errors.Is(err, ErrDim) {
		t.Errorf("New(0): %v", err)
	}
	if _, err := New(MaxDim + 1); !errors.Is(err, ErrDim) {
		t.Errorf("New(MaxDim+1): %v", err)
	}
	x := newIndex(t, 3)
	good, nan := []float32{1, 0, 0}, []float32{1, float32(math.NaN()), 0}
	for _, c := range []struct {
		name string
		v    []float32
		want error
	}{
		{"short", []float32{1, 0}, ErrDim},
		{"zero", []float32{0, 0, 0}, ErrVector},
		{"NaN", nan, ErrVector},
		{"infinite", []float32{float32(math.Inf(1)), 0, 0}, ErrVector},
	} {
		if err := x.Insert(ID{1}, good, c.v); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if x.Len() != 0 || x.Rows() != 0 {
			t.Errorf("%s: something was added", c.name)
		}
		if hits := x.Search(c.v, 1); hits != nil {
			t.Errorf("%s: found %v", c.name, hits)
		}
	}
	if hits := x.Search(good, 1); len(hits) != 0 {
		t.Errorf("an empty index found %v", hits)
	}
}

// The longest vector with the largest values does not overflow the first pass.
func TestExtremesFit(t *testing.T) {
	x := newIndex(t, MaxDim)
	v, opposite := make([]float32, MaxDim), make([]float32, MaxDim)
	for i := range v {
		v[i], opposite[i] = math.MaxFloat32, -math.MaxFloat32
	}
	if err := errors.Join(x.Insert(ID{1}, v), x.Insert(ID{2}, opposite)); err != nil {
		t.Fatal(err)
	}
	hits := x.Search(v, 2)
	if len(hits) != 2 || hits[0].ID != (ID{1}) || math.Abs(hits[0].Score-1) > 1e-6 || math.Abs(hits[1].Score+1) > 1e-6 {
		t.Errorf("found %v", hits)
	}
}

func TestDotsMatchTheirTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, dim := rapid.IntRange(0, 9).Draw(t, "rows"), 64*rapid.IntRange(1, 9).Draw(t, "lines")
		rows := rapid.SliceOfN(rapid.Int8(), n*dim, n*dim).Draw(t, "rows")
		q := rapid.SliceOfN(rapid.Int16Range(-top16, top16), dim, dim).Draw(t, "q")
		got, want := make([]int32, n), make([]int32, n)
		dots(rows, q, got)
		dotsGo(rows, q, want)
		if !slices.Equal(got, want) {
			t.Fatalf("dots = %v, want %v", got, want)
		}
	})
}

// TestREraseRowsAreOverwritten looks for the bytes of an erased template in all of
// the index's memory.
func TestREraseRowsAreOverwritten(t *testing.T) {
	const dim = 64
	x, r := newIndex(t, dim), rand.New(rand.NewPCG(5, 6))
	secret := [][]float32{randomVector(r, dim), randomVector(r, dim)}
	for i := range 2*batch + 5 {
		if i == 7 || i == batch {
			if err := x.Insert(ID{0xff}, secret[i/batch]); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.Insert(idOf(i), randomVector(r, dim)); err != nil {
			t.Fatal(err)
		}
	}
	var exact [][]float32
	var coarse [][]int8
	for _, row := range x.rows[ID{0xff}] {
		exact = append(exact, slices.Clone(x.table.vector(row)))
		coarse = append(coarse, slices.Clone(x.table.bytes(row)))
	}
	left := func() (n int) {
		for i := range 2*batch + 7 {
			for j := range exact {
				if slices.Equal(x.table.vector(i), exact[j]) || slices.Equal(x.table.bytes(i), coarse[j]) {
					n++
				}
			}
		}
		return n
	}
	if left() != 2 {
		t.Fatalf("%d rows are the person's before erasure, want 2", left())
	}
	if !x.Erase(ID{0xff}) || x.Erase(ID{0xff}) {
		t.Error("Erase must report true, then false")
	}
	if left() != 0 {
		t.Errorf("%d rows are still there after erasure", left())
	}
	for i, bytes := range []int{4 * x.stride, x.stride, 8} {
		a := x.table.arenas[i]
		beyond := a.reserved[a.base+x.Rows()*bytes : a.base+a.used]
		if slices.ContainsFunc(beyond, func(b byte) bool { return b != 0 }) {
			t.Errorf("arena %d is not zero beyond the last row", i)
		}
	}
}

// TestRStrangerSearchForgetsTheQuery looks into what a search leaves for the next one.
func TestRStrangerSearchForgetsTheQuery(t *testing.T) {
	s := newScratch(64)
	s.quantise(randomVector(rand.New(rand.NewPCG(7, 8)), 64), 8)
	s.dots[3] = 5
	s.best = append(s.best, Hit{ID{1}, 1})
	s.maybe = append(s.maybe, candidate{1, 1})
	s.wipe()
	if slices.ContainsFunc(s.query, func(v int16) bool { return v != 0 }) || s.dots[3] != 0 ||
		s.best[:1][0] != (Hit{}) || s.maybe[:1][0] != (candidate{}) || s.unit != 0 {
		t.Errorf("left over: %+v", s)
	}
}

func TestConcurrentUse(t *testing.T) {
	const dim = 32
	x := newIndex(t, dim)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(9, uint64(w)))
			for i := range 200 {
				id := idOf(r.IntN(10))
				switch i % 4 {
				case 0:
					if err := x.Insert(id, randomVector(r, dim)); err != nil {
						t.Error(err)
					}
				case 1:
					x.Erase(id)
				default:
					if hits := x.Search(randomVector(r, dim), 2); len(hits) == 2 && hits[0].Score < hits[1].Score {
						t.Errorf("hits in the wrong order: %v", hits)
					}
				}
			}
		})
	}
	wg.Wait()
}

// The time of one search for the nearest two, and the int8 rows read by it per second.
// `scripts/bench/search.py` sets it beside FAISS and beside a plain read.
func BenchmarkSearch(b *testing.B) {
	const dim = 512
	for _, size := range []struct {
		name string
		rows int
	}{{"1k", 1_000}, {"10k", 10_000}, {"100k", 100_000}} {
		b.Run(size.name, func(b *testing.B) {
			x, r := newIndex(b, dim), rand.New(rand.NewPCG(1, 2))
			face := faces(r, dim)
			var q []float32
			for i := range size.rows {
				q = face()
				if err := x.Insert(ID{byte(i), byte(i >> 8), byte(i >> 16)}, q); err != nil {
					b.Fatal(err)
				}
			}
			for i := range q {
				q[i] += float32(r.NormFloat64()) / 2
			}
			b.SetBytes(int64(size.rows * dim))
			fastest := time.Duration(math.MaxInt64)
			for b.Loop() {
				began := time.Now()
				x.Search(q, 2)
				fastest = min(fastest, time.Since(began))
			}
			b.ReportMetric(float64(fastest), "ns/fastest")
		})
	}
}

// One person erased and one enrolled, among 100,000: neither rebuilds anything.
func BenchmarkEraseInsert(b *testing.B) {
	const dim, rows = 512, 100_000
	x, r := newIndex(b, dim), rand.New(rand.NewPCG(1, 2))
	v := randomVector(r, dim)
	id := func(i int) ID { return ID{byte(i), byte(i >> 8), byte(i >> 16)} }
	for i := range rows {
		if err := x.Insert(id(i), v); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		gone := id(r.IntN(rows))
		x.Erase(gone)
		if err := x.Insert(gone, v); err != nil {
			b.Fatal(err)
		}
	}
}

// faces makes vectors whose cosines are spread like those of strangers' faces, by mixing a few of a
// hundred directions.
func faces(r *rand.Rand, dim int) func() []float32 {
	var directions [100][]float32
	for i := range directions {
		directions[i] = randomVector(r, dim)
	}
	return func() []float32 {
		v := make([]float32, dim)
		for range 8 {
			weight := float32(r.NormFloat64())
			for i, f := range directions[r.IntN(len(directions))] {
				v[i] += weight * f
			}
		}
		return v
	}
}
