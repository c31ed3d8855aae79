package console

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
)

// Limits of a line; typing by hand does not reach them.
const (
	maxLine  = 1024 // keys of one line; a longer one is refused whole, never cut
	maxAhead = 4096 // keys typed while a command runs; more are thrown away whole, so that no half command is left
)

// Why an answer was not taken, and why a visit ends.
var (
	errBroken  = errors.New("broken off")
	errTooLong = errors.New("that line was too long")
	errBreak   = errors.New("break on the line")
)

// line is the wire to one person: keys in, text out. A goroutine takes the bytes as they come, so
// that Ctrl-C reaches a running command, and an idle line is noticed; where the line is inline,
// bytes are taken when a key is waited for.
type line struct {
	rw     io.ReadWriter
	inline bool
	keys   decoder // of whoever takes the bytes, as buf is
	buf    [256]byte
	out    sync.Mutex // one writer at a time
	wake   chan struct{}

	mu      sync.Mutex
	in      []rune          // keys and marks, waiting
	since   int             // keys since the last Enter
	broken  error           // errBroken or errTooLong: why the line just read does not count
	err     error           // the line is gone
	ctx     context.Context // of the visit; keys end with it
	typed   func()          // keys came
	broke   func()          // BREAK; called with mu held, like cancel: neither may come back here
	cancel  func()          // stops the running command; nil at a prompt
	stopped bool            // it was stopped, and has not ended yet
	onlyKey func(rune)      // gets each key, which then does nothing else; mu is held
	paste   *paste          // takes the keys until its end; nil: none
	dropped uint64          // bytes that were not keys
	width   int             // of the terminal, in columns and rows
	height  int
}

func newLine(ctx context.Context, rw io.ReadWriter, width, height int) *line {
	l := &line{rw: rw, wake: make(chan struct{}, 1), ctx: ctx, typed: func() {}, broke: func() {}, width: width,
		height: height}
	l.keys.resized = l.resize
	return l
}

// pump reads until the line is gone.
func (l *line) pump() {
	for l.take() == nil {
	}
}

// take reads what comes next, and gives why the line is gone, if it is.
func (l *line) take() error {
	n, err := l.rw.Read(l.buf[:])
	l.mu.Lock()
	keys := 0
	l.keys.feed(l.buf[:n], func(k rune) { keys++; l.key(k) })
	clear(l.buf[:n]) // it may have been a secret
	l.dropped = l.keys.dropped
	if err != nil {
		l.err = err
		if l.cancel != nil {
			l.cancel()
		}
	}
	typed := l.typed
	l.mu.Unlock()
	if keys > 0 { // noise does not count as a key
		typed()
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return err
}

// key takes one key; l.mu is held.
func (l *line) key(k rune) {
	switch {
	case k == keyBreak:
		l.forget()
		l.broke()
	case l.onlyKey != nil:
		l.forget()
		l.onlyKey(k)
	case l.paste != nil && k != keyCancel:
		if l.paste.key(k) {
			l.paste = nil
			l.in = append(l.in, keyEnter)
		}
	case k == keyCancel && l.cancel != nil:
		l.forget()
		l.cancel()
		l.stopped = true
	case k == keyCancel:
		l.forget() // lines typed ahead too, as a kernel's terminal does
		l.in, l.since = append(l.in, keyEnd, keyEraseAll, markBroken, keyEnter), 0
	case k == keyEnter && l.since > maxLine:
		l.in, l.since = append(l.in, keyEnd, keyEraseAll, markTooLong, keyEnter), 0
	case l.since > maxLine:
	case len(l.in) > maxAhead:
		l.forget()
		l.since = maxLine + 1 // the rest of this line is lost too
	case k == keyEnter:
		l.in, l.since = append(l.in, k), 0
	default:
		l.in = append(l.in, k)
		l.since++
	}
}

// resize takes the terminal's size, as the terminal or its holder tells it; l.mu is held. It is not
// a key: a view goes on, and the line stays idle.
func (l *line) resize(width, height int) {
	if width, height = within(width, height); width == l.width && height == l.height {
		return
	}
	l.width, l.height = width, height
	if n := len(l.in); n == 0 || l.in[n-1] != keyResize {
		l.in = append(l.in, keyResize)
	}
}

// size is the terminal's size.
func (l *line) size() (width, height int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.width, l.height
}

// next waits for a key.
func (l *line) next() (rune, error) {
	for {
		l.mu.Lock()
		for len(l.in) > 0 {
			k := l.in[0]
			rest := copy(l.in, l.in[1:])
			l.in[rest] = 0
			l.in = l.in[:rest]
			switch k {
			case markBroken:
				l.broken = errBroken
			case markTooLong:
				l.broken = errTooLong
			default:
				l.mu.Unlock()
				return k, nil
			}
		}
		err, ctx := l.err, l.ctx
		l.mu.Unlock()
		if err != nil {
			return 0, err
		}
		if l.inline && ctx.Err() == nil {
			_ = l.take() // it stays in l.err
			continue
		}
		select {
		case <-l.wake:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
}

// lineError gives why the line just read does not count, or nil; once.
func (l *line) lineError() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.broken
	l.broken = nil
	return err
}

// flush throws away what was typed ahead: it was typed before the question was read.
func (l *line) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget()
	l.broken = nil
}

func (l *line) forget() {
	clear(l.in)
	l.in, l.since = l.in[:0], 0
}

// running makes Ctrl-C and the loss of the line call cancel; nil while a prompt is up. It gives
// the cancel that it replaces.
func (l *line) running(cancel func()) (before func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, l.cancel = l.cancel, cancel
	if cancel != nil && l.err != nil {
		cancel()
	}
	return before
}

// wasStopped reports whether Ctrl-C stopped the running command, which then asks nothing more.
// clearStopped clears that when the command has ended.
func (l *line) wasStopped() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stopped
}

func (l *line) clearStopped() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = false
}

// onKey makes each key call f and do nothing else, and gives the function that it replaces.
func (l *line) onKey(f func(rune)) (before func(rune)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, l.onlyKey = l.onlyKey, f
	return before
}

// onPaste has p take the keys, those that wait first, and gives what took them before.
func (l *line) onPaste(p *paste) (before *paste) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, l.paste = l.paste, p
	if p == nil {
		return before
	}
	ahead := slices.Clone(l.in)
	p.cut = l.since > maxLine
	l.forget()
	for _, k := range ahead {
		l.key(k)
	}
	clear(ahead)
	return before
}

// attend begins a visit: keys end with ctx; typed is called after each read
// with keys, broke after a BREAK.
func (l *line) attend(ctx context.Context, typed, broke func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ctx, l.typed, l.broke = ctx, typed, broke
}

// gone is why the line is lost, or nil.
func (l *line) gone() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// noise is how many bytes came that were not keys: a sign of a wrong speed or a bad cable.
func (l *line) noise() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Write sends p as it is.
func (l *line) Write(p []byte) (int, error) {
	l.out.Lock()
	defer l.out.Unlock()
	return l.rw.Write(p)
}
