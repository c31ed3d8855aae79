package wiring

import (
	"fmt"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/supervised"
)

// input opens a contact: on a pin of its own, or at the end of a supervised line.
func (w *opener) input(in config.Input) (hal.Input, error) {
	if in.Supervised() {
		return w.line(in)
	}
	pin, err := w.open(in.Pin)
	if err != nil {
		return nil, err
	}
	return gpio.NewInput(pin, gpio.InputConfig{
		Name: in.Role, ActiveLow: bool(in.Active), Pull: pulls[in.Pull], Debounce: in.Debounce.D(),
	})
}

// line makes a supervised input. Its chip is opened when it is first measured, and again when it
// was away: a start of the unit does not wait for it.
func (w *opener) line(in config.Input) (hal.Input, error) {
	chip, there := w.chips[in.ADC]
	if !there {
		a, known := w.conf.FindADC(in.ADC)
		if !known {
			return nil, fmt.Errorf("there is no [[adc]] %q", in.ADC)
		}
		bus, address, err := a.Bus()
		if err != nil {
			return nil, err
		}
		chip = supervised.NewChip(supervised.Bus(bus), address, w.conf.Wiring(in).Supply)
		if w.chips == nil {
			w.chips = map[string]*supervised.Chip{}
		}
		w.chips[in.ADC] = chip
	}
	return supervised.New(chip, supervised.Config{Name: in.Role, Channel: in.Channel,
		ActiveOpen: in.ActiveWhen == "open", Debounce: in.Debounce.D(), Wiring: w.conf.Wiring(in)})
}
