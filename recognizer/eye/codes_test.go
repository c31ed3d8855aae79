package eye

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"menshen/hal/camera"
	"menshen/internal/child"

	"rsc.io/qr"
)

// children that say codes they should not.
func init() {
	say := func(text string) func() error {
		return func() error {
			c := child.NewConn(os.NewFile(3, ""), &protocol)
			c.Send(kindReady, []byte("{}"))
			c.Write(kindCode, func(b []byte) ([]byte, error) { return append(stamp{Seq: 1}.append(b), text...), nil })
			time.Sleep(time.Minute)
			return nil
		}
	}
	children["code of another kind"] = say("HTTPS://EXAMPLE.ORG")
	children["code with an escape"] = say("MP1\x1b[2J")
}

// hold holds a printed code up to the simulated camera.
func hold(t *testing.T, dir, text string, s camera.Scene) {
	t.Helper()
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	s.Picture, s.Kind = filepath.Join(t.TempDir(), "code.png"), camera.Photo
	if err := errors.Join(os.WriteFile(s.Picture, code.PNG(), 0o600), camera.SetScene(dir, s)); err != nil {
		t.Fatal(err)
	}
}

// TestCodeWithoutModels: an eye for codes has no face model, says only the codes that are wanted,
// and closes the camera when none are.
func TestCodeWithoutModels(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "camera")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text := "MP1" + strings.Repeat("QRCODE2345", 14)
	e := start(t, "eye", Config{Camera: "sim:" + dir, Codes: "MP1"})
	s := until(t, e, "running", func(s Status) bool { return s.State == Running })
	if s.Models != "none" || s.Camera != CameraOff {
		t.Errorf("%+v", s)
	}
	hold(t, dir, "HTTPS://EXAMPLE.ORG/"+strings.Repeat("MP1", 30), camera.Scene{Seed: 3})
	e.SetCodes(true)
	until(t, e, "seeing", func(s Status) bool { return s.Camera == CameraOK && s.FPS > 2 })
	select {
	case c := <-e.Codes():
		t.Errorf("a code that is not wanted came: %d bytes", len(c.Text))
	case <-time.After(2 * time.Second):
	}
	for _, s := range []camera.Scene{{Seed: 3}, {Seed: 5, Light: 40}} {
		hold(t, dir, text, s)
		select {
		case c := <-e.Codes():
			if c.Text.Reveal() != text || time.Since(c.At) > time.Minute {
				t.Errorf("%d bytes, seen at %v", len(c.Text), c.At)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%+v was not read: %+v", s, e.Status())
		}
	}
	e.SetCodes(false)
	until(t, e, "off", func(s Status) bool { return s.Camera == CameraOff })
}

// TestCodeBesideFaces: with faces in the picture or without, the same eye reads codes too.
func TestCodeBesideFaces(t *testing.T) {
	from := modelsDir(t)
	dir := filepath.Join(t.TempDir(), "camera")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	e := start(t, "eye", Config{Camera: "sim:" + dir, Models: from, Codes: "MP1"})
	e.SetMode(Looking)
	e.SetCodes(true)
	hold(t, dir, "MP1 ABC", camera.Scene{Seed: 3})
	observed, read := false, false
	for deadline := time.After(2 * time.Minute); !observed || !read; {
		select {
		case o := <-e.Observations():
			observed = true
			o.Wipe()
		case c := <-e.Codes():
			read = c.Text.Reveal() == "MP1 ABC"
		case <-deadline:
			t.Fatalf("observed %v, read %v: %+v", observed, read, e.Status())
		}
	}
}

func TestImpossibleCodes(t *testing.T) {
	for _, child := range []string{"code of another kind", "code with an escape"} {
		t.Run(child, func(t *testing.T) {
			t.Parallel()
			e := start(t, child, Config{Codes: "MP1"})
			s := until(t, e, "restarted", func(s Status) bool { return s.Restarts >= 1 && s.LastError != nil })
			if !errors.Is(s.LastError, ErrProtocol) {
				t.Error(s.LastError)
			}
		})
	}
	for _, text := range []string{"", "MP", "mp1A", "MP1a", " MP1", "MP1\n", "MP1" + strings.Repeat("A", maxCode-2)} {
		if _, err := parseCode([]byte(text), "MP1"); !errors.Is(err, ErrProtocol) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := parseCode([]byte("MP1A"), ""); !errors.Is(err, ErrProtocol) {
		t.Errorf("a code where none is wanted: %v", err)
	}
}

func FuzzCode(f *testing.F) {
	f.Add([]byte("MP1ABC234"))
	f.Add([]byte("MP"))
	f.Add([]byte("MP1\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if text, err := parseCode(b, "MP1"); err == nil && text.Reveal() != string(b) {
			t.Errorf("%x became %x", b, text.Reveal())
		}
	})
}
