package store

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
)

// A withdrawal at another door reaches this one with its records, and whoever carries them may hold
// them back, also while others still come. So once a day each door says a word: how far it has read
// every chain. A door that finds its own word read in another's has an answer to it: what that door
// said, it said later. The answer counts once this door has read as much as that one had: so what
// is held back from one door and not from the other is missed here. No clock but its own tells how
// old an answer is.

// word is a record in which this door said how far it had read.
type word struct {
	Seq   uint64    `cbor:"seq"`
	At    time.Time `cbor:"at"`              // in this door's time
	Dated bool      `cbor:"dated,omitempty"` // which could be trusted
}

// answer is what another door has answered last, while something that it had read is lacking here.
type answer struct {
	To   word           `cbor:"to"`
	Read []record.Place `cbor:"read"`
}

const (
	wordEvery = 24 * time.Hour
	wordAgain = 10 * time.Minute // where another door waits for one
	wordsKept = 100              // while nobody answers; an answer to an earlier one proves nothing
)

// SiteTrust tells how fresh it is what this door knows of faces that were taken back elsewhere;
// Passed is left to whoever asks again and again. A door that was sent away is answered no more.
// [ErrNoSite].
func (v *Vault) SiteTrust() (trust policy.Trust, err error) {
	err = v.view(func(t *tx) error {
		s, err := t.seat()
		if err != nil {
			return err
		}
		members, err := t.members()
		trust = policy.Trust{Alone: alone(members, t.r.Unit), Answered: s.Answered.At, Dated: s.Answered.Dated,
			Running: s.Answered.Seq > v.toldBefore}
		return err
	})
	return trust, err
}

// SayWord tells the other doors how far each chain was read here, if that is due: once a day, and
// where one of them waits for it. hello asks them for theirs: this door waits. said reports whether
// it was due. A door that has no others says nothing.
func (v *Vault) SayWord(hello bool) (said bool, err error) {
	due := func(t *tx) (*telling, error) {
		s, err := t.teller()
		if s == nil || err != nil || alone(s.members, t.r.Unit) || !s.due(v.now(t), hello, v.toldBefore) {
			return nil, err
		}
		return s, nil
	}
	err = v.view(func(t *tx) error {
		s, err := due(t)
		said = s != nil
		return err
	})
	if err != nil || !said {
		return false, err
	}
	err = v.act(func(t *tx) error {
		s, err := due(t)
		if said = s != nil; !said {
			return err
		}
		c := v.inTx(t)
		s.word, s.hello = &word{At: c.Now, Dated: c.Trusted}, hello
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("say a word to the site: %w", err)
	}
	return said, nil
}

// due reports whether a word is. toldBefore was said before the program began.
func (s *telling) due(now time.Time, hello bool, toldBefore uint64) bool {
	if len(s.Words) == 0 {
		return true
	}
	last := s.Words[len(s.Words)-1]
	ago := now.Sub(last.At)
	return ago < 0 || ago >= wordEvery || s.Greeted && ago >= wordAgain || hello && last.Seq <= toldBefore
}

// read is what a word says.
func (s *telling) read() (all []record.Place) {
	if s.word == nil {
		return nil
	}
	for _, m := range s.members {
		if m.Seq > 0 {
			all = append(all, record.Place{Door: m.ID, Seq: m.Seq, Head: m.Head.Short()})
		}
	}
	slices.SortFunc(all, func(a, b record.Place) int { return slices.Compare(a.Door[:], b.Door[:]) })
	return all
}

// said keeps the word that was said in the record with this number.
func (s *telling) said(seq uint64) {
	s.word.Seq = seq
	s.Words = append(s.Words, *s.word)
	s.Words = s.Words[max(0, len(s.Words)-wordsKept):]
	s.Greeted = false
}

// hearWord takes another door's word, and notes which word of this door it answers. A place that is
// not in this door's chain proves nothing: its vault was put back, and told something else there.
func (t *tx) hearWord(m *member, b *record.Body) error {
	s, here := t.telling, t.r.Unit
	if b.Hello && !s.Greeted {
		s.Greeted, s.touched = true, true
	}
	i := slices.IndexFunc(b.Read, func(p record.Place) bool { return p.Door == here })
	if m.ID == here || i < 0 {
		return nil
	}
	read := b.Read[i]
	told, err := t.linkAt(here, read.Seq)
	if err != nil || told == nil || told.Head.Short() != read.Head {
		return err
	}
	for _, w := range slices.Backward(s.Words) {
		if w.Seq <= read.Seq {
			m.Answer = &answer{w, b.Read}
			return nil
		}
	}
	return nil
}

// countAnswers counts the answers of doors that had read nothing which is not read here, too.
func (t *tx) countAnswers() error {
	s := t.telling
	for _, m := range s.members {
		if m.Answer == nil {
			continue
		}
		later := m.Answer.To.Seq > s.Answered.Seq && !m.gone()
		lacking, err := t.lacking(m.Answer.Read)
		if err != nil {
			return err
		}
		if later && lacking {
			continue
		}
		if later {
			s.Answered = m.Answer.To
		}
		m.Answer, s.touched = nil, true
		if err := t.putMember(m); err != nil {
			return err
		}
	}
	return nil
}

// lacking reports whether something is not read here, or could not be opened, of what another door
// had read. Nothing is lacking of a door that was sent away: others tell that again.
func (t *tx) lacking(read []record.Place) (bool, error) {
	for _, p := range read {
		m := t.telling.members[p.Door]
		switch {
		case m == nil || !m.gone() && m.Seq < p.Seq:
			return true, nil
		case m.gone():
			continue
		}
		wanted, err := t.wanted(p.Door)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(wanted, func(w record.Span) bool { return w.First <= p.Seq }) {
			return true, nil
		}
	}
	return false, nil
}

// answeredNow says that this door and another met, by hand: what is told next has number seq.
func (v *Vault) answeredNow(t *tx, s *seat, seq uint64) {
	c := v.inTx(t)
	s.Answered = word{Seq: seq, At: c.Now, Dated: c.Trusted}
}

// doubt forgets how old the last answer is, and what was said that could be answered: this door's
// time is set back.
func (t *tx) doubt() error {
	s, err := t.teller()
	switch {
	case err != nil:
		return err
	case s != nil:
		s.Answered.At, s.Words, s.touched = time.Time{}, nil, true
		for _, m := range s.members {
			if m.Answer == nil {
				continue
			}
			m.Answer = nil
			if err := t.putMember(m); err != nil {
				return err
			}
		}
		return nil
	}
	left, err := t.seat()
	if errors.Is(err, ErrNoSite) {
		return nil
	}
	left.Answered.At = time.Time{}
	return errors.Join(err, t.put(siteBucket, seatKey, &t.r.seal, left))
}

// alone reports whether there is no other door in the site.
func alone(members map[fact.DoorID]*member, here fact.DoorID) bool {
	for id, m := range members {
		if id != here && !m.gone() {
			return false
		}
	}
	return true
}

// told is how many records this door has told; if that cannot be read, none of them is of now.
func (t *tx) told() (uint64, error) {
	var m member
	err := t.get(siteBucket, memberKey(t.r.Unit), &t.r.seal, &m)
	switch {
	case errors.Is(err, ErrUnknown):
		return 0, nil
	case err != nil:
		return math.MaxUint64, err
	}
	return m.Seq, nil
}
