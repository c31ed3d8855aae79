package index

import (
	"math"
	"unsafe"
)

// table is the rows of an index, each as float32, as int8 and with the difference of the two. The
// slices have the full size; only rows below the arenas' reach may be touched.
type table struct {
	stride int
	arenas [3]*arena
	exact  []float32 // stride a row, unit length
	coarse []int8    // stride a row: exact ≈ scale × coarse
	fit    []fit     // one a row
	worst  float64   // no row's lost is more
}

// fit is how the int8 form of a row relates to the row.
type fit struct {
	scale float32
	lost  float32 // length of exact − scale×coarse, rounded up
}

// Steps in which memory is taken. Every search reads all int8 rows, so they gain from large pages.
const (
	exactStep  = 256 << 10
	coarseStep = huge
	fitStep    = 32 << 10
)

// newTable reserves addresses for MaxRows rows.
func newTable(stride int) (*table, error) {
	t := &table{stride: stride}
	for i, a := range []struct{ bytes, step int }{
		{MaxRows * stride * 4, exactStep},
		{MaxRows * stride, coarseStep},
		{MaxRows * int(unsafe.Sizeof(fit{})), fitStep},
	} {
		var err error
		if t.arenas[i], err = newArena(a.bytes, a.step); err != nil {
			t.free()
			return nil, err
		}
	}
	t.exact = unsafe.Slice((*float32)(t.arenas[0].start()), MaxRows*stride)
	t.coarse = unsafe.Slice((*int8)(t.arenas[1].start()), MaxRows*stride)
	t.fit = unsafe.Slice((*fit)(t.arenas[2].start()), MaxRows)
	return t, nil
}

// grow makes room for rows rows.
func (t *table) grow(rows int) error {
	for i, bytes := range []int{t.stride * 4, t.stride, int(unsafe.Sizeof(fit{}))} {
		if err := t.arenas[i].grow(rows * bytes); err != nil {
			return err
		}
	}
	return nil
}

// locked reports whether all memory in use is locked.
func (t *table) locked() bool {
	return t.arenas[0].locked && t.arenas[1].locked && t.arenas[2].locked
}

// vector is row i as float32.
func (t *table) vector(i int) []float32 { return t.exact[i*t.stride:][:t.stride:t.stride] }

// bytes is row i as int8.
func (t *table) bytes(i int) []int8 { return t.coarse[i*t.stride:][:t.stride:t.stride] }

// put writes v, scaled to unit length, to row i. v has a direction; see norm.
func (t *table) put(i int, v []float32) {
	row, small, n := t.vector(i), t.bytes(i), norm(v)
	var top float32
	for j, f := range v {
		row[j] = float32(float64(f) / n)
		top = max(top, row[j], -row[j])
	}
	scale := top / 127
	var lost float64
	for j, f := range row {
		near := math.RoundToEven(float64(f) / float64(scale))
		small[j] = int8(near)
		d := float64(f) - float64(scale)*near
		lost += d * d
	}
	t.fit[i] = fit{scale, math.Nextafter32(float32(math.Sqrt(lost)), 2)}
	t.worst = max(t.worst, float64(t.fit[i].lost))
}

// move copies row j to row i.
func (t *table) move(i, j int) {
	copy(t.vector(i), t.vector(j))
	copy(t.bytes(i), t.bytes(j))
	t.fit[i] = t.fit[j]
}

// wipe overwrites row i with zeros.
func (t *table) wipe(i int) {
	clear(t.vector(i))
	clear(t.bytes(i))
	t.fit[i] = fit{}
}

// free overwrites all rows and gives the memory back.
func (t *table) free() {
	for _, a := range t.arenas {
		a.free()
	}
	*t = table{}
}
