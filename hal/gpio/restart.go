package gpio

import (
	"errors"
	"fmt"
	"time"

	periph "periph.io/x/conn/v3/gpio"
)

// settling is how long a line that is not driven gets to reach the level of its resistors.
const settling = 50 * time.Millisecond

// Restart does to the line what the end and the next start of a program do: it gives the line back,
// reads what the wiring alone makes of it, and takes it again at off. on is that reading, in the
// output's meaning. The error is errors.ErrUnsupported for a pin that cannot be an input.
func (r *Relay) Restart() (on bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	pin, ok := r.pin.(periph.PinIO)
	switch {
	case r.closed:
		return false, fmt.Errorf("restart %s: %w", r, ErrClosed)
	case !ok:
		return false, fmt.Errorf("restart %s: %w", r, errors.ErrUnsupported)
	}
	read := func() error {
		if err := pin.Halt(); err != nil {
			return fmt.Errorf("give back %s: %w", r, err)
		}
		if err := pin.In(periph.PullNoChange, periph.NoEdge); err != nil {
			return fmt.Errorf("read %s at rest: %w", r, err)
		}
		time.Sleep(settling)
		on = bool(pin.Read()) != r.cfg.ActiveLow
		if err := pin.Halt(); err != nil {
			return fmt.Errorf("give back %s: %w", r, err)
		}
		return nil
	}
	err = read()
	return on, errors.Join(err, r.write(false)) // the line is ours again, whatever happened
}
