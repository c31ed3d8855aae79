package index

import (
	"errors"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestArenaGrowsInPlace(t *testing.T) {
	const step = 64 << 10
	a, err := newArena(2*step, step)
	if err != nil {
		t.Fatal(err)
	}
	defer a.free()
	start := a.start()
	if uintptr(start)%huge != 0 {
		t.Errorf("begins at %p, no multiple of a huge page", start)
	}
	if err := a.grow(1); err != nil || a.used != step {
		t.Fatalf("grow(1): %v, %d bytes", err, a.used)
	}
	first := unsafe.Slice((*byte)(start), step)
	first[0], first[step-1] = 1, 2
	if err := errors.Join(a.grow(step+1), a.grow(1)); err != nil || a.used != 2*step || a.start() != start {
		t.Fatalf("grow(%d): %v, %d bytes", step+1, err, a.used)
	}
	if first[0] != 1 || first[step-1] != 2 {
		t.Error("what was written is lost")
	}
	if second := unsafe.Slice((*byte)(unsafe.Add(start, step)), step); slices.Max(second) != 0 {
		t.Error("new memory is not zero")
	}
	if err := a.grow(2*step + 1); !errors.Is(err, unix.ENOMEM) {
		t.Errorf("beyond what was reserved: %v", err)
	}
}
