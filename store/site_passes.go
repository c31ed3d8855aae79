package store

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// A pass for several doors is counted once: each spends only what it was lent (fact.Pass). The
// count of uses is written with the decision, as for any pass; what was spent is told afterwards,
// since a visitor is not to wait for records.
//
// A vault that was put back to an older state may have spent and lent what it believes to hold. As
// soon as that shows, by its own chain or by what others know of a pass, it holds nothing of the
// passes from before.

// ErrFewUses means that a pass is for more doors than it has uses.
var ErrFewUses = errors.New("a pass for several doors needs one use for each of them")

// giveToSite makes a pass one for doors of the site, and tells them; nil: it is for this one alone.
func (t *tx) giveToSite(p *pass, doors []fact.DoorID) (*fact.Pass, error) {
	if len(doors) == 0 || len(doors) == 1 && doors[0] == t.r.Unit {
		return nil, nil
	}
	s, err := t.teller()
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return nil, ErrNoSite
	case len(doors) > p.Uses:
		return nil, ErrFewUses
	}
	for _, door := range doors {
		if m := s.members[door]; m == nil || m.gone() {
			return nil, fmt.Errorf("door %x: %w", door[:4], ErrUnknown)
		}
	}
	given := fact.GivePass(p.Pass, p.Host, p.Digits, s.next(t.r.Unit, 0), doors)
	p.Site = &given
	return p.Site, t.tellPass(p)
}

// tellPass tells what is known of a pass. The caller stores it.
func (t *tx) tellPass(p *pass) error {
	s, err := t.teller()
	if s == nil || err != nil || p.Site == nil {
		return err
	}
	p.Told = p.Site.At(t.r.Unit).Spent
	s.passes = append(slices.DeleteFunc(s.passes, func(o fact.Pass) bool { return o.ID == p.ID }), *p.Site)
	return nil
}

// tellPasses tells all that is known here of passes for several doors.
func (t *tx) tellPasses() error {
	return t.eachSitePass(t.tellPass)
}

// tellPassesAgain tells what is known of some passes.
func (t *tx) tellPassesAgain(ids []policy.PersonID) error {
	for _, id := range ids {
		if err := t.changePass(id, t.tellPass); err != nil && !errors.Is(err, ErrUnknown) {
			return err
		}
	}
	return nil
}

// eachSitePass calls f for each pass for several doors, and stores it.
func (t *tx) eachSitePass(f func(*pass) error) error {
	var ids []policy.PersonID
	err := t.eachPass(func(p pass) error {
		if p.Site != nil {
			ids = append(ids, p.ID)
		}
		return nil
	})
	for _, id := range ids {
		err = errors.Join(err, t.changePass(id, f))
	}
	return err
}

// isDue reports whether a pass is spent at a door that was lent some of it, and its giver is not
// told so yet.
func (p *pass) isDue(here fact.DoorID) bool {
	if p.Site == nil || p.Revoked || p.Site.Giver() == here {
		return false
	}
	s := p.Site.At(here)
	return s.Spent > p.Told && s.Spent >= s.Lent
}

// TellPasses tells the other doors of passes of which this one has spent all that it was lent. It
// may be called often: with nothing to tell it reads the passes. A vault that belongs to no site
// tells nothing.
func (v *Vault) TellPasses() error {
	due := false
	err := v.view(func(t *tx) error {
		s, err := t.teller()
		if s == nil || err != nil {
			return err
		}
		return t.eachPass(func(p pass) error {
			due = due || p.isDue(t.r.Unit)
			return nil
		})
	})
	if err == nil && due {
		err = v.act(func(t *tx) error {
			return t.eachSitePass(func(p *pass) error {
				if !p.isDue(t.r.Unit) {
					return nil
				}
				return t.tellPass(p)
			})
		})
	}
	if err != nil {
		return fmt.Errorf("tell the other doors of passes: %w", err)
	}
	return nil
}

// PassMaker gives the key and the name with which a pass was signed: those of the door of the site
// that gave it. false: no other door did.
func (v *Vault) PassMaker(id policy.PersonID) (pub ed25519.PublicKey, door string, other bool, err error) {
	err = v.view(func(t *tx) error {
		var p pass
		err := t.get(passBucket, id[:], &t.r.seal, &p)
		if errors.Is(err, ErrUnknown) || err == nil && (p.Site == nil || p.Site.Giver() == t.r.Unit) {
			return nil
		}
		if err != nil {
			return err
		}
		var m member
		giver := p.Site.Giver()
		err = t.get(siteBucket, memberKey(giver), &t.r.seal, &m)
		pub, door, other = m.Sign, p.Door, true
		return err
	})
	if err != nil {
		return nil, "", false, fmt.Errorf("find who gave a pass: %w", err)
	}
	return pub, door, other, nil
}

// pass joins what another door told of a pass with what is known here. Only the doors that it is
// for keep it, and the one that gave it.
func (a *applier) pass(told fact.Pass, r *record.Record) error {
	t, here, now := a.t, a.t.r.Unit, a.v.now(a.t)
	t.telling.heard(told.Given.At.Count)
	if told.Check() != nil || !told.For(here) && told.Giver() != here || now.Sub(told.Given.Value.Until) > PassKept {
		return nil
	}
	p, isNew, err := a.knownPass(told)
	if p == nil || err != nil {
		return err
	}
	was := *p.Site
	is := was.Merge(told)
	if erased, err := t.isErased(Subject(is.Host)); err != nil {
		return err
	} else if erased {
		is.Host, is.Alone, is.Ended = policy.PersonID{}, true, true
	}
	if !isNew && is.Equal(was) {
		return nil
	}
	if was.Ahead(told, here) || isNew && is.Giver() == here {
		is = is.Doubt(here)
	}
	lent := false
	if is.Giver() == here && now.Before(is.Given.Value.Until) {
		is, lent = is.Lend()
	}
	if p.Site = &is; lent {
		if err := t.tellPass(p); err != nil {
			return err
		}
	}
	if err := t.putPass(p); err != nil {
		return err
	}
	a.done.Passes++
	return a.notePass(p, isNew, is.Ended && !was.Ended, r)
}

// knownPass gives what is known of a pass that another door told of; nil: it is not taken.
func (a *applier) knownPass(told fact.Pass) (p *pass, isNew bool, err error) {
	t := a.t
	p = new(pass)
	switch err := t.get(passBucket, told.ID[:], &t.r.seal, p); {
	case err == nil && p.Site == nil: // a handle of ours: that is a lie
		return nil, false, nil
	case !errors.Is(err, ErrUnknown):
		return p, false, err
	}
	if n, err := t.countPasses(); n >= maxPasses || err != nil {
		return nil, false, err
	}
	told.Shares, told.Ended = []fact.Share{{Door: t.r.Unit}}, false
	return &pass{VisitorPass: VisitorPass{Made: a.v.now(t), By: Door, Site: &told}}, true, nil
}

// notePass records that another door gave a pass for this one, or ended it.
func (a *applier) notePass(p *pass, isNew, ended bool, r *record.Record) error {
	e := Entry{At: a.v.now(a.t), Kind: audit.PassMade, Actor: Door, Detail: doorDetail(r.Door)}
	switch {
	case ended:
		e.Kind = audit.PassEnded
	case !isNew:
		return nil
	}
	e.Detail["pass"] = p.CredentialID()
	_, err := a.t.log(e)
	return err
}

// doubtPasses has this door hold nothing of the passes from before: its vault was put back.
func (t *tx) doubtPasses() error {
	var ids []policy.PersonID
	err := t.eachPass(func(p pass) error {
		ids = append(ids, p.ID)
		return nil
	})
	for _, id := range ids {
		err = errors.Join(err, t.changePass(id, func(p *pass) error {
			if p.Site == nil {
				p.Used = max(p.Used, p.Uses)
				return nil
			}
			*p.Site = p.Site.Doubt(t.r.Unit)
			return nil
		}))
	}
	return err
}
