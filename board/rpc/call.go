package rpc

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// handler answers the requests for a method.
type handler struct {
	open   bool                               // also where nobody is logged in
	quiet  bool                               // a page asks by itself: no sign that somebody works
	read   func(params json.RawMessage) error // whether they are the method's
	answer func(ctx context.Context, c *call, params json.RawMessage) (any, error)
}

// method makes a handler of a function with parameters of its own type.
func method[P, R any](f func(context.Context, *call, P) (R, error)) handler {
	return handler{
		read: func(params json.RawMessage) error { return decode(params, new(P)) },
		answer: func(ctx context.Context, c *call, params json.RawMessage) (any, error) {
			var p P
			if err := decode(params, &p); err != nil {
				return nil, err
			}
			return f(ctx, c, p)
		},
	}
}

// before makes a handler of a method that needs no log-in.
func before(h handler) handler { h.open = true; return h }

// quiet makes a handler of a method that does not put off the log-out of an idle session.
func quiet(h handler) handler { h.quiet = true; return h }

// methods are all there are, by name.
var methods = gather(
	sessionMethods,
	doorMethods,
	recordMethods,
	peopleMethods,
	rightsMethods,
	cardMethods,
	leaseMethods,
	passMethods,
	fileMethods,
	faceMethods,
	cameraMethods,
	installMethods,
	lawMethods,
	assessmentMethods,
	incidentMethods,
	paperMethods,
	keeperMethods,
	clockMethods,
	staffMethods,
	updateMethods,
	checkMethods,
	listMethods,
	hoursMethods,
	entryMethods,
	siteMethods,
)

func gather(tables ...map[string]handler) map[string]handler {
	all := map[string]handler{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// Methods are the names of all methods, sorted.
func Methods() []string { return slices.Sorted(maps.Keys(methods)) }

// call is one request being answered.
type call struct {
	*visit
	id  json.RawMessage
	who desk.Session
}

// begin answers a request in a goroutine of its own.
func (v *visit) begin(outer context.Context, m message) {
	h, known := v.methods[m.Method]
	if !known {
		v.refuse(outer, m.ID, problem{CodeMethod, i18n.E("rpc.no-method", "there is no such method")})
		return
	}
	ctx, end := context.WithCancelCause(outer)
	c, err := v.admit(m.ID, h, end)
	if err != nil {
		end(nil)
		v.refuse(outer, m.ID, err)
		return
	}
	go v.answer(ctx, c, h, m.Params)
}

// admit takes a request among those being answered, which end ends.
func (v *visit) admit(id json.RawMessage, h handler, end context.CancelCauseFunc) (*call, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.over:
		return nil, errCancelled
	case len(v.calls) >= AtOnce:
		return nil, errBusy
	case v.calls[string(id)] != nil:
		return nil, errRequest
	case !h.open && v.who.ID == 0:
		return nil, errNoSession
	}
	v.calls[string(id)] = end
	v.work.Add(1)
	c := &call{visit: v, id: id, who: v.who}
	c.who.Lang = v.lang
	return c, nil
}

// answer answers a request, and ends the visit where the session has ended.
func (v *visit) answer(ctx context.Context, c *call, h handler, params json.RawMessage) {
	defer v.work.Done()
	result, err := h.answer(ctx, c, params)
	clear(params) // it may have been a secret
	v.mu.Lock()
	v.calls[string(c.id)](nil)
	delete(v.calls, string(c.id))
	v.mu.Unlock()
	out := context.WithoutCancel(ctx)
	if err != nil {
		v.refuse(out, c.id, err)
	} else {
		v.send(out, message{ID: c.id, Result: asJSON(result)})
	}
	switch {
	case errors.Is(err, desk.ErrEnded):
		v.leave("account changed")
	case result == bye:
		v.leave("asked")
	}
}

// language is the operator's.
func (v *visit) language() i18n.Language {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lang
}

// say is a message in the operator's language.
func (c *call) say(m i18n.Message) string { return c.who.Lang.Say(m) }

// coded is a word of the unit's vocabulary, and what it says.
type coded struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

func word[T ~string](c *call, w T) coded { return coded{string(w), c.say(i18n.Word(string(w)))} }

// step passes on what the unit waits for. It never waits for the line.
func (c *call) step(s desk.Step) {
	line, err := message{Method: "progress", Params: asJSON(progress{ID: c.id, Text: s.Text, Done: s.Done,
		Wanted: s.Wanted, Trial: s.Trial})}.line()
	if err != nil {
		return
	}
	select {
	case c.out <- line:
	default:
	}
}

type progress struct {
	ID     json.RawMessage `json:"id"`
	Text   string          `json:"text"`
	Done   int             `json:"done,omitempty"`
	Wanted int             `json:"wanted,omitempty"`
	Trial  bool            `json:"trial,omitempty"`
}

// time is a moment in the site's zone; empty for the zero time.
func (c *call) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.o.Location).Format(time.RFC3339)
}

// day is the day of a moment in the site's zone; empty for the zero time.
func (c *call) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.o.Location).Format(time.DateOnly)
}

// moment reads a time: with an offset, or without one in the site's zone, or a day's beginning.
// Empty: the zero time.
func (c *call) moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.ParseInLocation(form, s, c.o.Location); err == nil {
			return t, nil
		}
	}
	return time.Time{}, badParams("a time is as 2026-11-28T20:15 or 2026-11-28")
}

// handle is a person's whole handle on the wire.
type handle string

func handleOf(id policy.PersonID) handle {
	if id.IsZero() {
		return ""
	}
	return handle(hex.EncodeToString(id[:]))
}

// id reads it. Errors: it is no handle.
func (h handle) id() (id policy.PersonID, err error) {
	b, err := hex.DecodeString(string(h))
	if err != nil || len(b) != len(id) {
		return id, badParams("a person is a handle of 32 hex digits")
	}
	return policy.PersonID(b), nil
}

// some tells a part of a long list: from one place on at most count, and no more than fit into a
// line. It is not nil.
func some[A, B any](all []A, from, count int, tell func(A) B) []B {
	const room = MaxLine * 3 / 4
	out, size := []B{}, 0
	for _, one := range all[min(from, len(all)):min(from+count, len(all))] {
		told := tell(one)
		if size += len(asJSON(told)); size > room {
			break
		}
		out = append(out, told)
	}
	return out
}

// portion says which part of a long list is asked for.
type portion struct {
	From  int `json:"from"`  // how many to leave out
	Count int `json:"count"` // at most; 50 where 0, at most 200
}

// check fills in what was left out.
func (p *portion) check() error {
	if p.Count == 0 {
		p.Count = 50
	}
	if p.From < 0 || p.Count < 0 || p.Count > 200 {
		return badParams("from is 0 or more, count at most 200")
	}
	return nil
}
