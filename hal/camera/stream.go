package camera

import (
	"context"
	"errors"
	"sync"
	"time"

	"menshen/hal"
)

const (
	patience = 2 * time.Second        // Next without a new frame for so long is ErrNoFrame
	closing  = 500 * time.Millisecond // Close waits so long for a read that hangs in the kernel
)

// stream reads a source all the time and keeps the newest frame until it is handed over. All other
// pixels are overwritten at once, so that a source that falls silent leaves nothing behind.
type stream struct {
	name string
	src  source

	mu     sync.Mutex
	newest hal.Frame
	unseen bool          // newest has not been handed over
	err    error         // why reading ended
	fresh  chan struct{} // holds one when it is worth to look, closed when reading has ended

	stop chan struct{}
	done chan struct{}
}

func newStream(name string, src source) *stream {
	s := &stream{
		name: name, src: src,
		fresh: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go s.run()
	return s
}

func (s *stream) run() {
	defer close(s.done)
	var next hal.Frame
	var seq uint64
	var err error
	for err == nil {
		select {
		case <-s.stop:
			err = hal.ErrGone
			continue
		default:
		}
		next.At = time.Time{}
		if err = s.src.read(&next); err != nil {
			next.Wipe() // what came of it
			if errors.Is(err, hal.ErrNoFrame) {
				err = nil
			}
			continue
		}
		seq++
		next.Seq = seq
		if next.At.IsZero() {
			next.At = time.Now()
		}
		s.mu.Lock()
		s.newest, next, s.unseen = next, s.newest, true
		s.mu.Unlock()
		next.Wipe()
		select {
		case s.fresh <- struct{}{}:
		default: // the one before was not looked at
		}
	}
	next.Wipe()
	s.mu.Lock()
	s.newest.Wipe()
	s.err = err
	s.mu.Unlock()
	s.src.close()
	close(s.fresh)
}

// Next implements hal.Camera.
func (s *stream) Next(ctx context.Context, f *hal.Frame) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return hal.ErrNoFrame
		case <-s.fresh:
			if taken, err := s.take(f); taken || err != nil {
				return err
			}
		}
	}
}

// take hands the newest frame over to f, if that has not been done yet. f's buffer takes its place.
// It fails when reading has ended.
func (s *stream) take(f *hal.Frame) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil || !s.unseen {
		return false, s.err
	}
	s.unseen = false
	f.Wipe()
	*f, s.newest = s.newest, *f
	return true, nil
}

// Close implements hal.Camera. A device that hangs in the kernel is left open until
// the process ends.
func (s *stream) Close() error {
	select {
	case <-s.stop:
		return nil
	default:
	}
	close(s.stop)
	select {
	case <-s.done:
	case <-time.After(closing):
	}
	return nil
}

func (s *stream) String() string { return s.name }

// pace lets read return at a steady rate.
type pace struct {
	every time.Duration
	next  time.Time
}

func (p *pace) wait() {
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	time.Sleep(p.next.Sub(now))
	p.next = p.next.Add(p.every)
}
