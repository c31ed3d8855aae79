package hal

import "testing"

// TestPulseDoesNotGoByTheWallClock: setting the clock must not make a part look dead to the watchdog. Only a time with a monotonic
// reading differs from itself without one.
func TestPulseDoesNotGoByTheWallClock(t *testing.T) {
	var p Pulse
	if !p.Alive().IsZero() {
		t.Error("alive before the first beat")
	}
	p.Beat()
	if at := p.Alive(); at == at.Round(0) {
		t.Error("a beat has no monotonic reading: after the clock is set ahead the part looks dead")
	}
}
