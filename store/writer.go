package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	batchMax   = 256         // jobs in one transaction
	backlogMax = 1 << 14     // records that may wait in memory for a disk that does not answer
	retryAfter = time.Second // after a failed transaction
	gatherMost = time.Millisecond / 2
)

// job is one change that waits to be written.
type job struct {
	f    func(*tx) error // may run more than once; sets its results by assignment
	keep bool            // must be written: stays queued when its caller gives up or the disk fails
	act  bool            // both heads of the file must have it
	err  error           // the writer's answer so far
	done chan error      // buffered
}

// writer is the only goroutine that writes. All jobs that wait while one transaction is being
// synced share the next one. So many decisions cost few syncs, and a single one is not delayed.
type writer struct {
	v     *Vault
	mu    sync.Mutex
	queue []*job
	ended bool
	wake  chan struct{} // buffered
	gone  chan struct{}
	last  error // of the closing attempt
}

func newWriter(v *Vault) *writer {
	w := &writer{v: v, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	if v.o.Inline == nil {
		go w.run()
	}
	return w
}

// do queues f and waits until it is durable, or ctx ends. A job that is
// kept is still written, later.
func (w *writer) do(ctx context.Context, f func(*tx) error, keep bool) error {
	return w.queued(ctx, &job{f: f, keep: keep, done: make(chan error, 1)})
}

// act is do for an act: its caller is answered after a second transaction, so that both heads of
// the file have the act. With one head damaged, bbolt goes on from the other, which is one
// transaction older: one flipped bit must not undo an act.
func (w *writer) act(f func(*tx) error) error {
	return w.queued(context.Background(), &job{f: f, act: true, done: make(chan error, 1)})
}

func (w *writer) queued(ctx context.Context, j *job) error {
	keep := j.keep
	w.mu.Lock()
	switch {
	case w.ended:
		w.mu.Unlock()
		return ErrClosed
	case len(w.queue) >= backlogMax:
		w.mu.Unlock()
		return fmt.Errorf("%d records wait for the disk already: %w", backlogMax, ErrFull)
	}
	w.queue = append(w.queue, j)
	w.mu.Unlock()
	if w.v.o.Inline != nil {
		w.writeInline(ctx, j)
	}
	w.nudge()
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		if keep {
			return ErrSlow
		}
		return <-j.done // an act either happened or not: its caller must know which
	}
}

// writeInline writes all that waits, for a vault without a goroutine of its own, if somebody waits
// for it and the disk answers in time.
func (w *writer) writeInline(ctx context.Context, j *job) {
	if ctx.Err() != nil {
		return
	}
	if j.keep && errors.Is(w.v.o.Inline(false), ErrSlow) {
		j.answerWith(ErrSlow)
		return
	}
	_ = w.drain() // each job has its own answer
}

// Settle writes the records that nobody waits for, of a vault with [Options.Inline]. The error is
// the disk's.
func (v *Vault) Settle() error {
	if v.o.Inline == nil {
		return nil
	}
	return v.writer.drain()
}

func (w *writer) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *writer) run() {
	defer close(w.gone)
	retry := time.NewTimer(0)
	defer retry.Stop()
	for {
		select {
		case <-w.wake:
		case <-retry.C:
		}
		err := w.drain()
		if err != nil {
			retry.Reset(retryAfter)
		}
		if w.over(err) {
			return
		}
	}
}

// over reports whether the writer is to end now, with err of its last try. Nobody is left waiting
// then.
func (w *writer) over(err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.ended:
		return false
	case err == nil && len(w.queue) > 0: // came in the last moment
		w.nudge()
		return false
	}
	var away []*job
	w.queue, away = turnAway(w.queue, err)
	for _, j := range away {
		j.answer()
	}
	w.last = err
	return true
}

// drain writes until the queue is empty or the disk fails.
func (w *writer) drain() error {
	for last := 1; ; {
		w.gather(last)
		w.mu.Lock()
		batch := w.queue[:min(len(w.queue), batchMax):min(len(w.queue), batchMax)]
		behind := len(w.queue) - len(batch)
		w.mu.Unlock()
		if len(batch) == 0 {
			return nil
		}
		last = len(batch)
		kept, err := w.write(batch)
		if err == nil && slices.ContainsFunc(batch, func(j *job) bool { return j.act && j.err == nil }) {
			// An error is left: the act is done, and the next transaction is its second.
			_ = w.v.transact(func(*tx) error { return nil })
		}
		w.mu.Lock()
		waited, came := w.queue[len(batch):][:behind], w.queue[len(batch)+behind:]
		var away []*job
		if err != nil {
			waited, away = turnAway(waited, err)
		}
		w.queue = slices.Concat(kept, waited, came)
		w.mu.Unlock()
		for _, j := range append(batch, away...) { // only now: a caller who was answered is not in the backlog
			j.answer()
		}
		if err != nil {
			return err
		}
	}
}

// turnAway splits the jobs that waited while the disk failed: records go on waiting, the others are
// to be answered with its error, for their turn may not come before it is well. Who asks after the
// disk was tried gets a try of their own.
func turnAway(waited []*job, err error) (stay, away []*job) {
	for _, j := range waited {
		if j.keep {
			stay = append(stay, j)
			continue
		}
		j.err = err
		away = append(away, j)
	}
	return stay, away
}

// gather waits a moment for as many jobs as shared the last transaction. Their callers were just
// answered, and most come back at once; without the wait the first of them would get a transaction
// of its own. A single caller never waits.
func (w *writer) gather(n int) {
	if w.v.o.Inline != nil {
		return
	}
	for end := time.Now().Add(gatherMost); n > 1 && time.Now().Before(end); time.Sleep(gatherMost / 10) {
		w.mu.Lock()
		enough := len(w.queue) >= n || w.ended
		w.mu.Unlock()
		if enough {
			return
		}
	}
}

// write puts a batch into one transaction and leaves each job its answer. A job whose own function
// fails is left out; the others are run again without it. When the transaction itself fails, the
// jobs to be kept are returned with the error.
func (w *writer) write(batch []*job) (kept []*job, err error) {
	for len(batch) > 0 {
		failed := -1
		err = w.v.transact(func(t *tx) error {
			for i, j := range batch {
				if err := j.f(t); err != nil {
					failed = i
					return err
				}
			}
			return nil
		})
		switch {
		case err == nil:
			for _, j := range batch {
				j.err = nil // a kept one may have failed before
			}
			return nil, nil
		case failed >= 0:
			batch[failed].err = err
			rest := make([]*job, 0, len(batch)-1)
			batch = append(append(rest, batch[:failed]...), batch[failed+1:]...)
		default:
			for _, j := range batch {
				j.err = err
				if j.keep {
					j.err = fmt.Errorf("%w: %w", ErrSlow, err)
					kept = append(kept, j)
				}
			}
			return kept, err
		}
	}
	return nil, nil
}

// answer answers the caller, who may be gone, or was answered before when a kept job fails again.
func (j *job) answer() {
	select {
	case j.done <- j.err:
	default:
	}
}

func (j *job) answerWith(err error) {
	j.err = err
	j.answer()
}

// transact is one writing transaction on the file in place.
func (v *Vault) transact(f func(*tx) error) error {
	v.mu.RLock()
	defer v.mu.RUnlock()
	switch {
	case v.db == nil:
		return v.notOpen()
	case v.readOnly != nil:
		return v.readOnly
	}
	if v.o.Inline != nil {
		if err := v.o.Inline(false); err != nil && !errors.Is(err, ErrSlow) {
			return err
		}
	}
	if err := v.syncName(); err != nil {
		return err
	}
	if err := v.db.checkName(v.path()); err != nil {
		return err
	}
	var touched []slot
	var done *tx
	last, err := v.db.update(v.ring, func(t *tx) error {
		touched, done = nil, t
		if v.delta != nil {
			t.touch = func(bucket string, key []byte) {
				touched = append(touched, slot{bucket, string(key)})
			}
		}
		return f(t)
	})
	if err == nil {
		v.time.learn(&last, v.o.Running())
		if done.telling != nil && done.telling.told {
			v.news.came()
		}
		if v.o.Inline != nil {
			_ = v.o.Inline(true)
		}
	}
	if err == nil && v.delta != nil {
		v.delta.add(touched)
	}
	return err
}

// close writes what waits, tries once more what could not be written, and ends the goroutine.
func (w *writer) close() error {
	w.mu.Lock()
	w.ended = true
	w.mu.Unlock()
	if w.v.o.Inline == nil {
		w.nudge()
		<-w.gone
	} else {
		w.last = w.drain()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.queue)
	for _, j := range w.queue {
		j.err = ErrClosed
		j.answer()
	}
	w.queue = nil
	if n == 0 {
		return nil
	}
	return errors.Join(fmt.Errorf("%d records were lost: the disk did not take them", n), w.last)
}

// Backlog is how many records wait in memory for the disk. Zero is healthy.
func (v *Vault) Backlog() int {
	v.writer.mu.Lock()
	defer v.writer.mu.Unlock()
	return len(v.writer.queue)
}
