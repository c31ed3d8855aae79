package main

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"menshen/board/config"
	"menshen/site/fact"
	"menshen/site/post"
	"menshen/site/record"
)

// program is a door's program at its control socket, as docs/protocol.md has it: one author's
// records, in pieces where they are long.
type program struct {
	door    post.ID
	records [][]byte
	applied [][]byte
	part    []byte
	lines   int
	note    []byte
	heard   [][]byte
}

func (p *program) serve(t *testing.T, l net.Listener) {
	for {
		line, err := l.Accept()
		if err != nil {
			return
		}
		in := bufio.NewScanner(line)
		in.Buffer(nil, 32<<10)
		if !in.Scan() || in.Text() != request {
			fmt.Fprintln(line, "no: not for you")
			line.Close()
			continue
		}
		fmt.Fprint(line, "ok\nfor people\n", `{"jsonrpc":"2.0","method":"hello","params":{"protocol":1}}`, "\n")
		for in.Scan() {
			var q struct {
				ID     int
				Method string
				Params json.RawMessage
			}
			if err := json.Unmarshal(in.Bytes(), &q); err != nil {
				t.Error(err)
			}
			p.lines++
			raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": q.ID, "result": p.answer(t, q.Method,
				q.Params)})
			if err != nil || len(raw) > 32<<10 {
				t.Errorf("%d bytes, %v", len(raw), err)
			}
			fmt.Fprintf(line, "%s\n%s\n", `{"jsonrpc":"2.0","method":"progress","params":{"id":0}}`, raw)
		}
		if in.Err() != nil {
			t.Error(in.Err())
		}
		line.Close()
	}
}

func (p *program) answer(t *testing.T, method string, params json.RawMessage) any {
	switch method {
	case "site.heads":
		return map[string]any{"site": post.ID{7}.String(), "door": p.door.String(),
			"heads": map[string]int{p.door.String(): len(p.records)}}
	case "site.note":
		return map[string]any{"told": 5, "note": p.note}
	case "site.hear":
		var q struct{ Note []byte }
		_ = json.Unmarshal(params, &q)
		p.heard = append(p.heard, q.Note)
		return struct{}{}
	case "site.records":
		var q struct{ From, At int }
		_ = json.Unmarshal(params, &q)
		if q.From > len(p.records) {
			return pieces{}
		}
		r := p.records[q.From-1]
		return pieces{[]piece{{Size: len(r), At: q.At, Data: r[q.At:min(q.At+perLine, len(r))]}}}
	case "site.apply":
		var q pieces
		_ = json.Unmarshal(params, &q)
		for _, x := range q.Records {
			if x.At != len(p.part) {
				t.Errorf("a piece at %d after %d bytes", x.At, len(p.part))
			}
			if p.part = append(p.part, x.Data...); len(p.part) == x.Size {
				p.applied, p.part = append(p.applied, p.part), nil
			}
		}
		return struct{}{}
	}
	t.Errorf("no method %q", method)
	return nil
}

// TestOneSocket: the door listens where the courier asks.
func TestOneSocket(t *testing.T) {
	if unitSocket != config.CourierSocket {
		t.Errorf("the courier asks at %s, the door listens at %s", unitSocket, config.CourierSocket)
	}
}

// TestUnit: heads and records come from the door's program and go to it, whole, whatever their
// length; after a lost line the next question begins with a new one.
func TestUnit(t *testing.T) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{door: post.ID{3}}
	n, err := record.MakeNote(record.NoteHead{Door: fact.DoorID(p.door)}, nil, key, reader.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	p.note = n.Raw()
	for i, receipt := range []int{10, 70_000, 10, 10, 25_000, 10} {
		h := record.Head{Door: fact.DoorID(p.door), Seq: uint64(i + 1), First: 1, Key: reader.Recipient().String()}
		r, err := record.Make(h, &record.Body{Receipts: [][]byte{make([]byte, receipt)}}, key, reader.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		p.records = append(p.records, r.Raw())
	}
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); p.serve(t, l) }()
	u := &unit{socket: socket, ticket: &post.Ticket{Site: post.ID{7}, Door: p.door}}
	ctx := t.Context()
	for want, other := range map[string]post.Ticket{
		"of another door": {Site: post.ID{7}, Door: post.ID{4}}, "of another site": {Site: post.ID{8}, Door: p.door}} {
		u := &unit{socket: socket, ticket: &other}
		if _, err := u.Heads(ctx); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a ticket %s: %v", want, err)
		}
		u.line.Close()
	}
	if heads, err := u.Heads(ctx); err != nil || len(heads) != 1 || heads[p.door] != 6 {
		t.Errorf("%v %v", heads, err)
	}
	got, err := u.Records(ctx, p.door, 2, 1<<20)
	if err != nil || len(got) != 5 {
		t.Fatalf("%d records, %v", len(got), err)
	}
	for i, r := range got {
		if h, err := headOf(r); !bytes.Equal(r, p.records[i+1]) || err != nil || h.Number != uint64(i+2) ||
			h.Author != p.door {
			t.Errorf("record %d is another one: %+v %v", i+2, h, err)
		}
	}
	if got, err := u.Records(ctx, p.door, 7, 1<<20); err != nil || len(got) != 0 {
		t.Errorf("%d records after the last, %v", len(got), err)
	}
	u.line.Close() // the program was started again
	if _, err := u.Heads(ctx); err == nil {
		t.Error("the lost line was not noticed")
	}
	if err := u.Apply(ctx, p.records); err != nil || len(p.applied) != 6 {
		t.Fatalf("%d applied, %v", len(p.applied), err)
	}
	for i, r := range p.applied {
		if !bytes.Equal(r, p.records[i]) {
			t.Errorf("record %d arrived as another one", i+1)
		}
	}
	note, change, err := u.Note(ctx, 0)
	if err != nil || change != 5 || !bytes.Equal(note, n.Raw()) {
		t.Errorf("%d bytes, %d, %v", len(note), change, err)
	}
	if err := u.Hear(ctx, p.door, note); err != nil {
		t.Error(err)
	}
	if u.Hear(ctx, post.ID{4}, note) == nil || u.Hear(ctx, p.door, note[1:]) == nil {
		t.Error("a note of another door, or half a one, is handed over")
	}
	u.line.Close()
	l.Close()
	<-done
	if len(p.heard) != 1 || !bytes.Equal(p.heard[0], note) {
		t.Errorf("%d notes were handed over", len(p.heard))
	}
}
