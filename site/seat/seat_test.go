package seat

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// desk is a seat on the loopback, before a unit that says back in capitals what it is told.
type desk struct {
	*testing.T
	at   string        // http://127.0.0.1:PORT
	told chan string   // addresses
	unit chan net.Conn // the unit's ends of the lines that were opened
	away error         // the unit cannot be reached
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{T: t, told: make(chan string, 8), unit: make(chan net.Conn, 8)}
	at, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	d.at = "http://" + at[0].Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		ended <- Serve(ctx, at, Config{Page: []byte("<title>the page</title>"), Open: d.open,
			Tell: func(a string) { d.told <- a }, Log: slog.New(slog.DiscardHandler)})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *desk) open() (io.ReadWriteCloser, error) {
	if d.away != nil {
		return nil, d.away
	}
	ours, theirs := net.Pipe()
	d.unit <- theirs
	return ours, nil
}

// token is what the next address has in it.
func (d *desk) token() string {
	d.Helper()
	a := <-d.told
	token, is := strings.CutPrefix(a, d.at+"/#")
	if !is || len(token) != 26 {
		d.Fatalf("the address is %s", a)
	}
	return token
}

// request is one of the page's own.
func (d *desk) request(method, path, secret, body string) *http.Request {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), method, d.at+path, strings.NewReader(body))
	if err != nil {
		d.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != http.MethodGet {
		r.Header.Set("Origin", d.at)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	return r
}

func (d *desk) do(r *http.Request) (status int, said string) {
	d.Helper()
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		d.Fatal(err)
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	if err != nil {
		d.Fatal(err)
	}
	return a.StatusCode, string(raw)
}

// listen opens the line, and gives what comes over it.
func (d *desk) listen(key string) (*bufio.Reader, io.Closer) {
	d.Helper()
	a, err := http.DefaultClient.Do(d.request("GET", "/line", key, ""))
	if err != nil || a.StatusCode != 200 {
		d.Fatal(a, err)
	}
	hears := bufio.NewReader(a.Body)
	if first, err := hears.ReadByte(); first != 0 || err != nil {
		d.Fatalf("it begins with %q, %v", first, err)
	}
	return hears, a.Body
}

// TestSeat: what the page says comes to the unit as it is, and the other way; a page that is closed
// leaves the unit's console; an address opens one page.
func TestSeat(t *testing.T) {
	d := newDesk(t)
	token := d.token()
	status, key := d.do(d.request("POST", "/enter", token, ""))
	if status != 200 || len(key) != 26 || key == token {
		t.Fatal(status, key)
	}
	if status, _ := d.do(d.request("POST", "/enter", token, "")); status != 401 {
		t.Errorf("an address that was used: %d", status)
	}
	hears, page := d.listen(key)
	unit := <-d.unit
	says := bufio.NewReader(unit)

	whole := strings.Repeat("{\"id\":1}", 1000) + "\x00\xff\n"
	answered := make(chan int)
	go func() {
		status, _ := d.do(d.request("POST", "/line", key, whole))
		answered <- status
	}()
	if got, err := says.ReadString('\n'); got != whole || err != nil {
		t.Errorf("%d bytes of %d came, %v", len(got), len(whole), err)
	}
	if status := <-answered; status != 204 {
		t.Error(status)
	}
	go io.WriteString(unit, "{\"result\":2}\n")
	if got, err := hears.ReadString('\n'); got != "{\"result\":2}\n" || err != nil {
		t.Error(got, err)
	}
	if status, _ := d.do(d.request("POST", "/line", key, strings.Repeat("x", mostAtOnce+1))); status != 413 {
		t.Errorf("too much at once: %d", status)
	}
	page.Close()
	if got, err := io.ReadAll(says); string(got) != leave || err != nil {
		t.Errorf("a page that was closed: %q, %v", got, err)
	}
	if status, _ := d.do(d.request("POST", "/line", key, "x")); status != 410 {
		t.Errorf("without a line: %d", status)
	}

	// A second page, with the next address: the first one has no line any more.
	hears, page = d.listen(key)
	defer page.Close()
	unit = <-d.unit
	go io.Copy(io.Discard, unit)
	_, second := d.do(d.request("POST", "/enter", d.token(), ""))
	if rest, err := io.ReadAll(hears); err != nil || len(rest) > 0 {
		t.Errorf("the first page still has the line: %q, %v", rest, err)
	}
	for _, method := range []string{"GET", "POST"} {
		if status, _ := d.do(d.request(method, "/line", key, "")); status != 401 {
			t.Errorf("%s by the first page: %d", method, status)
		}
	}
	d.away = errors.New("the cable is out")
	if status, said := d.do(d.request("GET", "/line", second, "")); status != 502 || strings.Contains(said, "cable") {
		t.Error(status, said)
	}
}

// TestSeatHostile: pages of others in the same browser, and names that are made to lead here, get
// neither the page's key nor the line, whatever they know but the token.
func TestSeatHostile(t *testing.T) {
	d := newDesk(t)
	token := d.token()
	_, key := d.do(d.request("POST", "/enter", token, ""))
	port := d.at[strings.LastIndex(d.at, ":"):]
	fresh := d.token()

	cases := map[string]struct {
		method, path, secret string
		change               func(*http.Request)
		want                 int
	}{
		"a name that leads here":        {"GET", "/", "", func(r *http.Request) { r.Host = "evil.example" + port }, 403},
		"a name, with the token":        {"POST", "/enter", fresh, rebound("evil.example" + port), 403},
		"localhost by name":             {"POST", "/enter", fresh, rebound("localhost" + port), 403},
		"another port's page":           {"POST", "/enter", fresh, origin("http://127.0.0.1:1"), 403},
		"the other address of this":     {"POST", "/enter", fresh, origin("http://[::1]" + port), 403},
		"the same host by TLS":          {"POST", "/enter", fresh, origin("https" + strings.TrimPrefix(d.at, "http")), 403},
		"a page from a file":            {"POST", "/enter", fresh, origin("null"), 403},
		"no origin":                     {"POST", "/enter", fresh, func(r *http.Request) { r.Header.Del("Origin") }, 403},
		"a page elsewhere writes":       {"POST", "/line", key, origin("https://evil.example"), 403},
		"a page elsewhere listens":      {"GET", "/line", key, fetched("cross-site"), 403},
		"a subdomain's page listens":    {"GET", "/line", key, fetched("same-site"), 403},
		"the line typed as an address":  {"GET", "/line", key, fetched("none"), 403},
		"an element elsewhere":          {"GET", "/", "", fetched("cross-site"), 403},
		"a preflight":                   {"OPTIONS", "/line", key, origin("https://evil.example"), 403},
		"a preflight by itself":         {"OPTIONS", "/line", key, func(*http.Request) {}, 404},
		"no token":                      {"POST", "/enter", "", func(*http.Request) {}, 401},
		"a token that was used":         {"POST", "/enter", token, func(*http.Request) {}, 401},
		"the page's key as a token":     {"POST", "/enter", key, func(*http.Request) {}, 401},
		"the next token is no key":      {"GET", "/line", fresh, func(*http.Request) {}, 401},
		"half a token":                  {"POST", "/enter", fresh[:13], func(*http.Request) {}, 401},
		"a token in the address":        {"POST", "/enter?token=" + fresh, "", func(*http.Request) {}, 401},
		"another way to say who one is": {"POST", "/line", "", func(r *http.Request) { r.SetBasicAuth("x", key) }, 401},
		"a web socket": {"GET", "/line", "", func(r *http.Request) {
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
			r.Header.Set("Origin", "https://evil.example")
		}, 403},
	}
	for name, c := range cases {
		r := d.request(c.method, c.path, c.secret, "")
		c.change(r)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(a.Body)
		a.Body.Close()
		if a.StatusCode != c.want || strings.Contains(string(body), "<title>") {
			t.Errorf("%s: %d %.40q", name, a.StatusCode, body)
		}
		for h := range a.Header {
			if strings.HasPrefix(h, "Access-Control-") || h == "Set-Cookie" {
				t.Errorf("%s: %s is sent", name, h)
			}
		}
	}
	select {
	case <-d.unit:
		t.Error("a line to the unit was opened")
	case a := <-d.told:
		t.Errorf("an address was used: %s is next", a)
	default:
	}
	if status, _ := d.do(d.request("POST", "/enter", fresh, "")); status != 200 {
		t.Errorf("the address that nobody used: %d", status)
	}
}

func origin(o string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Origin", o) }
}

func fetched(site string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", site) }
}

// rebound is a request of a page whose name was made to lead here: its own origin.
func rebound(host string) func(*http.Request) {
	return func(r *http.Request) {
		r.Host = host
		r.Header.Set("Origin", "http://"+host)
	}
}

// TestSeatPage: a browser gets the page, which nobody may frame or keep.
func TestSeatPage(t *testing.T) {
	d := newDesk(t)
	for _, site := range []string{"", "none", "same-origin"} {
		r := d.request("GET", "/", "", "")
		r.Header.Del("Authorization")
		r.Header.Set("Sec-Fetch-Site", site)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, _ := io.ReadAll(a.Body)
		if a.StatusCode != 200 || !strings.Contains(string(body), "<title>") {
			t.Errorf("%q: %d %s", site, a.StatusCode, body)
		}
		for h, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
			"Content-Security-Policy": "frame-ancestors 'none'", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got := a.Header.Get(h); got != want {
				t.Errorf("%s is %q", h, got)
			}
		}
	}
}

// TestListenLoopback: nobody else on the network reaches a seat.
func TestListenLoopback(t *testing.T) {
	at, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range at {
		a := l.Addr().(*net.TCPAddr)
		if !a.IP.IsLoopback() || a.Port != portOf(at[0]) {
			t.Errorf("it listens at %v", a)
		}
		l.Close()
	}
}

// TestSocket: a control socket behaves as a serial line does: a NUL ends a visit, the magic line
// begins one.
func TestSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "control.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	visits := make(chan net.Conn, 9)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			visits <- c
		}
	}()
	line, err := Socket(path)
	if err != nil {
		t.Fatal(err)
	}
	(<-visits).Close() // it looked whether anybody is there
	hears := bufio.NewReader(line)

	begin := func() (visit net.Conn, in *bufio.Reader) {
		t.Helper()
		written := make(chan error, 1)
		go func() {
			_, err := io.WriteString(line, "\x00\r?menshen-rpc\r{\"id\":1}\n")
			written <- err
		}()
		visit = <-visits
		visit.SetDeadline(time.Now().Add(10 * time.Second))
		in = bufio.NewReader(visit)
		if got, err := in.ReadString('\n'); got != "rpc\n" || err != nil {
			t.Fatal(got, err)
		}
		io.WriteString(visit, "ok\n\r\n{\"method\":\"hello\"}\n")
		if err := <-written; err != nil {
			t.Fatal(err)
		}
		if got, err := in.ReadString('\n'); got != "{\"id\":1}\n" || err != nil {
			t.Fatal(got, err)
		}
		hears.ReadString('\n')
		if got, err := hears.ReadString('\n'); got != "{\"method\":\"hello\"}\n" || err != nil {
			t.Fatal(got, err)
		}
		return visit, in
	}
	_, first := begin()
	second, _ := begin() // the NUL before it ended the first
	if rest, err := io.ReadAll(first); err != nil || len(rest) > 0 {
		t.Errorf("the first visit goes on: %q, %v", rest, err)
	}
	second.Close() // the unit stops
	if rest, err := io.ReadAll(hears); err != nil || len(rest) > 0 {
		t.Errorf("the line goes on: %q, %v", rest, err)
	}
	line.Close()

	line, err = Socket(path)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	(<-visits).Close()
	go func() { c := <-visits; io.WriteString(c, "no: not you\n"); c.Close() }()
	if _, err := io.WriteString(line, "?menshen-rpc\r"); err == nil || !strings.Contains(err.Error(), "not you") {
		t.Errorf("a unit that lets nobody in: %v", err)
	}
	if _, err := Socket(path + ".not"); err == nil {
		t.Error("no socket, and no error")
	}
}
