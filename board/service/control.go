// Package service connects a running unit with the machine: the control socket, the serial
// line, systemd and its watchdog.
package service

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"menshen/board/config"
	"menshen/board/console"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/internal/i18n/catalogue"
	"menshen/store"
)

// The unit listens at the control socket, and at that of its courier where it has one. They are of
// the local kind: files. Clients of the first must be root or the unit's own user, and those of the
// second root or the courier's, by the kernel's word (SO_PEERCRED; R-LOCAL). Only this file and
// hal/pcsc/socket.go import package net.
//
// A client sends one line, the request, such as "console 80x24 xterm en". The answer begins with
// a line, "ok" or "no: REASON". What follows depends on the request: a session, a document. Then
// the unit closes the connection.

// Request answers one request. by is the client, as the kernel names it; words are those of the
// line, without the first; line is the connection, whose first Write tells the client "ok". An
// error before that is sent to the client as the refusal.
type Request func(ctx context.Context, by store.Actor, words []string, line io.ReadWriter) error

// Requests are the requests that the socket answers, by the first word of the line.
type Requests map[string]Request

// Limits of the sockets. The clients of the first are trusted, but a faulty script may send
// anything; the courier may be in anybody's hands.
const (
	maxClients    = 8                // connections at once
	maxCouriers   = 4                // likewise, of the courier's two: those that hang, and the next
	maxRequest    = 256              // bytes of the request line
	requestWithin = 5 * time.Second  // for the whole line
	takenWithin   = 10 * time.Second // for a client to take what was sent: one that is stopped must not block others
	farewell      = time.Second      // left to a session when the unit stops
	courierRest   = time.Second      // between two connections at one of the courier's places
)

// ErrNoUnit means that no unit answers at the control socket.
var ErrNoUnit = errors.New("no unit runs with this configuration: start it ('systemctl start menshen', 'menshen run')")

// ServeControl answers requests until ctx ends and the last client is gone. A socket that cannot be
// made is logged, and the door works without it.
func ServeControl(ctx context.Context, c *config.Config, requests Requests, log *slog.Logger) {
	path := c.ControlSocket()
	if path == "" {
		return
	}
	l, err := listen(path, 0o600)
	if err != nil {
		log.Warn("no control socket; 'menshen console' will not work", "error",
			fmt.Errorf("%w: name another with [console] socket", err))
		return
	}
	s := control{requests: requests, places: make(chan struct{}, maxClients), within: requestWithin, log: log}
	s.serve(ctx, l)
}

// ServeCourier answers the courier's requests until ctx ends and its last connection is gone,
// where the configuration has a courier. A socket that cannot be made is logged, and the door works
// without it. Of a flood of connections the unit takes two a second.
func ServeCourier(ctx context.Context, c *config.Config, requests Requests, log *slog.Logger) {
	path := c.CourierSocket()
	if path == "" {
		return
	}
	courier, err := userNamed(c.Site.Courier.User)
	var l *net.UnixListener
	if err == nil {
		l, err = listen(path, 0o666) // the folder is closed to others
	}
	if err != nil {
		log.Warn("no socket for the courier: records reach other doors by stick only; "+
			"install menshen-site, then 'systemctl restart menshen'", "error", err)
		return
	}
	s := control{requests: requests, places: make(chan struct{}, maxCouriers), within: requestWithin,
		courier: &courier, rest: courierRest, log: log}
	s.serve(ctx, l)
}

// userNamed gives the number of a user of this machine.
func userNamed(name string) (uint32, error) {
	number := name
	if u, err := user.Lookup(name); err == nil {
		number = u.Uid
	}
	id, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("[site.courier] user: this machine has no user %q", name)
	}
	return uint32(id), nil
}

// listen makes a socket. One that is left from a crash is replaced: this process holds the
// vault, so no other unit runs.
func listen(path string, mode fs.FileMode) (*net.UnixListener, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == fs.ModeSocket {
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("making the socket: %w", err)
		}
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("making the socket: %w", err)
	}
	if err := os.Chmod(path, mode); err != nil { // clients that came in before are refused by their user
		return nil, errors.Join(fmt.Errorf("making the socket: %w", err), l.Close())
	}
	return l, nil
}

// control is a socket at work.
type control struct {
	requests Requests
	places   chan struct{} // one token a client
	within   time.Duration // for the request line
	courier  *uint32       // the user who may come instead of the unit's own; nil: none
	rest     time.Duration // after a client, before its place is another's; 0: who finds no place is told so
	log      *slog.Logger
}

func (c *control) serve(ctx context.Context, l *net.UnixListener) {
	var clients sync.WaitGroup
	defer clients.Wait()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		if c.rest > 0 { // who comes too often waits in the kernel
			select {
			case c.places <- struct{}{}:
				<-c.places
			case <-ctx.Done():
			}
		}
		conn, err := l.AcceptUnix()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				conn.Close()
			}
			return
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of descriptors, most likely
			c.log.Warn("control socket", "error", err)
			pause(ctx, time.Second)
			continue
		}
		select {
		case c.places <- struct{}{}:
			clients.Go(func() { c.client(ctx, conn); pause(ctx, c.rest); <-c.places })
		default:
			a := answer{conn: conn, ctx: ctx}
			a.refuse(fmt.Errorf("%d clients are connected already: end one of them", maxClients))
			conn.Close()
		}
	}
}

// client serves one connection.
func (c *control) client(ctx context.Context, conn *net.UnixConn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now().Add(farewell)) })()
	a := answer{conn: conn, ctx: ctx, in: bufio.NewReaderSize(conn, maxRequest)}
	if err := c.ask(ctx, conn, &a); err != nil {
		a.refuse(err)
	} else {
		a.accept()
	}
}

// ask reads the request and has it answered.
func (c *control) ask(ctx context.Context, conn *net.UnixConn, a *answer) error {
	client, err := peer(conn)
	if err == nil {
		err = c.admits(client, os.Geteuid())
	}
	if err != nil {
		c.log.Warn("control socket", "error", err)
		return err
	}
	conn.SetReadDeadline(time.Now().Add(c.within))
	text, err := a.in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return fmt.Errorf("a request has at most %d bytes", maxRequest)
	case err != nil:
		return fmt.Errorf("reading the request: %w", err)
	case ctx.Err() != nil:
		return unit.ErrStopped
	}
	conn.SetReadDeadline(time.Time{})
	words := strings.Fields(string(text))
	if len(words) == 0 || c.requests[words[0]] == nil {
		return fmt.Errorf("unknown request %+.40q", text)
	}
	return c.requests[words[0]](ctx, LocalUser(client), words[1:], a)
}

// peer asks the kernel who the client is.
func peer(conn *net.UnixConn) (client uint32, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("asking who the client is: %w", err)
	}
	var who *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		who, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return 0, fmt.Errorf("asking who the client is: %w", err)
	}
	if credErr != nil {
		return 0, fmt.Errorf("asking who the client is: %w", credErr)
	}
	return who.Uid, nil
}

// admits accepts root and the socket's one user: the unit's own, or the courier.
func (c *control) admits(client uint32, own int) error {
	switch {
	case client == 0, c.courier == nil && int64(client) == int64(own), c.courier != nil && client == *c.courier:
		return nil
	case c.courier != nil:
		return fmt.Errorf("user %d may not: only root and the courier's user may", client)
	}
	return fmt.Errorf("user %d may not: only root and the unit's own user may", client)
}

// LocalUser gives a user of the machine as the audit log names them, where no operator logged in.
func LocalUser(id uint32) store.Actor { return store.Actor(fmt.Sprintf("local user %d", id)) }

// answer is the connection, as its request sees it.
type answer struct {
	conn *net.UnixConn
	ctx  context.Context // of the unit
	in   *bufio.Reader
	said bool // ok or no
}

func (a *answer) Read(p []byte) (int, error) { return a.in.Read(p) }

func (a *answer) Write(p []byte) (int, error) {
	a.accept()
	return a.send(p)
}

func (a *answer) accept() {
	if !a.said {
		a.said = true
		_, _ = a.send([]byte("ok\n")) // a client that is gone shows at the next read or write
	}
}

// refuse tells the client why, unless an answer has begun.
func (a *answer) refuse(err error) {
	if !a.said {
		a.said = true
		_, _ = a.send([]byte("no: " + strings.ReplaceAll(err.Error(), "\n", "; ") + "\n"))
	}
}

func (a *answer) send(p []byte) (int, error) {
	if a.ctx.Err() == nil {
		a.conn.SetWriteDeadline(time.Now().Add(takenWithin))
	}
	return a.conn.Write(p)
}

// localBaud is the speed for pictures for aiming on a line that has no speed of its own.
const localBaud = 921600

// ConsoleRequest gives the technician's console.
func ConsoleRequest(c *config.Config, d *desk.Desk) Request {
	return func(ctx context.Context, user store.Actor, words []string, line io.ReadWriter) error {
		o, err := terminalOf(words)
		if err != nil {
			return err
		}
		o.Line = desk.LineName(user)
		err = console.Serve(ctx, line, d, consoleOptions(c, o))
		if ctx.Err() != nil {
			return unit.ErrStopped
		}
		return err
	}
}

// consoleOptions adds what all consoles of the unit have in common to the options of a line.
func consoleOptions(c *config.Config, o console.Options) console.Options {
	o.Unit, o.Idle, o.Location = c.Unit.Name, c.Console.Idle.D(), c.Site.Location()
	return o
}

// terminalOf parses what a client says of its terminal: COLSxROWS [TERM [LANG]]. A
// dumb terminal gets plain text.
func terminalOf(words []string) (console.Options, error) {
	words = append(words, "", "", "")
	o := console.Options{Once: true, Baud: localBaud, Plain: words[1] == "dumb", Lang: catalogue.In(words[2])}
	n, err := fmt.Sscanf(words[0], "%dx%d", &o.Width, &o.Height)
	if n != 2 || err != nil || o.Width < 1 || o.Height < 1 || o.Width > 1000 || o.Height > 1000 {
		return o, errors.New("a console needs the size of its terminal, such as console 80x24")
	}
	return o, nil
}

// Line is a connection to a unit's control socket.
type Line interface {
	io.ReadWriteCloser
	CloseWrite() error
}

// Ask sends a request to the unit that runs with a configuration, and gives the line with its
// answer. Errors: [ErrNoUnit], or why the unit refused.
func Ask(c *config.Config, request string) (Line, error) {
	path := c.ControlSocket()
	if path == "" {
		return nil, errors.New(`this unit has no control socket: remove socket = "none" from [console]`)
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ECONNREFUSED):
		return nil, ErrNoUnit
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%w: run it as root or as the unit's own user, such as 'sudo -u menshen menshen …'", err)
	case err != nil:
		return nil, fmt.Errorf("asking the unit: %w", err)
	}
	_, _ = fmt.Fprintln(conn, request) // a unit that does not take it may still say why
	word, err := firstWord(conn)
	if why, refused := strings.CutPrefix(word, "no: "); refused {
		err = fmt.Errorf("the unit answers: %s", why)
	} else if err == nil && word != "ok" {
		err = errors.New("what answers there is not a unit")
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// firstWord reads the line that begins an answer, and not a byte more.
func firstWord(conn io.Reader) (string, error) {
	var line []byte
	for b := []byte{0}; len(line) < 1024; line = append(line, b[0]) {
		if _, err := conn.Read(b); err != nil {
			return string(line), fmt.Errorf("waiting for the unit's answer: %w", err)
		}
		if b[0] == '\n' {
			return string(line), nil
		}
	}
	return "", nil
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
