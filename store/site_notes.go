package store

import (
	"fmt"

	"menshen/site/record"
)

// SiteNote makes a note for the other doors, with who came in here lately. at is its number: see
// [record.NoteHead]. Nothing of it is written. [ErrNoSite]: there is no other door to tell.
func (v *Vault) SiteNote(at uint64, who []record.Entered) (note []byte, err error) {
	err = v.view(func(t *tx) error {
		s, err := t.inSite()
		if err != nil {
			return err
		}
		delete(s.members, t.r.Unit) // it knows
		to, err := s.recipients()
		if err != nil {
			return err
		}
		if len(to) == 0 {
			return ErrNoSite
		}
		n, err := record.MakeNote(record.NoteHead{Site: s.Site, Door: t.r.Unit, At: at}, who, t.r.sign(), to...)
		if err == nil {
			note = n.Raw()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make a note for the other doors: %w", err)
	}
	return note, nil
}

// OpenNote reads another door's note, if it is to be believed. Nothing of it is written. Errors: as
// those for which records are refused, and of package record.
func (v *Vault) OpenNote(raw []byte) (h record.NoteHead, who []record.Entered, err error) {
	n, err := record.ParseNote(raw)
	if err != nil {
		return h, nil, err
	}
	err = v.view(func(t *tx) error {
		s, err := t.inSite()
		if err != nil {
			return err
		}
		switch m := s.members[n.Door]; {
		case n.Site != s.Site:
			return ErrOtherSite
		case m == nil || n.Door == t.r.Unit:
			return ErrNoMember
		case m.gone():
			return ErrSentAway
		case !n.Verify(m.Sign):
			return ErrForged
		}
		id, err := s.identity()
		if err == nil {
			who, err = n.Open(id)
		}
		return err
	})
	return n.NoteHead, who, err
}
