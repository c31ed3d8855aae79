package store

import (
	"cmp"
	"errors"
	"slices"

	"menshen/site/fact"
	"menshen/site/record"
)

// A door's key does not outlive its epoch, so it cannot open what was under way while it erased
// something. It asks for what was in those records, and is told what is true of the same people
// now. So it is with records that nobody keeps any more, and with those that a vault that was put
// back told itself.

// answer tells again what was in some records of a chain, if that is for this door to do: its own,
// those of the one who asks, and those of a door that was sent away.
func (a *applier) answer(s *telling, asks fact.DoorID, span record.Span) error {
	m := s.members[span.Door]
	if m == nil || asks == a.t.r.Unit || span.Door != a.t.r.Unit && span.Door != asks && !m.gone() {
		return nil
	}
	span.Last = min(span.Last, m.Seq)
	return a.t.tellAgain(span)
}

// tellAgain tells what is true now of all that some records were about: of everything, where not
// all of them are known.
func (t *tx) tellAgain(span record.Span) error {
	found, err := t.tellKnown(span)
	if err == nil && span.Door == t.r.Unit {
		err = t.tellStateAgain()
	}
	if err == nil && span.First <= span.Last && found <= span.Last-span.First {
		err = t.tellAll()
	}
	return err
}

// tellKnown does it for the records that are known, and gives how many they are.
func (t *tx) tellKnown(span record.Span) (found uint64, err error) {
	s, mine := t.telling, span.Door == t.r.Unit
	var proved []record.Subject
	err = t.eachLink(span, func(_ []byte, l *link) error {
		found++
		for _, id := range l.About {
			switch _, p, err := t.person(id); {
			case errors.Is(err, ErrUnknown):
				if err := t.tellErased(Subject(id)); err != nil {
					return err
				}
			case err != nil:
				return err
			case p.Facts != nil:
				s.say(id, *p.Facts)
			}
		}
		for _, subject := range l.Erased {
			if err := t.tellErased(subject); err != nil {
				return err
			}
		}
		if l.Doors {
			s.tellDoors()
		}
		if mine {
			s.ask = append(s.ask, l.Ask...)
			proved = append(proved, l.Receipts...)
		}
		return nil
	})
	if err != nil || len(proved) == 0 {
		return found, err
	}
	return found, t.tellReceiptsAgain(proved)
}

// tellOf tells again what a door told that is sent away. Not each door has read as far in its
// chain, and from now on none reads on.
func (t *tx) tellOf(m *member) error {
	return t.tellAgain(record.Span{Door: m.ID, First: max(m.Before, 1), Last: m.Seq})
}

// tellDoors tells what is known of all doors.
func (s *telling) tellDoors() {
	s.doors = nil
	for _, m := range s.members {
		s.doors = append(s.doors, m.Door)
	}
	slices.SortFunc(s.doors, func(a, b fact.Door) int { return slices.Compare(a.ID[:], b.ID[:]) })
}

// joined joins spans that follow each other.
func joined(spans []record.Span) (out []record.Span) {
	slices.SortFunc(spans, func(a, b record.Span) int {
		return cmp.Or(slices.Compare(a.Door[:], b.Door[:]), cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
	})
	for _, s := range spans {
		if n := len(out); n > 0 && out[n-1].Door == s.Door && s.First <= out[n-1].Last+1 {
			out[n-1].Last = max(out[n-1].Last, s.Last)
			continue
		}
		out = append(out, s)
	}
	return out
}
