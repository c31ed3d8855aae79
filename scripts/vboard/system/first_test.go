//go:build vboard

package system

import (
	"strconv"
	"testing"
	"time"
)

// TestFirst holds a card to the reader, and a face before the camera, from the start of the board
// on; both are of the tenant of TestFaces. From the service's start, the first card takes at most
// 60% of the time that the first face takes: reader and relay do not wait for the models. What is
// before it, the kernel and systemd, both have in common.
func TestFirst(t *testing.T) {
	show(t, "/opt/collins.png")
	begun := time.Now()
	for {
		pull(t, contact, "down") // the door is shut, whatever pull the service asked for
		if _, opened := opens(t, 200*time.Millisecond, func() { tap(t, 42, 1003) }); opened {
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
	us, err := strconv.ParseFloat(property(t, "ExecMainStartTimestampMonotonic"), 64)
	if err != nil {
		t.Fatal(err)
	}
	started := us / 1e6
	t.Logf("from the kernel's start: service %.1f s, first card %.1f s, first face %.1f s (%.0f%%)",
		started, card, face, 100*card/face)
	t.Log(sh(t, "systemd-analyze; systemd-analyze critical-chain menshen.service; "+
		"journalctl --namespace=menshen -b -o short-monotonic --no-pager"))
	if share := (card - started) / (face - started); share > 0.6 {
		t.Errorf("the first card takes %.0f%% of the time to the first face", 100*share)
	}
}
