package unit

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"menshen/hal"
	"menshen/policy"
	"menshen/store"
)

// Event is one thing that happened at the unit, for those who watch. It says that a card was read
// or a button was pressed, never which.
type Event struct {
	At       time.Time
	Kind     EventKind
	Device   string          // of the first five kinds: "reader outside", "input rex"
	Bits     int             // of a card
	Fault    error           // of Misread
	Active   bool            // of InputChanged
	Decision policy.Decision // of Decided
	Seq      uint64          // its number in the audit log; 0: it still waits for the disk, or is only counted
	Record   store.Entry     // of Recorded
}

// EventKind is what happened.
type EventKind int

const (
	CardRead EventKind = iota + 1
	CodeRead
	ButtonPressed
	Misread // a misread frame of a reader
	InputChanged
	Decided
	Recorded // a line of the audit log
)

// Watch gives what happens from now on, until [Watcher.Leave].
func (u *Unit) Watch() *Watcher {
	w := &Watcher{events: make(chan Event, watched), of: &u.watchers}
	u.watchers.mu.Lock()
	defer u.watchers.mu.Unlock()
	u.watchers.all = append(u.watchers.all, w)
	return w
}

// Stopped is closed when the unit stops.
func (u *Unit) Stopped() <-chan struct{} { return u.stopped }

// Watcher gets the unit's events. What it is too slow for is lost, the oldest
// first: the door does not wait.
type Watcher struct {
	events chan Event
	lost   atomic.Int64
	of     *watchers
}

const watched = 256 // events that wait for a watcher

// Events are those that wait.
func (w *Watcher) Events() <-chan Event { return w.events }

// Missed is how many events were lost since it was asked last.
func (w *Watcher) Missed() int { return int(w.lost.Swap(0)) }

// Leave ends it.
func (w *Watcher) Leave() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	w.of.all = slices.DeleteFunc(w.of.all, func(other *Watcher) bool { return other == w })
}

func (w *Watcher) put(e Event) {
	for {
		select {
		case w.events <- e:
			return
		default:
		}
		select {
		case <-w.events:
			w.lost.Add(1)
		default:
		}
	}
}

// watchers are those who watch. The zero value is ready; without a watcher an event costs one lock.
type watchers struct {
	mu  sync.Mutex
	all []*Watcher
}

// tell hands an event to each watcher. It never waits.
func (ws *watchers) tell(e Event) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		w.put(e)
	}
}

// tellDevice tells of an event of a driver. A fault that lasts is told by its record.
func (u *Unit) tellDevice(e any) {
	switch e := e.(type) {
	case hal.ReaderEvent:
		if e.Fault != nil && !e.Frame || e.Recovered {
			return
		}
		out := Event{At: e.At, Kind: ButtonPressed, Device: "reader " + e.Reader}
		switch {
		case e.Fault != nil:
			out.Kind, out.Fault = Misread, e.Fault
		case e.Card != nil:
			out.Kind, out.Bits = CardRead, e.Card.Bits
		case e.Code != "":
			out.Kind = CodeRead
		}
		u.watchers.tell(out)
	case hal.InputEvent:
		if e.Fault == nil {
			u.watchers.tell(Event{At: e.At, Kind: InputChanged, Device: "input " + e.Input, Active: e.Active})
		}
	}
}

// tellDecision tells of a decision by its number in the audit log.
func (u *Unit) tellDecision(seq uint64, d policy.Decision) {
	u.watchers.tell(Event{At: d.At, Kind: Decided, Seq: seq, Decision: d})
}

// tellRecord tells of a line of the audit log.
func (u *Unit) tellRecord(e store.Entry) {
	u.watchers.tell(Event{At: e.At, Kind: Recorded, Record: e})
}
