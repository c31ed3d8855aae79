package recognizer

import (
	"errors"
	"testing"

	"menshen/hal"
)

func TestReadCode(t *testing.T) {
	if text, err := ReadCode(gocvPicture(t, "qrcode.png")); err != nil || text != "Hello World!" {
		t.Errorf("read %q, %v", text, err)
	}
	if text, err := ReadCode(gocvPicture(t, "face.jpg")); err != nil || text != "" {
		t.Errorf("a face read as %q, %v", text, err)
	}
	if _, err := ReadCode(&hal.Frame{Width: 640, Height: 480}); !errors.Is(err, ErrFrame) {
		t.Errorf("no pixels: %v", err)
	}
	blank := &hal.Frame{Width: 640, Height: 480, BGR: make([]byte, 640*480*3)}
	if text, err := ReadCode(blank); err != nil || text != "" {
		t.Errorf("black read as %q, %v", text, err)
	}
}
