package eye

import (
	"errors"
	"fmt"

	"menshen/internal/child"
)

// errNoLine: the configuration has an emitter on a line, and the unit has no such line.
var errNoLine = errors.New("the infrared emitter has no line")

// light switches the emitter as the child asks, and tells it what came of it.
func (e *Eye) light(c *child.Child, payload []byte) error {
	if len(payload) != limits[kindLight] || payload[0] > 1 {
		return fmt.Errorf("%w: an emitter is on or off", ErrProtocol)
	}
	err, works := errNoLine, byte(1)
	if e.cfg.Light != nil {
		err = e.cfg.Light(payload[0] == 1)
		e.lit = payload[0] == 1
	}
	if err != nil {
		works = 0
	}
	c.Tell(kindLit, []byte{payload[0], works})
	return nil
}

// darken switches the emitter off when its child has ended. What it answers does not matter: the
// next child finds out.
func (e *Eye) darken() {
	if e.lit {
		_ = e.cfg.Light(false)
		e.lit = false
	}
}
