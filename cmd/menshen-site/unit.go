package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"time"

	"menshen/site/courier"
	"menshen/site/post"
	"menshen/site/record"
)

// unit is the door's own program, at its socket for the courier (docs/protocol.md): six methods,
// for which the courier's user needs no log-in.
type unit struct {
	socket string
	ticket *post.Ticket // whose door it must be; nil: any
	line   *net.UnixConn
	in     *bufio.Scanner
	asked  int
}

// What the courier asks for on the socket, and limits of the line.
const (
	request   = "courier"
	longest   = 4 << 20          // bytes of an answer
	unitWaits = 30 * time.Second // for an answer
)

// Heads is of [courier.Unit].
func (u *unit) Heads(ctx context.Context) (map[post.ID]uint64, error) {
	var said identified
	if err := u.ask(ctx, "site.heads", struct{}{}, &said); err != nil {
		return nil, err
	}
	if u.ticket != nil {
		if err := said.holds(*u.ticket); err != nil {
			return nil, err
		}
	}
	heads := make(map[post.ID]uint64, len(said.Heads))
	for door, n := range said.Heads {
		id, err := post.ParseID(door)
		if err != nil {
			return nil, err
		}
		heads[id] = n
	}
	return heads, nil
}

// Wait waits until the door has told another number of records than told, or some time is over, and
// gives it. It is for a line of its own.
func (u *unit) Wait(ctx context.Context, told uint64) (uint64, error) {
	type count struct {
		Told uint64 `json:"told"`
	}
	var now count
	err := u.ask(ctx, "site.wait", count{told}, &now)
	return now.Told, err
}

// Note waits until the door has a note to tell, or some time is over: see [courier.Config]. It is
// for a line of its own.
func (u *unit) Note(ctx context.Context, told uint64) (note []byte, change uint64, err error) {
	var said struct {
		Told uint64 `json:"told"`
		Note []byte `json:"note"`
	}
	err = u.ask(ctx, "site.note", struct {
		Told uint64 `json:"told"`
	}{told}, &said)
	return said.Note, said.Told, err
}

// Hear hands over another door's note. What is no note of that door goes no further.
func (u *unit) Hear(ctx context.Context, door post.ID, note []byte) error {
	n, err := record.ParseNote(note)
	if err != nil || post.ID(n.Door) != door {
		return record.ErrForm
	}
	return u.ask(ctx, "site.hear", struct {
		Note []byte `json:"note"`
	}{note}, nil)
}

// piece is a record on the line, or a part of one that is too long for it.
type piece struct {
	Size int    `json:"size"` // of the record
	At   int    `json:"at"`   // where in it the part begins
	Data []byte `json:"data"`
}

type pieces struct {
	Records []piece `json:"records"`
}

// Records is of [courier.Unit].
func (u *unit) Records(ctx context.Context, author post.ID, from uint64, most int) (all [][]byte, err error) {
	for size := 0; len(all) == 0 || size < most; {
		some, err := u.someRecords(ctx, author, from)
		if err != nil || len(some) == 0 {
			return all, err
		}
		for _, r := range some {
			h, err := headOf(r)
			if err != nil {
				return nil, err
			}
			all, size, from = append(all, r), size+len(r), h.Number+1
		}
	}
	return all, nil
}

// someRecords asks for what fits into one line, or for one record in as many lines as it needs.
func (u *unit) someRecords(ctx context.Context, author post.ID, from uint64) (some [][]byte, err error) {
	for {
		var part []byte
		if len(some) > 0 {
			part = some[0]
		}
		var said pieces
		err := u.ask(ctx, "site.records", struct {
			Door string `json:"door"`
			From uint64 `json:"from"`
			At   int    `json:"at"`
		}{author.String(), from, len(part)}, &said)
		if err != nil {
			return nil, err
		}
		if part == nil && len(said.Records) > 0 && len(said.Records[0].Data) == said.Records[0].Size {
			for _, r := range said.Records {
				some = append(some, r.Data)
			}
			return some, nil
		}
		if part == nil && len(said.Records) == 0 {
			return nil, nil
		}
		if len(said.Records) != 1 || said.Records[0].At != len(part) || len(said.Records[0].Data) == 0 {
			return nil, errors.New("site.records: the pieces of a record do not follow each other")
		}
		some = [][]byte{append(part, said.Records[0].Data...)}
		if len(some[0]) >= said.Records[0].Size {
			return some, nil
		}
	}
}

// perLine is how many bytes of records one line has: it has at most 32 KiB, in base64.
const perLine = 20_000

// Apply is of [courier.Unit].
func (u *unit) Apply(ctx context.Context, records [][]byte) error {
	for len(records) > 0 {
		var line pieces
		for size := 0; len(records) > 0 && size+len(records[0]) <= perLine; records = records[1:] {
			size += len(records[0]) + 100
			line.Records = append(line.Records, piece{Size: len(records[0]), Data: records[0]})
		}
		var err error
		if len(line.Records) > 0 {
			err = u.ask(ctx, "site.apply", line, nil)
		} else {
			err = u.applyLong(ctx, records[0])
			records = records[1:]
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// applyLong hands over one record in as many lines as it needs.
func (u *unit) applyLong(ctx context.Context, r []byte) error {
	for at := 0; at < len(r); at += perLine {
		part := piece{Size: len(r), At: at, Data: r[at:min(at+perLine, len(r))]}
		if err := u.ask(ctx, "site.apply", pieces{[]piece{part}}, nil); err != nil {
			return err
		}
	}
	return nil
}

// ask asks one method. After a failure the next one begins with a new line.
func (u *unit) ask(ctx context.Context, method string, params, result any) error {
	if err := u.meet(ctx); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { u.line.SetDeadline(time.Now()) })()
	u.line.SetDeadline(time.Now().Add(unitWaits))
	u.asked++
	err := json.NewEncoder(u.line).Encode(map[string]any{"jsonrpc": "2.0", "id": u.asked, "method": method,
		"params": params})
	for err == nil {
		var said struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if !u.in.Scan() {
			err = errors.Join(errors.New("it closed the line"), u.in.Err())
			break
		}
		if json.Unmarshal(u.in.Bytes(), &said) != nil || said.ID != u.asked {
			continue // a notification
		}
		switch {
		case said.Error != nil:
			return fmt.Errorf("%s: %s", method, said.Error.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(said.Result, result)
	}
	u.line.Close()
	u.line = nil
	return fmt.Errorf("the line to the door's program ended: %w", err)
}

// meet opens a line, where there is none.
func (u *unit) meet(ctx context.Context) error {
	if u.line != nil {
		return nil
	}
	var d net.Dialer
	line, err := d.DialContext(ctx, "unix", u.socket)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("only root and the courier may ask the door's program: %w", err)
	case err != nil:
		return fmt.Errorf("the door's program does not listen for its courier: write [site.courier] "+
			"user = \"menshen-site\" into /etc/menshen/door.toml, then 'systemctl restart menshen' (%w)", err)
	}
	u.line, u.asked = line.(*net.UnixConn), 0
	u.in = bufio.NewScanner(line)
	u.in.Buffer(nil, longest)
	line.SetDeadline(time.Now().Add(unitWaits))
	_, err = fmt.Fprintln(line, request)
	for err == nil && u.in.Scan() {
		said := u.in.Text()
		if why, refused := strings.CutPrefix(said, "no: "); refused {
			err = errors.New(why)
		} else if strings.Contains(said, `"hello"`) {
			return nil
		}
	}
	u.line = nil
	return errors.Join(errors.New("the door's program lets the courier not in"), err, u.in.Err(), line.Close())
}

// headOf reads a record's head.
func headOf(raw []byte) (courier.Head, error) {
	r, err := record.Parse(raw)
	if err != nil {
		return courier.Head{}, err
	}
	return courier.Head{Author: post.ID(r.Door), Number: r.Seq, First: r.First}, nil
}
