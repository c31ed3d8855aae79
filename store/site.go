package store

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// A vault may belong to a site: the doors of one building, each with a vault of its own, which tell
// each other what changes about people (docs/decisions/0071). What of that lies where:
//
//	site_tell.go    what an act here tells, in the act's own transaction
//	site_chain.go   records, as they travel
//	site_apply.go   records of other doors, and whether they are believed
//	site_person.go  what they say of a person, and two people with one card
//	site_passes.go  passes for several doors
//	site_ask.go     what could not be opened, and is told again
//	site_orders.go  lockdown and evacuation of the whole site
//	site_state.go   how each door fares
//	site_events.go  what happens at each door, for the managers; site_managers.go has their keys
//	site_due.go     what another door has erased, and is to be destroyed here
//	site_answers.go which doors have answered
//	site_join.go    how a door joins
//	site_faces.go   at which doors a person's face is
//	site_trust.go   whether the other doors are still heard

// siteSince is the first layout that has records of a site.
const siteSince = 6

// seat lies in the site bucket: what a vault knows of itself as a door of a site.
type seat struct {
	Site     record.SiteID `cbor:"site"`
	Identity string        `cbor:"identity"`        // opens what other doors seal; a new one in each epoch
	Count    uint64        `cbor:"count"`           // the highest stamp given or seen
	Begin    bool          `cbor:"begin,omitempty"` // the next record begins a piece of the chain
	Twice    uint64        `cbor:"twice,omitempty"` // numbers up to this one were given twice: see putBack
	Words    []word        `cbor:"words,omitempty"` // the latest ones, as they were said
	Answered word          `cbor:"answered,omitzero"`
	Greeted  bool          `cbor:"greeted,omitempty"` // another door waits for a word
	Told     *told         `cbor:"told,omitempty"`    // to managers; nil: there never was one
	// ToldFaces says that the others know who has a face here.
	ToldFaces bool          `cbor:"faces,omitempty"`
	Asks      []record.Span `cbor:"asks,omitempty"`    // to be asked for at the next [Vault.CatchUp] …
	Answers   []record.Span `cbor:"answers,omitempty"` // … and to be told again
}

// member is a door of the site, this one among them, and how far its chain was read.
type member struct {
	fact.Door
	Key    string      `cbor:"key"`    // the age recipient of what it is told
	Seq    uint64      `cbor:"seq"`    // of its last record that was applied …
	Head   record.Hash `cbor:"head"`   // … and the hash of that one's head
	First  uint64      `cbor:"first"`  // number with which its present piece begins
	Before uint64      `cbor:"before"` // and the piece before: earlier records are not kept
	Heard  time.Time   `cbor:"heard,omitzero"`
	State  *fact.State `cbor:"state,omitempty"` // how it fares, as it told last; nil: it has not
	Answer *answer     `cbor:"answer,omitempty"`
}

var seatKey = []byte("seat")

// gone reports whether a door was sent away.
func (m *member) gone() bool { return !m.Left.IsZero() }

func memberKey(id fact.DoorID) []byte { return append([]byte("door"), id[:]...) }

// ErrNoSite means that this vault belongs to no site, or was sent away from it.
var ErrNoSite = errors.New("this door belongs to no site")

// ErrInSite means that this vault belongs to a site already.
var ErrInSite = errors.New("this door belongs to a site already")

// Site is what a door knows of its site.
type Site struct {
	ID    record.SiteID
	Here  fact.DoorID
	Left  bool       // this door was sent away: it tells nothing, and hears nothing more
	Doors []SiteDoor // in the order of their names; those that were sent away last
	Due   int        // erasures that are to be done here: see [Vault.EraseDue]
	Asks  int        // questions, and answers, that are to be told: see [Vault.CatchUp]
}

// SiteDoor is one door of a site.
type SiteDoor struct {
	ID    fact.DoorID
	Name  string
	Pub   ed25519.PublicKey // verifies its records and receipts
	Left  bool
	Seq   uint64      // of its last record that is known here
	Heard time.Time   // when that came; zero: none did
	State *fact.State // how it fares, as it told last; nil: it has not
}

// Seat reports whether a member has told that it is the manager's seat, and has no door.
func (d *SiteDoor) Seat() bool { return d.State != nil && d.State.Seat }

// Site gives what is known of the site. [ErrNoSite].
func (v *Vault) Site() (s Site, err error) {
	err = v.view(func(t *tx) error {
		seat, err := t.seat()
		if err != nil {
			return err
		}
		s = Site{ID: seat.Site, Here: t.r.Unit, Asks: len(seat.Asks) + len(seat.Answers)}
		members, err := t.members()
		if err != nil {
			return err
		}
		for _, m := range members {
			s.Doors = append(s.Doors, SiteDoor{m.ID, m.Name.Value, m.Sign, m.gone(), m.Seq, m.Heard, m.State})
			s.Left = s.Left || m.gone() && m.ID == t.r.Unit
		}
		due, err := t.due()
		s.Due = len(due)
		return err
	})
	slices.SortFunc(s.Doors, func(a, b SiteDoor) int {
		switch {
		case a.Left != b.Left && a.Left:
			return 1
		case a.Left != b.Left:
			return -1
		}
		return compareNames(a, b)
	})
	return s, err
}

func compareNames(a, b SiteDoor) int {
	if a.Name != b.Name {
		if a.Name < b.Name {
			return -1
		}
		return 1
	}
	return slices.Compare(a.ID[:], b.ID[:])
}

// FoundSite makes a site of this door alone, under a name by which the doors that join will know
// it. All its people are told from then on. [ErrInSite], [ErrNotMigrated].
func (v *Vault) FoundSite(a Actor, door string) error {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return fmt.Errorf("found a site: %w", err)
	}
	var site record.SiteID
	v.o.draw(site[:])
	err = v.act(func(t *tx) error {
		if err := t.mayFound(); err != nil {
			return err
		}
		s := seat{Site: site, Identity: identity.String(), Count: 1, ToldFaces: true}
		now := fact.Stamp{Count: 1, Door: t.r.Unit}
		here := fact.Door{ID: t.r.Unit, At: now, Sign: t.r.public(), Name: fact.Said[string]{At: now, Value: door}}
		if err := t.takeSeat(&s, &member{Door: here, Key: identity.Recipient().String()}); err != nil {
			return err
		}
		t.telling.doors = append(t.telling.doors, here)
		_, err := t.log(Entry{At: v.now(t), Kind: audit.SiteFounded, Actor: a,
			Detail: map[string]string{"site": fmt.Sprintf("%x", site)}})
		if err != nil {
			return err
		}
		return t.eachPerson(func(own *personKeys, p *person) error { return t.putPerson(own, p) })
	})
	if err != nil {
		return fmt.Errorf("found a site: %w", err)
	}
	return nil
}

// mayFound checks that the vault can become a door of a site.
func (t *tx) mayFound() error {
	if t.r.Schema < siteSince {
		return fmt.Errorf("layout %d has no site: %w", t.r.Schema, ErrNotMigrated)
	}
	switch _, err := t.seat(); {
	case err == nil:
		return ErrInSite
	case !errors.Is(err, ErrNoSite):
		return err
	}
	return nil
}

// takeSeat makes this vault a door of a site.
func (t *tx) takeSeat(s *seat, here *member) error {
	if err := t.put(siteBucket, seatKey, &t.r.seal, s); err != nil {
		return err
	}
	if err := t.putMember(here); err != nil {
		return err
	}
	t.looked = false
	_, err := t.teller()
	return err
}

// seat reads the seat. [ErrNoSite].
func (t *tx) seat() (*seat, error) {
	var s seat
	err := t.get(siteBucket, seatKey, &t.r.seal, &s)
	if errors.Is(err, ErrUnknown) {
		err = ErrNoSite
	}
	return &s, err
}

// members gives all doors of the site. Each transaction asks for them, and of many doors hardly one
// has changed since: what is sealed as it was is not opened again.
func (t *tx) members() (map[fact.DoorID]*member, error) {
	out := map[fact.DoorID]*member{}
	return out, t.eachOf("door", func(key, value []byte) error {
		m, err := t.member(key, value)
		out[m.ID] = m
		return err
	})
}

// opened are the members that were opened last, by their keys.
type opened struct {
	mu  sync.Mutex
	all map[string]openedMember
}

type openedMember struct {
	sealed []byte
	member member // never changed: whoever asks gets a copy
}

func (t *tx) member(key, value []byte) (*member, error) {
	o := &t.r.members
	o.mu.Lock()
	defer o.mu.Unlock()
	if was, is := o.all[string(key)]; is && bytes.Equal(was.sealed, value) {
		m := was.member
		return &m, nil
	}
	var m member
	if err := t.open(siteBucket, key, value, &t.r.seal, &m); err != nil {
		return &m, err
	}
	if o.all == nil {
		o.all = map[string]openedMember{}
	}
	o.all[string(key)] = openedMember{bytes.Clone(value), m}
	return &m, nil
}

func (t *tx) putMember(m *member) error { return t.put(siteBucket, memberKey(m.ID), &t.r.seal, m) }

// eachOf calls f for every record of the site bucket whose key begins with a word.
func (t *tx) eachOf(word string, f func(key, value []byte) error) error {
	b, err := t.bucket(siteBucket)
	if err != nil || b == nil {
		return err
	}
	c := b.Cursor()
	for key, value := c.Seek([]byte(word)); hasPrefix(key, word); key, value = c.Next() {
		if err := f(key, value); err != nil {
			return err
		}
	}
	return nil
}

func hasPrefix(key []byte, word string) bool {
	return len(key) >= len(word) && string(key[:len(word)]) == word
}

// eachPerson calls f for every person. f may write that person's record.
func (t *tx) eachPerson(f func(own *personKeys, p *person) error) error {
	var ids []policy.PersonID
	if err := t.each(keysBucket, func(key, _ []byte) error {
		ids = append(ids, policy.PersonID(key))
		return nil
	}); err != nil {
		return err
	}
	for _, id := range ids {
		own, p, err := t.person(id)
		if err != nil {
			return err
		}
		if err := f(own, p); err != nil {
			return err
		}
	}
	return nil
}
