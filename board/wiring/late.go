package wiring

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"menshen/hal"
	"menshen/hal/wiegand"
)

// A reader, input or output that cannot be opened must keep neither exit nor fire from working. In
// its place is one that says why, as a fault, and opens it as soon as that can be done: the chip is
// plugged in, the key file is mended.

// retryEvery is the time between two tries of an input.
const retryEvery = time.Second

// lateReader is a reader of which the driver could not be made.
type lateReader struct {
	name   string
	make   func() (hal.Reader, error)
	reader atomic.Pointer[hal.Reader]
}

func (l *lateReader) String() string { return l.name }

// Run implements hal.Reader.
func (l *lateReader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	return hal.KeepOpen(ctx, l.name, emit, func(ctx context.Context, up func()) error {
		r, err := l.make()
		if err != nil {
			return err
		}
		l.reader.Store(&r)
		up()
		return r.Run(ctx, emit)
	})
}

// Issue implements hal.Issuer, for a driver that does.
func (l *lateReader) Issue(until time.Time) bool {
	issuer, ok := made[hal.Issuer](l)
	return ok && issuer.Issue(until)
}

// Retire implements hal.Retirer, for a driver that does.
func (l *lateReader) Retire(until time.Time) bool {
	retirer, ok := made[hal.Retirer](l)
	return ok && retirer.Retire(until)
}

// Carry implements hal.Carrier, for a driver that does.
func (l *lateReader) Carry(until time.Time, write func(hal.Card) (sealed []byte, yes bool)) bool {
	carrier, ok := made[hal.Carrier](l)
	return ok && carrier.Carry(until, write)
}

// Counts implements hal.Counter, for a driver that does.
func (l *lateReader) Counts() []hal.Count {
	if counter, ok := made[hal.Counter](l); ok {
		return counter.Counts()
	}
	return nil
}

// Recent gives the timings of the last frames, for a driver that has them.
func (l *lateReader) Recent() []wiegand.Timing {
	if wire, ok := made[*wiegand.Reader](l); ok {
		return wire.Recent()
	}
	return nil
}

// made gives the driver, once it could be made, if it is a T.
func made[T any](l *lateReader) (driver T, ok bool) {
	if r := l.reader.Load(); r != nil {
		driver, ok = (*r).(T)
	}
	return driver, ok
}

// lateInput is an input that could not be opened.
type lateInput struct {
	name string
	make func() (hal.Input, error)

	mu    sync.Mutex
	input hal.Input // nil: not yet
	why   error
}

func (l *lateInput) String() string { return l.name }

// Run implements hal.Input.
func (l *lateInput) Run(ctx context.Context, changed func(hal.InputEvent)) error {
	for {
		in, err := l.open()
		if err == nil {
			return in.Run(ctx, changed)
		}
		changed(hal.InputEvent{At: time.Now(), Input: l.name, Fault: err})
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retryEvery):
		}
	}
}

// Active implements hal.Input.
func (l *lateInput) Active() (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.input == nil {
		return false, l.why
	}
	return l.input.Active()
}

func (l *lateInput) open() (hal.Input, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.input == nil {
		in, err := l.make()
		if l.why = err; err == nil {
			l.input = in
		}
	}
	return l.input, l.why
}

// lateOutput is a lamp, a buzzer or a contact that could not be opened. It is for any goroutine.
type lateOutput struct {
	name string
	make func() (heldOutput, error)

	mu   sync.Mutex
	out  heldOutput // nil: not yet
	want bool       // what Set asked for
	why  error
}

// heldOutput is an output that can be held.
type heldOutput interface {
	hal.Output
	hal.Holder
}

func (l *lateOutput) String() string { return l.name }

// Set implements hal.Output.
func (l *lateOutput) Set(on bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.want = on; l.out == nil {
		return l.why
	}
	return l.out.Set(on)
}

// Hold implements hal.Holder: it tries to open the output, and then holds it.
func (l *lateOutput) Hold() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out != nil {
		return l.out.Hold()
	}
	if l.out, l.why = l.make(); l.why != nil {
		l.out = nil
		return l.why
	}
	return l.out.Set(l.want)
}

// Close implements hal.Output.
func (l *lateOutput) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.out == nil {
		return nil
	}
	return l.out.Close()
}
