package recognizer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"menshen/hal"
)

// TestRStrangerEnginesForget: of all numbers that a face left in the process, inside the engines
// too, none is there once the person has left and Forget was called. It runs itself with the eye's
// setting of the C library, which overwrites freed memory. A signal comes while the networks are at
// work, and no other: each overwrites what the one before left.
func TestRStrangerEnginesForget(t *testing.T) {
	const setting = "GLIBC_TUNABLES=glibc.malloc.perturb=90"
	if !slices.Contains(os.Environ(), setting) {
		again := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
		again.Env = append(os.Environ(), setting, "GODEBUG=asyncpreemptoff=1", "GOGC=off")
		out, err := again.CombinedOutput()
		if t.Logf("%s", out); err != nil {
			t.Error(err)
		}
		return
	}
	for name, engine := range map[string]func(testing.TB) Engine{
		"OpenCV": func(testing.TB) Engine { return OpenCV }, "ONNX Runtime": library,
	} {
		t.Run(name, func(t *testing.T) {
			runtime.LockOSThread() // one thread, one memory, as in the eye
			defer runtime.UnlockOSThread()
			c := newChain(t, Options{Engine: engine(t), Threads: 1})
			see := func(f *hal.Frame) {
				obs := observe(t, c, f)
				obs.Wipe()
				clear(f.BGR)
			}
			leave := func() {
				see(&hal.Frame{Width: 640, Height: 480, BGR: make([]byte, 640*480*3)})
				if err := c.Forget(); err != nil {
					t.Fatal(err)
				}
			}
			seed := maphash.MakeSeed()
			see(gocvPicture(t, "face-detect.jpg"))
			leave()
			before, face := map[uint64]bool{}, map[uint64]bool{}
			eachEight(t, seed, func(sum uint64) { before[sum] = true })
			picture, watched := gocvPicture(t, "face.jpg"), time.Now()
			see(gocvPicture(t, "face.jpg"))
			signalled := signalIn(time.Since(watched) / 2)
			see(picture)
			<-signalled
			eachEight(t, seed, func(sum uint64) {
				if !before[sum] {
					face[sum] = true
				}
			})
			leave()
			left := 0
			eachEight(t, seed, func(sum uint64) {
				if face[sum] {
					left++
				}
			})
			t.Logf("eights of numbers: %d before, %d with the face", len(before), len(face))
			if len(face) < 1000 {
				t.Error("the search does not find what is there")
			}
			if left > 2 { // where a goroutine's stack grew, five points of an observation may be left
				t.Errorf("%d eights are left", left)
			}
		})
	}
}

// signalIn sends this thread a signal after a while, and then closes the channel.
func signalIn(after time.Duration) <-chan struct{} {
	thread, sent := syscall.Gettid(), make(chan struct{})
	time.AfterFunc(after, func() {
		_ = syscall.Tgkill(os.Getpid(), thread, syscall.SIGURG)
		close(sent)
	})
	return sent
}

// eachEight gives a sum of each eight floats in a row, in all that the process can write to, that
// look like activations: of a middling size, different and not round.
func eachEight(t *testing.T, seed maphash.Seed, each func(sum uint64)) {
	t.Helper()
	mem, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Skip("cannot read a process's memory: ", err)
	}
	defer mem.Close()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Skip(err)
	}
	chunk := make([]byte, 4<<20)
	defer clear(chunk)
	for lines := bufio.NewScanner(bytes.NewReader(maps)); lines.Scan(); {
		var from, to int64
		var perm string
		_, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &perm)
		if err != nil || !strings.HasPrefix(perm, "rw") {
			continue
		}
		for at := from; at < to; at += int64(len(chunk)) {
			n, err := mem.ReadAt(chunk[:min(int64(len(chunk)), to-at)], at)
			if n == 0 && err != nil && err != io.EOF {
				break // not readable
			}
			for ; n >= 32; n -= 32 {
				if eight := chunk[n-32 : n]; activations(eight) {
					each(maphash.Bytes(seed, eight))
				}
			}
		}
	}
}

func activations(eight []byte) bool {
	different, last := 0, uint32(0)
	for i := 0; i < 32; i += 4 {
		bits := binary.LittleEndian.Uint32(eight[i:])
		size := math.Abs(float64(math.Float32frombits(bits)))
		if !(size > 1e-4 && size < 1e3) || bits&0xffff == 0 {
			return false
		}
		if bits != last {
			different++
		}
		last = bits
	}
	return different >= 6
}
