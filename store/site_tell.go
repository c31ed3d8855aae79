package store

import (
	"errors"
	"maps"
	"math"
	"slices"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
)

// telling is what one transaction tells the other doors. It collects, and the end of the
// transaction makes records of it: so each act and what is told of it are on the disk together.
type telling struct {
	seat
	members  map[fact.DoorID]*member
	order    []policy.PersonID
	people   map[policy.PersonID]fact.Person
	passes   []fact.Pass
	erased   []record.Erased
	doors    []fact.Door
	ask      []record.Span
	again    []record.Span
	receipts [][]byte
	orders   map[fact.Stamp]fact.Order
	batches  []record.Batch
	managers []fact.Manager           // of whose keys something is told
	keys     map[string]fact.Manager  // all that are known
	state    *fact.State              // how this door fares, where that is to be told
	farewell []string                 // keys of doors that are sent away now, and are told so
	announce bool                     // a record is due even if there is nothing else to tell: our key is new
	joined   bool                     // in this transaction
	hears    bool                     // this transaction applies what other doors told
	word     *word                    // how far each chain was read is told, and this is when; nil: it is not
	hello    bool                     // and a word of the others is asked for
	touched  bool                     // the seat is to be stored, also if nothing is told
	given    uint64                   // the count as it was found
	told     bool                     // a record was made
	give     map[policy.PersonID]bool // whose templates are given to the doors that they named …
	gifts    []gift                   // … and are sealed for these
}

// partMost is how much one record tells, in bytes of what it seals.
const partMost = 256 << 10

// pieceMost is how many records a piece of a chain has. Two pieces of each chain are kept.
const pieceMost = 100

// teller gives what this transaction tells; nil: the vault belongs to no site, or was sent away.
func (t *tx) teller() (*telling, error) {
	if t.looked {
		return t.telling, nil
	}
	s, err := t.seat()
	if errors.Is(err, ErrNoSite) {
		t.looked = true
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	members, err := t.members()
	if err != nil {
		return nil, err
	}
	keys, err := t.loadManagers()
	if err != nil {
		return nil, err
	}
	t.looked = true
	if here := members[t.r.Unit]; here != nil && !here.gone() {
		t.telling = &telling{seat: *s, members: members, people: map[policy.PersonID]fact.Person{},
			give: map[policy.PersonID]bool{}, given: s.Count, keys: keys}
	}
	return t.telling, nil
}

// inSite gives what this transaction tells. [ErrNoSite]: the vault belongs to no site, or was sent
// away.
func (t *tx) inSite() (*telling, error) {
	s, err := t.teller()
	if s == nil && err == nil {
		err = ErrNoSite
	}
	return s, err
}

// next is the next stamp of this door, for something of which the highest one so far has the count
// after. The highest count there is comes after itself.
func (s *telling) next(here fact.DoorID, after uint64) fact.Stamp {
	s.Count++
	return fact.Stamp{Count: max(s.Count, after, after+1), Door: here}
}

// leapMost is by how much another door's count may be ahead of ours.
const leapMost = 1 << 32

// heard moves our count on to another door's, but not to an absurd one: a broken door could else
// use up all counts there are with one record. What it tells under such a count is joined all the
// same, since each door must join the same, and is overruled by a higher one: see [ErrSpoilt].
func (s *telling) heard(count uint64) {
	if count > s.Count && count-s.Count <= leapMost {
		s.Count = count
	}
}

// ErrSpoilt means that a broken door has told something of a person under the highest count there
// is. The person has to be erased, and entered again.
var ErrSpoilt = errors.New("a broken door has told of this person what no door can change any more")

// say tells facts about a person.
func (s *telling) say(id policy.PersonID, facts fact.Person) {
	said, is := s.people[id]
	if !is {
		s.order = append(s.order, id)
	}
	s.people[id] = said.Merge(facts)
}

// tellPerson finds what an act changed of a person, tells it, and makes p what the facts say: what
// was revoked anywhere stays revoked. An act that facts overrule fails with [ErrSpoilt].
func (t *tx) tellPerson(p *person) error {
	s, err := t.teller()
	if err != nil {
		return err
	}
	if s == nil {
		return nil
	}
	var told fact.Person
	if p.Facts != nil {
		told = *p.Facts
	}
	last := told.Last()
	next := func() fact.Stamp {
		at := s.next(t.r.Unit, last)
		last = at.Count
		return at
	}
	facts, changed := fact.Diff(t.r.Unit, told, p.Person, p.Hashes, next)
	if changed {
		told = told.Merge(facts)
		p.Facts = &told
		s.say(p.ID, facts)
	}
	if last == math.MaxUint64 && !s.hears {
		_, lost := fact.Diff(t.r.Unit, told, p.Person, p.Hashes, next)
		if lost || p.HasFace() && told.NoFace.Count == last { // nobody could take the consent back
			return ErrSpoilt
		}
	}
	p.Person = told.Onto(p.Person)
	if p.Facts != nil {
		t.giveFace(p)
	}
	return nil
}

// tellNoFace tells that a person does not want their face to be used: each door that has it by a
// consent from before destroys it. It gives the stamp of that; zero: nobody is told.
func (t *tx) tellNoFace(p *person) (fact.Stamp, error) {
	var told fact.Person
	if p.Facts != nil {
		told = *p.Facts
	}
	at, err := t.stamp(told.NoFace.Count)
	if at.IsZero() || err != nil {
		return at, err
	}
	no := fact.Person{NoFace: at}
	told = told.Merge(no)
	p.Facts = &told
	no.About, no.Lease, no.Groups, no.Minor = told.About, told.Lease, told.Groups, told.Minor
	t.telling.say(p.ID, no)
	return at, nil
}

// stamp is that of something new which this door tells, as [telling.next]; zero: it belongs to no
// site.
func (t *tx) stamp(after uint64) (at fact.Stamp, err error) {
	s, err := t.teller()
	if s != nil {
		at = s.next(t.r.Unit, after)
	}
	return at, err
}

// tellErased tells that a person was erased, if that is so for the whole site.
func (t *tx) tellErased(subject [32]byte) error {
	s, err := t.teller()
	if s == nil || err != nil {
		return err
	}
	tomb, err := t.tomb(subject)
	if !tomb.Told.IsZero() {
		s.erased = append(s.erased, record.Erased{Subject: subject, At: tomb.Told})
	}
	return err
}

// tellAll tells all that is known here of people, doors and orders.
func (t *tx) tellAll() error {
	s := t.telling
	err := t.eachPerson(func(_ *personKeys, p *person) error {
		if p.Facts != nil {
			s.say(p.ID, *p.Facts)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if s.erased, err = t.erasedPeople(); err != nil {
		return err
	}
	s.tellDoors()
	return errors.Join(t.tellOrders(), t.tellPasses())
}

// erasedPeople gives the people whom all doors of the site erase, for ever.
func (t *tx) erasedPeople() (out []record.Erased, err error) {
	err = t.each(tombBucket, func(key, value []byte) error {
		var s Tombstone
		err := t.open(tombBucket, key, value, &t.r.seal, &s)
		if !s.Told.IsZero() {
			out = append(out, record.Erased{Subject: s.Subject, At: s.Told})
		}
		return err
	})
	return out, err
}

// publish makes records of what the transaction tells, at its end.
func (t *tx) publish() error {
	s := t.telling
	if s == nil {
		return nil
	}
	if err := t.countAnswers(); err != nil {
		return err
	}
	here := s.members[t.r.Unit]
	if here.gone() && len(s.farewell) == 0 {
		return t.put(siteBucket, seatKey, &t.r.seal, &s.seat)
	}
	gifts, err := t.gifts()
	if err != nil {
		return err
	}
	s.gifts = gifts
	parts, err := s.parts()
	if err != nil {
		return err
	}
	for _, b := range parts {
		if err := t.append(here, b); err != nil {
			return err
		}
	}
	if s.word != nil {
		s.said(here.Seq)
	}
	if len(parts) == 0 && s.Count == s.given && !s.touched {
		return nil
	}
	if err := t.putMember(here); err != nil {
		return err
	}
	return t.put(siteBucket, seatKey, &t.r.seal, &s.seat)
}

// parts gives the bodies of as many records as it takes.
func (s *telling) parts() (all []*record.Body, err error) {
	b := &record.Body{Erased: s.erased, Doors: s.doors, Ask: joined(s.ask), Receipts: s.receipts, State: s.state,
		Again: joined(s.again), Managers: s.managers, Read: s.read(), Hello: s.hello}
	size := 0
	room := func(v any) error { // for one more
		raw, err := encMode.Marshal(v)
		if size += len(raw); size > partMost && len(b.Orders)+len(b.People)+len(b.Passes)+len(b.Events) > 0 {
			all, b, size = append(all, b), &record.Body{}, len(raw)
		}
		clear(raw)
		return err
	}
	for _, at := range slices.SortedFunc(maps.Keys(s.orders), fact.Stamp.Compare) {
		if err := room(s.orders[at]); err != nil {
			return nil, err
		}
		b.Orders = append(b.Orders, s.orders[at])
	}
	for _, id := range s.order {
		about := record.About{ID: id, Facts: s.people[id]}
		if err := room(about); err != nil {
			return nil, err
		}
		b.People = append(b.People, about)
	}
	for _, p := range s.passes {
		if err := room(p); err != nil {
			return nil, err
		}
		b.Passes = append(b.Passes, p)
	}
	for _, g := range s.gifts {
		if err := room(g.Template); err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(b.People, func(p record.About) bool { return p.ID == g.of.ID }) {
			b.People = append(b.People, g.of)
		}
		b.Templates = append(b.Templates, g.Template)
	}
	for _, x := range s.batches {
		if err := room(x); err != nil {
			return nil, err
		}
		b.Events = append(b.Events, x)
	}
	told := len(b.Passes) + len(b.People) + len(b.Erased) + len(b.Doors) + len(b.Ask) + len(b.Receipts) + len(b.Again) +
		len(b.Read) + len(b.Orders) + len(b.Templates) + len(b.Events) + len(b.Managers)
	if told > 0 || b.State != nil || s.announce && len(all) == 0 {
		all = append(all, b)
	}
	for _, b := range all {
		b.Count = s.Count
	}
	return all, nil
}

// append adds a record to this door's own chain.
func (t *tx) append(here *member, b *record.Body) error {
	s := t.telling
	identity, err := age.ParseX25519Identity(s.Identity)
	if err != nil {
		return err
	}
	here.Key = identity.Recipient().String()
	h := record.Head{Site: s.Site, Door: t.r.Unit, Seq: here.Seq + 1, First: here.First, Prev: here.Head, Key: here.Key}
	if s.Begin || here.Seq == 0 || h.Seq-here.First >= pieceMost {
		h.First, s.Begin = h.Seq, false
	}
	to, err := s.recipients()
	if err != nil {
		return err
	}
	r, err := record.Make(h, b, t.r.sign(), to...)
	if err != nil {
		return err
	}
	s.told = true
	return t.link(here, r, b)
}

// readers are the keys to which this door seals, in their order: of all doors of the site, this one
// among them, and of those that hear for the last time. What a door told can be opened again by
// itself where its vault was put back.
func (s *telling) readers() []string {
	keys := slices.Clone(s.farewell)
	for _, m := range s.members {
		if !m.gone() && m.Key != "" { // of a door that was admitted elsewhere nothing may have come yet
			keys = append(keys, m.Key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (s *telling) recipients() (to []age.Recipient, err error) {
	for _, key := range s.readers() {
		r, err := age.ParseX25519Recipient(key)
		if err != nil {
			return nil, err
		}
		to = append(to, r)
	}
	return to, nil
}

// identity opens what this door is told. The others seal to the same keys in the same order, but
// for what they have not heard yet.
func (s *telling) identity() (age.Identity, error) {
	id, err := age.ParseX25519Identity(s.Identity)
	if err != nil {
		return nil, err
	}
	place, _ := slices.BinarySearch(s.readers(), id.Recipient().String())
	return record.Near(id, place), nil
}

// renewKey replaces the key that opens what this door is told. It is called in each new epoch: the
// old key goes with the old file. That of a door which joins is new already.
func (t *tx) renewKey() error {
	s, err := t.teller()
	if s == nil || s.joined || err != nil {
		return err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	s.Identity, s.announce = identity.String(), true
	return nil
}
