package hal

import (
	"sync/atomic"
	"time"
)

// Heartbeat is a reader or an input that tells when its loop last came round, whether or not anything happened at the door, and whether or
// not its device is there: one that waits for its device to come back is alive. Zero: it has not begun.
type Heartbeat interface {
	Alive() time.Time
}

// LastBeat makes what embeds it a Heartbeat. The zero value is ready, and safe for any goroutine.
type LastBeat struct{ at atomic.Pointer[time.Time] }

// Beat says that the loop came round.
func (b *LastBeat) Beat() {
	now := time.Now()
	b.at.Store(&now)
}

// Alive is the last beat. It keeps its monotonic reading: how long ago it was does not change when the clock is set.
func (b *LastBeat) Alive() time.Time {
	if at := b.at.Load(); at != nil {
		return *at
	}
	return time.Time{}
}
