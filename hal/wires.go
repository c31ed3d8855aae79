package hal

import "errors"

// Wires are what is wired to a door, opened.
type Wires struct {
	Relay   Output            // on: the door is unlocked, whatever the polarity of the lock; nil: there is no door
	Signals map[string]Output // lamps, buzzer, and contacts for other equipment, by role: "green", "alarm", …
	Outputs map[string]Output // relays beside the lock's, by name: "garage"
	Inputs  map[string]Input  // by role: "rex", "contact", "fire", …
	Readers []Reader
	Held    []Holder // outputs whose chip may be unplugged
}

// Holder is an output that can be given again what its unplugged chip has lost.
type Holder interface {
	// Hold drives the line as it should be. It does nothing on a line that was never away.
	Hold() error
	String() string
}

// Close leaves every output in its safe state: lamps dark, the door and the relays beside it as
// they are declared.
func (w *Wires) Close() error {
	var errs []error
	for _, s := range w.Signals {
		errs = append(errs, s.Close())
	}
	for _, o := range w.Outputs {
		errs = append(errs, o.Close())
	}
	if w.Relay != nil {
		errs = append(errs, w.Relay.Close())
	}
	return errors.Join(errs...)
}
