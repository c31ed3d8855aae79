package rpc

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"menshen/board/desk"
	"menshen/board/lists"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
)

// Magic is the line that enters the protocol.
const Magic = "?menshen-rpc"

// Protocol is the version that hello tells. A program refuses another one.
const Protocol = 1

// Limits of a line.
const (
	MaxLine = 32 << 10             // bytes of one object
	AtOnce  = 4                    // requests being answered
	Pace    = 5 * time.Millisecond // for one line from the peer, on the average
	burst   = 100                  // lines that may come at once

	CourierPace = 20 * time.Millisecond // likewise from the courier, over all its connections: its lines are long
)

// ErrLeft means that the peer left the protocol, or was logged out: the line is the console's.
var ErrLeft = errors.New("the protocol was left")

// Options are the settings of a line.
type Options struct {
	Unit     string         // the unit's name
	Line     desk.LineName  // where wrong log-ins count
	Lang     i18n.Language  // until the operator chooses; English when nil
	Idle     time.Duration  // log-out after this long without a request, 5 minutes when 0
	Location *time.Location // of the times told and read; time.Local when nil
}

// Server serves one line, again and again: wrong log-ins slow down the line, not the visit. A
// courier's serves all its connections: its lines are taken at one pace, however often it connects.
type Server struct {
	desk     *desk.Desk
	courier  *desk.Courier // the peer is the courier, and no operator; else nil
	methods  map[string]handler
	pace     pace
	o        Options
	mu       sync.Mutex // log-ins: one at a time
	failures int        // in a row; of mu
}

// New gives the server of a line.
func New(d *desk.Desk, o Options) *Server {
	return newServer(&Server{desk: d, methods: methods, pace: pace{each: Pace}}, o)
}

func newServer(s *Server, o Options) *Server {
	if o.Lang == nil {
		o.Lang = i18n.English
	}
	if o.Idle <= 0 {
		o.Idle = 5 * time.Minute
	}
	if o.Location == nil {
		o.Location = time.Local
	}
	s.o = o
	return s
}

// Serve greets the peer and answers it. Errors: [ErrLeft]; that of ctx; that of rw.Read. The
// log-out reaches the desk in each case, even while rw.Write hangs; Serve itself then waits for
// the Write, and the Read that waits ends when the caller closes rw.
func (s *Server) Serve(ctx context.Context, rw io.ReadWriter) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	v := s.visit(end)
	defer v.idle.Stop()
	defer context.AfterFunc(ctx, v.logOut)()

	finish, written := make(chan struct{}), make(chan struct{})
	go func() { v.write(rw, finish); close(written) }()
	v.notify(ctx, "hello", hello{Protocol: Protocol, Unit: s.o.Unit, Languages: catalogue.Codes()})
	read := make(chan error, 1)
	go func() { read <- v.read(ctx, rw) }()
	var err error
	select {
	case err = <-read:
		end(err)
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	v.close()
	v.logOut()
	v.given.close()
	v.made.Code.Wipe()
	clear(v.taken.data)
	v.sayEnded()
	close(finish)
	<-written
	return err
}

type hello struct {
	Protocol  int      `json:"protocol"`
	Unit      string   `json:"unit"`
	Languages []string `json:"languages"`
}

// visit is one stay of a peer, from hello to its end.
type visit struct {
	*Server
	end  context.CancelCauseFunc
	out  chan []byte // lines to be written
	work sync.WaitGroup
	idle *time.Timer

	pictures chan []byte // a line for whoever writes when nothing else is to be written; it is never queued

	mu    sync.Mutex
	lang  i18n.Language
	who   desk.Session                       // the zero value: nobody is logged in
	why   string                             // the visit ends: "idle", "asked"
	offer desk.Offer                         // of the update that was looked at last
	over  bool                               // nothing more is answered
	calls map[string]context.CancelCauseFunc // what is being answered, by id

	installer *installer // who sits at a self-test; of mu

	files sync.Mutex // of what follows
	given *given     // the file that the peer takes
	taken upload     // the file that it brought
	made  desk.Pass  // the pass that it made last, to be printed
	plan  *lists.Plan
	part  []byte // of a record that comes in pieces
}

func (s *Server) visit(end context.CancelCauseFunc) *visit {
	v := &visit{Server: s, lang: s.o.Lang, end: end, out: make(chan []byte, 2*AtOnce), pictures: make(chan []byte),
		calls: map[string]context.CancelCauseFunc{}}
	v.idle = time.AfterFunc(s.o.Idle, func() { v.leave("idle") })
	return v
}

// leave ends the visit: why is what the log keeps of the log-out.
func (v *visit) leave(why string) {
	v.mu.Lock()
	if v.why == "" {
		v.why = why
	}
	v.mu.Unlock()
	v.end(ErrLeft)
}

// close waits for the end of what is being answered, and answers nothing more.
func (v *visit) close() {
	v.mu.Lock()
	v.over = true
	v.mu.Unlock()
	v.work.Wait()
}

// logOut ends the session at the desk, once.
func (v *visit) logOut() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.who.ID != 0 {
		why := v.why
		if why == "" {
			why = "line lost"
		}
		v.desk.LogOut(v.who, why)
		v.who = desk.Session{}
	}
}

// write sends what is queued, or a picture where nothing is, and at finish the rest of the queue.
// Each line is overwritten once it is sent. A line that is gone takes it all.
func (v *visit) write(w io.Writer, finish <-chan struct{}) {
	_, err := w.Write([]byte("\r\n")) // what the console wrote last may be half a line
	put := func(line []byte) {
		if err == nil {
			_, err = w.Write(line)
		}
		clear(line)
	}
	for {
		select {
		case line := <-v.out:
			put(line)
			continue
		default:
		}
		select {
		case line := <-v.out:
			put(line)
		case line := <-v.pictures:
			put(line)
		case <-finish:
			for {
				select {
				case line := <-v.out:
					put(line)
				default:
					return
				}
			}
		}
	}
}

// send queues a line; where the queue is full it waits until ctx ends.
func (v *visit) send(ctx context.Context, m message) {
	line, err := m.line()
	if err != nil {
		line, _ = message{ID: m.ID, Error: v.faultOf(err)}.line()
	}
	select {
	case v.out <- line:
	case <-ctx.Done():
	}
}

// notify sends a notification.
func (v *visit) notify(ctx context.Context, method string, params any) {
	v.send(ctx, message{Method: method, Params: asJSON(params)})
}

// sayEnded tells the peer that the visit is over, if the line takes it at once.
func (v *visit) sayEnded() {
	v.mu.Lock()
	why := v.why
	v.mu.Unlock()
	if why == "" {
		return
	}
	line, err := message{Method: "ended", Params: asJSON(ended{Why: why})}.line()
	if err != nil {
		return
	}
	select {
	case v.out <- line:
	default:
	}
}

type ended struct {
	Why string `json:"why"` // "asked", "idle", "account changed"
}
