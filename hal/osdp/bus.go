package osdp

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"menshen/hal"
)

// Times of the line.
const (
	MostReaders  = 8
	replyWithin  = 200 * time.Millisecond // from the end of a command to the begin of its reply
	restWithin   = 50 * time.Millisecond  // between two pieces of a reply, as adapters pass them on
	OfflineAfter = 8 * time.Second        // without a reply in a session
	pollEvery    = 50 * time.Millisecond  // at most
	turnaround   = 2 * time.Millisecond   // until a reader has let go of the line
)

// Setup is a reader of the line.
type Setup struct {
	Addresses []byte // each may be the reader's, the likelier first: two after a move whose end was not seen
	Keys      []Key  // each may be the reader's: more than one after an install whose end was not seen
}

// Event is what a reader says or what becomes of it: one of Reply, Up, Down, Closed is set.
type Event struct {
	At      time.Time
	Reader  int     // its place in the setup
	Reply   Reply   // a card, keys, a state, a Nak; said inside the reader's own Secure Channel
	Command Command // that Reply answers. That a poll found nothing new is no event
	Up      bool    // a session began, under Key
	Down    error   // why there is no session
	Closed  bool    // the install of Key came to its end without a session under it
	Taken   bool    // then: the reader may have the key all the same
	Key     Key
}

// Bus is the control panel's side of one line, for one goroutine. Call Next when its last wait is
// over and after each Received; write what it gives, at once and whole; then take the Events.
type Bus struct {
	baud     int
	stations []*station
	nonce    func() Nonce
	scan     Scanner
	bad      uint64 // of the scanner, that is counted
	asked    *station
	deadline time.Time // for the begin of the reply
	latest   time.Time // for its end, whatever noise there is
	heard    time.Time // the last bytes
	free     time.Time // the line, for the next command
	events   []Event
}

// NewBus makes the bus of a line at that speed. Errors: more than MostReaders, an address that may
// be of two readers or is of none.
func NewBus(baud int, readers ...Setup) (*Bus, error) {
	if len(readers) > MostReaders {
		return nil, fmt.Errorf("%d readers on one line: %d at most", len(readers), MostReaders)
	}
	b := &Bus{baud: baud, nonce: func() (n Nonce) { rand.Read(n[:]); return n }}
	for i, r := range readers {
		s := newStation(i, r)
		s.baud = cmp.Or(baud, 9600)
		s.longest = min(s.baud/10/frameShare, MaxFrame)
		if len(r.Addresses) == 0 {
			return nil, fmt.Errorf("reader %d of the line has no address", i)
		}
		for _, a := range r.Addresses {
			if a >= Broadcast || b.taken(a, nil) {
				return nil, fmt.Errorf("address %d: give each reader of a line one of its own, 0 to 126", a)
			}
		}
		b.stations = append(b.stations, s)
	}
	return b, nil
}

// frameShare is how many of the longest commands a line carries in a second: the others wait no
// longer.
const frameShare = 4

// taken reports whether an address may be that of another reader.
func (b *Bus) taken(address byte, but *station) bool {
	return slices.ContainsFunc(b.stations, func(s *station) bool {
		return s != but && slices.Contains(s.addresses, address)
	})
}

// Next gives what is to be written now, and otherwise how long nothing is due, less if something is
// received before.
func (b *Bus) Next(now time.Time) (write []byte, wait time.Duration) {
	if b.asked != nil {
		if left := b.left(now); left > 0 {
			return nil, left
		}
		for b.asked != nil && b.scan.Pending() { // a reply may stand behind noise
			b.scan.Rest()
			b.read(now)
		}
		if s := b.asked; s != nil {
			b.done(now, s.silent(now))
		}
	}
	for _, s := range b.stations {
		b.emit(now, s, s.closeInstall(now))
	}
	if quiet := b.free.Sub(now); quiet > 0 {
		return nil, quiet
	}
	next := slices.MinFunc(b.stations, func(x, y *station) int { return x.due.Compare(y.due) })
	if wait := next.due.Sub(now); wait > 0 {
		return nil, wait
	}
	write = next.ask(now, b.nonce)
	b.asked, b.deadline = next, now.Add(b.airtime(len(write))+replyWithin)
	b.latest = b.deadline.Add(b.airtime(MaxFrame))
	b.scan.Reset()
	return write, b.left(now)
}

// left is how long the reply that is waited for may still take.
func (b *Bus) left(now time.Time) time.Duration {
	until := b.deadline
	if rest := b.heard.Add(restWithin); b.scan.Pending() && rest.After(until) {
		until = rest
	}
	if until.After(b.latest) {
		until = b.latest
	}
	return until.Sub(now)
}

// airtime is how long bytes take on the line.
func (b *Bus) airtime(n int) time.Duration {
	return time.Duration(10*n) * time.Second / time.Duration(cmp.Or(b.baud, 9600))
}

// Received takes bytes from the line.
func (b *Bus) Received(now time.Time, bytes []byte) {
	b.heard = now
	b.scan.Feed(bytes)
	b.read(now)
}

// read takes the frames that have come.
func (b *Bus) read(now time.Time) {
	asked := b.asked
	for f, ok := b.scan.Next(); ok; f, ok = b.scan.Next() {
		s := b.asked
		switch {
		case !f.Reply: // the adapter's echo
		case s == nil || f.Address != s.Address || f.Sequence != s.sequence && !isBusy(f):
			b.count(f.Address, countStray)
		default:
			if done, e := s.take(now, f); done {
				b.done(now, e)
			} else {
				b.emit(now, s, e)
			}
		}
		clear(f.Payload)
	}
	if n := b.scan.Bad() - b.bad; n > 0 && asked != nil {
		asked.tally.Add(countGarbled, n)
		asked.garbled = b.asked == asked
	}
	b.bad = b.scan.Bad()
}

// isBusy knows the one reply that has no sequence, and no Secure Channel.
func isBusy(f Frame) bool { return f.Sequence == 0 && f.Security == nil && f.Payload[0] == codeBusy }

func (b *Bus) count(address byte, what int) {
	for _, s := range b.stations {
		if s.Address == address {
			s.tally.Add(what, 1)
		}
	}
}

// done ends what was asked, with a reply or without.
func (b *Bus) done(now time.Time, e []Event) {
	b.emit(now, b.asked, e)
	b.asked, b.free = nil, now.Add(turnaround)
	b.scan.Reset()
}

func (b *Bus) emit(now time.Time, s *station, events []Event) {
	for _, e := range events {
		e.At, e.Reader = now, s.place
		b.events = append(b.events, e)
	}
}

// Events gives what has happened since the last call.
func (b *Bus) Events() []Event {
	all := b.events
	b.events = nil
	return all
}

// Send has a reader told something in one of its next turns. What it was to be told before and is
// the same but for its content, such as the colour of a lamp, is forgotten. false: it is dropped,
// since there is no session (whoever sends says it again when Up comes), too much waits already, or
// the address of a SetLine is of another reader or of none.
func (b *Bus) Send(reader int, c Command) bool {
	s := b.stations[reader]
	if move, ok := c.(SetLine); ok && (move.Address >= Broadcast || b.taken(move.Address, s)) {
		return false
	}
	return s.send(c)
}

// SendFile has a reader take a file, such as its firmware, of at least one byte. How far it is
// tells State. Errors: ErrNoSession, ErrFileBusy.
func (b *Bus) SendFile(now time.Time, reader int, f hal.File) error {
	return b.stations[reader].sendFile(now, f)
}

// EndFile ends a file that is on its way, with the reader's knowledge.
func (b *Bus) EndFile(reader int) { b.stations[reader].endFile() }

// Install opens the install of a reader until then: the reader gets the key, under one of its keys
// or else under the default key.
func (b *Bus) Install(now time.Time, reader int, k Key, until time.Time) {
	b.CloseInstall(now, reader)
	b.stations[reader].openInstall(now, k, until)
}

// CloseInstall ends it before its time.
func (b *Bus) CloseInstall(now time.Time, reader int) {
	if s := b.stations[reader]; s.install != nil {
		s.install.until = now
		b.emit(now, s, s.closeInstall(now))
	}
}

// State gives what is known of a reader.
func (b *Bus) State(reader int) State { return b.stations[reader].State }

// Counts gives what was counted of a reader. It may be called from any goroutine.
func (b *Bus) Counts(reader int) []hal.Count { return b.stations[reader].tally.Counts() }
