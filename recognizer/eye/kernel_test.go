//go:build vboard

package eye

import (
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/internal/confine"
	"menshen/recognizer/infrared"
)

// These tests run on a virtual board (scripts/vboard), where the kernel's vivid driver is a camera.
// From its device file upwards all is as with a real camera, the eye's confinement included.

const (
	device = "/dev/video0"
	driver = "/sys/bus/platform/drivers/vivid/"
)

// set sets one of vivid's controls, by the name that vivid gives it (videodev2.h:
// VIDIOC_QUERYCTRL, VIDIOC_S_CTRL).
func set(t *testing.T, control string, value int32) {
	t.Helper()
	fd, err := unix.Open(device, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	const next, disabled = 0x80000000, 1
	call := func(request uintptr, arg unsafe.Pointer) error {
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
			return errno
		}
		return nil
	}
	q := struct {
		id, kind            uint32
		name                [32]byte
		low, high, step, at int32
		flags               uint32
		_                   [2]uint32
	}{id: next}
	for call(0xc0445624, unsafe.Pointer(&q)) == nil {
		if name, _, _ := bytes.Cut(q.name[:], []byte{0}); string(name) == control && q.flags&disabled == 0 {
			c := struct {
				id    uint32
				value int32
			}{q.id, value}
			if err := call(0xc008561c, unsafe.Pointer(&c)); err != nil {
				t.Fatalf("%s: %v", control, err)
			}
			return
		}
		q.id |= next
	}
	t.Fatalf("vivid has no control %q", control)
}

func plug(t *testing.T, act string) {
	t.Helper()
	if err := os.WriteFile(driver+act, []byte("vivid.0"), 0); err != nil {
		t.Fatal(err)
	}
}

// sees waits until the eye says this of its camera.
func sees(t *testing.T, e *Eye, want CameraState) Status {
	t.Helper()
	began := time.Now()
	s := until(t, e, "camera "+string(want), func(s Status) bool { return s.State == Running && s.Camera == want })
	t.Logf("%-7s after %4.1f s, %4.1f frames a second, %d restarts  %s",
		want, time.Since(began).Seconds(), s.FPS, s.Restarts, s.Detail)
	return s
}

// TestKernelCamera: a camera that freezes, falls silent, is switched off by its driver, is pulled
// out and plugged in again, each while it is looked at.
func TestKernelCamera(t *testing.T) {
	e := start(t, "eye", Config{Camera: "v4l2:" + device, Models: modelsDir(t)})
	e.SetMode(Idle)
	s := sees(t, e, CameraOK)
	t.Log(s.Confined)
	if o := <-e.Observations(); o.Width != 640 || o.Height != 480 {
		t.Errorf("frames of %d×%d", o.Width, o.Height)
	}

	set(t, "OSD Text Mode", 2) // without the running clock in the picture
	sees(t, e, CameraFrozen)
	set(t, "OSD Text Mode", 0)
	sees(t, e, CameraOK)

	set(t, "Percentage of Dropped Buffers", 100)
	sees(t, e, CameraSilent)
	set(t, "Percentage of Dropped Buffers", 0)
	sees(t, e, CameraOK)

	plug(t, "unbind")
	sees(t, e, CameraGone)
	plug(t, "bind")
	sees(t, e, CameraOK)
}

// TestKernelTwoAtOnce: a camera that another program uses is said to be in use, and taken
// when it is free. Both look for codes: networks take minutes in an emulated processor.
func TestKernelTwoAtOnce(t *testing.T) {
	first := start(t, "eye", Config{Camera: "v4l2:" + device, Codes: "MP1"})
	first.SetCodes(true)
	sees(t, first, CameraOK)
	second := start(t, "eye", Config{Camera: "v4l2:" + device, Codes: "MP1"})
	second.SetCodes(true)
	sees(t, second, CameraGone)
	first.Close()
	sees(t, second, CameraOK)
}

// The emitters of TestKernelInfrared: vivid's brightness, and its volume, which changes no picture.
const (
	worksFor  = "control 0x00980900=210/30"
	nothingBy = "control 0x00980905=60000/0"
)

// pairsOf takes pairs through a second camera, under an eye's confinement and without a network. It
// prints how many were lit.
func pairsOf(emitter string) error {
	cfg := Config{Camera: "v4l2:" + device, Infrared: Infrared{Camera: "v4l2:/dev/video1", Emitter: emitter}}
	confined, err := confine.Process(keeps(cfg.withDefaults()))
	if err != nil {
		return err
	}
	none := func(*hal.Frame) ([]infrared.Spot, error) { return nil, nil }
	l, err := newLamp(cfg.Infrared, none, nil, nil)
	if err != nil {
		return err
	}
	pairs, lit := 0, 0
	end := time.Now().Add(30 * time.Second)
	for ; pairs < 6 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		says, err := l.look(image.Rectangle{}, image.Pt(640, 480), true)
		if err != nil {
			return err
		}
		if says.Pair {
			pairs++
		}
		if says.Pair && !says.Unlit() {
			lit++
		}
	}
	fmt.Printf("%d of %d lit, %s%s; %s\n", lit, pairs, l.state, l.detail, confined)
	l.close()
	return nil
}

func init() {
	children["pairs"] = func() error { return pairsOf(worksFor) }
	children["pairs of nothing"] = func() error { return pairsOf(nothingBy) }
}

// TestKernelInfrared: pairs are taken through a second camera of the kernel, under the eye's
// confinement, and its emitter is switched by a control of its driver: here the control of its
// brightness. One that changes nothing is told.
func TestKernelInfrared(t *testing.T) {
	for child, want := range map[string]string{
		"pairs": "6 of 6 lit, ok", "pairs of nothing": "0 of 6 lit, unlitthe emitter changes nothing",
	} {
		out, err := exec.Command(os.Args[0], child).CombinedOutput()
		if err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("%s: %v, %s", child, err, out)
		}
		t.Logf("%s: %s", child, out)
	}
}
