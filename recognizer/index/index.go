package index

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// ID names a person. It has the form of policy.PersonID and says nothing about them.
type ID [16]byte

// Hit is a person and the best score of their templates, the cosine, -1…1.
type Hit struct {
	ID    ID
	Score float64
}

// What an Index can hold.
const (
	MaxDim  = 2048    // beyond it the first pass could overflow 32 bits
	MaxRows = 1 << 20 // templates; their addresses (not memory) are reserved at once
)

// Errors.
var (
	ErrDim    = errors.New("vector length does not fit the index")
	ErrVector = errors.New("vector has no direction (zero, infinite or not a number)")
	ErrMemory = errors.New("no memory for templates") // or more than MaxRows
)

// Index holds the templates of the enrolled.
type Index struct {
	mu     sync.RWMutex
	dim    int
	stride int    // dim rounded up so that each row begins on a cache line
	table  *table // nil until the first row
	owner  []ID   // by row
	rows   map[ID][]int
	pool   sync.Pool // of *scratch
}

// New makes an empty index of vectors of dim values, 1 to MaxDim.
func New(dim int) (*Index, error) {
	if dim < 1 || dim > MaxDim {
		return nil, fmt.Errorf("index of dimension %d: %w (1 to %d)", dim, ErrDim, MaxDim)
	}
	x := &Index{dim: dim, stride: (dim + 63) &^ 63, rows: make(map[ID][]int)}
	x.pool.New = func() any { return newScratch(x.stride) }
	return x, nil
}

// Dim is the length of a vector.
func (x *Index) Dim() int { return x.dim }

// Len is the number of people.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.rows)
}

// Rows is the number of templates.
func (x *Index) Rows() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.owner)
}

// Locked reports whether all templates are locked in memory, out of reach of swap. If not, raise
// the process's limit (systemd: LimitMEMLOCK=infinity) or run without swap.
func (x *Index) Locked() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.table == nil || x.table.locked()
}

// Insert adds templates to a person, new or known. Vectors need not be of unit length; they are
// copied. On an error nothing is added.
func (x *Index) Insert(id ID, vectors ...[]float32) error {
	for _, v := range vectors {
		if len(v) != x.dim {
			return fmt.Errorf("insert a vector of %d values into an index of %d: %w", len(v), x.dim, ErrDim)
		}
		if norm(v) == 0 {
			return fmt.Errorf("insert: %w", ErrVector)
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.grow(len(x.owner) + len(vectors)); err != nil {
		return fmt.Errorf("insert %d templates beside %d: %w: %w", len(vectors), len(x.owner), ErrMemory, err)
	}
	for _, v := range vectors {
		row := len(x.owner)
		x.table.put(row, v)
		x.owner = append(x.owner, id)
		x.rows[id] = append(x.rows[id], row)
	}
	return nil
}

// grow makes room for rows in all.
func (x *Index) grow(rows int) (err error) {
	if x.table == nil {
		if x.table, err = newTable(x.stride); err != nil {
			return err
		}
	}
	return x.table.grow(rows)
}

// Erase removes a person and overwrites their rows. It reports whether there were any.
func (x *Index) Erase(id ID) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, known := x.rows[id]; !known {
		return false
	}
	for len(x.rows[id]) > 0 {
		list := x.rows[id]
		x.eraseRow(list[len(list)-1])
	}
	delete(x.rows, id)
	return true
}

// eraseRow moves the last row over a row, and overwrites the last row with zeros.
func (x *Index) eraseRow(row int) {
	last := len(x.owner) - 1
	x.renumber(x.owner[row], row, -1)
	if row != last {
		x.table.move(row, last)
		x.renumber(x.owner[last], last, row)
		x.owner[row] = x.owner[last]
	}
	x.table.wipe(last)
	x.owner[last] = ID{}
	x.owner = x.owner[:last]
}

// renumber changes a row's number in its owner's list; -1 removes it.
func (x *Index) renumber(id ID, old, row int) {
	list := x.rows[id]
	for i := range list {
		if list[i] != old {
			continue
		}
		if row >= 0 {
			list[i] = row
		} else {
			list[i] = list[len(list)-1]
			x.rows[id] = list[:len(list)-1]
		}
		return
	}
}

// Score is the best cosine of a vector with one person's templates; false when the person has none.
// It is the 1:1 comparison.
func (x *Index) Score(id ID, q []float32) (float64, bool) {
	n := norm(q)
	if len(q) != x.dim || n == 0 {
		return 0, false
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	best, found := math.Inf(-1), false
	for _, row := range x.rows[id] {
		best, found = max(best, dot(x.table.vector(row)[:x.dim], q)/n), true
	}
	return best, found
}

// Close overwrites and gives back all memory. The index is empty afterwards and may be used again.
func (x *Index) Close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.table != nil {
		x.table.free()
	}
	x.table, x.owner = nil, nil
	clear(x.rows)
}

// norm is a vector's length, or 0 when it has none that is finite.
func norm(v []float32) float64 {
	n := math.Sqrt(dot(v, v))
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return 0
	}
	return n
}

// dot is the inner product in double precision. Four sums let the processor overlap the additions.
func dot(a, b []float32) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += float64(a[i]) * float64(b[i])
		s1 += float64(a[i+1]) * float64(b[i+1])
		s2 += float64(a[i+2]) * float64(b[i+2])
		s3 += float64(a[i+3]) * float64(b[i+3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i]) * float64(b[i])
	}
	return (s0 + s1) + (s2 + s3)
}
