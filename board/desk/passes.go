package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"menshen/board/config"
	"menshen/board/pass"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/store"
)

// AddPass makes a visitor's pass: digits where this door has a keypad, a QR code where it has a
// scanner or its camera reads codes, and both where it is for other doors. host may be zero: staff
// give the pass. doors are names of doors of the site, or beginnings of their handles; none: this
// door alone.
func (d *Desk) AddPass(ctx context.Context, s Session, host policy.PersonID, from, until time.Time,
	uses int, doors ...string) (Pass, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Pass{}, err
	}
	site, to, err := d.passDoors(doors)
	if err != nil {
		return Pass{}, err
	}
	here := len(to) == 0 || slices.Contains(to, site.Here)
	switch {
	case here && d.cfg.Seat():
		return Pass{}, i18n.Problem(ErrSeat, i18n.M("desk.seat-pass", "name the doors that the pass is for"))
	case here && !d.cfg.Passes.Enabled:
		return Pass{}, i18n.Problem(i18n.E("desk.door-takes-no-passes", "this door takes no passes"),
			i18n.M("desk.enable-passes", "write [passes] enabled = true into the configuration"))
	}
	length := until.Sub(from).Round(time.Minute) // a code holds full minutes only
	from = from.Truncate(time.Minute)
	p := policy.Pass{Door: d.cfg.Unit.Name, From: from, Until: from.Add(length), Uses: uses}
	kept, digits, err := d.newPass(by, p, host, to)
	if err != nil {
		return Pass{}, err
	}
	out := passOf(kept, site)
	if out.Code = digits; takesCodes(d.cfg) || kept.Site != nil {
		text, err := pass.Encode(d.vault, kept.Pass)
		if err != nil {
			return Pass{}, err
		}
		if out.QR, err = pass.Draw(text); err != nil {
			return Pass{}, err
		}
	}
	return out, d.unit.ReloadPasses(ctx)
}

// passDoors finds the doors that a pass is to be for, and the site. A door that belongs to none has
// no others.
func (d *Desk) passDoors(names []string) (site store.Site, to []fact.DoorID, err error) {
	site, err = d.vault.Site()
	if errors.Is(err, store.ErrNoSite) && len(names) == 0 {
		return site, nil, nil
	}
	if err != nil {
		return site, nil, explainSite(err)
	}
	for _, name := range names {
		i, err := doorNamed(site.Doors, strings.TrimSpace(name))
		if err == nil {
			err = realDoor(site.Doors[i])
		}
		if err != nil {
			return site, nil, err
		}
		if !slices.Contains(to, site.Doors[i].ID) {
			to = append(to, site.Doors[i].ID)
		}
	}
	return site, to, nil
}

// passOf is a pass without what opens the door.
func passOf(p store.VisitorPass, site store.Site) Pass {
	out := Pass{ID: shortPass(p), From: p.From, Until: p.Until, Uses: p.Uses}
	for _, x := range site.Doors {
		other := x.ID != site.Here
		out.Other = out.Other || other && !x.Left && !site.Left && !x.Seat()
		if p.Site != nil && p.Site.For(x.ID) {
			out.Doors = append(out.Doors, PassDoor{Name: x.Name, Here: !other, Left: p.Left(x.ID),
				None: other && x.State != nil && x.State.NoPasses})
		}
	}
	return out
}

var errNotPass = i18n.Problem(i18n.E("desk.not-a-pass", "this is not a valid pass"),
	i18n.M("desk.pass-limits", "a pass has 1 to 255 uses and ends within seven days"))

// newPass puts a pass into the vault, with digits that no other has.
func (d *Desk) newPass(by store.Actor, p policy.Pass, host policy.PersonID,
	to []fact.DoorID) (store.VisitorPass, Secret, error) {
	if p.Uses > pass.MaxUses { // no code could say so many
		return store.VisitorPass{}, nil, errNotPass
	}
	for {
		var digits Secret
		if takesDigits(d.cfg) || len(to) > 0 {
			n, err := rand.Int(d.vault.Random(), big.NewInt(9e8))
			if err != nil {
				return store.VisitorPass{}, nil, fmt.Errorf("making up digits: %w", err)
			}
			digits = fmt.Appendf(nil, "%d", n.Int64()+1e8)
		}
		kept, err := d.vault.AddPass(by, p, host, digits, to...)
		switch {
		case err == nil:
			return kept, digits, nil
		case errors.Is(err, policy.ErrPass):
			err = errNotPass
		case errors.Is(err, store.ErrFewUses):
			n := len(to)
			err = i18n.Problem(i18n.E("desk.pass-few-uses", "a pass for %d doors needs %d uses", n, n),
				i18n.M("desk.pass-one-each", "each door has some for itself: give it more uses, or fewer doors"))
		case errors.Is(err, store.ErrManyPasses):
			err = i18n.Problem(i18n.E("desk.too-many-passes", "there are too many passes"),
				i18n.M("desk.revoke-passes", "revoke those that are no longer needed: 'passes' lists them"))
		}
		digits.Wipe()
		if !errors.Is(err, store.ErrTaken) { // happens once in a million passes
			return store.VisitorPass{}, nil, explain(err)
		}
	}
}

// takesDigits reports whether the door has a keypad, takesCodes whether it reads codes.
func takesDigits(c *config.Config) bool {
	return slices.ContainsFunc(c.Readers, func(r config.Reader) bool { return r.Takes(policy.PINKind) })
}

func takesCodes(c *config.Config) bool {
	return c.Passes.Camera || slices.ContainsFunc(c.Readers, func(r config.Reader) bool {
		return r.Takes(policy.PassKind) && !r.Takes(policy.PINKind)
	})
}

// EndPass revokes a pass. id is its handle or the beginning of it.
func (d *Desk) EndPass(ctx context.Context, s Session, id string) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	all, err := d.vault.Passes()
	if err = d.unit.RecordDamage(err); err != nil {
		return fmt.Errorf("reading the passes: %w", err)
	}
	id = strings.TrimPrefix(strings.ToLower(id), "pass-")
	all = slices.DeleteFunc(all, func(p store.VisitorPass) bool {
		return !strings.HasPrefix(p.CredentialID(), "pass-"+id)
	})
	switch {
	case id == "" || len(all) == 0:
		return i18n.Problem(i18n.E("desk.no-such-pass", "no pass has this number"),
			i18n.M("desk.see-passes", "'passes' lists them"))
	case len(all) > 1:
		return i18n.Problem(i18n.E("desk.pass-ambiguous", "%d passes have numbers that begin like this", len(all)),
			i18n.M("desk.write-more-of-number", "write more of the number"))
	}
	if err := d.vault.EndPass(by, all[0].ID); err != nil {
		return explain(err)
	}
	return errors.Join(d.out.DropPass(shortPass(all[0])), d.unit.ReloadPasses(ctx))
}

// PrintPass writes a pass that was just made as a page to print, on A4 or as a label, into the
// unit's out folder, and gives its path. It names no host. It is deleted with the pass.
func (d *Desk) PrintPass(_ context.Context, s Session, p Pass, label bool) (path string, err error) {
	if _, err := d.allow(s, KeepsPeople); err != nil {
		return "", err
	}
	zone := d.cfg.Site.Location()
	sheet := pass.Sheet{Doors: doorsOf(p, d.cfg.Unit.Name), Number: p.ID, From: p.From.In(zone),
		Until: p.Until.In(zone), Uses: p.Uses, Digits: p.Code.Grouped(), QR: p.QR}
	path, err = d.out.WritePass(d.now(), p.ID, func(w io.Writer) error { return sheet.Write(w, label) })
	return path, d.adviseOut(err)
}

// doorsOf gives the names of the doors that a pass is for.
func doorsOf(p Pass, here string) (names []string) {
	for _, x := range p.Doors {
		names = append(names, x.Name)
	}
	if len(names) == 0 {
		names = []string{here}
	}
	return names
}

// Says is a word of the vocabulary for the state of the pass: "opens", "used up".
func (p PassState) Says() string {
	return map[policy.Reason]string{"": "opens", policy.ReasonRevoked: "ended", policy.ReasonExpired: "over",
		policy.ReasonUsedUp: "used up", policy.ReasonNotYetValid: "not yet"}[p.State]
}

// ListPasses gives the passes that are kept, by their end. The look-up of
// their hosts is itself recorded.
func (d *Desk) ListPasses(_ context.Context, s Session) ([]PassState, error) {
	return d.listPasses(s, func(store.VisitorPass) bool { return true })
}

// PassesOf gives those passes of one host that open, or will.
func (d *Desk) PassesOf(_ context.Context, s Session, host policy.PersonID) ([]PassState, error) {
	all, err := d.listPasses(s, func(p store.VisitorPass) bool { return p.Host == host })
	return slices.DeleteFunc(all, func(p PassState) bool {
		return p.State != "" && p.State != policy.ReasonNotYetValid
	}), err
}

func (d *Desk) listPasses(s Session, wanted func(store.VisitorPass) bool) ([]PassState, error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return nil, err
	}
	all, err := d.vault.Passes()
	if err = d.unit.RecordDamage(err); err != nil {
		return nil, fmt.Errorf("reading the passes: %w", err)
	}
	names, err := d.actors(s.Lang)
	if err != nil {
		return nil, err
	}
	site, err := d.vault.Site()
	if err != nil && !errors.Is(err, store.ErrNoSite) {
		return nil, err
	}
	var out []PassState
	var hosts []policy.Person
	now := d.now()
	for _, p := range all {
		if !wanted(p) {
			continue
		}
		line := PassState{Pass: passOf(p, site), By: names[p.By], Used: p.Spent()}
		if !p.Host.IsZero() {
			if host, err := d.vault.Person(p.Host); err == nil {
				line.Host = host.Name
				hosts = append(hosts, host)
			}
		}
		stays, err := d.unit.HostMayEnter(p.Host, now)
		if err = d.unit.RecordDamage(err); err != nil {
			return nil, fmt.Errorf("reading the passes: %w", err)
		}
		switch {
		case p.Revoked || !stays:
			line.State = policy.ReasonRevoked
		case !now.Before(p.Until):
			line.State = policy.ReasonExpired
		case line.Used >= p.Uses:
			line.State = policy.ReasonUsedUp
		case now.Before(p.From):
			line.State = policy.ReasonNotYetValid
		}
		out = append(out, line)
	}
	d.recordLookUp(by, hosts)
	return out, nil
}

// shortPass is the handle of a pass as staff read and type it.
func shortPass(p store.VisitorPass) string { return p.ID.String() }
