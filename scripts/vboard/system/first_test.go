//go:build vboard

package system

import (
	"testing"
	"time"
)

// TestFirst holds a card to the reader, and a face before the camera, from the start of the board
// on; both are of the tenant of TestFaces. The first card opens in at most 60% of the time to the
// first face: reader and relay do not wait for the models.
func TestFirst(t *testing.T) {
	show(t, "/opt/collins.png")
	begun := time.Now()
	for {
		pull(t, contact, "down") // the door is shut, whatever pull the service asked for
		if _, opened := opens(t, 500*time.Millisecond, func() { tap(t, 42, 1003) }); opened {
			break
		}
		if time.Since(begun) > 3*time.Minute {
			t.Fatalf("no card opens\n%s", state())
		}
	}
	card := sinceStart(t)
	walkThrough(t)
	if _, opened := opens(t, 5*time.Minute, func() {}); !opened {
		t.Fatalf("the face does not open\n%s", state())
	}
	face := sinceStart(t)
	t.Logf("from the kernel's start: first card %.1f s, first face %.1f s (%.0f%%)", card, face, 100*card/face)
	t.Log(sh(t, "systemd-analyze; systemd-analyze critical-chain menshen.service; "+
		"journalctl --namespace=menshen -b -o short-monotonic --no-pager"))
	if card > 0.6*face {
		t.Error("the first card waits too long")
	}
}
