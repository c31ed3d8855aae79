package store

import (
	"context"
	"fmt"

	"menshen/policy"
	"menshen/site/fact"
)

// Each door tells of itself alone whether it has a person's face (docs/decisions/0074): so every
// door counts people with a face once, whatever the number of doors (R-FILING). A door that removes
// a person whose time is over tells nothing, as of all that is removed then.

// SiteFaces is how many people have a face stored, as the doors of a site told.
type SiteFaces struct {
	People int // at one door or more, each once
	At     map[fact.DoorID]int
}

// SiteFaces counts the people whose face is stored at a door of the site. What is at a door that
// was sent away does not count. [ErrNoSite]: this door belongs to none, or was sent away.
func (v *Vault) SiteFaces() (n SiteFaces, err error) {
	n.At = map[fact.DoorID]int{}
	err = v.view(func(t *tx) error {
		s, err := t.inSite()
		if err != nil {
			return err
		}
		return t.eachPerson(func(_ *personKeys, p *person) error {
			if p.Facts == nil {
				return nil
			}
			counted := false
			for _, door := range p.Facts.FaceDoors() {
				if m := s.members[door]; m == nil || m.gone() {
					continue
				}
				n.At[door]++
				counted = true
			}
			if counted {
				n.People++
			}
			return nil
		})
	})
	return n, err
}

// FaceDoors gives the doors that have a person's face, as each told: those that were sent away
// too, since what such a door has it keeps. [ErrNoSite], [ErrUnknown].
func (v *Vault) FaceDoors(id policy.PersonID) (all []fact.DoorID, err error) {
	err = v.view(func(t *tx) error {
		if _, err := t.seat(); err != nil {
			return err
		}
		_, p, err := t.person(id)
		if err == nil && p.Facts != nil {
			all = p.Facts.FaceDoors()
		}
		return err
	})
	return all, err
}

// tellFaces tells once who has a face here, where a program that did not tell it was here before.
func (v *Vault) tellFaces(context.Context) error {
	due := func(t *tx) (*telling, error) {
		if t.r.Schema < siteSince {
			return nil, nil
		}
		s, err := t.teller()
		if s == nil || err != nil || s.ToldFaces {
			return nil, err
		}
		return s, nil
	}
	var s *telling
	err := v.view(func(t *tx) (err error) { s, err = due(t); return err })
	if err != nil || s == nil {
		return err
	}
	err = v.act(func(t *tx) error {
		s, err := due(t)
		if s == nil || err != nil {
			return err
		}
		s.ToldFaces, s.touched = true, true
		return t.eachPerson(func(own *personKeys, p *person) error {
			if !p.FaceStored() {
				return nil
			}
			return t.putPerson(own, p)
		})
	})
	if err != nil {
		return fmt.Errorf("tell the site who has a face here: %w", err)
	}
	return nil
}
