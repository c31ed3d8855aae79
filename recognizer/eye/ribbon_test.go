//go:build vboard

package eye

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"menshen/hal"
	"menshen/hal/camera/pipe"
)

// These tests run on a virtual board with Debian 13 (scripts/vboard/camera.sh), beside the service
// menshen-camera as it is installed, which reads a camera that libcamera itself plays: a visitor's
// code in three kinds of light. An emulated processor needs minutes for one look of the networks:
// the eye reads codes here, which takes none, and TestGStreamerFaces has the faces. Rates are
// logged and not judged. The played camera ends GStreamer every few seconds (decision 29); each
// time the frames must come back.

const (
	patience = 2 * time.Minute  // for what takes seconds on a board
	signals  = "/run/to-camera" // what is written there, the board sends to the service
	killed   = "KILL"           // its process
	halted   = "STOP"           // so that it hangs
	pipeline = "gst-launch-1.0" // the camera is on while this runs
	program  = "menshen"        // the service
)

func board(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(pipe.Path); err != nil {
		t.Fatal("no service menshen-camera here: run scripts/vboard/camera.sh") // skipped, it would pass there
	}
}

// pidOf is the id of the process of that name; 0: none.
func pidOf(name string) int {
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, path := range names {
		if text, _ := os.ReadFile(path); strings.TrimSpace(string(text)) == name {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			return pid
		}
	}
	return 0
}

// within waits until something is so.
func within(t *testing.T, what string, so func() bool) {
	t.Helper()
	began := time.Now()
	for ; !so(); time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
	t.Logf("%.1f s: %s", time.Since(began).Seconds(), what)
}

func off() bool { return pidOf(pipeline) == 0 }

// signal has a signal sent to the service.
func signal(t *testing.T, name string) {
	t.Helper()
	if err := os.WriteFile(signals, []byte(name+"\n"), 0); err != nil {
		t.Fatal(err)
	}
}

// looker reads the pipe as the eye does: when its writer has gone it opens it again after a pause.
type looker struct {
	*pipe.Reader
	t    *testing.T
	gone int
}

// next waits for a frame.
func (l *looker) next(f *hal.Frame) {
	l.t.Helper()
	for began := time.Now(); time.Since(began) < patience; {
		if l.Reader == nil {
			l.Reader, _ = pipe.Open(pipe.Path) // it waits a second, and is tried again
			continue
		}
		err := l.Read(f)
		if err == nil {
			return
		}
		if errors.Is(err, hal.ErrGone) {
			l.Close()
			l.Reader = nil
			l.gone++
			l.t.Log(err)
			time.Sleep(reopen) // in which the service notices
		}
	}
	l.t.Fatalf("no frame for %v", patience)
}

// brightness is the mean of all bytes.
func brightness(f *hal.Frame) float64 {
	sum := 0
	for _, v := range f.BGR {
		sum += int(v)
	}
	return float64(sum) / float64(len(f.BGR))
}

// TestRibbonFrames: the service gives frames while they are read, the newest only, again after it
// was killed and after it hung, and has the camera off otherwise.
func TestRibbonFrames(t *testing.T) {
	board(t)
	if !off() {
		t.Fatal("the camera is on, and nothing reads")
	}
	l, f := &looker{t: t}, hal.Frame{}
	began := time.Now()
	l.next(&f)
	t.Logf("%.1f s: the first frame", time.Since(began).Seconds())

	began = time.Now()
	const frames = 12
	low, high := brightness(&f), brightness(&f)
	for range frames {
		last, ends := f.Seq, l.gone
		l.next(&f)
		if f.Width != 640 || f.Height != 480 || f.Seq <= last && l.gone == ends {
			t.Errorf("frame %d of %d×%d after frame %d", f.Seq, f.Width, f.Height, last)
		}
		low, high = min(low, brightness(&f)), max(high, brightness(&f))
	}
	t.Logf("%.1f frames a second; they ended %d times", frames/time.Since(began).Seconds(), l.gone)
	if high-low < 1 || low < 20 {
		t.Errorf("brightness %.1f to %.1f: not the pictures that the camera plays", low, high)
	}

	last, ends := f.Seq, l.gone
	time.Sleep(4 * time.Second)
	l.next(&f)
	if f.Seq < last+4 && l.gone == ends {
		t.Errorf("frame %d four seconds after frame %d: it was kept in a queue", f.Seq, last)
	}

	for _, blow := range []string{killed, halted} {
		was, ends := pidOf(program), l.gone
		signal(t, blow)
		began := time.Now()
		within(t, "ended after "+blow, func() bool { return pidOf(program) != was })
		for l.gone == ends {
			l.next(&f)
		}
		within(t, "another service", func() bool { return pidOf(program) != 0 })
		t.Logf("%.1f s: frames again", time.Since(began).Seconds())
	}
	l.Close()
	within(t, "the camera is off again", off)
}

// TestRibbonEye: the confined eye reads a code that the camera sees, notices when the service is
// killed, reads again, and lets the camera go.
func TestRibbonEye(t *testing.T) {
	board(t)
	e := start(t, "eye", Config{Camera: "pipe:" + pipe.Path, Codes: "MENSHEN", StartIn: patience, Silence: patience})
	reads := func(what string) {
		t.Helper()
		select {
		case <-e.Codes(): // of before
		default:
		}
		within(t, what, func() bool {
			select {
			case c := <-e.Codes():
				return c.Text == "MENSHEN CAMERA"
			default:
				return false
			}
		})
	}
	e.SetCodes(true)
	reads("the code is read")
	var s Status
	within(t, "it says so", func() bool { s = e.Status(); return s.Camera == CameraOK && s.FPS > 0 })
	if s.Confined.Unconfined {
		t.Errorf("%+v", s.Confined)
	}
	t.Logf("%.1f frames a second; %v", s.FPS, s.Confined)
	signal(t, killed)
	within(t, "the camera is gone", func() bool { return e.Status().Camera == CameraGone })
	reads("the code is read again")
	e.SetCodes(false)
	within(t, "the eye has closed it", func() bool { return e.Status().Camera == CameraOff })
	within(t, "the camera is off", off)
	if s := e.Status(); s.Restarts != 0 {
		t.Errorf("the eye was started again %d times: %v", s.Restarts, s.LastError)
	}
}
