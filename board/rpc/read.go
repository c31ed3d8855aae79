package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"sync"
	"time"
)

// read takes lines from the peer until the line is gone or the peer leaves, and gives why.
func (v *visit) read(ctx context.Context, r io.Reader) error {
	var buf [4096]byte
	line := make([]byte, 0, MaxLine)
	defer func() { clear(line[:cap(line)]) }()
	tooLong, beyond := false, 0
	for {
		n, err := r.Read(buf[:])
		for _, b := range buf[:n] {
			switch {
			case b == 0: // BREAK
				return ErrLeft
			case b == '\n' || b == '\r':
				v.pace.wait(ctx)
				if !v.take(ctx, line, tooLong) {
					return ErrLeft
				}
				clear(line)
				line, tooLong = line[:0], false
			case len(line) == MaxLine:
				tooLong = true
				if beyond++; beyond%MaxLine == 0 { // a line without end takes no more time than others
					v.pace.wait(ctx)
				}
			default:
				line = append(line, b)
			}
		}
		clear(buf[:n]) // it may have been a secret
		if err != nil {
			return err
		}
	}
}

// pace is how fast lines are taken: one each so long on the average, and burst of them at once.
type pace struct {
	each time.Duration
	mu   sync.Mutex
	next time.Time // when the next line is due
}

// wait waits until a line may be taken, or ctx ends.
func (p *pace) wait(ctx context.Context) {
	p.mu.Lock()
	now := time.Now()
	if early := now.Add(-burst * p.each); p.next.Before(early) {
		p.next = early
	}
	due := p.next
	p.next = due.Add(p.each)
	p.mu.Unlock()
	if wait := due.Sub(now); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// take begins to answer a line, and reports whether the peer stays.
func (v *visit) take(ctx context.Context, line []byte, tooLong bool) bool {
	line = bytes.TrimSpace(line)
	switch {
	case len(line) == 0:
		return true
	case line[0] != '{':
		return false
	case tooLong:
		v.refuse(ctx, nil, errTooLong)
		return true
	}
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		v.refuse(ctx, nil, errParse)
		return true
	}
	if !v.methods[m.Method].quiet {
		v.idle.Reset(v.o.Idle)
	}
	switch {
	case m.Version != "2.0" || m.Method == "" || len(m.ID) > maxID || len(m.ID) > 0 && !isID(m.ID):
		v.refuse(ctx, nil, errRequest)
	case len(m.ID) > 0:
		v.begin(ctx, m)
	case m.Method == "cancel":
		v.cancel(m.Params)
	}
	return true
}

// maxID is how long an id may be.
const maxID = 64

// isID reports whether an id is a number or a text.
func isID(id json.RawMessage) bool {
	return id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9'
}

// refuse answers with an error.
func (v *visit) refuse(ctx context.Context, id json.RawMessage, err error) {
	if len(id) == 0 {
		id = []byte("null")
	}
	v.send(ctx, message{ID: id, Error: v.faultOf(err)})
}

// cancel ends the answering of a request.
func (v *visit) cancel(params json.RawMessage) {
	var of struct {
		ID json.RawMessage `json:"id"`
	}
	if decode(params, &of) != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if end := v.calls[string(of.ID)]; end != nil {
		end(errCancelled)
	}
}
