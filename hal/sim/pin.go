package sim

import (
	"errors"
	"fmt"
	"sync"
	"time"

	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"menshen/hal/gpio"
)

// Step is one level of a line and when it began.
type Step struct {
	At    time.Time
	Level periph.Level
}

// Pin is one line of a simulated door, a periph pin. An output remembers every level it ever had.
type Pin struct {
	door   *Door
	offset int
	name   string

	mu      sync.Mutex
	outside periph.Level // what the world outside drives, or the pull of the relay board
	driven  bool         // by the program: an output
	inside  periph.Level // what the program drives
	pull    periph.Pull
	gone    bool
	lost    bool // an output that went away, and is not driven yet again
	watch   *watch
	trace   []Step // kept when it has a beginning: of outputs
}

var (
	_ periph.PinIO = (*Pin)(nil)
	_ gpio.Banked  = (*Pin)(nil)
	_ gpio.Holder  = (*Pin)(nil)
)

// Level is the voltage of the wire at this moment, whoever drives it.
func (p *Pin) Level() periph.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.level()
}

func (p *Pin) level() periph.Level {
	if p.driven {
		return p.inside
	}
	return p.outside
}

// Drive gives the line a level from outside: a contact closes, a reader pulls it down.
func (p *Pin) Drive(l periph.Level) { p.DriveAt(l, p.door.now()) }

// DriveAt is Drive with the time at which it happened, counted from the door's making.
func (p *Pin) DriveAt(l periph.Level, at time.Duration) {
	p.change(at, func() { p.outside = l })
}

// change does something to the line and, when that changes its level, records the change and
// tells the watcher.
func (p *Pin) change(at time.Duration, do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.level()
	do()
	l := p.level()
	if l == before {
		return
	}
	if p.trace != nil {
		p.trace = append(p.trace, Step{At: p.door.wall(at), Level: l})
	}
	if p.watch != nil {
		p.watch.edge(p, l, at)
	}
}

// Trace is every level of an output's wire since the door was made, the first included. No pulse is
// too short for it.
func (p *Pin) Trace() []Step {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Step(nil), p.trace...)
}

// Bank implements gpio.Banked.
func (p *Pin) Bank() (gpio.Bank, int) { return p.door, p.offset }

// Out implements gpio.PinOut.
func (p *Pin) Out(l periph.Level) error {
	p.mu.Lock()
	gone := p.gone
	p.mu.Unlock()
	if gone {
		return gpio.ErrGone
	}
	p.change(p.door.now(), func() { p.driven, p.inside, p.lost = true, l, false })
	return nil
}

// Hold implements gpio.Holder.
func (p *Pin) Hold() error {
	p.mu.Lock()
	gone, lost := p.gone, p.lost
	p.mu.Unlock()
	switch {
	case gone:
		return gpio.ErrGone
	case lost:
		p.change(p.door.now(), func() { p.driven, p.lost = true, false })
	}
	return nil
}

// In implements gpio.PinIn.
func (p *Pin) In(pull periph.Pull, _ periph.Edge) error {
	p.change(p.door.now(), func() { p.driven, p.lost, p.pull = false, false, pull })
	return nil
}

// Halt gives the line back: it falls to what is outside, as the lines of a program that died
// do on many chips.
func (p *Pin) Halt() error { return p.In(periph.PullNoChange, periph.NoEdge) }

// Read implements gpio.PinIn.
func (p *Pin) Read() periph.Level { return p.Level() }

// WaitForEdge is not offered; gpio.Watch gives edges with time and number.
func (p *Pin) WaitForEdge(time.Duration) bool { return false }

// Pull implements gpio.PinIn.
func (p *Pin) Pull() periph.Pull {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pull
}

// DefaultPull implements gpio.PinIn.
func (p *Pin) DefaultPull() periph.Pull { return periph.PullNoChange }

// PWM is not offered.
func (p *Pin) PWM(periph.Duty, physic.Frequency) error {
	return fmt.Errorf("pwm on %s: %w", p, errors.ErrUnsupported)
}

// Name is the line's name with the door's prefix.
func (p *Pin) Name() string { return p.name }

func (p *Pin) String() string { return p.name }

// Number is the line's place in the door.
func (p *Pin) Number() int { return p.offset }

// Function is "In" or "Out".
func (p *Pin) Function() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.driven {
		return "Out"
	}
	return "In"
}

func (p *Pin) unplug(away bool) {
	p.mu.Lock()
	w := p.watch
	p.gone = away
	if away {
		p.watch = nil
	}
	p.mu.Unlock()
	if away {
		p.change(p.door.now(), func() { p.driven, p.lost = false, p.driven })
		if w != nil {
			w.end(gpio.ErrGone)
		}
	}
}

// wakeWatcher makes the watcher look again: the frame is complete, so the line is quiet now.
func (p *Pin) wakeWatcher() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watch != nil {
		p.watch.signal()
	}
}

// Watched reports whether a driver waits for edges of this line.
func (p *Pin) Watched() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.watch != nil
}
