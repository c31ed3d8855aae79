package board

import (
	"context"
	"log/slog"
	"time"

	"menshen/board/console"
	"menshen/hal/serial"
)

// ServeSerial gives the technician's console at the serial line until ctx ends. A line that is unplugged is tried again.
func (u *Unit) ServeSerial(ctx context.Context, desk *Desk, log *slog.Logger) {
	c := u.cfg.Console
	said := false
	for ctx.Err() == nil {
		port, err := serial.Open(c.Serial, c.Baud)
		if err != nil {
			if !said {
				log.Warn("no console on the serial line; trying again every few seconds", "line", c.Serial, "error", err)
				said = true
			}
			pause(ctx, 5*time.Second)
			continue
		}
		said = false
		over := context.AfterFunc(ctx, func() { port.Close() })
		err = console.Serve(ctx, port, desk, console.Options{Unit: u.cfg.Unit.Name, Idle: c.Idle.D(), Baud: c.Baud})
		over()
		port.Close()
		if err != nil && ctx.Err() == nil {
			log.Warn("console line lost", "line", c.Serial, "error", err)
			pause(ctx, time.Second)
		}
	}
}
