package hal

import (
	"sync/atomic"
	"time"
)

// Heartbeat is a reader or an input that tells when its loop last ran, whether or not anything
// happened at the door. One that waits for its device to come back is alive.
type Heartbeat interface {
	Alive() time.Time
}

// LastBeat makes what embeds it a Heartbeat. The zero value is ready, and safe for any goroutine.
type LastBeat struct{ at atomic.Pointer[time.Time] }

// Beat records that the loop ran.
func (b *LastBeat) Beat() {
	now := time.Now()
	b.at.Store(&now)
}

// Alive is the time of the last beat; zero before the first. It has its monotonic reading, so that
// setting the clock does not change how long ago it was.
func (b *LastBeat) Alive() time.Time {
	if at := b.at.Load(); at != nil {
		return *at
	}
	return time.Time{}
}
