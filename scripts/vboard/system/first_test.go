//go:build vboard

package system

import (
	"strconv"
	"testing"
	"time"
)

// TestFirst holds a card to the reader, and a face before the camera, from the start of the board
// on; both are of the tenant of TestFaces. The card comes first: reader and relay do not wait for
// the models. How much earlier, it says.
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
	service := us / 1e6
	t.Logf("from the kernel's start: service %.1f s, first card %.1f s, first face %.1f s; "+
		"the card takes %.0f%% of that, %.0f%% from the service's start",
		service, card, face, 100*card/face, 100*(card-service)/(face-service))
	t.Log(sh(t, "systemd-analyze; systemd-analyze critical-chain menshen.service; "+
		"journalctl --namespace=menshen -b -o short-monotonic --no-pager"))
	if card >= face {
		t.Error("the first card waits for the models")
	}
}
