package service

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/desk"
	"menshen/board/rpc"
	"menshen/hal/serial"
	"menshen/internal/i18n/catalogue"
)

// ServeSerial serves the technician's console at the serial line until ctx ends, and programs that
// speak the protocol of package rpc. A line that is
// unplugged, or that this machine has not, is tried again every three seconds. A line with DCD is
// served while it has a carrier: when the carrier goes, the operator is logged out, and the next
// one finds a log-in.
func ServeSerial(ctx context.Context, conf *config.Config, d *desk.Desk, log *slog.Logger) {
	keepServing(ctx, 3*time.Second, log.With("line", conf.Console.Serial), func() error {
		return serveSerial(ctx, conf, d)
	})
}

// keepServing calls serve until ctx ends, and waits after each failure. It logs a complaint
// once, until serve gives another one or none.
func keepServing(ctx context.Context, wait time.Duration, log *slog.Logger, serve func() error) {
	said := ""
	for ctx.Err() == nil {
		err := serve()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil, errors.Is(err, serial.ErrHungUp):
			said = ""
			continue
		case err.Error() != said:
			said = err.Error()
			log.Warn("no console on the serial line; all else works, and it is tried again", "error", err)
		}
		pause(ctx, wait)
	}
}

// serveSerial opens the line and serves it until it is lost.
func serveSerial(ctx context.Context, conf *config.Config, d *desk.Desk) error {
	c := conf.Console
	port, err := serial.Open(c.Serial, c.Baud)
	if err != nil {
		return err
	}
	defer port.Close()
	defer context.AfterFunc(ctx, func() { port.Close() })()
	if c.DCD {
		if err := port.AwaitCarrier(ctx); err != nil {
			return err
		}
	}
	return serveLine(ctx, port, "serial", c.Baud, conf, d)
}

// serveLine serves persons and programs at an open line, whose pictures may take as long as at this
// speed.
func serveLine(ctx context.Context, port io.ReadWriter, line desk.LineName, baud int, conf *config.Config,
	d *desk.Desk) error {
	lang := conf.Console.Language
	o := consoleOptions(conf, console.Options{Line: line, Lang: catalogue.In(lang), Baud: baud, AskSize: true})
	programs := rpc.New(d, programOptions(conf, line, lang))
	return serveSwitched(port,
		func(rw io.ReadWriter) error { return console.Serve(ctx, rw, d, o) },
		func(rw io.ReadWriter) error { return programs.Serve(ctx, rw) })
}
