package boardtest

import (
	"sync"
	"time"
)

// Clock is the wall clock of a test, and a second one that cannot be set.
type Clock struct {
	mu     sync.Mutex
	t      time.Time
	passed time.Duration
}

func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	c.passed += d
}
func (c *Clock) Running() time.Duration { c.mu.Lock(); defer c.mu.Unlock(); return c.passed }

// Set puts the wall clock somewhere else; no time passes.
func (c *Clock) Set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.t = t }
