package service

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/unit"
)

const (
	MaxRequest = maxRequest
	MaxClients = maxClients
)

var (
	UserNamed  = userNamed
	TerminalOf = terminalOf
	OneLine    = oneLine
)

// ServeSerialOften is ServeSerial with short waits between its tries, which it counts.
func ServeSerialOften(ctx context.Context, conf *config.Config, d *desk.Desk, log *slog.Logger, tries *atomic.Int32) {
	keepServing(ctx, time.Millisecond, log, func() error {
		defer tries.Add(1)
		return serveSerial(ctx, conf, d)
	})
}

// Listen makes a control socket.
func Listen(path string) (*net.UnixListener, error) { return listen(path, 0o600) }

// Admitted reports whether a client may speak at a unit of a user; courier: at the courier's
// socket.
func Admitted(client uint32, own int, courier *uint32) bool {
	c := control{courier: courier}
	return c.admits(client, own) == nil
}

// ServeRequests answers requests at a socket, of which each is read within a time.
func ServeRequests(ctx context.Context, l *net.UnixListener, requests Requests, within time.Duration) {
	c := control{requests: requests, places: make(chan struct{}, maxClients), within: within,
		log: slog.New(slog.DiscardHandler)}
	c.serve(ctx, l)
}

// WatchClosely is Watch with short limits.
func WatchClosely(ctx context.Context, u *unit.Unit) {
	w := newWatchdog(u, slog.New(slog.NewTextHandler(io.Discard, nil)))
	w.loop, w.store, w.device = 500*time.Millisecond, 500*time.Millisecond, 500*time.Millisecond
	w.askStore = 20 * time.Millisecond
	w.run(ctx)
}

var ServeSwitched = serveSwitched

// ServeCableAt serves a line as that of the gadget, while whole says that it is.
func ServeCableAt(ctx context.Context, line string, whole func() error, conf *config.Config, d *desk.Desk) error {
	return serveCable(ctx, line, whole, conf, d)
}
