package osdp

import (
	"context"
	"errors"
	"time"
)

// errNoAnswer: the reader may have heard.
var errNoAnswer = errors.New("the reader did not answer")

// here gives the reader's address, and whether it has a session at the line's speed.
func (r *Reader) here() (address byte, here bool) {
	r.line.with(func(b *Bus) {
		s := b.State(r.place)
		address, here = s.Address, s.Secure
	})
	return address, here
}

// SetAddress gives the reader another address. It comes back when the reader answers there under
// its key, or where it was; a reader that does neither is looked for at both from then on.
func (r *Reader) SetAddress(ctx context.Context, address byte) error {
	if !r.line.acting.TryLock() {
		return ErrActing
	}
	defer r.line.acting.Unlock()
	was, baud, err := r.mayMove(address)
	if err != nil || was == address {
		return err
	}
	to, from := Place{address, baud}, Place{was, baud}
	if err := r.line.ring.Put(r.cfg.Name, r.file(), to, from); err != nil {
		return err
	}
	err = r.goTo(ctx, to)
	if errors.Is(err, ErrAway) || errors.As(err, new(Refused)) {
		return errors.Join(err, r.line.ring.Put(r.cfg.Name, r.file(), from))
	}
	at, found := r.await(ctx)
	switch {
	case !found:
		return ErrLost
	case at == address:
		return nil
	case errors.As(err, new(Elsewhere)):
		return err
	}
	return ErrStayed
}

// mayMove gives where the reader is. Errors: it has no session, is busy, or may not have the
// address.
func (r *Reader) mayMove(address byte) (at byte, baud int, err error) {
	err = ErrAway
	r.line.with(func(b *Bus) {
		s := b.State(r.place)
		at, baud = s.Address, b.baud
		switch {
		case address >= Broadcast || b.taken(address, b.stations[r.place]) || r.line.writtenFor(address, r):
			err = ErrAddress
		case !s.Installs.IsZero() || s.File.Size > 0 && !s.File.Ended:
			err = ErrActing
		case s.Secure:
			err = nil
		}
	})
	return at, baud, err
}

// writtenFor reports whether the configuration has an address for another reader.
func (l *Line) writtenFor(address byte, but *Reader) bool {
	for _, r := range l.readers {
		if r != but && r.cfg.Address == address {
			return true
		}
	}
	return false
}

// goTo tells the reader to go to a place. Errors: ErrAway; Refused, Elsewhere; errNoAnswer; of ctx.
func (r *Reader) goTo(ctx context.Context, to Place) error {
	answers, sent := make(chan Event, 1), false
	r.mu.Lock()
	r.answers = answers
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.answers = nil
	}()
	r.line.with(func(b *Bus) { sent = b.Send(r.place, SetLine{to.Address, uint32(to.Baud)}) })
	if !sent {
		return ErrAway
	}
	late := time.NewTimer(OfflineAfter + gatherWithin)
	defer late.Stop()
	select {
	case e := <-answers:
		switch a := e.Reply.(type) {
		case Nak:
			return Refused(a)
		case LineSet:
			if at := (Place{a.Address, int(a.Baud)}); at != to {
				return Elsewhere{at}
			}
			return nil
		}
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
	}
	return errNoAnswer
}

// toMover hands the answer to a move to whoever waits for it.
func (r *Reader) toMover(e Event) {
	if _, move := e.Command.(SetLine); !move && e.Down == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case r.answers <- e: // nil: nobody waits
	default:
	}
}

// await waits for a session, wherever the reader may be.
func (r *Reader) await(ctx context.Context) (at byte, found bool) {
	late := time.NewTimer(gatherWithin)
	defer late.Stop()
	look := time.NewTicker(moveLook)
	defer look.Stop()
	for {
		if at, found = r.here(); found {
			return at, true
		}
		select {
		case <-look.C:
		case <-late.C:
			return 0, false
		case <-ctx.Done():
			return 0, false
		}
	}
}

// found keeps at which address the reader has a session. At which speed, whoever moves the line
// does.
func (r *Reader) found() error {
	address, here := r.here()
	if !here {
		return nil
	}
	places, err := r.line.ring.Places(r.cfg.Name, r.file())
	if err != nil {
		return err
	}
	var at []Place
	for _, p := range places {
		if p.Address = address; len(at) == 0 || at[len(at)-1] != p {
			at = append(at, p)
		}
	}
	return r.line.ring.Put(r.cfg.Name, r.file(), at...)
}
