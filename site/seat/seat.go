// Package seat serves the desk page to one browser on this computer, and carries bytes between that
// page and a unit. It understands none of them and keeps none (docs/decisions/0075).
//
// It listens on the loopback only. Each address that it tells opens one page, once: the token
// behind the # never leaves the browser but in a header that only this page's own script can send.
package seat

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// mostAtOnce is how many bytes one request of the page may bring.
const mostAtOnce = 64 << 10

// Config is what a seat is made of.
type Config struct {
	Page []byte                             // as [menshen/board/page.WriteServed] writes it
	Open func() (io.ReadWriteCloser, error) // opens the line to the unit; Close ends a Read that waits
	Tell func(address string)               // is given the address that opens the next page; one call at a time
	Log  *slog.Logger
}

// Server is a seat at work. At most one page has the line: one that is opened later ends it.
type Server struct {
	Config
	hosts []string // with port, as a browser names them

	mu    sync.Mutex
	token string         // opens a page; another one after each use
	key   string         // of the page that was opened last; empty: none was
	line  io.WriteCloser // to the unit; nil: none is open
}

// Listen gives this computer's loopback, IPv4 first, at one port; 0: any that is free. A computer
// without IPv6 gives one listener.
func Listen(port int) ([]net.Listener, error) {
	four, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return nil, fmt.Errorf("serving the desk: %w", err)
	}
	all := []net.Listener{four}
	if six, err := net.ListenTCP("tcp6", &net.TCPAddr{IP: net.IPv6loopback, Port: portOf(four)}); err == nil {
		all = append(all, six)
	}
	return all, nil
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// Serve tells the first address and serves until ctx ends.
func Serve(ctx context.Context, at []net.Listener, c Config) error {
	s := &Server{Config: c}
	for _, l := range at {
		s.hosts = append(s.hosts, l.Addr().String())
	}
	s.mu.Lock()
	s.another()
	s.mu.Unlock()
	server := http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)}
	ended := make(chan error, len(at))
	for _, l := range at {
		go func() { ended <- server.Serve(l) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	err = errors.Join(err, server.Close())
	s.replace(nil)
	return err
}

// another makes and tells a new token. s.mu is held.
func (s *Server) another() {
	s.token = rand.Text()
	s.Tell("http://" + s.hosts[0] + "/#" + s.token)
}

// ServeHTTP answers the page, and nobody else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "frame-ancestors 'none'") // the page says the rest
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	if why := s.foreign(r); why != "" {
		s.Log.Warn("refused", "why", why)
		http.Error(w, why, http.StatusForbidden)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /":
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(s.Page) // a browser that is gone asks again
	case "POST /enter":
		s.enter(w, r)
	case "GET /line":
		s.listen(w, r)
	case "POST /line":
		s.say(w, r)
	default:
		http.NotFound(w, r)
	}
}

// foreign says why a request is not of this seat's own page or a person; empty: it may be. A page
// elsewhere shows by Origin and Sec-Fetch-Site, a name that was made to lead here by Host.
func (s *Server) foreign(r *http.Request) string {
	origin, asked := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
	switch {
	case !slices.Contains(s.hosts, r.Host):
		return "another host's name"
	case origin != "" && origin != "http://"+r.Host, origin == "" && r.Method != http.MethodGet:
		return "another page"
	case asked != "" && asked != "same-origin" && (asked != "none" || r.URL.Path != "/"):
		return "another page"
	}
	return ""
}

// bears reports whether a request has a secret. s.mu is held.
func bears(r *http.Request, secret string) bool {
	given, is := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return is && secret != "" && subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1
}

// enter gives the page its key for the token of its address, which is worth nothing afterwards. The
// page that was here before has no line any more.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	known := bears(r, s.token)
	if known {
		s.key = rand.Text()
		s.another()
	}
	key := s.key
	s.mu.Unlock()
	if !known {
		s.Log.Warn("refused", "why", "an address that was used, or never told")
		http.Error(w, "no such address", http.StatusUnauthorized)
		return
	}
	s.replace(nil)
	_, _ = io.WriteString(w, key)
}

// may reports whether a request is of the page that was opened last, and refuses others.
func (s *Server) may(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := bears(r, s.key)
	if !known {
		http.Error(w, "another page has the line", http.StatusUnauthorized)
	}
	return known
}

// replace makes a line the present one, and ends the one before.
func (s *Server) replace(line io.WriteCloser) {
	s.mu.Lock()
	old := s.line
	s.line = line
	s.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

// leave ends a session at the unit also where it does not notice that a line is closed.
const leave = "\x00\r"

// listen opens the line, and gives what the unit says until one of the two ends.
func (s *Server) listen(w http.ResponseWriter, r *http.Request) {
	if !s.may(w, r) {
		return
	}
	s.replace(nil) // a port can be open once
	line, err := s.Open()
	if err != nil {
		s.Log.Error("the unit is not reached", "error", err)
		http.Error(w, "the unit is not reached", http.StatusBadGateway)
		return
	}
	end := sync.OnceFunc(func() {
		_, _ = io.WriteString(line, leave)
		line.Close()
	})
	own := &closing{line, end}
	s.replace(own)
	defer end()
	defer context.AfterFunc(r.Context(), end)()
	w.Header().Set("Content-Type", "application/octet-stream")
	out := http.NewResponseController(w)
	buf := make([]byte, 4096)
	defer clear(buf)
	for n := 1; ; n, err = line.Read(buf) { // first a NUL, which a page passes over: Firefox waits for a byte
		if _, gone := w.Write(buf[:n]); gone != nil || out.Flush() != nil || err != nil {
			return
		}
	}
}

// closing is a line that is left once.
type closing struct {
	io.Writer
	end func()
}

func (c *closing) Close() error { c.end(); return nil }

// say carries bytes of the page to the unit.
func (s *Server) say(w http.ResponseWriter, r *http.Request) {
	if !s.may(w, r) {
		return
	}
	var said bytes.Buffer
	_, err := said.ReadFrom(http.MaxBytesReader(w, r.Body, mostAtOnce))
	defer func() { clear(said.Bytes()) }() // it may have been a secret
	if err != nil {
		http.Error(w, "too much at once", http.StatusRequestEntityTooLarge)
		return
	}
	s.mu.Lock()
	line := s.line
	s.mu.Unlock()
	if line == nil {
		http.Error(w, "no line is open", http.StatusGone)
		return
	}
	if _, err := line.Write(said.Bytes()); err != nil {
		http.Error(w, "the line is gone", http.StatusGone)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
