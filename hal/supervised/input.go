package supervised

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"menshen/hal"
)

// DefaultDebounce is the debounce time where the configuration has none.
const DefaultDebounce = 20 * time.Millisecond

// every is the time between two measurements of a line, fresh how long one is as good as new.
const (
	every = 15 * time.Millisecond
	fresh = 10 * time.Millisecond
)

// Config describes a line.
type Config struct {
	Name       string
	Channel    int           // of the chip, 0 to 3
	ActiveOpen bool          // active while the contact is open; else while it is closed
	Debounce   time.Duration // how long closed or open must last; 0 means DefaultDebounce
	Wiring     Wiring
}

// Input is a contact at the end of a supervised line.
type Input struct {
	chip *Chip
	cfg  Config
	hal.LastBeat

	mu      sync.Mutex
	judge   judge
	running bool
	volts   float64 // of the last sample
	err     error
	at      time.Time
}

var _ hal.Supervised = (*Input)(nil)

// New makes an input. It fails for a wiring whose states cannot be told apart.
func New(chip *Chip, cfg Config) (*Input, error) {
	cfg.Debounce = cmp.Or(cfg.Debounce, DefaultDebounce)
	if cfg.Debounce < 0 || cfg.Debounce > healAfter {
		return nil, fmt.Errorf("input %s: debounce must be between 0 and %v, not %v", cfg.Name, healAfter, cfg.Debounce)
	}
	if cfg.Channel < 0 || cfg.Channel >= Channels {
		return nil, fmt.Errorf("input %s: the chip has channels 0 to %d, not %d", cfg.Name, Channels-1, cfg.Channel)
	}
	if err := cfg.Wiring.Validate(); err != nil {
		return nil, fmt.Errorf("input %s: %w", cfg.Name, err)
	}
	return &Input{chip: chip, cfg: cfg, judge: judge{wiring: cfg.Wiring, debounce: cfg.Debounce}}, nil
}

func (i *Input) String() string { return i.cfg.Name }

// Run reports the settled state as soon as it is known, and then each change. A state that says
// nothing of the contact is an event whose Fault is a [hal.LineFault]; the next sound state is
// reported again and ends it. Run returns when ctx ends.
func (i *Input) Run(ctx context.Context, changed func(hal.InputEvent)) error {
	i.chip.use()
	defer i.chip.leave()
	i.run(true)
	defer i.run(false)
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		i.Beat()
		if e, ok := i.look(); ok {
			changed(e)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

// run begins to judge, or ends it: what was settled is then as old as it is.
func (i *Input) run(on bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.running, i.judge = on, judge{wiring: i.cfg.Wiring, debounce: i.cfg.Debounce}
}

// look measures once, and gives the event where the settled state has changed.
func (i *Input) look() (e hal.InputEvent, changed bool) {
	volts, err := i.chip.Volts(i.cfg.Channel)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keep(volts, err)
	began, changed := i.judge.take(volts, err, i.at)
	e = hal.InputEvent{At: began, Input: i.String(), Active: i.active(i.judge.state), Fault: i.judge.fault()}
	return e, changed
}

func (i *Input) keep(volts float64, err error) { i.volts, i.err, i.at = volts, err, time.Now() }

// active applies the polarity to a state; one that is not sound is not active.
func (i *Input) active(s hal.LineState) bool {
	return s == hal.LineOpen && i.cfg.ActiveOpen || s == hal.LineClosed && !i.cfg.ActiveOpen
}

// Active gives the settled state while Run runs, and measures otherwise. The error of a line that
// says nothing of its contact is a [hal.LineFault].
func (i *Input) Active() (bool, error) {
	i.mu.Lock()
	if i.running && i.judge.state != hal.LineUnknown {
		defer i.mu.Unlock()
		return i.active(i.judge.state), i.judge.fault()
	}
	i.mu.Unlock()
	state, _, err := i.Measure()
	if !state.Sound() {
		return false, &hal.LineFault{State: state, Cause: err}
	}
	return i.active(state), nil
}

// Measure implements [hal.Supervised]. It takes a sample that is younger than 10 ms as it is.
func (i *Input) Measure() (hal.LineState, float64, error) {
	i.mu.Lock()
	volts, err, at := i.volts, i.err, i.at
	i.mu.Unlock()
	if time.Since(at) > fresh {
		volts, err = i.chip.Volts(i.cfg.Channel)
		i.mu.Lock()
		i.keep(volts, err)
		i.mu.Unlock()
	}
	if err != nil {
		return hal.LineLost, 0, err
	}
	return i.cfg.Wiring.Classify(volts, hal.LineUnknown), i.cfg.Wiring.Ohms(volts), nil
}
