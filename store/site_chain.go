package store

import (
	"bytes"
	"math"
	"slices"
	"sync"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
)

// link is a record as it travels, and what this door knows of what is in it. Raw is empty where the
// record is no longer kept: of our own, what it was about is.
type link struct {
	Raw    []byte            `cbor:"raw,omitempty"`
	Head   record.Hash       `cbor:"head"`
	About  []policy.PersonID `cbor:"about,omitempty"`
	Erased []record.Subject  `cbor:"erased,omitempty"`
	Passes []policy.PersonID `cbor:"passes,omitempty"`
	Doors  bool              `cbor:"doors,omitempty"`
	Orders bool              `cbor:"orders,omitempty"`
	// of our own only: what it asked and answered, and whose receipts it had
	Ask      []record.Span    `cbor:"ask,omitempty"`
	Again    []record.Span    `cbor:"again,omitempty"`
	Receipts []record.Subject `cbor:"receipts,omitempty"`
	Events   []uint64         `cbor:"events,omitempty"` // numbers of its batches
	Gave     bool             `cbor:"gave,omitempty"`   // templates, of some of About
}

func linkKey(door fact.DoorID, seq uint64) []byte { return append(door[:], key64(seq)...) }

// link puts a record at the end of its door's chain. b is nil where it could not be opened.
func (t *tx) link(m *member, r *record.Record, b *record.Body) error {
	if r.Begins() {
		if err := t.dropLinks(m.ID, m.Before, m.First); err != nil {
			return err
		}
		m.Before, m.First = m.First, r.First
	}
	m.Seq, m.Head, m.Key = r.Seq, r.Hash(), r.Key
	l := link{Raw: r.Raw(), Head: m.Head}
	if b != nil {
		l.Doors, l.Orders = len(b.Doors)+len(b.Managers) > 0, len(b.Orders) > 0
		for _, e := range b.Erased {
			l.Erased = append(l.Erased, e.Subject)
		}
		for _, p := range b.People {
			l.About = append(l.About, p.ID)
		}
		for _, p := range b.Passes {
			l.Passes = append(l.Passes, p.ID)
		}
		if m.ID == t.r.Unit {
			l.Ask, l.Again, l.Receipts = b.Ask, b.Again, subjectsOf(b.Receipts)
			for _, x := range b.Events {
				l.Events = append(l.Events, x.Number)
			}
			l.Gave = len(b.Templates) > 0
		}
	}
	return t.put(chainBucket, linkKey(m.ID, r.Seq), &t.r.seal, &l)
}

// dropLinks removes the records of one piece of a chain, from one number to before another.
func (t *tx) dropLinks(door fact.DoorID, from, to uint64) error {
	var old [][]byte
	err := t.eachLink(record.Span{Door: door, First: from, Last: to - 1}, func(key []byte, _ *link) error {
		old = append(old, bytes.Clone(key))
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range old {
		if door != t.r.Unit {
			if err := t.del(chainBucket, key); err != nil {
				return err
			}
			continue
		}
		var l link
		if err := t.get(chainBucket, key, &t.r.seal, &l); err != nil {
			return err
		}
		l.Raw = nil
		if err := t.put(chainBucket, key, &t.r.seal, &l); err != nil {
			return err
		}
	}
	return nil
}

// eachLink calls f for what is kept of some records, in their order. f writes nothing.
func (t *tx) eachLink(of record.Span, f func(key []byte, l *link) error) error {
	b, err := t.bucket(chainBucket)
	if err != nil || b == nil {
		return err
	}
	c, end := b.Cursor(), linkKey(of.Door, of.Last)
	for key, value := c.Seek(linkKey(of.Door, of.First)); key != nil; key, value = c.Next() {
		if bytes.Compare(key, end) > 0 {
			break
		}
		var l link
		if err := t.open(chainBucket, key, value, &t.r.seal, &l); err != nil {
			return err
		}
		if err := f(key, &l); err != nil {
			return err
		}
	}
	return nil
}

// linkAt gives what is kept of one record; nil: nothing is.
func (t *tx) linkAt(door fact.DoorID, seq uint64) (l *link, err error) {
	err = t.eachLink(record.Span{Door: door, First: seq, Last: seq}, func(_ []byte, found *link) error {
		l = found
		return nil
	})
	return l, err
}

// forget takes the handles of people who are erased out of what is known of a record.
func (l *link) forget(gone map[policy.PersonID]bool) {
	for _, id := range l.About {
		if gone[id] {
			l.Erased = append(l.Erased, Subject(id))
		}
	}
	l.About = slices.DeleteFunc(l.About, func(id policy.PersonID) bool { return gone[id] })
}

// SiteHeads gives for each door of the site the number of its last record that is known here.
// [ErrNoSite].
func (v *Vault) SiteHeads() (map[fact.DoorID]uint64, error) {
	out := map[fact.DoorID]uint64{}
	err := v.view(func(t *tx) error {
		if _, err := t.seat(); err != nil {
			return err
		}
		members, err := t.members()
		for id, m := range members {
			out[id] = m.Seq
		}
		return err
	})
	return out, err
}

// news wakes those who wait until this door tells the site something.
type news struct {
	mu   sync.Mutex
	next chan struct{}
}

func (n *news) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = make(chan struct{})
	}
	return n.next
}

func (n *news) came() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next != nil {
		close(n.next)
		n.next = nil
	}
}

// SiteTold gives a channel that is closed when this door next tells the site something. Whoever
// waits asks [Vault.SiteHeads] after this, so that nothing is missed.
func (v *Vault) SiteTold() <-chan struct{} { return v.news.wait() }

// SiteRecords gives records of one door's chain as they travel, from number from on, in their
// order: at least one where there is any, and no more than most bytes otherwise. Those that are no
// longer kept are left out. [ErrNoSite].
func (v *Vault) SiteRecords(door fact.DoorID, from uint64, most int) (out [][]byte, err error) {
	err = v.view(func(t *tx) error {
		if _, err := t.seat(); err != nil {
			return err
		}
		size, all := 0, record.Span{Door: door, First: from, Last: math.MaxUint64}
		return stopped(t.eachLink(all, func(_ []byte, l *link) error {
			if len(l.Raw) == 0 {
				return nil
			}
			if size += len(l.Raw); size > most && len(out) > 0 {
				return errStop
			}
			out = append(out, l.Raw)
			return nil
		}))
	})
	return out, err
}
