//go:build vboard

package v4l2

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/hal"
)

// These tests read the kernel's own test camera, on a virtual board (scripts/vboard/run.sh
// camera/v4l2).

const (
	node   = "/dev/video0"
	planes = "/dev/video1" // gives its frames in planes
	driver = "/sys/bus/platform/drivers/vivid/"
)

func TestKernelAsk(t *testing.T) {
	d, err := Ask(node)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", d)
	both := slices.Contains(d.Formats, "YUYV") && slices.Contains(d.Formats, "RGGB")
	if d.Driver != "vivid" || d.Card != "vivid" || !both || d.Raw() {
		t.Errorf("raw %v", d.Raw())
	}
}

// take takes a frame and gives it without its bytes, of which it counts the different ones.
func take(t *testing.T, r *Reader) (f Frame, values int, err error) {
	t.Helper()
	err = r.Next(t.Context(), 2*time.Second, func(got *Frame) error {
		f = *got
		var seen [256]bool
		for _, b := range got.Data {
			seen[b] = true
		}
		for _, s := range seen {
			if s {
				values++
			}
		}
		return nil
	})
	return f, values, err
}

// TestKernelFormats: each format is given in the size asked for, with a date of just now, and with
// a picture in it.
func TestKernelFormats(t *testing.T) {
	for _, node := range []string{node, planes} {
		t.Run(filepath.Base(node), func(t *testing.T) { formatsOf(t, node) })
	}
}

func formatsOf(t *testing.T, node string) {
	for _, format := range []string{"YUYV", "UYVY", "YVYU", "NV12", "NV21", "YU12", "YV12", "RGB3", "BGR3", "GREY"} {
		for _, size := range [][2]int{{640, 480}, {1280, 720}} {
			t.Run(fmt.Sprintf("%s %d×%d", format, size[0], size[1]), func(t *testing.T) {
				r, err := Open(node, []string{format}, size[0], size[1])
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				var last uint64
				for i := range 3 {
					f, values, err := take(t, r)
					if err != nil {
						t.Fatal(err)
					}
					if i == 0 {
						t.Logf("%+v, %d bytes", f.Mode, len(f.Data))
					}
					fits := f.Format == format && f.Width == size[0] && f.Height == size[1]
					if !fits || values < 2 || f.Seq <= last && i > 0 {
						t.Errorf("%+v, number %d after %d, %d values", f.Mode, f.Seq, last, values)
					}
					if age := time.Since(f.At); age < 0 || age > time.Second {
						t.Errorf("%v old", age)
					}
					last = f.Seq
				}
			})
		}
	}
}

// TestKernelSizes: what is asked for, and what a camera gives when it cannot.
func TestKernelSizes(t *testing.T) {
	for asked, want := range map[[2]int][2]int{
		{640, 360}: {640, 360}, {1280, 720}: {1280, 720}, {100, 80}: {320, 180}, {5000, 4000}: {3840, 2160},
	} {
		r, err := Open(node, known, asked[0], asked[1])
		if err != nil {
			t.Fatal(err)
		}
		f, values, err := take(t, r)
		if err != nil || f.Width != want[0] || f.Height != want[1] || values < 2 {
			t.Errorf("asked for %v: %+v, expected %v; %d values, %v", asked, f.Mode, want, values, err)
		}
		t.Logf("asked for %v: %+v", asked, f.Mode)
		r.Close()
	}
}

// TestKernelPlanes: a device that gives its frames in planes is told from others, and a format with
// several planes is refused with its reason.
func TestKernelPlanes(t *testing.T) {
	d, err := Ask(planes)
	if err != nil || d.kind() != capturePlanes || d.Raw() {
		t.Fatalf("%+v, %v", d, err)
	}
	if !slices.Contains(d.Formats, "NM12") {
		t.Skipf("it has no format with several planes: %q", d.Formats)
	}
	r, err := Open(planes, []string{"NM12"}, 640, 480)
	if err == nil {
		r.Close()
	}
	if !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "comes in 2 planes") {
		t.Error(err)
	}
}

// TestKernelPresent: who comes late sees the present.
func TestKernelPresent(t *testing.T) {
	r, err := Open(node, known, 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, late := range []time.Duration{0, 50 * time.Millisecond, 300 * time.Millisecond, 2 * time.Second} {
		time.Sleep(late)
		began := time.Now()
		f, _, err := take(t, r)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("after %v: waited %v for a frame %v old, number %d", late, time.Since(began), time.Since(f.At), f.Seq)
		if age := time.Since(f.At); age > 2*fresh {
			t.Errorf("after %v: a frame of %v ago", late, age)
		}
	}
}

// TestKernelBusy: a device that another reader has is said to be in use, and free when that closes.
func TestKernelBusy(t *testing.T) {
	first, err := Open(node, known, 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Open(node, known, 640, 480); !errors.Is(err, hal.ErrGone) {
		second.Close()
		t.Errorf("a second reader: %v", err)
	} else {
		t.Log(err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	second, err := Open(node, known, 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := take(t, second); err != nil {
		t.Error(err)
	}
	second.Close()
}

// TestKernelPulled: a device that is pulled out while it is read, and comes back.
func TestKernelPulled(t *testing.T) {
	r, err := Open(node, known, 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, _, err := take(t, r); err != nil {
		t.Fatal(err)
	}
	plug := func(act string) {
		if err := os.WriteFile(driver+act, []byte("vivid.0"), 0); err != nil {
			t.Error(err)
		}
	}
	go func() {
		time.Sleep(100 * time.Millisecond)
		plug("unbind")
	}()
	for err == nil {
		_, _, err = take(t, r)
	}
	if t.Log(err); !errors.Is(err, hal.ErrGone) {
		t.Error("it is not said to be gone")
	}
	r.Close() // the driver waits for it
	plug("bind")
	for range 50 {
		if r, err = Open(node, known, 640, 480); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, _, err := take(t, r); err != nil {
		t.Error(err)
	}
}
