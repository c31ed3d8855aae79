package osdp

import (
	"crypto/subtle"
	"time"
)

// greeted takes who says to be there: only for people to look at.
func (s *station) greeted(now time.Time, f Frame) []Event {
	if r, err := ParseReply(f.Payload); err == nil && f.Security == nil {
		if id, ok := r.(Identity); ok {
			s.Identity, s.Abilities, s.Proven = id, nil, false
			s.Inputs, s.Outputs, s.Heads = nil, nil, nil
		}
	}
	if len(s.candidates()) == 0 {
		return s.fail(now, ErrNoKey)
	}
	s.step(now, challenge)
	return nil
}

func (s *station) challenged(now time.Time, f Frame) []Event {
	r, err := ParseReply(f.Payload)
	c, ok := r.(Challenged)
	switch {
	case err != nil || !ok || len(f.Security) != 2 || f.Security[0] != scsCryptogram:
		s.tally.Add(countRefused, 1)
		return s.other(now, ErrNoChannel)
	case f.Security[1] != s.ownKey():
		return s.other(now, ErrDefaultKey)
	}
	s.channel = NewChannel(s.key(), s.nonce, c.Reader)
	if want := s.channel.ReaderCryptogram(); subtle.ConstantTimeCompare(want[:], c.Cryptogram[:]) != 1 {
		return s.other(now, ErrOtherKey)
	}
	s.step(now, confirm)
	return nil
}

func (s *station) confirmed(now time.Time, f Frame) []Event {
	r, err := ParseReply(f.Payload)
	c, ok := r.(Confirmed)
	want := s.channel.InitialMAC()
	if err != nil || !ok || len(f.Security) == 0 || f.Security[0] != scsInitial ||
		subtle.ConstantTimeCompare(want[:], c.MAC[:]) != 1 {
		s.tally.Add(countRefused, 1)
		return s.other(now, ErrOtherKey)
	}
	s.tally.Add(countSessions, 1)
	s.began, s.met, s.states = now, 0, nil
	if s.install != nil && s.at != s.install.key {
		s.step(now, rekey)
		return nil
	}
	if s.install != nil {
		s.Installed = now
	}
	s.keys, s.at = []Key{s.key()}, 0 // a reader with another one is not this reader
	s.addresses = []byte{s.Address}
	s.install, s.Installs = nil, time.Time{}
	s.step(now, meet)
	return nil
}

// rekeyed follows the reader to its new key. A session under the default key has no other purpose.
func (s *station) rekeyed(now time.Time, r Reply) []Event {
	if _, ok := r.(Ack); !ok {
		s.tally.Add(countRefused, 1)
		return s.fail(now, ErrNoChannel)
	}
	s.at = s.install.key
	s.again(now)
	return nil
}

func (s *station) meets(now time.Time, r Reply) (events []Event) {
	switch r := r.(type) {
	case Identity:
		s.Identity, s.Proven = r, true
	case Abilities:
		s.Abilities = r
	case Nak:
		s.tally.Add(countRefused, 1)
	case Local, Inputs, Outputs, Readers:
		events = append(events, Event{Reply: r})
	}
	s.note(r)
	if s.met++; s.met < len(s.meeting()) {
		return events
	}
	s.step(now, up)
	s.Secure, s.Why, s.Next = true, nil, time.Time{}
	s.asked = now.Add(-time.Duration(s.place) * stateEvery / MostReaders) // not all in one round
	return append([]Event{{Up: true, Key: s.key()}}, events...)
}

// meeting are the questions that begin a session. The reader itself is the last: once it is known,
// all is.
func (s *station) meeting() []Command {
	all := []Command{AskIdentity{}, AskAbilities{}}
	if s.Abilities.Has(CanReceive) {
		all = append(all, ReceiveSize{MaxFrame})
	}
	return append(append(all, s.Abilities.states()...), AskLocal{})
}

// candidates are the places of the keys that are tried in turn: the reader's own and, while an
// install is open, the default one.
func (s *station) candidates() (all []int) {
	for i := range s.keys {
		all = append(all, i)
	}
	if s.install != nil {
		all = append(all, len(s.keys))
	}
	return all
}

func (s *station) key() Key {
	if s.at < len(s.keys) {
		return s.keys[s.at]
	}
	return defaultKey
}

// ownKey is the security block's word for which key is meant.
func (s *station) ownKey() byte { return bit(s.at < len(s.keys)) }

// other is a key, or a reader, that is not the right one: the next key is tried, if there is one.
func (s *station) other(now time.Time, why error) []Event {
	all := s.candidates()
	for i, k := range all[:len(all)-1] {
		if k == s.at {
			s.at = all[i+1]
			s.again(now)
			return nil
		}
	}
	s.at = all[0]
	return s.fail(now, why)
}

// install is a new key on its way.
type install struct {
	key   int // its place among the keys
	until time.Time
	sent  bool // the reader may have it
}

// openInstall has the reader take a key by that time: in this session, or one under a key that it
// had, or under the default key.
func (s *station) openInstall(now time.Time, k Key, until time.Time) {
	s.keys = append(s.keys, k)
	s.install, s.Installs, s.wait = &install{key: len(s.keys) - 1, until: until}, until, 0
	if s.phase != up { // at once, with the key that it had
		s.again(now)
		s.at = 0
	}
}

// closeInstall ends an install whose time is over.
func (s *station) closeInstall(now time.Time) []Event {
	if s.install == nil || now.Before(s.install.until) {
		return nil
	}
	events := []Event{{Closed: true, Key: s.keys[s.install.key], Taken: s.install.sent}}
	own := s.phase >= meet
	if !s.install.sent {
		s.keys = s.keys[:s.install.key]
	}
	s.install, s.Installs = nil, time.Time{}
	if own {
		return events
	}
	s.at = 0
	return append(events, s.fail(now, ErrNoKey)...)
}
