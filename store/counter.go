package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"menshen/store/keys"
)

// counter is a key source's counter, which shows that a whole vault is an older copy
// (decision 0011); nil: the source cannot count. The state of the vault holds what the
// counter shows, or one more: it is written first, so that a power cut between the two leaves
// it one ahead. No older copy is ahead.
type counter struct {
	keys.Counter
	n      atomic.Uint64 // what it shows
	mu     sync.Mutex    // of what follows, and held while it counts
	want   uint64        // what it shall show
	unsure bool          // it may have counted once more than n
}

// newCounter begins to count for a new vault of a key source; nil where the source cannot count.
func newCounter(ctx context.Context, k KeySource) (*counter, error) {
	its, ok := k.(keys.Counter)
	if !ok {
		return nil, nil
	}
	c := &counter{Counter: its}
	return c, c.begin(ctx)
}

// begin makes the counter count once, and reads it.
func (c *counter) begin(ctx context.Context) error {
	if err := c.Advance(ctx); err != nil {
		return err
	}
	n, err := c.Count(ctx)
	c.n.Store(n)
	return err
}

// current gives what the counter shows, as far as this process knows; 0 for none.
func (c *counter) current() uint64 {
	if c == nil {
		return 0
	}
	return c.n.Load()
}

// checkCount compares a state with the key source's counter, where it has one. [ErrRolledBack]: an
// older copy of the vault was put in its place. A state without a count is of a vault that was made
// by a version that did not count, and was never open since.
func (v *Vault) checkCount(ctx context.Context, st state) (*counter, error) {
	its, ok := v.o.Key.(keys.Counter)
	if !ok {
		return nil, nil
	}
	c := &counter{Counter: its}
	n, err := c.Count(ctx)
	if err == nil && st.Count != n && (st.Count != n+1 || n == 0) {
		err = fmt.Errorf("%w: the vault counts %d, %s %d: bring the newest copy back, "+
			"or restore a backup into a new vault ('menshen vault retire')",
			ErrRolledBack, st.Count, v.o.Key, n)
	}
	c.n.Store(n)
	return c, err
}

// act runs f in a writing transaction. It returns when that is durable, in both heads of the file,
// and, where the key source can count, when no earlier copy of the vault opens any more. A counter
// that fails is a fault that [Vault.Mend] reports; the act is done all the same.
func (v *Vault) act(f func(*tx) error) error {
	var c *counter
	var want uint64
	err := v.writer.act(func(t *tx) error {
		if err := f(t); err != nil {
			return err
		}
		if c = v.counter; c != nil {
			want = t.found.Count + 1 // each copy from before counts less
			t.st.Count = min(want, c.current()+1)
		}
		return nil
	})
	if err == nil && c != nil {
		_ = v.reach(c, want)
	}
	return err
}

// reach makes the counter show at least want. It waits for others that do the same.
func (v *Vault) reach(c *counter, want uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.want = max(c.want, want)
	for c.current() < c.want {
		if err := v.advance(c); err != nil {
			v.untidy.Store(true) // Mend tries again
			return err
		}
	}
	return nil
}

// advance makes the state, then the counter, show one more. The caller holds c.mu.
func (v *Vault) advance(c *counter) error {
	ctx := context.Background()
	if c.unsure {
		n, err := c.Count(ctx)
		if err == nil {
			c.n.Store(n)
			c.unsure = false
		}
		return err
	}
	next := c.current() + 1
	var now uint64
	if err := v.view(func(t *tx) error { now = t.st.Count; return nil }); err != nil {
		return err
	}
	if now < next {
		err := v.writer.act(func(t *tx) error {
			if v.counter == c { // it may have another key source by now
				t.st.Count = max(t.st.Count, next)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	c.unsure = true
	if err := c.Advance(ctx); err != nil {
		return err
	}
	c.n.Store(next)
	c.unsure = false
	return nil
}

// count makes the counter count this start, and what was left to count. The caller holds renewing.
func (v *Vault) count(ctx context.Context) error {
	c := v.counter
	if c == nil {
		return nil
	}
	if c.current() == 0 { // of a vault made by a version that did not count
		if err := c.begin(ctx); err != nil {
			return err
		}
	}
	var now uint64
	if err := v.view(func(t *tx) error { now = t.st.Count; return nil }); err != nil {
		return err
	}
	return v.reach(c, max(now, c.current())+1)
}
