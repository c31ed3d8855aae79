package update

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Client is the door's side. Its methods may be called from any goroutine; requests are served one
// after the other.
type Client struct {
	Folders
	Poll  time.Duration // between two looks at the answer; 0: half a second
	Taken time.Duration // how long root's service may take to begin; 0: a minute

	busy sync.Mutex
}

// errNotTaken means that nothing of root's takes requests.
var errNotTaken = errors.New("the service menshen-update did not begin")

// Do asks, and waits for the answer. progress is called with each answer that is not the last; nil:
// it is not. After a cancelled ctx root's service goes on all the same.
func (c *Client) Do(ctx context.Context, r Request, progress func(Answer)) (Answer, error) {
	c.busy.Lock()
	defer c.busy.Unlock()
	r.ID = rand.Text()
	path := filepath.Join(c.Asked, requestFile)
	if err := write(path, 0o600, r); err != nil {
		return Answer{}, fmt.Errorf("asking for %q: %w", r.Do, err)
	}
	began, was := time.Now(), Answer{}
	poll := time.NewTicker(max(c.Poll, time.Millisecond, either(c.Poll == 0, time.Second/2, 0)))
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return was, ctx.Err()
		case <-poll.C:
		}
		var a Answer
		err := read(filepath.Join(c.Answered, answerFile), maxAnswered, &a)
		switch {
		case err == nil && a.ID == r.ID && a.Done:
			return a, nil
		case err == nil && a.ID == r.ID:
			if progress != nil && a.Percent != was.Percent {
				progress(a)
			}
			was = a
		case time.Since(began) > either(c.Taken == 0, time.Minute, c.Taken):
			return a, errors.Join(errNotTaken, os.Remove(path))
		}
	}
}

// OpenTaken opens what the last [Take] brought, and takes its name away: once it is closed, it is
// gone.
func (c *Client) OpenTaken() (io.ReadCloser, error) {
	path := filepath.Join(c.Asked, takenFile)
	f, _, err := openPlain(c.Asked, takenFile)
	if err != nil {
		return nil, fmt.Errorf("opening what was taken from the stick: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return nil, errors.Join(fmt.Errorf("opening what was taken from the stick: %w", err), f.Close())
	}
	return f, nil
}

func either[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
