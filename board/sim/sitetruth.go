package sim

import (
	"context"
	"errors"
	"slices"

	"menshen/store"
)

// piece is some records of a door's chain, which were written while something was done there.
type piece struct{ first, last uint64 }

// act is what was done to a person at one door, and what other doors are to make of it.
type act struct {
	door *siteDoor
	told piece // the records of its door with one of which it is told
	who  int
	is   person // they are since then

	changed   bool // they were entered, or their lease or credentials changed
	entered   bool
	lost      bool // a card of theirs was revoked
	blocked   bool
	unblocked []*act // the blocks that were ended
	faceEnded bool   // they took their face back
	erased    bool
}

// note finds what was done at a door, by what the people were before.
func (s *site) note(d *siteDoor, was []person, told piece) {
	for n, p := range d.people {
		w := &was[n]
		a := &act{door: d, told: told, who: n, is: *p, entered: p.id != w.id, lost: len(p.lost) > len(w.lost),
			faceEnded: p.withdrawn > w.withdrawn, erased: p.gone && !w.gone,
			blocked: p.blocked && !w.blocked}
		a.changed = p.id != w.id || a.lost || p.card != w.card || p.pin != w.pin || !p.until.Equal(w.until)
		if w.blocked && !p.blocked {
			for _, b := range s.acts {
				if b.who == n && b.blocked && d.heard[b] {
					a.unblocked = append(a.unblocked, b)
				}
			}
		}
		if a.changed || a.blocked || a.unblocked != nil || a.faceEnded || a.erased {
			s.acts = append(s.acts, a)
			d.heard[a] = true
		}
	}
}

// starts has a door take up what it heard before the power went.
func (s *site) starts(d *siteDoor) {
	if err := d.door.Unit.EraseTold(context.Background()); err != nil {
		d.fail(siteHeard, "%v", err)
	}
	s.adopt(d, false)
}

// adopt takes up what a door heard. sure: each record that came could be opened.
func (s *site) adopt(d *siteDoor, sure bool) {
	heads, err := d.door.vault.SiteHeads()
	if err != nil {
		d.fail(nothingLost, "%v", err)
	}
	s.hearOrders(d, heads, sure)
	fresh := map[int][]*act{}
	for _, a := range s.acts {
		switch {
		case d.heard[a] || heads[a.door.id] < a.told.first:
		case sure && heads[a.door.id] >= a.told.last && !d.pending[a]:
			d.heard[a] = true
			fresh[a.who] = append(fresh[a.who], a)
		default:
			d.pending[a] = true
		}
	}
	for n, p := range d.people {
		if s.tellApart(d, n, fresh) || len(fresh[n]) > 0 || p.unsure || p.mayEnd {
			s.becomes(d, p, fresh[n])
		}
	}
}

// tellApart finds of what may not have been opened what the door knows all the same, and reports
// whether there was any.
func (s *site) tellApart(d *siteDoor, n int, fresh map[int][]*act) bool {
	var wait []*act
	for _, a := range s.acts {
		if a.who == n && d.pending[a] {
			wait = append(wait, a)
		}
	}
	if len(wait) == 0 {
		return false
	}
	now := *d.people[n]
	for _, a := range wait {
		d.heard[a] = true
	}
	s.fold(d, &now)
	if !s.isOnRecord(d, &now, wait) {
		for _, a := range wait {
			delete(d.heard, a)
		}
		return true
	}
	for _, a := range wait {
		delete(d.pending, a)
		d.people[n].mayEnd = d.people[n].mayEnd || a.faceEnded
	}
	fresh[n] = append(fresh[n], wait...)
	return true
}

// isOnRecord reports whether the vault has of a person what it must have once it knows some acts.
func (s *site) isOnRecord(d *siteDoor, p *person, acts []*act) bool {
	is, err := d.door.vault.Person(p.id)
	if errors.Is(err, store.ErrUnknown) {
		return p.gone || p.over(d.unitTime().Add(-forgetAfter))
	}
	had := func(a *act) bool { return a.faceEnded && is.HasFace() }
	return err == nil && !p.gone && is.Blocked == p.blocked && is.Until.Equal(p.until) &&
		!slices.ContainsFunc(acts, had) && len(is.Credentials) >= len(p.lost)+1
}

// fold works out what a person is for a door that heard some acts: the last change that it heard,
// the blocks that none ended, and gone for ever once erased.
func (s *site) fold(d *siteDoor, p *person) {
	var known, missed bool
	var blocks []*act
	ended := map[*act]bool{}
	for _, a := range s.acts {
		if a.who != p.n {
			continue
		}
		if !d.heard[a] {
			missed = missed || a.changed || d.pending[a]
			continue
		}
		p.gone = p.gone || a.erased
		if a.changed {
			known = true
			p.unsure = missed
			p.id, p.life = a.is.id, a.is.life
			p.card, p.lost, p.cardID, p.pin = a.is.card, a.is.lost, a.is.cardID, a.is.pin
		}
		if a.blocked {
			blocks = append(blocks, a)
		}
		for _, b := range a.unblocked {
			ended[b] = true
		}
	}
	p.unsure = missed && !p.gone && s.inPart(d, p.n)
	p.known = known && !p.gone && !p.unsure
	p.blocked = slices.ContainsFunc(blocks, func(a *act) bool { return !ended[a] })
}

// inPart reports whether a door may know a part of what happened to a person: a later act without
// an earlier one, or acts of which it is not known whether it could open them.
func (s *site) inPart(d *siteDoor, n int) bool {
	missed := false
	for _, a := range s.acts {
		switch {
		case a.who != n:
		case d.pending[a]:
			return true
		case !d.heard[a]:
			missed = missed || a.changed
		case missed && (a.changed || a.blocked || a.unblocked != nil || a.faceEnded):
			return true
		}
	}
	return false
}

// becomes has a person be what the door heard of them.
func (s *site) becomes(d *siteDoor, p *person, fresh []*act) {
	s.fold(d, p)
	if p.known && p.over(d.unitTime().Add(-forgetAfter)) { // each door removes them by its own clock
		_, err := d.door.vault.Person(p.id)
		p.known = !errors.Is(err, store.ErrUnknown)
	}
	ended := p.gone && (p.enrolled || p.consent)
	for _, a := range fresh {
		ended = ended || a.faceEnded
		p.mayEnd = p.mayEnd || a.changed && !a.entered // with a lease, or with the last way in
	}
	if p.mayEnd && (p.enrolled || p.consent) {
		is, err := d.door.vault.Person(p.id)
		ended = ended || err == nil && !is.HasFace()
	}
	if ended {
		d.faceEnds(p)
	}
	if p.gone {
		d.checkErased(p)
	}
}
