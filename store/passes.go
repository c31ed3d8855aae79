package store

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// VisitorPass is a visitor's pass as the unit keeps it. Its signed copy, in a QR code, says what it is good for; how often it was used and whether it was
// ended stands only here. Passes are in no backup: after a restore from one nobody could tell how often each was used since, so each is refused.
type VisitorPass struct {
	policy.Pass
	Host    policy.PersonID // who invited; zero: staff did, or the host was erased since
	By      Actor           // who made it
	Made    time.Time
	Used    int
	Revoked bool
}

// PassKept is how long a pass stays on the list after its end, for whoever asks on the next day who was invited.
const PassKept = 24 * time.Hour

// maxPasses is how many passes can be kept at once.
const maxPasses = 1000

// ErrManyPasses means that there are as many passes as can be kept.
var ErrManyPasses = errors.New("there are 1000 passes already; end some that are not needed")

// pass is one as stored, under its handle, sealed with the epoch's key.
type pass struct {
	VisitorPass
	Digits []byte // first hash of the digits for the keypad; nil: it has none
}

// AddPass makes a pass for one that policy allows, with a new random handle in the place of p.ID, and gives it. host may be zero: staff
// invited. digits open it at a keypad; none when empty. ErrTaken when another pass has them.
func (v *Vault) AddPass(a Actor, p policy.Pass, host policy.PersonID, digits []byte) (VisitorPass, error) {
	rand.Read(p.ID[:])
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
				err = t.put(passBucket, p.ID[:], &t.r.seal, &n)
			}
			if err != nil {
				return err
			}
			_, err = t.log(Entry{At: n.Made, Kind: audit.PassMade, Actor: a, Person: host, Detail: map[string]string{"pass": p.CredentialID(),
				"from": p.From.UTC().Format(time.RFC3339), "until": p.Until.UTC().Format(time.RFC3339), "uses": fmt.Sprint(p.Uses)}})
			return err
		})
	}
	if err != nil {
		return VisitorPass{}, fmt.Errorf("make a pass: %w", err)
	}
	return n.VisitorPass, nil
}

// EndPass makes a pass useless; the door still says that it was revoked.
func (v *Vault) EndPass(a Actor, id policy.PersonID) error {
	err := v.act(func(t *tx) error {
		err := t.changePass(id, func(p *pass) { p.Revoked = true })
		if err != nil {
			return err
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.PassEnded, Actor: a, Detail: map[string]string{"pass": policy.Pass{ID: id}.CredentialID()}})
		return err
	})
	if err != nil {
		return fmt.Errorf("end a pass: %w", err)
	}
	return nil
}

// Pass gives a pass by its handle: ErrUnknown when this unit made none, or its time has long been over.
func (v *Vault) Pass(id policy.PersonID) (VisitorPass, error) {
	var p pass
	err := v.view(func(t *tx) error { return t.get(passBucket, id[:], &t.r.seal, &p) })
	if err != nil {
		return VisitorPass{}, fmt.Errorf("find a pass: %w", err)
	}
	return p.VisitorPass, nil
}

// FindPass gives the pass of the digits that were typed: ErrUnknown when there is none.
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

// Passes gives all passes, the one that ends first before the others. Damaged ones are left out, and named in the error beside the others.
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

func (t *tx) eachPass(f func(pass) error) error {
	return t.each(passBucket, func(key, value []byte) error {
		var p pass
		if err := t.open(passBucket, key, value, &t.r.seal, &p); err != nil {
			return err
		}
		return f(p)
	})
}

func (t *tx) changePass(id policy.PersonID, f func(*pass)) error {
	var p pass
	if err := t.get(passBucket, id[:], &t.r.seal, &p); err != nil {
		return err
	}
	f(&p)
	return t.put(passBucket, id[:], &t.r.seal, &p)
}

// passUsed counts a use, or with -1 gives one back. A pass that is gone by now is no error.
func (t *tx) passUsed(id policy.PersonID, n int) error {
	err := t.changePass(id, func(p *pass) { p.Used = max(0, p.Used+n) })
	if errors.Is(err, ErrUnknown) {
		return nil
	}
	return err
}

// withoutHost takes an erased person out of a pass that they gave, which ends it.
func (p *pass) withoutHost(id policy.PersonID) {
	if p.Host == id {
		p.Host, p.Revoked = policy.PersonID{}, true
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
