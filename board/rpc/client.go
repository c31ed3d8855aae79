package rpc

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"menshen/board/desk"
)

// Client is a program's end of a line. Its methods are safe for several goroutines at once.
type Client struct {
	Unit  string // its name, as hello told it
	rw    io.ReadWriter
	tell  func(Told)
	over  chan struct{} // closed when the line is gone
	write sync.Mutex

	mu      sync.Mutex
	last    uint64
	waiting map[string]chan message
	err     error // why the line is gone
}

// Told is a notification of the unit.
type Told struct {
	Method string // "progress", "event", "picture", "ended"
	Params json.RawMessage
}

// Error is an error that the unit answered.
type Error struct {
	Code         int
	Text         string // in the operator's language
	What, Remedy string // the id of the text; what to do
}

func (e *Error) Error() string { return e.Text }

// Enter turns a line with a console over to programs, and meets the unit. What the console wrote is
// thrown away.
func Enter(ctx context.Context, rw io.ReadWriter, tell func(Told)) (*Client, error) {
	if _, err := io.WriteString(rw, "\r"+Magic+"\r"); err != nil {
		return nil, fmt.Errorf("asking for the protocol: %w", err)
	}
	return Meet(ctx, rw, tell)
}

// Meet waits for the unit's hello on a line that is turned over to programs already. tell gets each
// notification, one after the other, and may be nil. The caller closes the line, which ends the
// goroutine that reads it. Errors: the unit speaks another version of the protocol; the end of ctx.
func Meet(ctx context.Context, rw io.ReadWriter, tell func(Told)) (*Client, error) {
	if tell == nil {
		tell = func(Told) {}
	}
	c := &Client{rw: rw, tell: tell, over: make(chan struct{}), waiting: map[string]chan message{}}
	met := make(chan hello, 1)
	go c.read(met)
	select {
	case h := <-met:
		if h.Protocol != Protocol {
			return nil, fmt.Errorf("the unit speaks version %d of the protocol, this program version %d: "+
				"use the program of the unit's release", h.Protocol, Protocol)
		}
		c.Unit = h.Unit
		return c, nil
	case <-c.over:
		return nil, c.gone()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the unit: %w", context.Cause(ctx))
	}
}

// read takes lines until the line is gone. Before hello, it may be any text.
func (c *Client) read(met chan<- hello) {
	lines := bufio.NewScanner(c.rw)
	lines.Buffer(make([]byte, 0, 4096), 2*MaxLine)
	greeted := false
	for lines.Scan() {
		var m message
		text := bytes.Trim(lines.Bytes(), "\x00 \t\r") // a line over USB asks with NULs whether we listen
		if len(text) == 0 || text[0] != '{' || json.Unmarshal(text, &m) != nil {
			continue
		}
		switch {
		case m.Method == "hello" && !greeted:
			var h hello
			greeted = json.Unmarshal(m.Params, &h) == nil
			met <- h
		case !greeted:
		case m.Method != "":
			c.tell(Told{m.Method, m.Params})
		default:
			c.deliver(m)
		}
	}
	err := lines.Err()
	if err == nil {
		err = io.EOF
	}
	c.mu.Lock()
	c.err = fmt.Errorf("the line to the unit: %w", err)
	c.mu.Unlock()
	close(c.over)
}

func (c *Client) deliver(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to := c.waiting[string(m.ID)]; to != nil {
		to <- m
		delete(c.waiting, string(m.ID))
	}
}

func (c *Client) gone() error { c.mu.Lock(); defer c.mu.Unlock(); return c.err }

// Call asks the unit, and reads the answer into result, which may be nil. At the end of ctx it
// cancels the request, and waits for the answer to that. Errors: [*Error]; the line is gone.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	if params == nil {
		params = nothing{}
	}
	body, err := json.Marshal(params)
	if err != nil {
		return fmt.Errorf("asking for %s: %w", method, err)
	}
	defer clear(body) // it may hold a secret
	id, answer := c.expect()
	if err := c.send(message{ID: id, Method: method, Params: body}); err != nil {
		return err
	}
	select {
	case m := <-answer:
		return m.into(result)
	case <-c.over:
		return c.gone()
	case <-ctx.Done():
	}
	if err := c.send(message{Method: "cancel", Params: asJSON(map[string]json.RawMessage{"id": id})}); err != nil {
		return err
	}
	select {
	case m := <-answer:
		return errors.Join(m.into(result), context.Cause(ctx))
	case <-c.over:
		return c.gone()
	}
}

// expect gives the id of a new request, and where its answer comes.
func (c *Client) expect() (json.RawMessage, chan message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	id := json.RawMessage(strconv.FormatUint(c.last, 10))
	answer := make(chan message, 1)
	c.waiting[string(id)] = answer
	return id, answer
}

func (c *Client) send(m message) error {
	line, err := m.line()
	if err != nil {
		return err
	}
	defer clear(line)
	c.write.Lock()
	defer c.write.Unlock()
	if _, err := c.rw.Write(line); err != nil {
		return fmt.Errorf("asking the unit: %w", err)
	}
	return nil
}

// into reads an answer.
func (m message) into(result any) error {
	switch {
	case m.Error != nil:
		e := &Error{Code: m.Error.Code, Text: m.Error.Message}
		if d := m.Error.Data; d != nil {
			e.What, e.Remedy = d.What, d.Remedy
		}
		return e
	case result == nil:
		return nil
	}
	return json.Unmarshal(m.Result, result)
}

// LogIn logs an operator in. A second factor is asked for in a notification, progress. Errors: as
// of Call; the commitment is not accepted yet, which a person must read.
func (c *Client) LogIn(ctx context.Context, name string, s desk.Secret) error {
	var in session
	params := struct {
		Name   string `json:"name"`
		Secret secret `json:"secret"`
	}{name, secret(s)}
	if err := c.Call(ctx, "session.login", params, &in); err != nil {
		return err
	}
	if in.Commitment != nil {
		c.LogOut()
		return errors.New("the confidentiality commitment is not yet accepted: log in once with 'menshen console'")
	}
	return nil
}

// LogOut ends the visit, unless the line is gone.
func (c *Client) LogOut() { _ = c.Call(context.Background(), "session.logout", nil, nil) }
