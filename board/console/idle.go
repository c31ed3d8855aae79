package console

import (
	"sync"
	"time"
)

// idle calls out when d passes after a touch without another one. Before the first
// touch no operator is logged in.
type idle struct {
	mu    sync.Mutex
	clock Clock
	d     time.Duration
	out   func()
	timer Timer
	over  bool // called out, or stopped
}

func (i *idle) touch() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.timer != nil && !i.timer.Stop() {
		i.over = true
	}
	if !i.over {
		i.timer = i.clock.AfterFunc(i.d, i.out)
	}
}

func (i *idle) stop() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.over = true
	if i.timer != nil {
		i.timer.Stop()
	}
}
