package gpio

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/hal"
)

// Pulse makes an output give pulses only, for the coil of an impulse lock, which burns when
// it is held on. Set(true) gives one pulse of the length on; Set(false) ends the pulse
// early. After each pulse the output stays off at least for rest: a pulse that is asked for
// in that time follows at its end.
//
// Set returns before a pulse that has to wait, and before its end. The next Set or Close returns
// the error of what went wrong meanwhile.
func Pulse(out hal.Output, on, rest time.Duration) hal.Output {
	return &pulse{out: out, length: on, rest: rest}
}

type pulse struct {
	out          hal.Output
	length, rest time.Duration

	mu    sync.Mutex
	on    bool
	ended time.Time   // of the last pulse
	timer *time.Timer // of the pulse that runs or waits; nil: none
	err   error       // of the timer's work
}

func (p *pulse) Set(on bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.failed(); err != nil {
		return err
	}
	if !on {
		return p.end()
	}
	if p.timer != nil { // runs or waits already
		return nil
	}
	if wait := p.rest - time.Since(p.ended); wait > 0 && !p.ended.IsZero() {
		p.after(wait, p.begin)
		return nil
	}
	return p.begin()
}

func (p *pulse) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	err := p.failed()
	if closed := p.out.Close(); closed != nil {
		err = closed
	}
	return err
}

// Restart is Relay.Restart, in the coil's rest.
func (p *pulse) Restart() (on bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out, ok := p.out.(interface{ Restart() (bool, error) })
	if !ok {
		return false, fmt.Errorf("restart %s: %w", p, errors.ErrUnsupported)
	}
	if err := errors.Join(p.failed(), p.end()); err != nil {
		return false, err
	}
	return out.Restart()
}

func (p *pulse) String() string { return p.out.String() }

// begin and end are called with mu held.
func (p *pulse) begin() error {
	if err := p.out.Set(true); err != nil {
		p.timer = nil
		return err
	}
	p.on = true
	p.after(p.length, p.end)
	return nil
}

func (p *pulse) end() error {
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if !p.on {
		return nil
	}
	if err := p.out.Set(false); err != nil {
		return err
	}
	p.on, p.ended = false, time.Now()
	return nil
}

// after does something later, unless another timer has taken its place by then.
func (p *pulse) after(d time.Duration, do func() error) {
	var own *time.Timer
	own = time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.timer == own {
			p.err = do()
		}
	})
	p.timer = own
}

func (p *pulse) failed() error {
	err := p.err
	p.err = nil
	return err
}
