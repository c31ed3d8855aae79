package hal

import "testing"

// TestHeartbeatDoesNotGoByTheWallClock: setting the clock must not make a part look dead to the
// watchdog. A time with a monotonic reading differs from itself without one.
func TestHeartbeatDoesNotGoByTheWallClock(t *testing.T) {
	var b LastBeat
	if !b.Alive().IsZero() {
		t.Error("alive before the first beat")
	}
	b.Beat()
	if at := b.Alive(); at == at.Round(0) {
		t.Error("a beat has no monotonic reading: after the clock is set ahead the part looks dead")
	}
}
