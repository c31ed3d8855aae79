package libcamera

import (
	"sync"

	"menshen/hal"
)

// newest holds the last frame that was put into it. Frames are exchanged, not copied.
type newest struct {
	mu    sync.Mutex
	frame hal.Frame
	there bool          // frame has not been taken
	fresh chan struct{} // holds one when it is worth to try
}

// put gives f away for one that may be overwritten.
func (n *newest) put(f *hal.Frame) {
	n.mu.Lock()
	n.frame, *f, n.there = *f, n.frame, true
	n.mu.Unlock()
	select {
	case n.fresh <- struct{}{}:
	default: // the one before was not taken
	}
}

// take gives f away for the newest one, if that has not been taken yet.
func (n *newest) take(f *hal.Frame) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.there {
		return false
	}
	n.frame, *f, n.there = *f, n.frame, false
	return true
}
