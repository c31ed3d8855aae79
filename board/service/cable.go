package service

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"menshen/board/cable"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/hal/serial"
)

// ServeCable serves persons and programs, as [ServeSerial] does, to a laptop at the unit's USB port
// until ctx ends: at the line of the gadget that root makes, and only while that can do no more
// than it is to (R-LOCAL). The operator is logged out when the laptop is unplugged, and within ten
// seconds when its program closes the port.
func ServeCable(ctx context.Context, conf *config.Config, d *desk.Desk, log *slog.Logger) {
	m, err := cable.ThisMachine()
	if err != nil {
		log.Warn("no console on the USB port", "error", err)
		return
	}
	keepServing(ctx, 3*time.Second, log.With("line", cable.Line), func() error {
		return serveCable(ctx, cable.Line, m.Whole, conf, d)
	})
}

// serveCable waits for the line, which root may never make, and serves one laptop after the other.
// It does not close the line between them: the kernel waits long for what nobody fetches.
func serveCable(ctx context.Context, line string, whole func() error, conf *config.Config, d *desk.Desk) error {
	for _, err := os.Stat(line); errors.Is(err, fs.ErrNotExist); _, err = os.Stat(line) {
		if pause(ctx, time.Second); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	pause(ctx, time.Second) // for udev, which gives the line to our group
	port, err := serial.Open(line, conf.Console.Baud)
	if err != nil {
		return err
	}
	defer port.Close()
	defer context.AfterFunc(ctx, func() { port.Close() })()
	port.MindFetching()
	for err == nil || errors.Is(err, serial.ErrHungUp) {
		if err = port.AwaitCarrier(ctx); err == nil {
			// A gadget can be changed only while it is at no port, and taking it from there ends
			// the line.
			err = whole()
		}
		if err == nil {
			err = serveLine(ctx, port, "usb", localBaud, conf, d)
		}
	}
	if errors.Is(err, serial.ErrGone) { // unplugged
		pause(ctx, time.Second)
		err = serial.ErrHungUp
	}
	return err
}
