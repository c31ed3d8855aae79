package courier

import (
	"context"
	"strings"

	"github.com/nats-io/nats.go"

	"menshen/site/post"
)

// tellNotes publishes the unit's present note, and each one that follows, until ctx ends. The hub
// keeps none: who is not there does not hear it.
func (k *courier) tellNotes(ctx context.Context, l *line) {
	subject := post.Notes(k.Ticket.Site, k.Ticket.Door)
	for told := uint64(0); ctx.Err() == nil; {
		note, change, err := k.Note(ctx, told)
		if err == nil && len(note) > 0 {
			err = l.nc.Publish(subject, note)
		}
		if err != nil { // an older unit knows of no notes
			pause(ctx, 10*k.Look)
			continue
		}
		told = change
	}
}

// hearNotes hands over what came of other doors: of each the note that came last. One that the unit
// does not take is lost, as one that does not come.
func (k *courier) hearNotes(ctx context.Context, l *line, m *nats.Msg) {
	last := map[post.ID][]byte{}
	for m != nil {
		door, err := post.ParseID(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
		if err == nil && door != k.Ticket.Door && len(m.Data) <= post.MaxNote {
			last[door] = m.Data
		}
		select {
		case m = <-l.notes:
		default:
			m = nil
		}
	}
	for door, note := range last {
		if k.Hear == nil {
			return
		}
		ours, stop := context.WithTimeout(ctx, within)
		_ = k.Hear(ours, door, note)
		stop()
	}
}
