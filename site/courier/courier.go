// Package courier carries a unit's records to the other doors of its site, and theirs to the unit,
// by way of the hub. It has no keys and understands no record. Nothing that it remembers matters:
// after a start it reads the stream again.
//
//	unit ── Heads, Records, Apply ── courier ── TLS 1.3 ── hub ── other couriers
//
// What a door made goes under its own subject. What the hub has lost is noticed since each door
// says now and then up to where it has read the stream, and what it has; one that has read
// everything and still lacks a record gets it again, from the record's author, or from any other
// door that has it.
package courier

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"menshen/site/post"
)

// Unit is a door, as its courier sees it. Calls come one after the other.
type Unit interface {
	// Heads gives, by author, the number of the last record that the unit has; its own among them.
	Heads(ctx context.Context) (map[post.ID]uint64, error)
	// Records gives records of an author that the unit has, in order, from the one numbered from
	// or the first after it: as many as fit into max bytes, and at least one, where there are any.
	Records(ctx context.Context, author post.ID, from uint64, max int) ([][]byte, error)
	// Apply hands over records, of one author in order. The unit skips those that it has, and
	// stops at one that neither follows nor begins a piece of the chain, or that it does not
	// believe. An error means that the unit did not answer.
	Apply(ctx context.Context, records [][]byte) error
}

// Head is what stands on a record in clear.
type Head struct {
	Author post.ID
	Number uint64 // 1, 2, 3 …
	First  uint64 // where the record's piece of the author's chain begins
}

// Config says how a courier works.
type Config struct {
	Ticket post.Ticket
	Unit   Unit
	Index  func(record []byte) (Head, error)
	// Wait waits until the unit has made another number of records than made, or some time is over,
	// and gives it. It is called beside the methods of Unit. nil: the unit is only looked at.
	Wait func(ctx context.Context, made uint64) (uint64, error)
	// Note waits until the unit has another note than that of the change told, or some time is over,
	// and gives it, and the number of its change; no note: there is none to tell. It is called beside
	// the methods of Unit. Hear hands over the note of another door, whose courier published it; what
	// comes of it is the unit's affair. nil: nothing is told, or heard.
	Note func(ctx context.Context, told uint64) (note []byte, change uint64, err error)
	Hear func(ctx context.Context, door post.ID, note []byte) error

	Look     time.Duration // how often the unit is asked for news; 0: half a second, with Wait 2 s
	Say      time.Duration // how often the door says what it has, at a small site; 0: 30 s
	Patience time.Duration // how long a record may be lacking before another door than its author brings it; 0: 90 s
	Retry    time.Duration // the first wait after a failure, which doubles up to a minute; 0: 1 s

	Tell func(Status) // gets the state when it changed; may be nil
	Log  *slog.Logger
}

// sayPerDoor is added to Say for each door of the site: all that is said grows with the square of
// them. Where nothing is new, twice as much time passes each time, up to sayQuiet of it; and where
// another door has said the same meanwhile, only each sayQuiet-th time is anything said.
const (
	sayPerDoor = 10 * time.Second
	sayQuiet   = 8
)

// courier is a courier at work. All but the reading of the stream is done by one goroutine.
type courier struct {
	Config
	heads map[post.ID]uint64

	start  string // of the stream that was read: post.StartedAt
	read   uint64 // the last message that was read of it
	caught bool   // all of it was read once
	posted uint64 // the last own record that is in it
	last   uint64 // the last message under the own subject

	basket basket
	gaps   map[post.ID]time.Time // by author: since when records in the basket do not follow on what the unit has
	lacks  map[lacking]*need
	lately map[post.ID]time.Time // by author: when a record came
	told   map[post.ID]uint64    // the heads that were said last
	quiet  int                   // how many times longer than else until they are said again
	unsaid int                   // how often in a row they were not said
	other  map[post.ID]uint64    // the heads that another door said since
	behind bool                  // another door has something that this one lacks
	status Status
}

// Run carries until ctx ends. What fails is tried again, later each time, and told in the status.
func Run(ctx context.Context, c Config) error {
	k := newCourier(c)
	for wait := k.Retry; ; {
		began := time.Now()
		err := k.visit(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if k.caught && time.Since(began) > time.Minute {
			wait = k.Retry
		}
		pause := wait + rand.N(wait/4+1)
		k.away(err, pause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		wait = min(2*wait, time.Minute)
	}
}

func newCourier(c Config) *courier {
	look := time.Second / 2
	if c.Wait != nil {
		look = 2 * time.Second
	}
	for _, d := range []struct {
		is     *time.Duration
		unless time.Duration
	}{{&c.Look, look}, {&c.Say, 30 * time.Second}, {&c.Patience, 90 * time.Second}, {&c.Retry,
		time.Second}} {
		if *d.is <= 0 {
			*d.is = d.unless
		}
	}
	if c.Tell == nil {
		c.Tell = func(Status) {}
	}
	return &courier{Config: c, basket: basket{}, gaps: map[post.ID]time.Time{}, lacks: map[lacking]*need{},
		lately: map[post.ID]time.Time{},
		status: newStatus(c.Ticket)}
}

// visit is one connection to the hub, until something fails.
func (k *courier) visit(ctx context.Context) error {
	k.caught, k.told, k.quiet, k.unsaid = false, nil, 0, sayQuiet
	if err := k.look(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var waits sync.WaitGroup
	defer func() { stop(); waits.Wait() }()
	l, err := dial(ctx, k.Ticket)
	if err != nil {
		return err
	}
	defer l.close()
	if err := k.begin(ctx, l); err != nil {
		return err
	}
	k.there()
	look, say := time.NewTicker(k.Look), time.NewTimer(k.soon())
	defer look.Stop()
	news := make(chan struct{})
	if k.Wait != nil {
		waits.Go(func() { k.wait(ctx, news) })
	}
	if k.Note != nil {
		waits.Go(func() { k.tellNotes(ctx, l) })
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-l.failed:
			return err
		case m := <-l.letters:
			if err := k.take(ctx, l, m); err != nil {
				return err
			}
			if k.status.carriedCame {
				k.status.carriedCame = false
				say.Reset(k.soon()) // there may be more where this came from
			}
		case m := <-l.said:
			if err := k.hear(ctx, l, m); err != nil {
				return err
			}
		case m := <-l.notes:
			k.hearNotes(ctx, l, m)
		case <-news:
			if err := k.lookAndPost(ctx, l); err != nil {
				return err
			}
		case <-look.C:
			if err := k.lookAndPost(ctx, l); err != nil {
				return err
			}
			if err := k.goOn(ctx); err != nil {
				return err
			}
			k.tell()
		case <-say.C:
			if err := k.say(l); err != nil {
				return err
			}
			say.Reset(time.Duration(max(1, k.quiet)) * max(k.Say, min(sayPerDoor, k.Say)*time.Duration(len(k.heads))))
		}
		if k.quiet > 1 && (k.behind || !maps.Equal(k.heads, k.told)) {
			k.quiet = 1
			say.Reset(k.soon())
		}
	}
}

// soon is when what this door has is said where that is news.
func (k *courier) soon() time.Duration { return k.Say/10 + rand.N(k.Say/10+1) }

// wait says that the unit has made records, each time that it has, until ctx ends.
func (k *courier) wait(ctx context.Context, news chan<- struct{}) {
	for made := uint64(0); ctx.Err() == nil; {
		now, err := k.Wait(ctx, made)
		if err != nil { // it is looked at all the same
			pause(ctx, 10*k.Look)
			continue
		}
		if now == made {
			continue
		}
		made = now
		select {
		case news <- struct{}{}:
		case <-ctx.Done():
		}
	}
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// lookAndPost publishes what the unit has made.
func (k *courier) lookAndPost(ctx context.Context, l *line) error {
	if err := k.look(ctx); err != nil {
		return err
	}
	return k.post(ctx, l)
}

// look asks the unit what it has.
func (k *courier) look(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, within)
	defer stop()
	heads, err := k.Unit.Heads(ctx)
	if err != nil {
		return unitError{err}
	}
	k.heads = heads
	k.status.own(heads)
	return nil
}

// unitError is a failure of the unit, not of the hub.
type unitError struct{ error }

func (e unitError) Error() string { return fmt.Sprintf("asking the unit: %v", e.error) }
func (e unitError) Unwrap() error { return e.error }
