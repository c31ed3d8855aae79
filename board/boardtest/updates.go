package boardtest

import (
	"context"
	"io"
	"strings"
	"sync"

	"menshen/board/slots"
	"menshen/board/update"
)

// Updates is root's side of updates, played: it notes what is asked, and answers what a test set.
type Updates struct {
	mu      sync.Mutex
	Is      update.State
	Answers map[update.Act]update.Answer
	Brings  string // what a Take brings
	asked   []update.Request
}

// State gives Is.
func (u *Updates) State() (update.State, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.Is.Version == "" {
		return u.Is, slots.ErrOneSystem
	}
	return u.Is, nil
}

// Do answers; an installation tells half of it first.
func (u *Updates) Do(_ context.Context, r update.Request, progress func(update.Answer)) (update.Answer, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = append(u.asked, r)
	if progress != nil {
		progress(update.Answer{Percent: 50})
	}
	return u.Answers[r.Do], nil
}

// Asked gives what was asked since the last call.
func (u *Updates) Asked() (all []update.Request) {
	u.mu.Lock()
	defer u.mu.Unlock()
	all, u.asked = u.asked, nil
	return all
}

// OpenTaken gives Brings.
func (u *Updates) OpenTaken() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(u.Brings)), nil
}
