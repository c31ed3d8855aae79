//go:build matprofile

package recognizer

import (
	"bytes"
	"runtime"
	"testing"

	"gocv.io/x/gocv"
)

// TestNoMatLeaks needs -tags matprofile, with which gocv counts its Mats. Memory that no Mat counts
// is measured as well.
func TestNoMatLeaks(t *testing.T) {
	runtime.LockOSThread() // malloc keeps memory a thread
	defer runtime.UnlockOSThread()
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
	var memory [11]int // KiB, each tenth of the way
	for i := range frames {
		if i%(frames/10) == 0 {
			memory[i*10/frames] = anonymous(t)
		}
		obs := observe(t, c, frame)
		obs.Wipe()
	}
	memory[10] = anonymous(t)
	t.Logf("%d frames; resident without files, each tenth of the way: %d KiB", frames, memory)
	if frames == 10000 && memory[10]-memory[2] > 512 {
		t.Errorf("%d KiB more after the last 8,000", memory[10]-memory[2])
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
