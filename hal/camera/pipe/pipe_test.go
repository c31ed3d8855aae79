package pipe

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/internal/golden"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fifo makes a named pipe.
func fifo(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "frames")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// picture is frame n of 64×48 pixels.
func picture(n int) *hal.Frame { return sized(64, 48, n) }

func sized(w, h, n int) *hal.Frame {
	f := &hal.Frame{Seq: uint64(n), Width: w, Height: h, BGR: make([]byte, w*h*3)}
	for i := range f.BGR {
		f.BGR[i] = byte(i + 7*n)
	}
	return f
}

// wire is a frame as it goes through the pipe; change may spoil its header before it is summed.
func wire(f *hal.Frame, age time.Duration, change func(*Header)) []byte {
	h := Header{Width: f.Width, Height: f.Height, Seq: f.Seq, At: now() - age, Sum: crc32.Checksum(f.BGR, castagnoli)}
	if change != nil {
		change(&h)
	}
	return append(h.Append(nil), f.BGR...)
}

// join gives both ends of a new pipe: a reader, and a file to write raw bytes to.
func join(t *testing.T) (*Reader, *os.File) {
	t.Helper()
	path := fifo(t)
	both, err := os.OpenFile(path, os.O_RDWR, 0) // a writer that is there before the reader
	if err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	both.Close()
	t.Cleanup(func() { r.Close(); out.Close() })
	return r, out
}

func TestFramesPass(t *testing.T) {
	path := fifo(t)
	go func() {
		w, err := Await(t.Context(), path)
		if err != nil {
			return
		}
		defer w.Close()
		for n := range 5 {
			if err := w.Write(sized(640, 480, n+1), 100*time.Millisecond); err != nil {
				return
			}
		}
	}()
	began := time.Now()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var f hal.Frame
	for n := range 5 {
		age, err := r.next(&f)
		for errors.Is(err, hal.ErrNoFrame) {
			age, err = r.next(&f)
		}
		if err != nil {
			t.Fatal(err)
		}
		if longest := time.Since(began) + 100*time.Millisecond; age < 100*time.Millisecond || age > longest {
			t.Errorf("frame %d is %v old", f.Seq, age)
		}
		want := sized(640, 480, n+1)
		if f.Seq != want.Seq || f.Width != 640 || f.Height != 480 || !bytes.Equal(f.BGR, want.BGR) {
			t.Fatalf("frame %d of %d×%d is another than was written", f.Seq, f.Width, f.Height)
		}
	}
	for err = hal.ErrNoFrame; errors.Is(err, hal.ErrNoFrame); {
		err = r.Read(&f)
	}
	if !errors.Is(err, hal.ErrGone) || errors.Is(err, ErrTorn) {
		t.Errorf("the writer closed between two frames: %v", err)
	}
}

// TestRefuses: what is not a whole, new frame of this moment is never handed over.
func TestRefuses(t *testing.T) {
	flip := func(at int) []byte {
		b := wire(picture(1), 0, nil)
		b[at] ^= 4
		return b
	}
	for name, c := range map[string]struct {
		bytes []byte
		says  string
	}{
		"garbage":            {bytes.Repeat([]byte("this is no frame "), 10), "no frame begins here"},
		"another version":    {append([]byte{'M', 'f', 2, 0}, make([]byte, 28)...), "two releases"},
		"a flipped bit":      {flip(9), "header's checksum"},
		"a flipped pixel":    {flip(1000), "pixels' checksum"},
		"half a header":      {wire(picture(1), 0, nil)[:20], "ended with 12 bytes to go"},
		"half a frame":       {wire(picture(1), 0, nil)[:4000], "ended with"},
		"too wide":           {wire(picture(1), 0, func(h *Header) { h.Width = 4000 }), "4000×48 pixels"},
		"too high":           {wire(picture(1), 0, func(h *Header) { h.Height = 65535 }), "64×65535 pixels"},
		"too small":          {wire(picture(1), 0, func(h *Header) { h.Width = 0 }), "0×48 pixels"},
		"of the future":      {wire(picture(1), -time.Minute, nil), "of the future"},
		"of no time":         {wire(picture(1), 0, func(h *Header) { h.At = -1 }), "impossible time"},
		"without a sequence": {wire(picture(0), 0, nil), "frame 0 after frame 0"},
		"a frame and a half": {
			append(wire(picture(1), time.Minute, nil), wire(picture(2), 0, nil)[:99]...), "ended with",
		},
		"the same frame twice": {bytes.Repeat(wire(picture(1), time.Minute, nil), 2), "frame 1 after frame 1"},
	} {
		t.Run(name, func(t *testing.T) {
			r, out := join(t)
			if _, err := out.Write(c.bytes); err != nil {
				t.Fatal(err)
			}
			out.Close()
			f := *picture(9)
			err := r.Read(&f)
			if !errors.Is(err, hal.ErrGone) || !errors.Is(err, ErrTorn) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v; want %q", err, c.says)
			}
			if len(f.BGR) != 0 || !bytes.Equal(f.BGR[:cap(f.BGR)], make([]byte, cap(f.BGR))) {
				t.Error("pixels are left")
			}
		})
	}
}

// TestStalls: a pause between two frames is none yet; one within a frame is a fault.
func TestStalls(t *testing.T) {
	r, out := join(t)
	var f hal.Frame
	if err := r.Read(&f); !errors.Is(err, hal.ErrNoFrame) {
		t.Fatalf("nothing was written: %v", err)
	}
	half := wire(picture(1), 0, nil)
	if _, err := out.Write(half[:5000]); err != nil {
		t.Fatal(err)
	}
	if err := r.Read(&f); !errors.Is(err, ErrTorn) {
		t.Errorf("half a frame, and its writer still there: %v", err)
	}
}

// TestDeadWriter: a whole frame that was left in the pipe is skipped once it is old.
func TestDeadWriter(t *testing.T) {
	r, out := join(t)
	if _, err := out.Write(wire(picture(1), MaxAge+time.Millisecond, nil)); err != nil {
		t.Fatal(err)
	}
	out.Close()
	var f hal.Frame
	if err := r.Read(&f); !errors.Is(err, hal.ErrGone) || r.Skipped() != 1 {
		t.Errorf("%v, %d skipped", err, r.Skipped())
	}
}

// TestTwoReaders: two that share a pipe get no frame that was not written, and no longer any once
// both have read.
func TestTwoReaders(t *testing.T) {
	path := fifo(t)
	both, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var readers [2]*Reader
	for i := range readers {
		if readers[i], err = Open(path); err != nil {
			t.Fatal(err)
		}
		defer readers[i].Close()
	}
	w, err := Await(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	both.Close()
	go func() {
		defer w.Close()
		for n := 1; w.Write(sized(640, 480, n), 0) == nil; n++ {
		}
	}()
	ended := make(chan error, 2)
	for _, r := range readers {
		go func() {
			var f hal.Frame
			for {
				err := r.Read(&f)
				if errors.Is(err, hal.ErrNoFrame) {
					continue
				}
				if err != nil {
					r.Close()
					ended <- err
					return
				}
				if !bytes.Equal(f.BGR, sized(640, 480, int(f.Seq)).BGR) {
					ended <- fmt.Errorf("frame %d was never written so", f.Seq)
					return
				}
			}
		}()
	}
	if err := <-ended; !errors.Is(err, ErrTorn) {
		t.Errorf("the first of two: %v", err)
	}
	readers[0].Close()
	readers[1].Close()
	<-ended
}

// TestSlowReader: however slowly a reader reads, what it gets is of now: frames that waited are
// skipped.
func TestSlowReader(t *testing.T) {
	path := fifo(t)
	go func() {
		w, err := Await(t.Context(), path)
		if err != nil {
			return
		}
		defer w.Close()
		for n := 1; w.Write(picture(n), 0) == nil; n++ { // smaller than the pipe: several wait in it
			time.Sleep(5 * time.Millisecond)
		}
	}()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var f hal.Frame
	for range 3 {
		time.Sleep(MaxAge + 100*time.Millisecond)
		var asked time.Time
		for err = hal.ErrNoFrame; errors.Is(err, hal.ErrNoFrame); {
			asked = time.Now()
			err = r.Read(&f)
		}
		if err != nil {
			t.Fatal(err)
		}
		if age := asked.Sub(f.At); age > MaxAge {
			t.Errorf("frame %d was %v old already when it was asked for", f.Seq, age)
		}
	}
	if r.Skipped() == 0 {
		t.Error("no frame was skipped")
	}
}

// stale is a pipe with a frame every 50 ms that is too old.
type stale struct {
	n    int
	left []byte
}

func (s *stale) Read(b []byte) (int, error) {
	if len(s.left) == 0 {
		time.Sleep(50 * time.Millisecond)
		s.n++
		s.left = wire(picture(s.n), 2*MaxAge, nil)
	}
	n := copy(b, s.left)
	s.left = s.left[n:]
	return n, nil
}

// TestAllTooOld: frames that are too old, one after the other, do not keep Read for ever: who reads
// could not close the pipe, and the camera would stay on.
func TestAllTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, f, began := &Reader{f: memory{&stale{}}}, hal.Frame{}, time.Now()
		if err := r.Read(&f); err != hal.ErrNoFrame || len(f.BGR) != 0 {
			t.Errorf("%v, %d bytes left", err, len(f.BGR))
		}
		if took := time.Since(began); took != frameIn || r.Skipped() != 10 {
			t.Errorf("it took %v, for %d frames", took, r.Skipped())
		}
	})
}

// TestTakesOver: a reader that comes when another has left in the middle of a frame begins with the
// next whole one.
func TestTakesOver(t *testing.T) {
	decoy := picture(1)
	copy(decoy.BGR, bytes.Repeat([]byte(begin[:3]), len(decoy.BGR)/3))
	copy(decoy.BGR[4000:], Header{Width: 64, Height: 48, Seq: 9}.Append(nil)[:HeaderSize-1])
	all := HeaderSize + len(decoy.BGR)
	for _, left := range []int{all - 1, all - 20, len(decoy.BGR), HeaderSize + 1, HeaderSize, HeaderSize - 1, 1, 0} {
		path := fifo(t)
		both, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := both.Write(wire(decoy, 0, nil)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(both, make([]byte, all-left)); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := both.Write(wire(picture(2), 0, nil)); err != nil {
			t.Fatal(err)
		}
		var f hal.Frame
		if age, err := r.next(&f); err != nil || age < 0 || f.Seq != 2 || !bytes.Equal(f.BGR, picture(2).BGR) {
			t.Errorf("%d bytes were left: frame %d, %v", left, f.Seq, err)
		}
		r.Close()
		both.Close()
	}
}

// TestWholeFrameFits: a frame of the usual size goes into the pipe without its reader's help.
func TestWholeFrameFits(t *testing.T) {
	r, out := join(t)
	if err := (&Writer{f: out}).Write(sized(640, 480, 1), 0); err != nil {
		t.Fatal(err)
	}
	var f hal.Frame
	if err := r.Read(&f); err != nil || !bytes.Equal(f.BGR, sized(640, 480, 1).BGR) {
		t.Errorf("frame %d, %v", f.Seq, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"none": file + "-none", "a file": file, "without a writer": fifo(t)} {
		if r, err := Open(path); !errors.Is(err, hal.ErrGone) {
			r.Close()
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, path := range map[string]string{"none": file + "-none", "a file": file} {
		if _, err := Await(t.Context(), path); err == nil {
			t.Errorf("%s: opened to write", name)
		}
	}
}

// TestReaderLeaves: the writer is told, with a frame to write and without.
func TestReaderLeaves(t *testing.T) {
	path := fifo(t)
	opened := make(chan *Writer, 1)
	go func() {
		w, _ := Await(t.Context(), path)
		opened <- w
	}()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	w := <-opened
	defer w.Close()
	if !w.HasReader() {
		t.Error("a reader is not seen")
	}
	r.Close()
	if w.HasReader() {
		t.Error("a reader that left is seen")
	}
	if err := w.Write(picture(1), 0); !errors.Is(err, ErrNoReader) {
		t.Errorf("written without a reader: %v", err)
	}
}

// TestSignals: a signal that comes while the writer looks does not make it lose its reader.
func TestSignals(t *testing.T) {
	_, out := join(t)
	w := &Writer{f: out}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4)) // more than some machines have: it is interrupted sooner
	thread, stop := unix.Gettid(), make(chan struct{})
	var senders sync.WaitGroup
	for range 3 {
		senders.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					_ = unix.Tgkill(unix.Getpid(), thread, unix.SIGURG) // as Go's scheduler does
				}
			}
		})
	}
	for n := range 200_000 {
		if !w.HasReader() {
			t.Errorf("look %d: a reader is not seen", n)
			break
		}
	}
	close(stop)
	senders.Wait()
}

// TestReaderHangs: a reader that takes nothing does not hold the writer for ever.
func TestReaderHangs(t *testing.T) {
	t.Parallel()
	_, out := join(t)
	w, began := &Writer{f: out}, time.Now()
	for n := 1; ; n++ {
		if err := w.Write(sized(640, 480, n), 0); err != nil {
			took := time.Since(began)
			if !strings.Contains(err.Error(), "takes none") || took < takenIn {
				t.Errorf("after %v: %v", took, err)
			}
			return
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	r, out := join(t)
	w := &Writer{f: out}
	for name, f := range map[string]*hal.Frame{
		"too large": {Width: MaxWidth + 1, Height: 100}, "cut short": {Width: 64, Height: 48, BGR: make([]byte, 99)},
	} {
		if err := w.Write(f, 0); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if n, _ := unix.IoctlGetInt(int(r.f.(end).Fd()), unix.TIOCINQ); n != 0 {
		t.Errorf("%d bytes in the pipe", n)
	}
}

// TestVectors: a frame as version 1 writes it.
func TestVectors(t *testing.T) {
	f := sized(MinSide, MinSide, 3)
	h := Header{Width: MinSide, Height: MinSide, Seq: 3, At: 90 * time.Second, Sum: crc32.Checksum(f.BGR, castagnoli)}
	written := append(h.Append(nil), f.BGR...)
	held := golden.Vector(t, "testdata/frame-1.bin", func() []byte { return written })
	if !bytes.Equal(held, written) {
		t.Error("this version writes a frame in another way")
	}
	r, got := &Reader{f: memory{bytes.NewReader(held)}}, hal.Frame{}
	if age, err := r.next(&got); err != nil || age <= 0 || got.Seq != 3 || !bytes.Equal(got.BGR, f.BGR) {
		t.Errorf("frame %d, %v, %v", got.Seq, age, err)
	}
}

func FuzzHeader(f *testing.F) {
	for _, h := range []Header{
		{Width: 640, Height: 480, Seq: 1, At: time.Second, Sum: 7},
		{Width: 1920, Height: 1080, Seq: 1 << 60},
		{Width: 1921, Height: 16},
	} {
		f.Add(h.Append(nil))
	}
	f.Add(make([]byte, HeaderSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < HeaderSize {
			return
		}
		raw := [HeaderSize]byte(b)
		h, err := ParseHeader(raw)
		switch {
		case err != nil && !errors.Is(err, ErrTorn):
			t.Errorf("%v", err)
		case err == nil && !bytes.Equal(h.Append(nil), raw[:]):
			t.Errorf("%x reads as %+v, which is written in another way", raw, h)
		case err == nil && h.Bytes() > MaxWidth*MaxHeight*3:
			t.Errorf("%d bytes", h.Bytes())
		}
	})
}

// memory is a pipe whose writer has ended.
type memory struct{ io.Reader }

func (memory) wait(time.Duration) {}
func (memory) Close() error       { return nil }

// FuzzReader: of any bytes, only a frame whose checksums are right is handed over, and memory
// stays within the limits.
func FuzzReader(f *testing.F) {
	small := sized(MinSide, MinSide, 1)
	f.Add(wire(small, 0, func(h *Header) { h.At = 1 }))
	f.Add(append(wire(small, 0, func(h *Header) { h.At = 1 }), 'M', 'f', 1))
	f.Add([]byte("MfMfMf"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := &Reader{f: memory{bytes.NewReader(b)}}
		var got hal.Frame
		for {
			_, err := r.next(&got)
			if err != nil {
				if !errors.Is(err, hal.ErrGone) {
					t.Errorf("%v", err)
				}
				break
			}
			if !bytes.Contains(b, got.BGR) || len(got.BGR) != got.Width*got.Height*3 {
				t.Errorf("a frame of %d×%d that was not there", got.Width, got.Height)
			}
		}
		if cap(got.BGR) > MaxWidth*MaxHeight*3 {
			t.Errorf("%d bytes taken", cap(got.BGR))
		}
	})
}

// BenchmarkPass is what a frame of 640×480 costs from Write to Read, the other process left out.
func BenchmarkPass(b *testing.B) {
	path := fifo(b)
	both, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		b.Fatal(err)
	}
	w, err := Await(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	both.Close()
	frame := sized(640, 480, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ; w.Write(frame, 0) == nil; frame.Seq++ {
		}
	}()
	b.SetBytes(640 * 480 * 3)
	var f hal.Frame
	var age time.Duration
	for b.Loop() {
		if err := r.Read(&f); err != nil {
			b.Fatal(err)
		}
		age += time.Since(f.At)
	}
	b.ReportMetric(float64(age.Microseconds())/float64(b.N), "µs-old")
	r.Close()
	<-done
	w.Close()
}
