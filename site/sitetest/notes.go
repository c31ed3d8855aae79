package sitetest

import (
	"bytes"
	"context"
	"crypto/ed25519"

	"menshen/site/post"
)

// Tell has the unit make a note, in clear and signed.
func (u *Unit) Tell(text string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.notes, u.note = u.notes+1, append([]byte(text), ed25519.Sign(u.key, []byte(text))...)
	close(u.news)
	u.news = make(chan struct{})
}

// Note is of [courier.Config].
func (u *Unit) Note(ctx context.Context, told uint64) ([]byte, uint64, error) {
	for {
		u.mu.Lock()
		note, now, news := bytes.Clone(u.note), u.notes, u.news
		u.mu.Unlock()
		if now != told {
			return note, now, nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return nil, told, nil
		}
	}
}

// Hear is of [courier.Config].
func (u *Unit) Hear(_ context.Context, door post.ID, note []byte) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	text := note[:max(0, len(note)-ed25519.SignatureSize)]
	if key := u.members[door]; key != nil && ed25519.Verify(key, text, note[len(text):]) {
		u.heard[door] = string(text)
	}
	return nil
}

// Heard is what a door's present note says; empty: none came.
func (u *Unit) Heard(door post.ID) string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.heard[door]
}
