package console

import (
	"context"
	"errors"
	"io"
	"sync"
)

// Limits of a line that nobody sane reaches by hand.
const (
	maxLine  = 1024 // bytes of one line; a longer one is refused whole, never cut
	maxAhead = 4096 // bytes typed while a command runs; more are thrown away whole, so that no half command is left
)

// Marks among the waiting keys: the decoder gives no such bytes.
const (
	markBroken  = 0x1c // the line in hand was given up with Ctrl-C
	markTooLong = 0x1d // the line in hand was too long
)

// errBroken says that an answer was broken off with Ctrl-C; errTooLong that the line was refused.
var (
	errBroken  = errors.New("broken off")
	errTooLong = errors.New("that line was too long and was ignored")
	errBreak   = errors.New("break on the line")
)

// line is the wire to one person: keys in, text out. A goroutine takes the bytes as they come, so that Ctrl-C reaches a
// running command and silence can be told from a person at work.
type line struct {
	rw io.ReadWriter

	out sync.Mutex // one writer at a time

	mu     sync.Mutex
	in     []byte // whole keys, waiting
	since  int    // bytes since the last Enter
	broken error  // errBroken or errTooLong: what befell the line just read
	err    error  // the line is gone
	cancel func() // stops the running command; nil at a prompt
	typed  func() // a key came
	onZero func() // BREAK; called with mu held, like cancel: neither may come back here
	wake   chan struct{}
	ctx    context.Context // of the visit in hand; Read ends with it
}

func newLine(rw io.ReadWriter) *line {
	return &line{rw: rw, wake: make(chan struct{}, 1), typed: func() {}, onZero: func() {}}
}

// pump reads until the line is gone.
func (l *line) pump() {
	var d decoder
	buf := make([]byte, 256)
	for {
		n, err := l.rw.Read(buf)
		l.mu.Lock()
		d.feed(buf[:n], l.key)
		clear(buf[:n]) // it may have been a secret
		if err != nil && l.err == nil {
			l.err = err
			if l.cancel != nil {
				l.cancel()
			}
		}
		typed := l.typed
		l.mu.Unlock()
		if n > 0 {
			typed()
		}
		select {
		case l.wake <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// key takes one key; l.mu is held.
func (l *line) key(k []byte) {
	switch {
	case k[0] == keyBreak:
		l.in, l.since = l.in[:0], 0
		l.onZero()
	case k[0] == keyCancel && l.cancel != nil:
		l.in, l.since = l.in[:0], 0
		l.cancel()
	case k[0] == keyCancel:
		l.in, l.since = append(l.in, keyLast, keyKill, markBroken, keyEnter), 0
	case k[0] == keyEnter && l.since > maxLine:
		l.in, l.since = append(l.in, keyLast, keyKill, markTooLong, keyEnter), 0
	case l.since > maxLine:
	case len(l.in) > maxAhead:
		clear(l.in)
		l.in, l.since = l.in[:0], maxLine+1 // the rest of this line is lost too
	default:
		l.since += len(k)
		l.in = append(l.in, k...)
		if k[0] == keyEnter {
			l.since = 0
		}
	}
}

// Read gives keys up to and with the next Enter, so that what was typed ahead stays here and can be thrown away.
func (l *line) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, io.ErrShortBuffer
	}
	for {
		l.mu.Lock()
		if n := l.take(p); n > 0 {
			l.mu.Unlock()
			return n, nil
		}
		err, ctx := l.err, l.ctx
		l.mu.Unlock()
		if err != nil {
			return 0, err
		}
		select {
		case <-l.wake:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// take moves keys into p, at most to the end of the line, and heeds the marks; l.mu is held.
func (l *line) take(p []byte) int {
	n, used := 0, 0
	for n < len(p) && used < len(l.in) && (n == 0 || p[n-1] != keyEnter) {
		switch k := l.in[used]; k {
		case markBroken:
			l.broken = errBroken
		case markTooLong:
			l.broken = errTooLong
		default:
			p[n] = k
			n++
		}
		used++
	}
	rest := copy(l.in, l.in[used:])
	clear(l.in[rest:])
	l.in = l.in[:rest]
	return n
}

// fate tells what befell the line just read, once.
func (l *line) fate() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.broken
	l.broken = nil
	return err
}

// flush throws away what was typed ahead: nobody has read the question that it would answer.
func (l *line) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.in)
	l.in, l.since, l.broken = l.in[:0], 0, nil
}

// running makes Ctrl-C and the loss of the line call cancel, or nothing when nil, because a prompt is up. It gives what it replaces.
func (l *line) running(cancel func()) (before func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, l.cancel = l.cancel, cancel
	if cancel != nil && l.err != nil {
		cancel()
	}
	return before
}

// attend begins a visit: reads end with ctx; typed is called after keys, zero after a BREAK.
func (l *line) attend(ctx context.Context, typed, zero func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ctx, l.typed, l.onZero = ctx, typed, zero
}

// gone is the reason why the line is no more, or nil.
func (l *line) gone() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Write sends p as it is.
func (l *line) Write(p []byte) (int, error) {
	l.out.Lock()
	defer l.out.Unlock()
	return l.rw.Write(p)
}
