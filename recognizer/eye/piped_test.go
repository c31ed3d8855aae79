package eye

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
	"menshen/hal/camera/libcamera"
	"menshen/hal/camera/pipe"
	"menshen/recognizer"
)

// fifo makes a named pipe.
func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "frames")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// feeder is a camera service that does what the test says.
type feeder struct {
	does  atomic.Value // of string
	opens atomic.Int32
}

func (f *feeder) set(does string) { f.does.Store(does) }

// feed serves a pipe until the test ends.
func feed(t *testing.T, path, does string) *feeder {
	f := &feeder{}
	f.set(does)
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			if f.does.Load() == "nothing" {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			w, err := pipe.Await(ctx, path)
			if err != nil {
				return
			}
			f.opens.Add(1)
			for n := 1; f.one(w, path, n) && ctx.Err() == nil; n++ {
				time.Sleep(30 * time.Millisecond)
			}
			w.Close()
		}
	})
	t.Cleanup(func() { cancel(); done.Wait() })
	return f
}

// one writes frame n, or what is told instead; false: the pipe is to be closed.
func (f *feeder) one(w *pipe.Writer, path string, n int) bool {
	frame := picture(320, 240, n)
	switch f.does.Load() {
	case "living pictures":
	case "one picture":
		frame = picture(320, 240, 1)
	case "black":
		frame = &hal.Frame{Width: 320, Height: 240, BGR: make([]byte, 320*240*3)}
	case "waits":
		return w.HasReader()
	case "garbage":
		raw, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return false
		}
		defer raw.Close()
		_, err = raw.Write(make([]byte, 4000))
		return err == nil
	default:
		return false
	}
	frame.Seq = uint64(n)
	return w.Write(frame, 0) == nil
}

// TestPipe: a camera behind a pipe is watched and taken anew as one of the kernel's, by a confined
// eye.
func TestPipe(t *testing.T) {
	path := fifo(t)
	f := feed(t, path, "nothing")
	e := start(t, "eye", Config{Camera: "pipe:" + path, Models: modelsDir(t)})
	e.SetMode(Idle)
	sees := func(want CameraState) Status {
		t.Helper()
		return until(t, e, string(want), func(s Status) bool { return s.Camera == want })
	}
	if s := sees(CameraGone); !strings.Contains(s.Detail, "menshen-camera") {
		t.Errorf("without a service: %s", s.Detail)
	}
	f.set("living pictures")
	if s := sees(CameraOK); s.Restarts != 0 || s.Confined.Unconfined {
		t.Errorf("%+v", s)
	}

	f.set("one picture")
	sees(CameraFrozen)
	opens := f.opens.Load()
	until(t, e, "opened anew", func(Status) bool { return f.opens.Load() > opens }) // which starts another pipeline
	f.set("living pictures")
	sees(CameraOK)

	f.set("black")
	sees(CameraBlack)
	f.set("waits")
	sees(CameraSilent)
	f.set("living pictures")
	sees(CameraOK)

	f.set("garbage")
	if s := sees(CameraGone); !strings.Contains(s.Detail, "torn") && !strings.Contains(s.Detail, "no frames") {
		t.Errorf("garbage: %s", s.Detail)
	}
	f.set("living pictures")
	sees(CameraOK)

	// The pipe made anew: the child was confined to the old one.
	f.set("closed")
	sees(CameraGone)
	f.set("nothing")
	if err := errors.Join(os.Remove(path), unix.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	f.set("living pictures")
	sees(CameraOK)

	e.SetMode(Off)
	sees(CameraOff)
	opens = f.opens.Load()
	time.Sleep(300 * time.Millisecond)
	if f.opens.Load() != opens {
		t.Error("the pipe is read by an eye that is off")
	}
}

// gstreamer skips the test where GStreamer is not installed.
func gstreamer(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("gst-launch-1.0"); err != nil {
		t.Skip("no GStreamer: run 'make setup'")
	}
}

// TestGStreamerFaces: a face comes through the whole chain (GStreamer, BGR, pipe, confined eye) as
// through the source of files: the same score against another picture of the person, within
// rounding.
func TestGStreamerFaces(t *testing.T) {
	gstreamer(t)
	dir := os.Getenv("MENSHEN_FACES")
	if dir == "" {
		dir = "../../../shared/faces"
	}
	first, second := filepath.Join(dir, "p0001", "1.jpg"), filepath.Join(dir, "p0001", "2.jpg")
	if _, err := os.Stat(second); err != nil {
		t.Skip("no folder of faces: set MENSHEN_FACES")
	}
	for _, kind := range []string{"png", "jpeg"} {
		a, b := stage(t, first, kind), stage(t, second, kind)
		fileA, fileB := embed(t, "folder:"+a), embed(t, "folder:"+b)
		pipeA, pipeB := embed(t, throughGStreamer(t, a, kind)), embed(t, throughGStreamer(t, b, kind))
		files, pipes := cosine(fileA, fileB), cosine(pipeA, pipeB)
		t.Logf("%s: score %.6f by files, %.6f by GStreamer; 1-cos of the same picture %.1e and %.1e",
			kind, files, pipes, 1-cosine(fileA, pipeA), 1-cosine(fileB, pipeB))
		// A JPEG is decoded by two libraries, which round colours differently.
		if limit := map[string]float64{"png": 1e-6, "jpeg": 0.02}[kind]; math.Abs(files-pipes) > limit || files < 0.3 {
			t.Errorf("%s: the scores differ by %.6f", kind, math.Abs(files-pipes))
		}
	}
}

// stage puts a picture into a frame of 640×480, in a folder of its own.
func stage(t *testing.T, path, kind string) (dir string) {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	src, err := jpeg.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	img, size := image.NewRGBA(image.Rect(0, 0, 640, 480)), src.Bounds().Size()
	for y := range 480 {
		for x := range 640 {
			c := color.Color(color.Gray{90})
			if at := image.Pt((x-80)*size.X/480, y*size.Y/480); x >= 80 && x < 560 {
				c = src.At(at.X, at.Y)
			}
			img.Set(x, y, c)
		}
	}
	dir = t.TempDir()
	out, err := os.Create(filepath.Join(dir, "1."+kind))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if kind == "png" {
		err = png.Encode(out, img)
	} else {
		err = jpeg.Encode(out, img, &jpeg.Options{Quality: 95})
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// throughGStreamer serves a folder's picture through a pipeline, and gives the camera's
// specification.
func throughGStreamer(t *testing.T, dir, kind string) string {
	t.Helper()
	path := fifo(t)
	s := libcamera.Service{
		Camera: libcamera.Camera{Width: 640, Height: 480}, Pipe: path, Log: slog.New(slog.DiscardHandler),
		Source: libcamera.Source{
			Elements: []string{
				"multifilesrc", "loop=true", "location=" + filepath.Join(dir, "1."+kind),
				"caps=image/" + kind + ",framerate=15/1",
				"!", kind + "dec", "!", "videoconvert", "!", "identity", "sync=true",
			},
			Plugins: []string{"multifile", "png", "jpeg"},
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "pipe:" + path
}

// embed has a confined eye look until it has measured a face.
func embed(t *testing.T, spec string) *recognizer.Embedding {
	t.Helper()
	anyFace := recognizer.Options{
		MinHeight: 1, MaxHeight: 5000, MinSharpness: 0.01, MinBrightness: 1, MaxBrightness: 256,
		MaxYaw: 90, MaxPitch: 90, MaxRoll: 180, MinMouth: -1, MinEyes: -1, Rival: 2,
	}
	e := start(t, "eye", Config{Camera: spec, Models: modelsDir(t), Options: anyFace})
	defer e.Close()
	e.SetMode(Looking)
	timeout := time.After(2 * time.Minute)
	for {
		select {
		case o := <-e.Observations():
			if o.Embedding != nil {
				return o.Embedding
			}
		case <-timeout:
			t.Fatalf("%s: no face: %s", spec, fmt.Sprintf("%+v", e.Status()))
		}
	}
}

func cosine(a, b *recognizer.Embedding) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
