//go:build matprofile

package recognizer

import (
	"bytes"
	"testing"

	"gocv.io/x/gocv"
)

// TestNoMatLeaks needs -tags matprofile, with which gocv counts its Mats.
func TestNoMatLeaks(t *testing.T) {
	before := gocv.MatProfile.Count()
	c, err := New(loadSet(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	frame := gocvPicture(t, "face.jpg")
	observe(t, c, frame)
	open := gocv.MatProfile.Count()
	frames := 10000
	if testing.Short() {
		frames = 100
	}
	for range frames {
		obs := observe(t, c, frame)
		obs.Wipe()
	}
	if n := gocv.MatProfile.Count(); n != open {
		t.Errorf("%d Mats more after %d frames", n-open, frames)
	}
	c.Close()
	if n := gocv.MatProfile.Count(); n != before {
		var profile bytes.Buffer
		gocv.MatProfile.WriteTo(&profile, 1)
		t.Errorf("%d Mats left after Close:\n%s", n-before, &profile)
	}
}
