package rpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/rpc"
	"menshen/policy"
	"menshen/store/audit"
)

func TestMain(m *testing.M) { boardtest.Main(m) }

// peer is a program at a line.
type peer struct {
	*testing.T
	net.Conn
	lines *bufio.Scanner
	done  chan error // the end of Serve
	last  int
}

// dial begins a visit at the bench's desk, and reads hello.
func dial(t *testing.T, b *boardtest.Bench, o rpc.Options) *peer {
	t.Helper()
	here, there := net.Pipe()
	p := &peer{T: t, Conn: here, lines: bufio.NewScanner(here), done: make(chan error, 1)}
	p.lines.Buffer(nil, rpc.MaxLine+1)
	o.Line = "test"
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() { cancel(); here.Close(); there.Close(); <-p.done })
	s := rpc.New(b.Desk, o)
	go func() { p.done <- s.Serve(ctx, there) }()
	if m := p.next(); m["method"] != "hello" {
		t.Fatalf("the first line is %v", m)
	}
	return p
}

// next is the next object from the unit.
func (p *peer) next() map[string]any {
	p.Helper()
	p.SetReadDeadline(time.Now().Add(time.Minute))
	for p.lines.Scan() {
		if text := strings.TrimSpace(p.lines.Text()); text != "" {
			var m map[string]any
			if err := json.Unmarshal([]byte(text), &m); err != nil {
				p.Fatalf("%q: %v", text, err)
			}
			return m
		}
	}
	p.Fatalf("the line ended: %v", p.lines.Err())
	return nil
}

// ask sends a request, and gives the answer to it.
func (p *peer) ask(method string, params any) map[string]any {
	p.Helper()
	p.last++
	p.send(method, p.last, params)
	for {
		if m := p.next(); m["id"] == float64(p.last) {
			return m
		}
	}
}

// send sends a request.
func (p *peer) send(method string, id int, params any) {
	p.Helper()
	line, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	if err != nil {
		p.Fatal(err)
	}
	p.put(string(line) + "\n")
}

func (p *peer) put(s string) {
	p.Helper()
	if _, err := p.Write([]byte(s)); err != nil {
		p.Fatal(err)
	}
}

type object = map[string]any

func (p *peer) logIn() {
	p.Helper()
	if m := p.ask("session.login", object{"name": "anna", "secret": boardtest.Secret}); m["result"] == nil {
		p.Fatalf("%v", m)
	}
}

func code(m object) float64 { return m["error"].(object)["code"].(float64) }

func TestVisit(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	if m := p.ask("people.find", object{}); code(m) != rpc.CodeNoSession {
		t.Errorf("before log-in: %v", m)
	}
	p.logIn()
	m := p.ask("people.add", object{"name": "Li Na", "apartment": "1204", "lang": "zh", "until": "2027-01-31"})
	who := m["result"].(object)
	if until := who["details"].(object)["until"]; until != "2027-02-01T00:00:00Z" {
		t.Errorf("the lease ends %v", until)
	}
	found := p.ask("people.find", object{"words": "1204"})["result"].(object)
	if found["all"] != 1.0 || found["people"].([]any)[0].(object)["person"] != who["person"] {
		t.Errorf("found %v", found)
	}
	if m := p.ask("door.open", object{"reason": "a parcel"}); m["result"].(object)["granted"] != true {
		t.Errorf("open: %v", m)
	}
	p.ask("session.logout", nil)
	if m := p.next(); m["method"] != "ended" || m["params"].(object)["why"] != "asked" {
		t.Errorf("after the log-out: %v", m)
	}
	if err := <-p.done; !errors.Is(err, rpc.ErrLeft) {
		t.Errorf("Serve gave %v", err)
	}
	p.done <- nil
}

func TestCardOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	who := p.ask("people.add", object{"name": "Li Na", "lang": "en"})["result"].(object)["person"]
	p.put(`{"jsonrpc":"2.0","id":"card","method":"cards.give","params":{"person":"` + who.(string) +
		`","label":"fob"}}` + "\n")
	if m := p.next(); m["method"] != "progress" || m["params"].(object)["id"] != "card" {
		t.Fatalf("no progress: %v", m)
	}
	b.Reader.Tap(boardtest.CardOf(7))
	m := p.next()
	for m["id"] != "card" {
		m = p.next()
	}
	if m["result"].(object)["label"] != "fob" {
		t.Errorf("the card: %v", m)
	}
	p.put(`{"jsonrpc":"2.0","id":1,"method":"cards.whose"}` + "\n")
	for m = p.next(); m["method"] != "progress"; m = p.next() {
	}
	p.put(`{"jsonrpc":"2.0","method":"cancel","params":{"id":1}}` + "\n")
	for m = p.next(); m["id"] != 1.0; m = p.next() {
	}
	if code(m) != rpc.CodeCancelled {
		t.Errorf("after cancel: %v", m)
	}
}

// TestManyAtOnce: requests beyond the limit are refused, and the others go on.
func TestManyAtOnce(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	for i := range rpc.AtOnce {
		p.put(fmt.Sprintf(`{"jsonrpc":"2.0","id":"w%d","method":"door.watch"}`+"\n", i))
	}
	if m := p.ask("door.status", object{}); code(m) != rpc.CodeBusy {
		t.Errorf("one more: %v", m)
	}
	p.put(`{"jsonrpc":"2.0","id":"w0","method":"door.watch"}` + "\n")
	p.put(`{"jsonrpc":"2.0","method":"cancel","params":{"id":"w1"}}` + "\n")
	for m := p.next(); m["id"] != "w1"; m = p.next() {
	}
	if m := p.ask("door.status", object{}); m["result"] == nil {
		t.Errorf("after one was cancelled: %v", m)
	}
}

// TestIdle: without a request the operator is logged out, and the peer is told; events do not
// count.
func TestIdle(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{Idle: time.Second})
	p.logIn()
	p.put(`{"jsonrpc":"2.0","id":"w","method":"door.watch"}` + "\n")
	for m := p.next(); m["method"] != "ended"; m = p.next() {
	}
	if err := <-p.done; !errors.Is(err, rpc.ErrLeft) {
		t.Errorf("Serve gave %v", err)
	}
	p.done <- nil
	for _, e := range b.Entries() {
		if e.Kind == audit.LogOut && e.Detail["why"] == "idle" {
			return
		}
	}
	t.Error("no log-out for idleness was recorded")
}

// TestDeafPeer: a peer that takes nothing is logged out all the same, and holds nobody up.
func TestDeafPeer(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{Idle: 2 * time.Second})
	p.logIn()
	for i := range 3 {
		p.put(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"door.watch"}`+"\n", 100+i))
	}
	b.TapAtReader(3) // the door decides meanwhile, though nobody reads the events
	b.Eventually("the log-out", func() bool { return b.Count(audit.LogOut) == 1 })
}

// TestPulledCable: the line goes while a card is waited for. Nothing is given, and the reader is
// the door's again.
func TestPulledCable(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	who := p.ask("people.add", object{"name": "Li Na", "lang": "en"})["result"].(object)["person"]
	p.put(`{"jsonrpc":"2.0","id":"c","method":"cards.give","params":{"person":"` + who.(string) + `"}}` + "\n")
	p.next()
	p.Close()
	b.Eventually("the log-out", func() bool { return b.Count(audit.LogOut) == 1 })
	if e := b.TapAtReader(9); e.Reason != policy.ReasonUnknown {
		t.Errorf("the card was taken: %v", e)
	}
}

// TestRubbish: what is no request is answered as that, or ends the visit, and nothing else happens.
func TestRubbish(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	for line, want := range map[string]float64{
		`{`:                 rpc.CodeParse,
		`{"jsonrpc":"2.0"}`: rpc.CodeRequest,
		`{"jsonrpc":"1.0","method":"door.status","id":1}`:                                        rpc.CodeRequest,
		`{"jsonrpc":"2.0","method":"door.status","id":{}}`:                                       rpc.CodeRequest,
		`{"jsonrpc":"2.0","method":"door.status","id":"` + strings.Repeat("x", 100) + `"}`:       rpc.CodeRequest,
		`{"jsonrpc":"2.0","method":"door.smash","id":1}`:                                         rpc.CodeMethod,
		`{"jsonrpc":"2.0","method":"door.open","id":1,"params":{"reason":1}}`:                    rpc.CodeParams,
		`{"jsonrpc":"2.0","method":"door.open","id":1,"params":{"reason":"x","force":true}}`:     rpc.CodeParams,
		`{"jsonrpc":"2.0","method":"door.open","id":1,"params":[1]}`:                             rpc.CodeParams,
		`{"jsonrpc":"2.0","method":"people.get","id":1,"params":{"person":"../../etc"}}`:         rpc.CodeParams,
		`{"x":"` + strings.Repeat("x", rpc.MaxLine) + `"}`:                                       rpc.CodeRequest,
		`{"jsonrpc":"2.0","method":"door.open","id":1,"params":{"reason":"` + "\xff\x1b" + `"}}`: 0,
	} {
		p.put(line + "\n")
		m := p.next()
		if want != 0 && (m["error"] == nil || code(m) != want) {
			t.Errorf("%.80s: %v", line, m)
		}
	}
	if n := b.Count(audit.Decision); n > 1 {
		t.Errorf("the door moved %d times", n)
	}
	p.put("rm -rf /\n")
	if err := <-p.done; !errors.Is(err, rpc.ErrLeft) {
		t.Errorf("Serve gave %v", err)
	}
	p.done <- nil
}
