package libcamera

import (
	"encoding/binary"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/hal/camera/pipe"
)

// colours are what videotestsrc draws, as BGR.
var colours = map[string][3]byte{
	"blue": {255, 0, 0}, "green": {0, 255, 0}, "red": {0, 0, 255}, "white": {255, 255, 255},
}

// TestGStreamer: GStreamer's own test picture comes through the pipeline in the right size and
// colours, from the formats that cameras give.
func TestGStreamer(t *testing.T) {
	if _, err := exec.LookPath("gst-launch-1.0"); err != nil {
		t.Skip("no GStreamer: run 'make setup'")
	}
	for _, c := range []struct {
		format, pattern string
		w, h            int
	}{
		{"NV12", "blue", 640, 480}, {"YUY2", "red", 1280, 720},
		{"BGRx", "green", 320, 240}, {"I420", "white", 636, 474},
	} {
		path := filepath.Join(t.TempDir(), "frames")
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		stop := run(t, Service{Camera: Camera{Width: c.w, Height: c.h}, Pipe: path, Source: Source{
			Elements: []string{"videotestsrc", "is-live=true", "pattern=" + c.pattern,
				"!", "video/x-raw,framerate=60/1,format=" + c.format, "!", "identity"},
			Plugins: []string{"videotestsrc"},
		}})
		r := open(t, path)
		var f hal.Frame
		began := time.Now()
		for f.Seq < 20 {
			if err := r.Read(&f); err != nil && err != hal.ErrNoFrame {
				t.Fatal(err)
			}
		}
		if rate := 20 / time.Since(began).Seconds(); rate > 1.6*Rate {
			t.Errorf("%s: %.0f frames a second, and %d are enough", c.format, rate, Rate)
		}
		if f.Width != c.w || f.Height != c.h {
			t.Errorf("%s: frames of %d×%d", c.format, f.Width, f.Height)
		}
		want := colours[c.pattern]
		for i, v := range f.BGR {
			if d := int(v) - int(want[i%3]); d < -3 || d > 3 {
				t.Errorf("%s: byte %d of a %s picture is %d", c.format, i, c.pattern, v)
				break
			}
		}
		r.Close()
		stop()
	}
}

func init() {
	pipelines["stamped"] = func(out io.Writer) { // the time at its beginning, 15 frames a second
		frame := make([]byte, 640*480*3)
		for {
			binary.LittleEndian.PutUint64(frame, uint64(monotonic()))
			if _, err := out.Write(frame); err != nil {
				return
			}
			time.Sleep(time.Second / Rate)
		}
	}
}

func monotonic() time.Duration {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// BenchmarkLatency is the time from the pipeline's last element to the reader, for 640×480 at 15
// frames a second.
func BenchmarkLatency(b *testing.B) {
	path := filepath.Join(b.TempDir(), "frames")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		b.Fatal(err)
	}
	run(b, Service{Camera: Camera{Width: 640, Height: 480}, Pipe: path, command: pretend("stamped")})
	var r *pipe.Reader
	for err := hal.ErrGone; err != nil; {
		r, err = pipe.Open(path)
	}
	defer r.Close()
	var f hal.Frame
	var late []time.Duration
	for b.Loop() {
		for err := hal.ErrNoFrame; err != nil; {
			if err = r.Read(&f); err != nil && err != hal.ErrNoFrame {
				b.Fatal(err)
			}
		}
		late = append(late, monotonic()-time.Duration(binary.LittleEndian.Uint64(f.BGR)))
	}
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(late[len(late)*95/100].Microseconds())/1000, "ms-95%")
}
