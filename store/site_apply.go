package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// SiteApplied is what came of records that were brought here.
type SiteApplied struct {
	Records int               // that are applied now
	Known   int               // that were known before
	Closed  int               // of the applied ones: could not be opened, and are asked for again
	Changed []policy.PersonID // people of whom something was told
	Faces   []policy.PersonID // whose face is used here no longer
	Taken   []policy.PersonID // whose template another door gave to this one
	Gone    []policy.PersonID // people who were erased
	Orders  bool              // something was told of orders of the site
	Passes  int               // passes for this door of which something was told
	Missing []record.Span     // records that must come first
	Refused []SiteRefusal
}

// SiteRefusal is a record that is not believed, and why.
type SiteRefusal struct {
	Door fact.DoorID // zero: it is not known whose it is
	Seq  uint64
	Why  error
}

// Why records are refused, beside the errors of package record.
var (
	ErrOtherSite = errors.New("the record is of another site")
	ErrNoMember  = errors.New("no door of this site made the record")
	ErrSentAway  = errors.New("the door was sent away from the site")
	ErrForged    = errors.New("the record's signature is not that of its door")
	ErrTwoChains = errors.New("the door told something else under this number: " +
		"its vault was put back to an older state, or copied")
)

// What is no refusal.
var (
	errKnown = errors.New("the record is known")
	errWait  = errors.New("something must come before the record")
)

// applyMost is how much one transaction applies, in bytes of records: the door decides in between.
const applyMost = 256 << 10

// ApplySite applies records of other doors, in whatever order and however often they come: each
// with the place up to which its chain was read, in one transaction, or not at all. A record that
// is refused changes nothing, and is in the result. What the records erase is gone from what the
// door uses when ApplySite returns; its ciphertext is destroyed by [Vault.EraseDue]. [ErrNoSite].
// An error of the disk comes with what was applied before it.
func (v *Vault) ApplySite(raw [][]byte) (SiteApplied, error) {
	var all SiteApplied
	var wait []*record.Record
	for _, b := range raw {
		r, err := record.Parse(b)
		if err != nil {
			all.Refused = append(all.Refused, SiteRefusal{Why: err})
			continue
		}
		wait = append(wait, r)
	}
	slices.SortStableFunc(wait, func(a, b *record.Record) int {
		return cmp.Or(bytes.Compare(a.Door[:], b.Door[:]), cmp.Compare(a.Seq, b.Seq))
	})
	wait, again, err := v.sift(wait, &all)
	if err != nil {
		return all, fmt.Errorf("apply records of the site: %w", err)
	}
	for again {
		again = false
		var left []*record.Record
		for some := range groups(wait) {
			var a applier
			err := v.act(func(t *tx) error {
				a = applier{v: v, t: t}
				return a.all(some)
			})
			if err != nil {
				return all, fmt.Errorf("apply records of the site: %w", err)
			}
			all.add(a.done)
			left = append(left, a.wait...)
			again = again || a.done.Records > 0
		}
		wait = left
	}
	return all, v.sayMissing(wait, &all)
}

// sift leaves out what is known or refused, and reports whether any of the rest can be applied now.
// It writes nothing: whoever brings records without end must not keep the disk from the door.
func (v *Vault) sift(rs []*record.Record, all *SiteApplied) (left []*record.Record, ready bool, err error) {
	if len(rs) == 0 {
		return nil, false, nil
	}
	err = v.view(func(t *tx) error {
		s, err := t.inSite()
		if err != nil {
			return err
		}
		a := applier{v: v, t: t}
		for _, r := range rs {
			switch err := a.judge(s, r); {
			case errors.Is(err, errKnown):
				all.Known++
			case err == nil, errors.Is(err, ErrTwoChains) && r.Door == t.r.Unit:
				left, ready = append(left, r), true
			case errors.Is(err, errWait):
				left = append(left, r)
			default:
				all.Refused = append(all.Refused, SiteRefusal{r.Door, r.Seq, err})
			}
		}
		return nil
	})
	return left, ready, err
}

// groups splits records into what one transaction applies.
func groups(all []*record.Record) func(yield func([]*record.Record) bool) {
	return func(yield func([]*record.Record) bool) {
		from, size := 0, 0
		for i, r := range all {
			if size += len(r.Raw()); size > applyMost && i > from {
				if !yield(all[from:i]) {
					return
				}
				from, size = i, len(r.Raw())
			}
		}
		if from < len(all) {
			yield(all[from:])
		}
	}
}

func (s *SiteApplied) add(o SiteApplied) {
	s.Records, s.Known, s.Closed = s.Records+o.Records, s.Known+o.Known, s.Closed+o.Closed
	s.Orders = s.Orders || o.Orders
	s.Passes += o.Passes
	for _, list := range []struct{ to, from *[]policy.PersonID }{{&s.Changed, &o.Changed}, {&s.Faces, &o.Faces},
		{&s.Gone, &o.Gone}, {&s.Taken, &o.Taken}} {
		for _, id := range *list.from {
			if !slices.Contains(*list.to, id) {
				*list.to = append(*list.to, id)
			}
		}
	}
	s.Refused = append(s.Refused, o.Refused...)
}

// applier applies records in one transaction.
type applier struct {
	v    *Vault
	t    *tx
	done SiteApplied
	wait []*record.Record
}

func (a *applier) all(rs []*record.Record) error {
	s, err := a.t.inSite()
	if err != nil {
		return err
	}
	s.hears = true
	id, err := s.identity()
	if err != nil {
		return err
	}
	for _, r := range rs {
		if s.members[a.t.r.Unit].gone() { // by the record before
			return nil
		}
		b, err := a.believe(s, r, id)
		switch {
		case errors.Is(err, errWait):
			a.wait = append(a.wait, r)
		case errors.Is(err, errKnown):
			a.done.Known++
		case errors.Is(err, ErrTwoChains) && r.Door == a.t.r.Unit:
			a.done.Refused = append(a.done.Refused, SiteRefusal{r.Door, r.Seq, err})
			if err := a.putBack(s, r); err != nil {
				return err
			}
		case err != nil:
			a.done.Refused = append(a.done.Refused, SiteRefusal{r.Door, r.Seq, err})
		default:
			if err := a.apply(s, r, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge checks whether a record can be applied now, and writes nothing.
func (a *applier) judge(s *telling, r *record.Record) error {
	m := s.members[r.Door]
	switch {
	case r.Site != s.Site:
		return ErrOtherSite
	case m == nil:
		return errWait
	case !r.Verify(m.Sign):
		return ErrForged
	case r.Seq <= m.Seq:
		return a.known(s, r)
	case m.gone():
		return ErrSentAway
	case r.Seq == m.Seq+1 && r.Prev != m.Head && !r.Begins() && r.Door != a.t.r.Unit:
		return ErrTwoChains
	case r.Seq > m.Seq+1 && !r.Begins() && r.Door != a.t.r.Unit:
		return errWait
	}
	return nil
}

// believe judges a record and opens it, and writes nothing. The body is nil where the record is not
// sealed to our key.
func (a *applier) believe(s *telling, r *record.Record, id age.Identity) (*record.Body, error) {
	if err := a.judge(s, r); err != nil {
		return nil, err
	}
	b, err := r.Open(id)
	if errors.Is(err, record.ErrNotOurs) {
		return nil, nil
	}
	return b, err
}

// known says of a record with a number that was read whether it is the one that was read.
func (a *applier) known(s *telling, r *record.Record) error {
	was, err := a.t.linkAt(r.Door, r.Seq)
	switch {
	case err != nil:
		return err
	case was == nil || was.Head == r.Hash() || r.Door == a.t.r.Unit && r.Seq <= s.Twice:
		return errKnown
	}
	return ErrTwoChains
}

// putBack goes on where this door is found to have told more than its vault knows, or something
// else under the same numbers: the vault was put back to an older state. Its next record begins a
// piece of the chain. All that it knows is told again, since others may take what it told meanwhile
// for what they know; and what it told before under numbers given twice is asked for.
func (a *applier) putBack(s *telling, r *record.Record) error {
	last := s.members[a.t.r.Unit].Seq
	if r.Seq <= last && r.Seq > s.Twice { // else apply has done it
		if err := a.t.doubtPasses(); err != nil {
			return err
		}
	}
	s.Begin, s.Twice = true, max(s.Twice, last)
	if r.Seq <= last {
		s.ask = append(s.ask, record.Span{Door: r.Door, First: r.Seq, Last: last})
	}
	if err := a.t.tellAll(); err != nil {
		return err
	}
	_, err := a.t.log(Entry{At: a.v.now(a.t), Kind: audit.SiteChainBroken, Actor: Door,
		Detail: map[string]string{"record": fmt.Sprint(r.Seq)}})
	return err
}

// apply is what a believed record changes.
func (a *applier) apply(s *telling, r *record.Record, b *record.Body) error {
	t, m := a.t, s.members[r.Door]
	a.done.Records++
	if r.Door == t.r.Unit { // of which this vault does not know
		if err := t.doubtPasses(); err != nil {
			return err
		}
	}
	if r.Door == t.r.Unit && (r.Seq != m.Seq+1 || r.Prev != m.Head) {
		if err := a.putBack(s, r); err != nil {
			return err
		}
	}
	if r.Seq > m.Seq+1 {
		if err := t.want(record.Span{Door: r.Door, First: m.Seq + 1, Last: r.Seq - 1}); err != nil {
			return err
		}
	}
	if err := t.link(m, r, b); err != nil {
		return err
	}
	m.Heard = a.v.now(t)
	if b == nil {
		a.done.Closed++
		if err := t.want(record.Span{Door: r.Door, First: r.Seq, Last: r.Seq}); err != nil {
			return err
		}
		return t.putMember(m)
	}
	s.heard(b.Count)
	if err := t.hearWord(m, b); err != nil {
		return err
	}
	if m.ID != t.r.Unit {
		m.heardState(b.State)
	}
	for _, e := range b.Erased {
		if err := a.erased(e, r.Door); err != nil {
			return err
		}
	}
	if err := a.orders(b.Orders, r); err != nil {
		return err
	}
	for i := range b.People {
		if err := a.person(&b.People[i], r); err != nil {
			return err
		}
	}
	for _, x := range b.Templates {
		if x.For != t.r.Unit || m.ID == t.r.Unit {
			continue
		}
		if err := a.takeFace(r, x.Sealed); err != nil {
			return err
		}
	}
	for _, p := range b.Passes {
		if err := a.pass(p, r); err != nil {
			return err
		}
	}
	for _, raw := range b.Receipts {
		if err := a.receiptOf(m, raw); err != nil {
			return err
		}
	}
	if err := a.batchesTold(s, r.Door, b.Events); err != nil {
		return err
	}
	if err := a.managersTold(s, b.Managers, a.from(r)); err != nil {
		return err
	}
	for _, d := range b.Doors {
		if err := a.door(s, d, r); err != nil {
			return err
		}
	}
	for _, span := range b.Again {
		if err := t.got(span); err != nil {
			return err
		}
	}
	for _, span := range b.Ask {
		s.answer(t.r.Unit, r.Door, span)
	}
	return t.putMember(m)
}

// sayMissing says of the records that could not be applied what they wait for.
func (v *Vault) sayMissing(wait []*record.Record, s *SiteApplied) error {
	if len(wait) == 0 {
		return nil
	}
	return v.view(func(t *tx) error {
		members, err := t.members()
		if err != nil {
			return err
		}
		said := map[fact.DoorID]bool{}
		for _, r := range wait { // in the order of their numbers
			m := members[r.Door]
			switch {
			case m == nil:
				s.Refused = append(s.Refused, SiteRefusal{r.Door, r.Seq, ErrNoMember})
			case !said[r.Door]:
				said[r.Door] = true
				s.Missing = append(s.Missing, record.Span{Door: r.Door, First: m.Seq + 1, Last: r.Seq - 1})
			}
		}
		return nil
	})
}
