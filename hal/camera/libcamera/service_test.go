package libcamera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/hal/camera/pipe"
)

// TestMain lets the test binary be a pipeline.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		if play, ok := pipelines[os.Args[1]]; ok {
			play(os.NewFile(3, "frames"))
			os.Exit(1)
		}
	}
	goleak.VerifyTestMain(m)
}

var small = Camera{Width: 64, Height: 48}

// pipelines are programs in GStreamer's place, by name.
var pipelines = map[string]func(out io.Writer){
	"frames":  func(out io.Writer) { frames(out, 1<<30) },
	"three":   func(out io.Writer) { frames(out, 3) },
	"half":    func(out io.Writer) { frames(out, 2); out.Write(make([]byte, 1000)) },
	"dead":    func(io.Writer) { time.Sleep(100 * time.Millisecond) },
	"silent":  func(out io.Writer) { frames(out, 3); time.Sleep(time.Minute) },
	"too few": func(out io.Writer) { out.Write(make([]byte, 1000)); time.Sleep(time.Minute) },
	"endless": func(out io.Writer) {
		for {
			if _, err := out.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	},
}

// pretend is the command of a pipeline of ours.
func pretend(pipeline string) []string { return []string{os.Args[0], pipeline} }

// frames writes n frames, a hundred a second: every byte of frame i is i.
func frames(out io.Writer, n int) {
	for i := range n {
		if _, err := out.Write(bytes.Repeat([]byte{byte(i)}, small.Width*small.Height*3)); err != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// serve runs the service with a pipeline, and gives its pipe and what it logs.
func serve(t *testing.T, pipeline string) (path string, log *safeBuffer) {
	t.Helper()
	path, log = filepath.Join(t.TempDir(), "frames"), &safeBuffer{}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, Service{
		Camera: small, Pipe: path, Log: slog.New(slog.NewTextHandler(log, nil)),
		command: pretend(pipeline), silence: 200 * time.Millisecond,
	})
	return path, log
}

// run runs a service until the test ends, or stop is called.
func run(t testing.TB, s Service) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// open opens the pipe as the eye does, again and again.
func open(t *testing.T, path string) *pipe.Reader {
	t.Helper()
	for until := time.Now().Add(time.Minute); ; {
		r, err := pipe.Open(path)
		if err == nil {
			t.Cleanup(func() { r.Close() })
			return r
		}
		if !errors.Is(err, hal.ErrGone) || time.Now().After(until) {
			t.Fatal(err)
		}
	}
}

// whole reports whether all bytes of a frame are the same, as a pipeline of ours writes them.
func whole(f *hal.Frame) bool {
	return f.Width == 64 && f.Height == 48 && len(f.BGR) == 64*48*3 &&
		bytes.Equal(f.BGR, bytes.Repeat(f.BGR[:1], len(f.BGR)))
}

func next(t *testing.T, r *pipe.Reader) *hal.Frame {
	t.Helper()
	f := &hal.Frame{}
	for {
		switch err := r.Read(f); {
		case err == nil && !whole(f):
			t.Fatal("a frame that no pipeline wrote")
		case err == nil:
			return f
		case !errors.Is(err, hal.ErrNoFrame):
			t.Fatal(err)
		}
	}
}

// gone reads until the pipe ends, and gives how many frames came.
func gone(t *testing.T, r *pipe.Reader) int {
	t.Helper()
	f := &hal.Frame{}
	for n := 0; ; n++ {
		err := r.Read(f)
		switch {
		case errors.Is(err, pipe.ErrTorn):
			t.Fatalf("torn: %v", err)
		case errors.Is(err, hal.ErrGone):
			r.Close()
			return n
		case errors.Is(err, hal.ErrNoFrame):
			n--
		case !whole(f):
			t.Fatal("a frame that no pipeline wrote")
		}
	}
}

// TestHeals: a pipeline that ends, falls silent or ends within a frame is noticed at its reader,
// and another one is started. No part of a frame comes through.
func TestHeals(t *testing.T) {
	for pipeline, says := range map[string]string{
		"three": "pipeline ended", "half": "pipeline ended with 1000 bytes", "silent": "no frames for 200ms",
	} {
		t.Run(pipeline, func(t *testing.T) {
			t.Parallel()
			path, log := serve(t, pipeline)
			for shown := 0; shown < 2; { // on a busy machine it may end before its frames were sent
				if gone(t, open(t, path)) > 0 {
					shown++
				}
			}
			if !strings.Contains(log.String(), says) {
				t.Errorf("the log does not say %q:\n%s", says, log)
			}
		})
	}
}

// TestNeverAFrame: what gives no frame is gone for the reader, and never shown.
func TestNeverAFrame(t *testing.T) {
	path, log := serve(t, "dead")
	for range 3 {
		if n := gone(t, open(t, path)); n != 0 {
			t.Errorf("%d frames", n)
		}
	}
	if got := strings.Count(log.String(), "the camera fails"); got < 2 {
		t.Errorf("%d failures in the log:\n%s", got, log)
	}
}

// TestKilled: the pipeline killed, and the service ended and started again.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frames")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	s := Service{Camera: small, Pipe: path, command: pretend("frames")}
	stop := run(t, s)
	r := open(t, path)
	next(t, r)
	for _, pid := range children(t) {
		if err := unix.Kill(pid, unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	gone(t, r)
	r = open(t, path)
	next(t, r)
	stop()
	gone(t, r)
	if left := children(t); len(left) != 0 {
		t.Errorf("pipelines that live on: %v", left)
	}
	run(t, s)
	next(t, open(t, path))
}

// TestOffWithoutReader: without a reader no pipeline runs, before and after.
func TestOffWithoutReader(t *testing.T) {
	for _, pipeline := range []string{"frames", "too few"} { // with frames to write, and without
		path, log := serve(t, pipeline)
		time.Sleep(300 * time.Millisecond)
		if on := children(t); len(on) != 0 {
			t.Fatalf("%s: the camera is on without a reader", pipeline)
		}
		r := open(t, path)
		for len(children(t)) == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		r.Close()
		for len(children(t)) > 0 {
			time.Sleep(10 * time.Millisecond)
		}
		for !strings.Contains(log.String(), "the camera is off") {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// children are the processes that this one has started.
func children(t *testing.T) (pids []int) {
	t.Helper()
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // a thread may have ended
		for _, word := range strings.Fields(string(text)) {
			var pid int
			if _, err := fmt.Sscan(word, &pid); err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
	}
	return pids
}

// TestNewest: a reader that is slow gets the pipeline's newest frame, and the pipeline never waits
// for it.
func TestNewest(t *testing.T) {
	const many, kept = 30, 10 // frames made while the reader is away; those that may wait for it
	path, made := signs(t, "frames")
	r := open(t, path)
	for range 3 {
		last := next(t, r).Seq
		for until := made.Load() + many; made.Load() < until; {
			time.Sleep(10 * time.Millisecond)
		}
		reads := 1
		for ; next(t, r).Seq < last+many-1; reads++ {
		}
		if reads > kept {
			t.Errorf("%d frames were kept in a queue", reads)
		}
	}
}

// TestFlood: a pipeline faster than anything that reads it fills no memory.
func TestFlood(t *testing.T) {
	path, _ := serve(t, "endless")
	r := open(t, path)
	for range 50 {
		next(t, r)
	}
}

// TestPauses: a camera that works between its failures is started again soon, and one that does not
// more and more seldom.
func TestPauses(t *testing.T) {
	const ms = time.Millisecond
	var p pauses
	for i, c := range []struct{ worked, pause time.Duration }{
		{0, 250 * ms}, {0, 500 * ms}, {calm - 1, 1000 * ms}, {calm, 250 * ms}, {15 * time.Second, 250 * ms},
		{0, 500 * ms}, {0, 1000 * ms}, {0, 2000 * ms}, {0, 4000 * ms}, {0, 8000 * ms}, {0, 16000 * ms},
		{0, lastPause}, {0, lastPause}, {3 * time.Second, 250 * ms},
	} {
		if got := p.after(c.worked); got != c.pause {
			t.Errorf("failure %d, after frames for %v: %v, expected %v", i, c.worked, got, c.pause)
		}
	}
}

// TestWorked: the time from the first frame to the last counts, and no other.
func TestWorked(t *testing.T) {
	for frames, least := range []time.Duration{0, 0, 20 * time.Millisecond} {
		ours, theirs, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		box := &newest{fresh: make(chan struct{}, 1)}
		var worked time.Duration
		ended := make(chan error, 1)
		go func() {
			var err error
			s := Service{Alive: func() {}, silence: firstIn}
			worked, err = s.receive(box, &pipeline{frames: ours, size: small}, new(hal.LastBeat))
			ended <- err
		}()
		began := time.Now()
		for range frames {
			if _, err := theirs.Write(make([]byte, small.Width*small.Height*3)); err != nil {
				t.Fatal(err)
			}
			<-box.fresh
			time.Sleep(20 * time.Millisecond)
		}
		theirs.Close()
		if err := <-ended; !errors.Is(err, errEnded) {
			t.Error(err)
		}
		if worked < least || worked > time.Since(began) || least == 0 && worked != 0 {
			t.Errorf("%d frames came for %v", frames, worked)
		}
		ours.Close()
	}
}

func TestMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "frames")
	s := Service{Camera: small, Pipe: path, command: []string{"no-such-program"}}
	if err := s.Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a pipe: %v", err)
	}
	nowhere := Source{Elements: []string{"nosuchsrc"}, Plugins: []string{"nosuchplugin"}}
	unknown := Service{Camera: small, Pipe: path, Source: nowhere}
	if err := unknown.Run(t.Context()); !errors.Is(err, ErrMissing) {
		t.Errorf("without a plugin: %v", err)
	}
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	both, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer both.Close()
	if err := s.Run(t.Context()); !errors.Is(err, ErrMissing) {
		t.Errorf("without the program: %v", err)
	}
}

func TestParse(t *testing.T) {
	for spec, want := range map[string]Camera{
		"libcamera":           {"", 640, 480},
		"libcamera:":          {"", 640, 480},
		"libcamera:@1280x720": {"", 1280, 720},
		"libcamera:Virtual0":  {"Virtual0", 640, 480},
		"libcamera:/base/soc/i2c0mux/i2c@1/imx219@10":  {"/base/soc/i2c0mux/i2c@1/imx219@10", 640, 480},
		"libcamera:/base/i2c@1/imx708@1a@1024x768":     {"/base/i2c@1/imx708@1a", 1024, 768},
		"libcamera:platform/vimc.0 Sensor B":           {},
		"libcamera:x ! filesink location=/tmp/picture": {},
		"libcamera:\"x\"":                              {},
		"libcamera:@642x480":                           {},
		"libcamera:@8x8":                               {},
		"libcamera:@3840x2160":                         {},
		"libcamera:@99999999999999999999x480":          {},
		"v4l2:/dev/video0":                             {},
		"":                                             {},
	} {
		if got, err := Parse(spec); got != want || (err == nil) != (want != Camera{}) {
			t.Errorf("%q: %+v, %v", spec, got, err)
		}
	}
}
