package index

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// huge is the size of a huge page, and the least an arena's address is a multiple of.
const huge = 2 << 20

// arena is memory outside the Go heap that grows without moving. Addresses for its full size are
// reserved at once, and backed by memory step by step. Backed memory is zero until written, and
// kept out of core dumps.
type arena struct {
	reserved []byte
	base     int // first multiple of huge
	size     int // what may ever be used from there
	used     int // what is backed from there
	step     int
	locked   bool // all that is backed is locked
}

// newArena reserves size bytes, to be backed in multiples of step.
func newArena(size, step int) (*arena, error) {
	size = (size + step - 1) / step * step
	mem, err := unix.Mmap(-1, 0, size+huge, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return nil, err
	}
	base := -int(uintptr(unsafe.Pointer(unsafe.SliceData(mem)))) & (huge - 1)
	return &arena{reserved: mem, base: base, size: size, step: step, locked: true}, nil
}

// grow backs at least the first n bytes.
func (a *arena) grow(n int) error {
	if n <= a.used {
		return nil
	}
	n = (n + a.step - 1) / a.step * a.step
	if n > a.size {
		return unix.ENOMEM
	}
	more := a.reserved[a.base+a.used : a.base+n]
	if err := unix.Mprotect(more, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		return err
	}
	// Staying out of dumps and large pages are asked for; the arena works without them.
	_ = unix.Madvise(more, unix.MADV_DONTDUMP)
	if a.step >= huge {
		_ = unix.Madvise(more, unix.MADV_HUGEPAGE)
	}
	a.locked = unix.Mlock(more) == nil && a.locked
	a.used = n
	return nil
}

// start is the address of the first byte.
func (a *arena) start() unsafe.Pointer {
	return unsafe.Add(unsafe.Pointer(unsafe.SliceData(a.reserved)), a.base)
}

// free overwrites what was used and gives everything back.
func (a *arena) free() {
	if a == nil {
		return
	}
	clear(a.reserved[a.base : a.base+a.used])
	_ = unix.Munmap(a.reserved) // fails only for what was not mapped
	*a = arena{}
}
