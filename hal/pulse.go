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
type Pulse struct{ at atomic.Int64 }

// Beat says that the loop came round.
func (p *Pulse) Beat() { p.at.Store(time.Now().UnixNano()) }

// Alive is the last beat.
func (p *Pulse) Alive() time.Time {
	if ns := p.at.Load(); ns != 0 {
		return time.Unix(0, ns)
	}
	return time.Time{}
}
