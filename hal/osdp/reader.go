package osdp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/hal"
)

// Reader is one reader of a line.
type Reader struct {
	line  *Line
	place int
	cfg   Config
	tally hal.Tally
	hal.LastBeat
	events chan hal.ReaderEvent // to Run
	lamp   lamp
	text   text
	local  contacts
	outs   outputs

	mu      sync.Mutex
	why     error      // as it was told last; nil: it works
	answers chan Event // to whoever moves it; nil: nobody
}

var (
	_ hal.Reader    = (*Reader)(nil)
	_ hal.Counter   = (*Reader)(nil)
	_ hal.Heartbeat = (*Reader)(nil)
	_ hal.Installer = (*Reader)(nil)
	_ hal.Mover     = (*Reader)(nil)
	_ hal.FileTaker = (*Reader)(nil)
)

// mostEvents wait for a unit that is busy. The line does not wait: what comes then is lost.
const mostEvents = 64

func newReader(l *Line, place int, c Config) *Reader {
	r := &Reader{line: l, place: place, cfg: c, tally: newTally(), events: make(chan hal.ReaderEvent, mostEvents)}
	r.lamp.reader, r.text.reader, r.outs.reader = r, r, r
	return r
}

func (r *Reader) String() string { return r.cfg.Name }

// Counts implements hal.Counter.
func (r *Reader) Counts() []hal.Count { return r.tally.Counts() }

// Run implements hal.Reader. A reader without a session is a Fault that says why, and the first
// session Recovered.
func (r *Reader) Run(ctx context.Context, emit func(hal.ReaderEvent)) error {
	r.line.join()
	defer r.line.leave()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-r.events:
			emit(e)
		}
	}
}

// say hands an event to Run. A reader that nobody runs says nothing.
func (r *Reader) say(e hal.ReaderEvent) {
	e.Reader = r.cfg.Name
	select {
	case r.events <- e:
	default:
	}
}

// file is where the configuration has the reader.
func (r *Reader) file() Place { return Place{r.cfg.Address, r.line.baud} }

// happened takes an event of the bus.
func (r *Reader) happened(e Event) {
	r.toMover(e)
	switch {
	case e.Up:
		if err := r.line.ring.Keep(r.cfg.Name, e.Key); err != nil {
			r.say(hal.ReaderEvent{At: e.At, Fault: r.named(err), Frame: true})
		}
		if err := r.found(); err != nil {
			r.say(hal.ReaderEvent{At: e.At, Fault: r.named(err), Frame: true})
		}
		r.up(e.At)
	case e.Down != nil:
		r.local.lost(e.At, e.Down)
		r.down(e.At, e.Down)
	case e.Closed && !e.Taken:
		_ = r.line.ring.Forget(r.cfg.Name, e.Key) // it is of no use to anybody
	case e.Reply != nil:
		r.said(e.At, e.Reply)
	}
}

func (r *Reader) said(at time.Time, reply Reply) {
	switch a := reply.(type) {
	case CardBits:
		c, err := r.cfg.Cards(a)
		if err != nil {
			r.say(hal.ReaderEvent{At: at, Fault: r.named(err), Frame: true})
			return
		}
		r.say(hal.ReaderEvent{At: at, Card: &c})
	case CardText:
		c := a.Card()
		r.say(hal.ReaderEvent{At: at, Card: &c})
	case Keys:
		for _, b := range a.Buttons() {
			r.say(hal.ReaderEvent{At: at, Button: b})
		}
	case Local, Inputs, Readers:
		r.local.set(at, a)
	}
}

func (r *Reader) named(err error) error { return fmt.Errorf("reader %s: %w", r.cfg.Name, err) }

// down tells why the reader does not work, once for each reason.
func (r *Reader) down(at time.Time, why error) {
	r.mu.Lock()
	same := r.why != nil && errors.Is(why, r.why)
	r.why = why
	r.mu.Unlock()
	if !same {
		r.say(hal.ReaderEvent{At: at, Fault: r.named(why)})
	}
}

func (r *Reader) up(at time.Time) {
	r.mu.Lock()
	was := r.why
	r.why = nil
	r.mu.Unlock()
	if was != nil {
		r.say(hal.ReaderEvent{At: at, Recovered: true})
	}
	r.lamp.again()
	r.text.again()
	r.outs.again()
}

// Install implements hal.Installer.
func (r *Reader) Install(until time.Time) error {
	if !until.After(time.Now()) {
		r.line.with(func(b *Bus) { b.CloseInstall(time.Now(), r.place) })
		return nil
	}
	k, err := r.line.ring.New(r.cfg.Name)
	if err != nil {
		return r.named(err)
	}
	if !r.line.with(func(b *Bus) { b.Install(time.Now(), r.place, k, until) }) {
		return errors.Join(r.named(errors.New("its line is not open: look at the status for why")),
			r.line.ring.Forget(r.cfg.Name, k))
	}
	return nil
}

// Link implements hal.Installer.
func (r *Reader) Link() (l hal.Link) {
	t := r.local.last()
	l = hal.Link{Address: int(r.cfg.Address), Speed: r.line.baud, Supply: t.local.Power, Tamper: t.opened(),
		ConfigAddress: int(r.cfg.Address), ConfigSpeed: r.line.baud}
	open := r.line.with(func(b *Bus) {
		s := b.State(r.place)
		l.Address, l.Speed = int(s.Address), b.baud
		l.Secure, l.Why, l.Next, l.Installs, l.Installed = s.Secure, s.Why, s.Next, s.Installs, s.Installed
		if s.Identity != (Identity{}) {
			l.Device, l.Proven = s.Identity.String(), s.Proven
		}
		if s.Secure {
			l.Inputs, l.Outputs = switched(s.Inputs), switched(s.Outputs)
		}
		for _, a := range s.Abilities {
			if name := a.String(); name != "" {
				l.Abilities = append(l.Abilities, name)
			}
		}
	})
	if !open {
		r.mu.Lock()
		defer r.mu.Unlock()
		if l.Why = r.why; l.Why == nil {
			l.Why = ErrNotAsked
		}
	}
	return l
}
