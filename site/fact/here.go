package fact

import (
	"bytes"
	"slices"
	"time"

	"menshen/policy"
)

// Onto gives a person as they are at this door: what was told, over what only this door knows, which
// are the face, and when and how often each credential was used. A credential that nobody told of
// is not theirs any more.
func (p Person) Onto(here policy.Person) policy.Person {
	about := p.About.Value
	here.Name, here.Apartment, here.Lang, here.LongOpen = about.Name, about.Apartment, about.Lang, about.LongOpen
	here.From, here.Until = p.Lease.Value.From, p.Lease.Value.Until
	here.Groups = slices.Clone(p.Groups.Value)
	here.Blocked = p.Blocked()
	if !p.Minor.At.IsZero() {
		here.Face.Minor = p.Minor.Value
	}
	was := here.Credentials
	here.Credentials = nil
	for _, c := range p.inOrder() {
		if c.Taken {
			continue
		}
		given := c.Given
		given.ID, given.Revoked = c.ID, c.Revoked
		if i := slices.IndexFunc(was, func(w policy.Credential) bool { return w.ID == c.ID }); i >= 0 {
			given.Used, given.LastUsed = was[i].Used, was[i].LastUsed
		}
		here.Credentials = append(here.Credentials, given)
	}
	return here
}

// inOrder gives the credentials as they were given.
func (p Person) inOrder() []Credential {
	all := slices.Clone(p.Credentials)
	slices.SortFunc(all, func(a, b Credential) int { return a.At.Compare(b.At) })
	return all
}

// Diff gives the facts by which now, the person after an act at this door, differs from what was
// told; false: by none. hashes are those of the credentials' numbers, by their IDs. next gives the
// next stamp of this door. Of faces it tells whether this door has one; that a consent was taken
// back, which ends the face at every door, is told by whoever takes it back.
//
// Facts that change always travel with who the person is, their lease, their groups and whether they
// are a child, so that no door hears of part of a person.
func Diff(here DoorID, told Person, now policy.Person, hashes map[string][]byte,
	next func() Stamp) (Person, bool) {
	change := Person{About: told.About, Lease: told.Lease, Groups: told.Groups, Minor: told.Minor}
	changed := false
	about := About{now.Name, now.Apartment, now.Lang, now.LongOpen}
	if !told.Known() || told.About.Value != about {
		change.About, changed = Said[About]{next(), about}, true
	}
	lease := Lease{now.From, now.Until}
	if !told.Known() || !told.Lease.Value.equal(lease) {
		change.Lease, changed = Said[Lease]{next(), lease.plain()}, true
	}
	if !told.Known() || !slices.Equal(told.Groups.Value, now.Groups) {
		change.Groups, changed = Said[[]string]{next(), slices.Clone(now.Groups)}, true
	}
	if now.Face.Minor != told.Minor.Value {
		change.Minor, changed = Said[bool]{next(), now.Face.Minor}, true
	}
	switch {
	case now.Blocked && !told.Blocked():
		change.Blocks, changed = []Stamp{next()}, true
	case !now.Blocked && told.Blocked():
		change.Lifted, changed = less(told.Blocks, told.Lifted), true
	}
	if has := now.FaceStored(); has != told.FaceAt(here) {
		change.Faces, changed = []Said[bool]{{next(), has}}, true
	}
	change.Credentials = diffCredentials(told.Credentials, now.Credentials, hashes, next)
	return change, changed || len(change.Credentials) > 0
}

func diffCredentials(told []Credential, now []policy.Credential, hashes map[string][]byte,
	next func() Stamp) (change []Credential) {
	for _, c := range now {
		i, known := slices.BinarySearchFunc(told, c.ID, byID)
		switch {
		case !known:
			change = append(change, Credential{ID: c.ID, At: next(), Hash: bytes.Clone(hashes[c.ID]),
				Given: asGiven(c), Revoked: c.Revoked})
		case c.Revoked && !told[i].Revoked:
			revoked := told[i]
			revoked.Revoked = true
			change = append(change, revoked)
		}
	}
	for _, c := range told {
		if !c.Taken && !slices.ContainsFunc(now, func(n policy.Credential) bool { return n.ID == c.ID }) {
			c.Revoked, c.Taken = true, true
			change = append(change, c)
		}
	}
	slices.SortFunc(change, func(a, b Credential) int { return byID(a, b.ID) })
	return change
}

// asGiven is what never changes of a credential.
func asGiven(c policy.Credential) policy.Credential {
	c.ID, c.Revoked, c.Used, c.LastUsed = "", false, 0, time.Time{}
	c.From, c.Until = plain(c.From), plain(c.Until)
	return c
}

func (l Lease) equal(o Lease) bool { return l.From.Equal(o.From) && l.Until.Equal(o.Until) }

func (l Lease) plain() Lease { return Lease{plain(l.From), plain(l.Until)} }

// plain gives one value for one moment.
func plain(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Round(0).UTC()
}
