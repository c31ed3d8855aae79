package eye

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"menshen/hal/camera"
	"menshen/internal/child"
	"menshen/recognizer"
	"menshen/recognizer/models"

	"go.uber.org/goleak"
)

// TestMain lets the test binary be the child: the true one, or one that misbehaves.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		name, _, _ := strings.Cut(os.Args[1], "#")
		if child, ok := children[name]; ok {
			if err := child(); err != nil {
				os.Stderr.WriteString(err.Error() + "\n")
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

// byChance is the source of random numbers of a child whose name ends with a seed:
// "says anything#7".
func byChance() *rand.Rand {
	_, digits, _ := strings.Cut(os.Args[1], "#")
	seed, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		panic(err)
	}
	return rand.New(rand.NewPCG(seed, 1))
}

// children are what a test can start as a child, by name.
var children = map[string]func() error{
	"eye":   func() error { return Main(3) },
	"crash": func() error { syscall.Kill(os.Getpid(), syscall.SIGABRT); select {} },
	"hang":  func() error { time.Sleep(time.Minute); return nil },
	"babble": func() error {
		os.NewFile(3, "").Write([]byte(strings.Repeat("this is no message ", 100)))
		time.Sleep(time.Minute)
		return nil
	},
	"dies of its library": func() error {
		c := child.NewConn(os.NewFile(3, ""), &protocol)
		var cfg Config
		if err := c.ReadConfig(&cfg); err != nil || cfg.Options.Engine != recognizer.OpenCV {
			syscall.Kill(os.Getpid(), syscall.SIGABRT)
			select {}
		}
		c.Send(kindReady, []byte(`{"Engine":"OpenCV"}`))
		time.Sleep(time.Minute)
		return nil
	},
	"forgetful": func() error { // says what it is told of the engines, and dies the first time
		c := child.NewConn(os.NewFile(3, ""), &protocol)
		var cfg Config
		if err := c.ReadConfig(&cfg); err != nil {
			return err
		}
		c.Write(kindReady, func(b []byte) ([]byte, error) {
			return fmt.Appendf(b, `{"Engine":"%sone (other: 2.0×)"}`, cfg.Options.Tried), nil
		})
		if cfg.Options.Tried != "" {
			time.Sleep(time.Minute)
		}
		return nil
	},
	"liar": func() error { // well-formed, and impossible
		c := child.NewConn(os.NewFile(3, ""), &protocol)
		c.Send(kindReady, []byte("{}"))
		lie := recognizer.Observation{Faces: 1, Width: 640, Height: 480, Live: 7}
		c.Write(kindObservation, func(b []byte) ([]byte, error) {
			return appendObservation(stamp{Seq: 1}.append(b), &lie)
		})
		time.Sleep(time.Minute)
		return nil
	},
}

func start(t *testing.T, child string, cfg Config) *Eye {
	t.Helper()
	cfg.Command = []string{os.Args[0], child}
	e, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// until waits for a state of the eye.
func until(t *testing.T, e *Eye, what string, ok func(Status) bool) Status {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if s := e.Status(); ok(s) {
			return s
		}
	}
	t.Fatalf("not %s: %+v", what, e.Status())
	return Status{}
}

// modelsDir is where the models are; without them the test is skipped.
func modelsDir(t *testing.T) string {
	t.Helper()
	dir, err := models.Dir()
	if err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	if _, err := models.Default().Load(dir); err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	return dir
}

// door gives an eye that looks at a simulated camera, or skips the test where there are no models.
func door(t *testing.T, engine recognizer.Engine) (e *Eye, dir string) {
	t.Helper()
	from := modelsDir(t)
	dir = filepath.Join(t.TempDir(), "camera")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return start(t, "eye", Config{Camera: "sim:" + dir, Models: from, Options: recognizer.Options{Engine: engine}}), dir
}

// collins is the public-domain portrait that the set-up fetches.
func collins(t *testing.T) string {
	t.Helper()
	cache, _ := os.UserCacheDir()
	path := filepath.Join(cache, "menshen", "pictures", "collins.png")
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err, ": run 'make setup'")
	}
	return path
}

// withEachEngine runs a test with OpenCV, and with the ONNX Runtime that the set-up brings.
func withEachEngine(t *testing.T, test func(*testing.T, recognizer.Engine)) {
	t.Run("OpenCV", func(t *testing.T) { test(t, recognizer.OpenCV) })
	t.Run("ONNX Runtime", func(t *testing.T) {
		cache, _ := os.UserCacheDir()
		path := filepath.Join(cache, "menshen", "onnxruntime", "libonnxruntime.so.1")
		if _, err := os.Stat(path); err != nil {
			t.Skip("no ONNX Runtime: run 'make setup'")
		}
		test(t, recognizer.Engine(path))
	})
}

// TestWalkUp: the whole path, from a scene through the child process to an embedding in the parent.
func TestWalkUp(t *testing.T) { withEachEngine(t, testWalkUp) }

func testWalkUp(t *testing.T, engine recognizer.Engine) {
	e, dir := door(t, engine)
	s := until(t, e, "running", func(s Status) bool { return s.State == Running })
	openCV := strings.HasPrefix(s.Engine, "OpenCV ")
	if s.PID == 0 || s.Models != models.Default().Name || s.Restarts != 0 || openCV != (engine == recognizer.OpenCV) {
		t.Errorf("%+v", s)
	}
	e.SetMode(Looking)
	if err := camera.SetScene(dir, camera.Scene{Picture: collins(t), Seed: 4}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			t.Fatalf("no embedding in time: %+v", e.Status())
		case o := <-e.Observations():
			if o.Embedding == nil {
				continue
			}
			if o.Faces != 1 || o.Live <= 0 || o.Width != camera.Width || time.Since(o.At) > time.Minute {
				t.Errorf("%+v", o)
			}
			o.Wipe()
			s = until(t, e, "seeing", func(s Status) bool { return s.Camera == CameraOK && s.FPS > 1 && s.RSS > 1<<20 })
			t.Logf("%s: %d MiB", s.Engine, s.RSS>>20)
			return
		}
	}
}

// TestLibraryKills: where a child dies before it is ready, the next does without the
// system's library.
func TestLibraryKills(t *testing.T) {
	e := start(t, "dies of its library", Config{})
	s := until(t, e, "running", func(s Status) bool { return s.State == Running })
	if s.Engine != "OpenCV" || s.Restarts != 1 || !errors.Is(s.LastError, ErrExited) {
		t.Errorf("%+v", s)
	}
}

// TestEngineIsRemembered: what one child found of the engines is told to the next.
func TestEngineIsRemembered(t *testing.T) {
	e := start(t, "forgetful", Config{})
	s := until(t, e, "running again", func(s Status) bool { return s.State == Running && s.Restarts == 1 })
	if s.Engine != "one (other: 2.0×)one (other: 2.0×)" {
		t.Errorf("%+v", s)
	}
}

// TestCameraUnplugged: the loss is reported, and the camera is taken again when it comes back.
func TestCameraUnplugged(t *testing.T) {
	e, dir := door(t, recognizer.AnyEngine)
	e.SetMode(Idle)
	until(t, e, "seeing", func(s Status) bool { return s.Camera == CameraOK })
	if err := os.Rename(dir, dir+"-away"); err != nil {
		t.Fatal(err)
	}
	s := until(t, e, "gone", func(s Status) bool { return s.Camera == CameraGone })
	if s.Detail == "" || s.State != Running || s.Restarts != 0 {
		t.Errorf("%+v", s)
	}
	if err := os.Rename(dir+"-away", dir); err != nil {
		t.Fatal(err)
	}
	until(t, e, "back", func(s Status) bool { return s.Camera == CameraOK })

	// The child was not confined to another camera in the same place: a new child takes it.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	until(t, e, "gone", func(s Status) bool { return s.Camera == CameraGone })
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	until(t, e, "replaced", func(s Status) bool { return s.Camera == CameraOK })
	e.SetMode(Off)
	until(t, e, "off", func(s Status) bool { return s.Camera == CameraOff })
}

// TestCameraFrozen: a camera whose picture never changes is not trusted, and what it shows
// is not looked at.
func TestCameraFrozen(t *testing.T) {
	from := modelsDir(t)
	dir := t.TempDir()
	if err := os.Symlink(collins(t), filepath.Join(dir, "still.png")); err != nil {
		t.Fatal(err)
	}
	e := start(t, "eye", Config{Camera: "folder:" + dir, Models: from, Unconfined: true})
	e.SetMode(Looking)
	s := until(t, e, "frozen", func(s Status) bool { return s.Camera == CameraFrozen })
	if s.Detail == "" || s.Restarts != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAim(t *testing.T) {
	e, dir := door(t, recognizer.AnyEngine)
	e.SetMode(Aim)
	if err := camera.SetScene(dir, camera.Scene{Picture: collins(t), Seed: 4}); err != nil {
		t.Fatal(err)
	}
	timeout := time.After(2 * time.Minute)
	for {
		select {
		case <-timeout:
			t.Fatal("no picture with a face")
		case p := <-e.Pictures():
			if p.Width != 160 || p.Height != 120 || len(p.Grey) != 160*120 {
				t.Fatalf("picture of %d×%d", p.Width, p.Height)
			}
			if !p.Box.Empty() {
				return
			}
		case o := <-e.Observations():
			if o.Embedding != nil || o.Live != 0 {
				t.Error("a face was measured while aiming")
			}
		}
	}
}

// TestEnrolShown: a face is measured, and its picture is there beside it.
func TestEnrolShown(t *testing.T) {
	e, dir := door(t, recognizer.AnyEngine)
	e.SetMode(EnrolShown)
	if err := camera.SetScene(dir, camera.Scene{Picture: collins(t), Seed: 4}); err != nil {
		t.Fatal(err)
	}
	timeout := time.After(2 * time.Minute)
	for shown, measured := false, false; !shown || !measured; {
		select {
		case <-timeout:
			t.Fatalf("with a face: a picture %v, a measure %v", shown, measured)
		case p := <-e.Pictures():
			shown = shown || !p.Box.Empty()
			p.Wipe()
		case o := <-e.Observations():
			measured = measured || o.Embedding != nil
			o.Wipe()
		}
	}
}

// TestKilledChild: a child that dies is replaced, and the mode is set again.
func TestKilledChild(t *testing.T) {
	e, _ := door(t, recognizer.AnyEngine)
	e.SetMode(Idle)
	s := until(t, e, "seeing", func(s Status) bool { return s.Camera == CameraOK })
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	after := until(t, e, "seeing again", func(n Status) bool { return n.Restarts == 1 && n.Camera == CameraOK })
	if after.PID == s.PID || after.Mode != Idle || !errors.Is(after.LastError, ErrExited) {
		t.Errorf("%+v", after)
	}
	e.Close()
	if s := e.Status(); s.State != Stopped {
		t.Errorf("closed: %+v", s)
	}
	if _, open := <-e.Observations(); open {
		t.Error("an observation after Close")
	}
}

// TestBadChildren: whatever a child does, it is killed, named, and tried again.
func TestBadChildren(t *testing.T) {
	for child, want := range map[string]error{
		"crash": ErrExited, "hang": child.ErrSilent, "babble": ErrProtocol, "liar": ErrProtocol,
	} {
		t.Run(child, func(t *testing.T) {
			t.Parallel()
			cfg := Config{}
			if child == "hang" {
				cfg.StartIn = 300 * time.Millisecond
			}
			e := start(t, child, cfg)
			s := until(t, e, "restarted", func(s Status) bool { return s.Restarts >= 1 && s.LastError != nil })
			if !errors.Is(s.LastError, want) {
				t.Errorf("%s: %v", child, s.LastError)
			}
		})
	}
}

// TestModelsMissing: the remedy reaches the parent.
func TestModelsMissing(t *testing.T) {
	e := start(t, "eye", Config{Camera: "sim:/", Models: t.TempDir()})
	s := until(t, e, "failed", func(s Status) bool { return s.LastError != nil })
	if !strings.Contains(s.LastError.Error(), "make models") {
		t.Error(s.LastError)
	}
}

func TestNoSuchCommand(t *testing.T) {
	e, err := Start(t.Context(), Config{Command: []string{"/no/such/program"}})
	if err != nil {
		t.Fatal(err)
	}
	s := until(t, e, "failed", func(s Status) bool { return s.LastError != nil })
	if s.PID != 0 {
		t.Errorf("%+v", s)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}
