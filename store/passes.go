package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/store/audit"
)

// VisitorPass is a visitor's pass as the unit keeps it. Its signed copy, in a QR code, says what it
// is good for; only this one says how often it was used and whether it was ended. Passes are in no
// backup: after a restore their number of uses would not be known, so each is refused.
type VisitorPass struct {
	policy.Pass
	Host    policy.PersonID // who invited; zero: staff did, or the host was erased since
	By      Actor           // who made it
	Made    time.Time
	Used    int // here
	Revoked bool
	// Site is what the doors told of a pass that is for others too; nil: it is for this one alone.
	Site *fact.Pass
}

// For reports whether the pass is for a door of this handle.
func (p *VisitorPass) For(here fact.DoorID) bool { return p.Site == nil || p.Site.For(here) }

// Spent is how often the pass was used, at all doors, as far as this one knows.
func (p *VisitorPass) Spent() int {
	if p.Site != nil {
		return p.Site.Spent()
	}
	return p.Used
}

// Left is how often the pass still opens a door of this handle.
func (p *VisitorPass) Left(here fact.DoorID) int {
	if p.Site != nil {
		return p.Site.Left(here)
	}
	return max(0, p.Uses-p.Used)
}

// PassKept is how long a pass stays on the list after its end, so that an operator can see on
// the next day who was invited.
const PassKept = 24 * time.Hour

// maxPasses is how many passes can be kept at once.
const maxPasses = 1000

// ErrManyPasses means that there are as many passes as can be kept.
var ErrManyPasses = errors.New("there are 1000 passes already; end some that are not needed")

// pass is a visitor's pass as stored, under its handle, sealed with the epoch's key.
type pass struct {
	VisitorPass
	Digits []byte // first hash of the digits for the keypad; nil: it has none
	Told   uint32 `cbor:",omitempty"` // how many uses here the other doors know to be spent
}

// AddPass stores a pass that policy allows, and gives it with a new random handle in the place of
// p.ID. host may be zero: staff invited. digits open the door at a keypad; empty: the pass has
// none. doors are the doors of the site that it is for; none: this one alone. [ErrTaken]: another
// pass has these digits. [ErrManyPasses]: no room is left. [ErrNoSite]. [ErrUnknown]: no such host
// or door. [ErrFewUses].
func (v *Vault) AddPass(a Actor, p policy.Pass, host policy.PersonID, digits []byte,
	doors ...fact.DoorID) (VisitorPass, error) {
	v.o.draw(p.ID[:])
	n := pass{VisitorPass: VisitorPass{Pass: p, Host: host, By: a}}
	err := p.Check()
	if err == nil {
		err = v.act(func(t *tx) error {
			if !host.IsZero() {
				if _, _, err := t.person(host); err != nil {
					return err
				}
			}
			n.Made, n.Digits = v.now(t), nil
			if len(digits) > 0 {
				n.Digits = t.r.first(policy.PassKind, digits)
			}
			count := 0
			err := t.eachPass(func(other pass) error {
				if count++; n.Digits != nil && bytes.Equal(other.Digits, n.Digits) {
					return ErrTaken
				}
				return nil
			})
			if err == nil && count >= maxPasses {
				err = ErrManyPasses
			}
			if err == nil {
				n.Site, err = t.giveToSite(&n, doors)
			}
			if err == nil {
				err = t.putPass(&n)
			}
			if err != nil {
				return err
			}
			detail := map[string]string{"pass": p.CredentialID(), "from": p.From.UTC().Format(time.RFC3339),
				"until": p.Until.UTC().Format(time.RFC3339), "uses": fmt.Sprint(p.Uses)}
			if n.Site != nil {
				detail["doors"] = fmt.Sprint(len(doors))
			}
			_, err = t.log(Entry{At: n.Made, Kind: audit.PassMade, Actor: a, Person: host, Detail: detail})
			return err
		})
	}
	if err != nil {
		return VisitorPass{}, fmt.Errorf("make a pass: %w", err)
	}
	return n.VisitorPass, nil
}

// EndPass makes a pass useless; the door still says that it was revoked. The other doors that it is
// for do the same when they hear of it.
func (v *Vault) EndPass(a Actor, id policy.PersonID) error {
	err := v.act(func(t *tx) error {
		err := t.changePass(id, func(p *pass) error {
			p.Revoked = true
			if p.Site == nil {
				return nil
			}
			p.Site.Ended = true
			return t.tellPass(p)
		})
		if err != nil {
			return err
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.PassEnded, Actor: a,
			Detail: map[string]string{"pass": policy.Pass{ID: id}.CredentialID()}})
		return err
	})
	if err != nil {
		return fmt.Errorf("end a pass: %w", err)
	}
	return nil
}

// Pass gives a pass by its handle. [ErrUnknown]: this unit made no such pass,
// or removed it after its end; no other door of the site told of it.
func (v *Vault) Pass(id policy.PersonID) (VisitorPass, error) {
	var p pass
	err := v.view(func(t *tx) error { return t.get(passBucket, id[:], &t.r.seal, &p) })
	if err != nil {
		return VisitorPass{}, fmt.Errorf("find a pass: %w", err)
	}
	return p.VisitorPass, nil
}

// FindPass gives the pass of the digits that were typed. [ErrUnknown]: no pass has them.
func (v *Vault) FindPass(digits []byte) (VisitorPass, error) {
	var found VisitorPass
	err := v.view(func(t *tx) error {
		first := t.r.first(policy.PassKind, digits)
		err := t.eachPass(func(p pass) error {
			if p.Digits != nil && bytes.Equal(p.Digits, first) {
				found = p.VisitorPass
				return errStop
			}
			return nil
		})
		if err == nil {
			err = ErrUnknown
		}
		return stopped(err)
	})
	if err != nil {
		return VisitorPass{}, fmt.Errorf("find a pass: %w", err)
	}
	return found, nil
}

// Passes gives all passes, ordered by their end. Damaged ones are left out; the error names them,
// and the others are given beside it.
func (v *Vault) Passes() ([]VisitorPass, error) {
	var out []VisitorPass
	var damaged []error
	err := v.view(func(t *tx) error {
		return t.each(passBucket, func(key, value []byte) error {
			var p pass
			if err := t.open(passBucket, key, value, &t.r.seal, &p); err != nil {
				damaged = append(damaged, err)
				return nil
			}
			out = append(out, p.VisitorPass)
			return nil
		})
	})
	slices.SortFunc(out, func(a, b VisitorPass) int { return a.Until.Compare(b.Until) })
	return out, errors.Join(append(damaged, err)...)
}

// countPasses gives how many passes are kept.
func (t *tx) countPasses() (n int, err error) {
	err = t.each(passBucket, func(_, _ []byte) error { n++; return nil })
	return n, err
}

func (t *tx) eachPass(f func(pass) error) error {
	return t.each(passBucket, func(key, value []byte) error {
		var p pass
		if err := t.open(passBucket, key, value, &t.r.seal, &p); err != nil {
			return err
		}
		return f(p)
	})
}

func (t *tx) changePass(id policy.PersonID, f func(*pass) error) error {
	var p pass
	if err := t.get(passBucket, id[:], &t.r.seal, &p); err != nil {
		return err
	}
	return errors.Join(f(&p), t.putPass(&p))
}

// putPass stores a pass, as the site knows it where that was told of it.
func (t *tx) putPass(p *pass) error {
	if s := p.Site; s != nil {
		p.Pass, p.Host, p.Revoked, p.Digits = s.Pass(), s.Host, s.Ended, s.Given.Value.Digits
		p.Used = int(s.At(t.r.Unit).Spent)
	}
	return t.put(passBucket, p.ID[:], &t.r.seal, p)
}

// countPassUse adds n to the uses of a pass: 1, or -1 to give one back, unless other doors know of
// it already. A pass that is gone by now is not an error.
func (t *tx) countPassUse(id policy.PersonID, n int) error {
	err := t.changePass(id, func(p *pass) error {
		if p.Site == nil {
			p.Used = max(0, p.Used+n)
		} else if spent := p.Site.At(t.r.Unit).Spent; n > 0 || spent > p.Told {
			*p.Site = p.Site.Spend(t.r.Unit, n)
		}
		return nil
	})
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	return err
}

// removeHosts removes erased people from a pass that one of them gave, and ends the pass.
func (p *pass) removeHosts(gone map[policy.PersonID]bool) {
	if gone[p.Host] {
		p.Host, p.Revoked = policy.PersonID{}, true
		if s := p.Site; s != nil {
			s.Host, s.Alone, s.Ended = policy.PersonID{}, true, true
		}
	}
}

// prunePasses removes those whose end is longer ago than PassKept.
func (t *tx) prunePasses(now time.Time) (removed uint64, err error) {
	var over []policy.PersonID
	err = t.eachPass(func(p pass) error {
		if now.Sub(p.Until) > PassKept {
			over = append(over, p.ID)
		}
		return nil
	})
	for _, id := range over {
		err = errors.Join(err, t.del(passBucket, id[:]))
	}
	return uint64(len(over)), err
}
