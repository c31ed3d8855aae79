//go:build vboard

package v4l2

import (
	"slices"
	"testing"
)

// TestKernelAsk asks the kernel's own test camera, on a virtual board (scripts/vboard/run.sh
// camera/v4l2).
func TestKernelAsk(t *testing.T) {
	d, err := Ask("/dev/video0")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", d)
	both := slices.Contains(d.Formats, "YUYV") && slices.Contains(d.Formats, "RGGB")
	if d.Driver != "vivid" || d.Card != "vivid" || !both || d.Raw() {
		t.Errorf("raw %v", d.Raw())
	}
}
