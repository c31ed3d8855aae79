package courier

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"menshen/site/post"
)

// Limits of what is handed over at once, in bytes: at a call of the unit, and for a door that lacks
// records, each time that it says so.
const (
	atOnce   = 512 << 10
	atRepair = 4 << 20
)

// begin reads the stream from where the courier was, or from its beginning where the hub was
// started since: its disk may be another one.
func (k *courier) begin(ctx context.Context, l *line) error {
	start, last, err := l.stream(ctx)
	if err != nil {
		return err
	}
	if start != k.start || last < k.read {
		k.start, k.read, k.posted, k.last = start, 0, 0, 0
	}
	waiting, err := l.follow(ctx, k.Ticket.Door, k.read+1)
	if err != nil {
		return err
	}
	if waiting == 0 {
		k.read, k.caught = last, true
	}
	return nil
}

// post publishes the own records that the stream lacks.
func (k *courier) post(ctx context.Context, l *line) error {
	own := k.Ticket.Door
	for k.caught && k.posted < k.heads[own] {
		records, err := k.recordsOf(ctx, own, k.posted+1)
		if err != nil || len(records) == 0 {
			return err
		}
		for i := range records {
			again, err := k.postOne(ctx, l, records[i], true)
			if err != nil || again {
				return err
			}
			k.posted = records[i].Number
			k.status.Sent++
		}
	}
	return nil
}

// postOne publishes an own record behind the last message under the own subject: two couriers of a
// door cannot mix theirs. again: something was published there meanwhile; it is read first.
func (k *courier) postOne(ctx context.Context, l *line, r numbered, named bool) (again bool, err error) {
	ctx, stop := context.WithTimeout(ctx, within)
	defer stop()
	subject := post.Records(k.Ticket.Site, k.Ticket.Door)
	how := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(k.last)}
	if named {
		how = append(how, jetstream.WithMsgID(fmt.Sprintf("%s:%d:%x", r.Author, r.Number, sha256.Sum256(r.record))))
	}
	ack, err := l.js.PublishMsg(ctx, &nats.Msg{Subject: subject, Data: r.record}, how...)
	var refused *jetstream.APIError
	if errors.As(err, &refused) && refused.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence {
		k.last, err = l.lastUnder(ctx, subject)
		return true, err
	}
	if err != nil {
		return false, fmt.Errorf("publishing a record: %w", err)
	}
	k.last = max(k.last, ack.Sequence)
	return false, nil
}

// lastUnder gives the number of the last message under a subject, 0 where there is none any more.
func (l *line) lastUnder(ctx context.Context, subject string) (uint64, error) {
	s, err := l.js.Stream(ctx, post.Stream)
	if err != nil {
		return 0, fmt.Errorf("asking the hub for its stream: %w", err)
	}
	m, err := s.GetLastMsgForSubject(ctx, subject)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("asking the hub for its stream: %w", err)
	}
	return m.Sequence, nil
}

// numbered is a record with its head.
type numbered struct {
	Head
	record []byte
}

// recordsOf asks the unit for records, and holds it to it that they are the author's, and in order.
func (k *courier) recordsOf(ctx context.Context, author post.ID, from uint64) (all []numbered, err error) {
	ctx, stop := context.WithTimeout(ctx, within)
	defer stop()
	records, err := k.Unit.Records(ctx, author, from, atOnce)
	if err != nil {
		return nil, unitError{err}
	}
	for _, r := range records {
		h, err := k.Index(r)
		if err != nil || h.Author != author || h.Number < from {
			return nil, unitError{errors.New("it gives a record that is not the one asked for")}
		}
		all, from = append(all, numbered{h, r}), h.Number+1
	}
	return all, nil
}

// say tells the others what this door has, unless one of them has just told as much: all have heard
// that, and who lacks any of it says so.
func (k *courier) say(l *line) error {
	if !k.caught {
		return nil
	}
	if maps.Equal(k.heads, k.told) {
		k.quiet = min(2*k.quiet, sayQuiet)
	} else {
		k.told, k.quiet = k.heads, 1
	}
	k.behind = false
	if !k.speaks() {
		return nil
	}
	s := post.Said{Heads: k.heads, Read: k.read, Start: k.start}
	return l.nc.Publish(post.Heads(k.Ticket.Site, k.Ticket.Door), s.Bytes())
}

// speaks reports whether this door is to say what it has. It is, now and then, also where another
// has said the same: whoever looks at a courier's status is to see that this door lives.
func (k *courier) speaks() bool {
	same := k.other != nil && maps.Equal(k.heads, k.other)
	k.other = nil
	if k.unsaid++; same && k.unsaid < sayQuiet {
		return false
	}
	k.unsaid = 0
	return true
}

// lacking is a door that lacks records of an author.
type lacking struct{ door, author post.ID }

// need is from which record on, and when that is looked into.
type need struct {
	from uint64
	next time.Time
	wait time.Duration
}

// hear gets what another door says that it has, and brings what it lacks although it has read all
// that the hub has.
func (k *courier) hear(ctx context.Context, l *line, m *nats.Msg) error {
	door, err := post.ParseID(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
	if err != nil || door == k.Ticket.Door {
		return nil
	}
	k.status.heard(door)
	said, err := post.ParseSaid(m.Data)
	if err != nil || said.Start != k.start || !k.caught {
		return nil
	}
	k.other = said.Heads
	if said.Read < k.read {
		return nil
	}
	for author, ours := range k.heads {
		which := lacking{door, author}
		theirs := said.Heads[author]
		k.behind = k.behind || theirs > ours
		if author == door || theirs >= ours {
			delete(k.lacks, which)
			continue
		}
		if !k.due(which, theirs) {
			continue
		}
		if err := k.repair(ctx, l, author, theirs+1); err != nil {
			return err
		}
	}
	return nil
}

// due reports whether it is for this courier to bring what a door lacks, and now. The author's own
// brings it at once, another one when nobody has for a while; both less often each time that it
// did not help.
func (k *courier) due(which lacking, has uint64) bool {
	now := time.Now()
	n := k.lacks[which]
	if n == nil || n.from != has {
		n = &need{from: has, next: now, wait: k.Patience}
		if which.author != k.Ticket.Door {
			n.next = now.Add(k.Patience + rand.N(k.Patience))
		}
		k.lacks[which] = n
	}
	if now.Before(n.next) || which.author != k.Ticket.Door && now.Sub(k.lately[which.author]) < k.Patience {
		return false
	}
	n.next, n.wait = now.Add(n.wait), min(2*n.wait, time.Hour)
	return true
}

// repair publishes an author's records again, from one on.
func (k *courier) repair(ctx context.Context, l *line, author post.ID, from uint64) error {
	subject := post.Carried(k.Ticket.Site, k.Ticket.Door, author)
	for sent := 0; sent < atRepair && from <= k.heads[author]; {
		records, err := k.recordsOf(ctx, author, from)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, r := range records {
			if author == k.Ticket.Door {
				again, err := k.postOne(ctx, l, r, false)
				if err != nil || again {
					return err
				}
			} else if _, err := l.js.Publish(ctx, subject, r.record); err != nil {
				return fmt.Errorf("publishing a record of another door: %w", err)
			}
			sent, from = sent+len(r.record), r.Number+1
			k.status.Carried++
		}
	}
	return nil
}
