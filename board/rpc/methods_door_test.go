package rpc_test

import (
	"encoding/json"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/rpc"
)

// TestWatch: a decision comes as an event, in words of the operator's language and with what a
// program tells apart, and the watching ends when it is cancelled.
func TestWatch(t *testing.T) {
	b := boardtest.New(t)
	b.Someone(7)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	p.ask("session.language", object{"lang": "zh"})
	p.put(`{"jsonrpc":"2.0","id":"w","method":"door.watch"}` + "\n")
	b.Eventually("the watcher", func() bool { return b.Driver.Watchers() == 1 })
	b.Reader.Tap(boardtest.CardOf(7))
	var got object
	for got["decision"] == nil {
		m := p.next()
		if got = m["params"].(object); m["method"] != "event" || got["id"] != "w" {
			t.Fatalf("%v", m)
		}
	}
	if d := got["decision"].(object); d["granted"] != true || d["number"] == nil ||
		d["means"].(object)["code"] != "card" || d["means"].(object)["text"] != "卡" {
		t.Errorf("the decision: %v", d)
	}
	p.put(`{"jsonrpc":"2.0","method":"cancel","params":{"id":"w"}}` + "\n")
	for p.next()["id"] != "w" {
	}
}

// TestIdleWhileAsked: a page that asks for the status by itself does not keep an operator logged
// in who has left.
func TestIdleWhileAsked(t *testing.T) {
	b := boardtest.New(t)
	b.Start()
	p := dial(t, b, rpc.Options{Idle: 400 * time.Millisecond})
	p.logIn()
	begun := time.Now()
	for {
		line, err := json.Marshal(object{"jsonrpc": "2.0", "id": 1000, "method": "door.status"})
		if err != nil {
			t.Fatal(err)
		}
		p.put(string(line) + "\n")
		if m := p.next(); m["method"] == "ended" {
			if m["params"].(object)["why"] != "idle" {
				t.Errorf("%v", m)
			}
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatal("the session goes on")
		}
	}
}
