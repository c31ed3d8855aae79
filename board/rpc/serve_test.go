package rpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/rpc"
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
	p.SetReadDeadline(time.Now().Add(10 * time.Second))
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
	line, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": p.last, "method": method, "params": params})
	if err != nil {
		p.Fatal(err)
	}
	p.put(string(line) + "\n")
	for {
		if m := p.next(); m["id"] == float64(p.last) {
			return m
		}
	}
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
