package index

import (
	"math"
	"unsafe"

	"golang.org/x/sys/unix"
)

// blockRows is how many rows a block holds: at 512 values, 2 MiB for the float32 and 512 KiB for the int8 rows.
const blockRows = 1024

// block is a run of rows in memory of its own.
type block struct {
	mem    []byte
	locked bool
	stride int
	exact  []float32 // blockRows × stride, unit length
	coarse []int8    // the same, rounded: exact ≈ scale × coarse
	scale  []float32
	lost   []float32 // length of exact − scale×coarse, rounded up
}

// newBlock maps a block. Its memory is zero, stays out of core dumps and, where the system allows it, out of swap.
func newBlock(stride int) (*block, error) {
	const cells = blockRows
	size := cells*stride*4 + cells*stride + cells*4 + cells*4
	mem, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, err
	}
	// Huge pages and staying out of dumps are worth having and no reason to fail.
	_ = unix.Madvise(mem, unix.MADV_DONTDUMP)
	_ = unix.Madvise(mem, unix.MADV_HUGEPAGE)
	b := &block{mem: mem, locked: unix.Mlock(mem) == nil, stride: stride}
	p := unsafe.Pointer(unsafe.SliceData(mem))
	b.exact = unsafe.Slice((*float32)(p), cells*stride)
	p = unsafe.Add(p, cells*stride*4)
	b.coarse = unsafe.Slice((*int8)(p), cells*stride)
	p = unsafe.Add(p, cells*stride)
	b.scale = unsafe.Slice((*float32)(p), cells)
	p = unsafe.Add(p, cells*4)
	b.lost = unsafe.Slice((*float32)(p), cells)
	return b, nil
}

// vector is row i as float32.
func (b *block) vector(i int) []float32 { return b.exact[i*b.stride : (i+1)*b.stride] }

// bytes is row i as int8.
func (b *block) bytes(i int) []int8 { return b.coarse[i*b.stride : (i+1)*b.stride] }

// put writes v, scaled to unit length, to row i. v has a direction; see norm.
func (b *block) put(i int, v []float32) {
	row, small, n := b.vector(i), b.bytes(i), norm(v)
	var top float32
	for j, f := range v {
		row[j] = float32(float64(f) / n)
		top = max(top, row[j], -row[j])
	}
	scale := top / 127
	var lost float64
	for j, f := range row {
		small[j] = int8(math.RoundToEven(float64(f) / float64(scale)))
		d := float64(f) - float64(scale)*float64(small[j])
		lost += d * d
	}
	b.scale[i] = scale
	b.lost[i] = math.Nextafter32(float32(math.Sqrt(lost)), 1)
}

// move copies row j of from to row i.
func (b *block) move(i int, from *block, j int) {
	copy(b.vector(i), from.vector(j))
	copy(b.bytes(i), from.bytes(j))
	b.scale[i], b.lost[i] = from.scale[j], from.lost[j]
}

// wipe overwrites row i with zeros.
func (b *block) wipe(i int) {
	clear(b.vector(i))
	clear(b.bytes(i))
	b.scale[i], b.lost[i] = 0, 0
}

// free overwrites the block and gives its memory back.
func (b *block) free() {
	clear(b.mem)
	_ = unix.Munmap(b.mem) // fails only for memory that was not mapped
	*b = block{}
}
