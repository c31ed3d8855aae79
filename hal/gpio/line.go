package gpio

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/warthog618/go-gpiocdev/uapi"
	periph "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
)

// chip is a GPIO chip of the kernel. Two of the same path are equal, as Bank asks.
type chip string

// Watch implements Bank with one request to the kernel.
func (c chip) Watch(pull periph.Pull, edge periph.Edge, offsets []int) (Edges, error) {
	return ask(string(c), offsets, uapi.LineFlagV2Input|bias(pull)|edges(edge), periph.Low)
}

// Line is one line of a GPIO chip of the kernel, as a pin of periph. It takes the line at
// the first In or Out, with bias and edges or with the first value in the same request,
// and gives it back at Halt.
type Line struct {
	id    string // "gpiochip0:17", where it was first found
	label string // of its chip
	name  string // the board's; empty when it has none

	mu     sync.Mutex
	chip   chip
	offset int
	req    *request // nil until In or Out
	out    bool
	level  periph.Level // of an output: what it drives, or shall drive again once its chip is back
	pull   periph.Pull
}

func newLine(path, label string, offset int, name string) *Line {
	id := fmt.Sprintf("%s:%d", filepath.Base(path), offset)
	return &Line{id: id, label: label, name: name, chip: chip(path), offset: offset}
}

var (
	_ periph.PinIO = (*Line)(nil)
	_ Banked       = (*Line)(nil)
	_ Holder       = (*Line)(nil)
)

// Bank implements Banked.
func (l *Line) Bank() (Bank, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refind()
	return l.chip, l.offset
}

// refind follows a line to where it is now: a chip that was unplugged may come back under another
// number, but with its label.
func (l *Line) refind() {
	same := func(m *Line) bool { return m.label == l.label && m.offset == l.offset && m.name == l.name }
	if here, err := search(string(l.chip), same); err == nil && here != nil {
		return
	}
	for _, path := range chips() {
		if now, err := search(path, same); err == nil && now != nil {
			l.chip = now.chip
			return
		}
	}
}

// Name is "gpiochip0:17", whatever the board calls the line.
func (l *Line) Name() string { return l.id }

// String adds the board's own name of the line.
func (l *Line) String() string {
	if l.name == "" {
		return l.id
	}
	return fmt.Sprintf("%s(%s)", l.id, l.name)
}

// Number is the offset in the chip.
func (l *Line) Number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.offset
}

// Function is "In", "Out" or empty while the line is not ours.
func (l *Line) Function() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.req == nil:
		return ""
	case l.out:
		return "Out"
	}
	return "In"
}

// Halt gives the line back to the kernel.
func (l *Line) Halt() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = false
	return l.drop()
}

// In makes the line an input.
func (l *Line) In(pull periph.Pull, edge periph.Edge) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.out = false
	if err := l.drop(); err != nil {
		return err
	}
	return l.take(uapi.LineFlagV2Input|bias(pull)|edges(edge), periph.Low, pull)
}

// Out makes the line an output that has this level from the first moment.
func (l *Line) Out(level periph.Level) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.req != nil && l.out {
		err := l.req.set(level)
		if err == nil {
			l.level = level
		}
		if !errors.Is(err, ErrGone) {
			return err
		}
		// the chip was unplugged, and may be back: take the line again
	}
	if err := l.drop(); err != nil {
		return err
	}
	return l.take(uapi.LineFlagV2Output, level, periph.PullNoChange)
}

// Hold implements Holder. A line that the kernel still has for us is only asked for its level.
func (l *Line) Hold() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.out {
		return nil
	}
	if l.req != nil {
		if _, err := l.req.Level(0); !errors.Is(err, ErrGone) {
			return err
		}
	}
	if err := l.drop(); err != nil {
		return err
	}
	return l.take(uapi.LineFlagV2Output, l.level, periph.PullNoChange)
}

// Read gives the level of an input, or the one that an output drives. It changes nothing. It gives
// Low when the line is not ours or the chip is gone.
func (l *Line) Read() periph.Level {
	if r := l.request(); r != nil {
		level, _ := r.Level(0)
		return level
	}
	return periph.Low
}

// WaitForEdge waits as periph documents it: -1 for ever, 0 not at all. In, Out and Halt end it.
func (l *Line) WaitForEdge(timeout time.Duration) bool {
	if r := l.request(); r != nil {
		_, err := r.Next(timeout)
		return err == nil
	}
	return false
}

// Pull is what the last In asked for.
func (l *Line) Pull() periph.Pull {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pull
}

// DefaultPull is not known to the kernel.
func (l *Line) DefaultPull() periph.Pull { return periph.PullNoChange }

// PWM is not offered by kernel lines.
func (l *Line) PWM(periph.Duty, physic.Frequency) error {
	return fmt.Errorf("pwm on %s: %w", l, errors.ErrUnsupported)
}

func (l *Line) request() *request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.req
}

// take and drop are called with mu held.
func (l *Line) take(flags uapi.LineFlagV2, level periph.Level, pull periph.Pull) (err error) {
	l.refind()
	l.req, err = ask(string(l.chip), []int{l.offset}, flags, level)
	if err != nil {
		l.req = nil
		return err
	}
	l.out, l.level, l.pull = flags.IsOutput(), level, pull
	return nil
}

func (l *Line) drop() error {
	if l.req == nil {
		return nil
	}
	err := l.req.Close()
	l.req = nil
	return err
}

func bias(p periph.Pull) uapi.LineFlagV2 {
	return map[periph.Pull]uapi.LineFlagV2{
		periph.Float:    uapi.LineFlagV2BiasDisabled,
		periph.PullDown: uapi.LineFlagV2BiasPullDown,
		periph.PullUp:   uapi.LineFlagV2BiasPullUp,
	}[p]
}

func edges(e periph.Edge) uapi.LineFlagV2 {
	return map[periph.Edge]uapi.LineFlagV2{
		periph.RisingEdge:  uapi.LineFlagV2EdgeRising,
		periph.FallingEdge: uapi.LineFlagV2EdgeFalling,
		periph.BothEdges:   uapi.LineFlagV2EdgeBoth,
	}[e]
}
