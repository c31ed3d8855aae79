package hal

import (
	"sync/atomic"
	"time"
)

// Lively is a reader or an input that tells when its loop last came round, whether or not anything happened at the door, and whether or
// not its device is there: one that waits for its device to come back is alive. Zero: it has not begun.
type Lively interface {
	Alive() time.Time
}

// Pulse makes what embeds it Lively. The zero value is ready, and safe for any goroutine.
type Pulse struct{ at atomic.Pointer[time.Time] }

// Beat says that the loop came round.
func (p *Pulse) Beat() {
	now := time.Now()
	p.at.Store(&now)
}

// Alive is the last beat. It keeps its monotonic reading: how long ago it was does not change when the clock is set.
func (p *Pulse) Alive() time.Time {
	if at := p.at.Load(); at != nil {
		return *at
	}
	return time.Time{}
}
