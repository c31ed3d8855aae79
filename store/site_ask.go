package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
)

// A door's key does not outlive its epoch, so it cannot open what was under way while it erased
// something. It asks for what was in those records, and is told what is true of the same people
// now. So it is with records that nobody keeps any more, and with those that a vault that was put
// back told itself.
//
// A question may itself be in a record that cannot be opened. It is asked again then, but only
// while the answer is lacking: two doors that erase much would else ask each other ever more. And
// questions and answers are noted, and told together by CatchUp: where many doors erase at once, a
// record for each would be one more that another door cannot open.

// answersMost is how many spans are noted to be told again. A door that asks for more gets all that
// lies between them too.
const answersMost = 256

// CatchUp asks the other doors for what could not be opened here, and tells again what they asked
// for, in as few records as it takes. It is to be called some seconds after records were applied.
// told reports whether there was anything of it.
func (v *Vault) CatchUp() (told bool, err error) {
	asked, err := v.askForFaces()
	if err != nil {
		return false, err
	}
	due := func(t *tx) (*telling, error) {
		s, err := t.teller()
		if told = s != nil && len(s.Asks)+len(s.Answers) > 0; !told {
			return nil, err
		}
		return s, err
	}
	err = v.view(func(t *tx) error { _, err := due(t); return err })
	if err != nil || !told {
		return asked, err
	}
	err = v.act(func(t *tx) error {
		s, err := due(t)
		if s == nil || err != nil {
			return err
		}
		asks, answers := s.Asks, s.Answers
		s.Asks, s.Answers, s.touched = nil, nil, true
		for _, span := range asks {
			err = errors.Join(err, t.askAgain(span))
		}
		for _, span := range answers {
			err = errors.Join(err, t.tellAgain(span))
		}
		return err
	})
	if err != nil {
		return asked, fmt.Errorf("catch up with the site: %w", err)
	}
	return told || asked, nil
}

// wantKey is where it lies that some records are asked for, until something tells of them again.
func wantKey(s record.Span) []byte {
	return append(append([]byte("want"), s.Door[:]...), key64(s.First)...)
}

// want notes that what was in some records is to be asked for.
func (t *tx) want(span record.Span) error {
	s := t.telling
	s.Asks, s.touched = joined(append(s.Asks, span)), true
	return t.put(siteBucket, wantKey(span), &t.r.seal, &span)
}

// wanted gives what is asked for of a door's chain.
func (t *tx) wanted(door fact.DoorID) (all []record.Span, err error) {
	err = t.eachOf("want"+string(door[:]), func(key, value []byte) error {
		var span record.Span
		err := t.open(siteBucket, key, value, &t.r.seal, &span)
		all = append(all, span)
		return err
	})
	return all, err
}

// got notes that something tells of some records again.
func (t *tx) got(span record.Span) error {
	all, err := t.wanted(span.Door)
	for _, w := range all {
		if err == nil && span.First <= w.First && w.Last <= span.Last {
			err = t.del(siteBucket, wantKey(w))
		}
	}
	return err
}

// askAgain asks what a record of ours asked, as far as it is not answered. What all doors answer,
// each what it knows, is asked again in any case.
func (t *tx) askAgain(span record.Span) error {
	s := t.telling
	if m := s.members[span.Door]; span.Door == t.r.Unit || m == nil || m.gone() {
		s.ask = append(s.ask, span)
		return nil
	}
	all, err := t.wanted(span.Door)
	for _, w := range all {
		if w.First <= span.Last && span.First <= w.Last {
			s.ask = append(s.ask, w)
		}
	}
	return err
}

// answer notes that what was in some records of a chain is to be told again, if that is for this
// door to do: its own, those of the one who asks, and those of a door that was sent away.
func (s *telling) answer(here, asks fact.DoorID, span record.Span) {
	m := s.members[span.Door]
	if m == nil || asks == here || span.Door != here && span.Door != asks && !m.gone() {
		return
	}
	if span.Last = min(span.Last, m.Seq); span.First > span.Last {
		return
	}
	s.Answers, s.touched = joined(append(s.Answers, span)), true
	if len(s.Answers) > answersMost {
		s.Answers = hulls(s.Answers)
	}
}

// hulls gives for each chain one span, from its first to its last. all is sorted.
func hulls(all []record.Span) (out []record.Span) {
	for _, s := range all {
		if n := len(out); n > 0 && out[n-1].Door == s.Door {
			out[n-1].Last = s.Last
			continue
		}
		out = append(out, s)
	}
	return out
}

// tellAgain tells what is true now of all that some records were about: of everything, where not
// all of them are known.
func (t *tx) tellAgain(span record.Span) error {
	found, err := t.tellKnown(span)
	if err == nil && span.Door == t.r.Unit {
		err = t.tellStateAgain()
	}
	if err == nil && span.First <= span.Last && found <= span.Last-span.First {
		t.telling.again = append(t.telling.again, span)
		err = t.tellAll()
	}
	return err
}

// tellKnown does it for the records that are known, and gives how many they are.
func (t *tx) tellKnown(span record.Span) (found uint64, err error) {
	s, mine := t.telling, span.Door == t.r.Unit
	var proved []record.Subject
	var passes []policy.PersonID
	var batches []uint64
	err = t.eachLink(span, func(key []byte, l *link) error {
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
		if l.Orders {
			if err := t.tellOrders(); err != nil {
				return err
			}
		}
		if mine {
			if l.Gave {
				for _, id := range l.About {
					s.give[id] = true
				}
			}
			for _, asked := range l.Ask {
				if err := t.askAgain(asked); err != nil {
					return err
				}
			}
			proved = append(proved, l.Receipts...)
			batches = append(batches, l.Events...)
		}
		passes = append(passes, l.Passes...)
		seq := be(key[len(span.Door):]) // also of a mere word: no answer counts while a record is asked for
		s.again = append(append(s.again, l.Again...), record.Span{Door: span.Door, First: seq, Last: seq})
		return nil
	})
	if err == nil {
		err = t.tellPassesAgain(passes)
	}
	if err == nil && len(batches) > 0 {
		err = t.tellEventsAgain(batches)
	}
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

// tellDoors tells what is known of all doors, and of managers' keys.
func (s *telling) tellDoors() {
	s.doors = nil
	for _, m := range s.members {
		s.doors = append(s.doors, m.Door)
	}
	slices.SortFunc(s.doors, func(a, b fact.Door) int { return slices.Compare(a.ID[:], b.ID[:]) })
	s.managers = nil
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		s.managers = append(s.managers, s.keys[key])
	}
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
