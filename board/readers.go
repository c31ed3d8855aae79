package board

import (
	"errors"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/gpio"
	"menshen/hal/rc522"
	"menshen/hal/serialreader"
	"menshen/hal/wiegand"
)

// newReader makes the driver of a configured reader. The device itself is opened when the reader runs, and again whenever it comes back.
func newReader(r config.Reader) (hal.Reader, error) {
	switch r.Kind {
	case "wiegand":
		return newWiegand(r)
	case "rc522":
		return newRC522(r)
	case "rdm6300":
		return serialreader.New(serialreader.Device(r.Device, baud(r)), serialreader.RDM6300(r.Name))
	case "scanner":
		return serialreader.New(serialreader.Device(r.Device, baud(r)), serialreader.Scanner(r.Name))
	}
	return nil, errors.New("kind " + r.Kind + " is not known")
}

func newWiegand(r config.Reader) (hal.Reader, error) {
	c := wiegand.Config{Name: r.Name, Keypad: map[int]wiegand.Keypad{4: wiegand.Burst4, 8: wiegand.Burst8}[r.Keypad]}
	for _, name := range r.Formats {
		c.Formats = append(c.Formats, wiegand.Formats()[name])
	}
	return wiegand.New(wiegand.Lines(r.D0, r.D1), c)
}

func newRC522(r config.Reader) (hal.Reader, error) {
	bus, chip, err := r.SPIPort()
	if err != nil {
		return nil, err
	}
	c := rc522.Config{Name: r.Name}
	if r.Reset != "" {
		if c.Reset, err = gpio.Open(r.Reset); err != nil {
			return nil, err
		}
	}
	return rc522.New(rc522.Port(bus, chip), c), nil
}

func baud(r config.Reader) int {
	if r.Baud == 0 {
		return 9600
	}
	return r.Baud
}
