package desk

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Find gives the people whose name or apartment contains words, or whose handle begins with them,
// by apartment, then name. The look-up is itself recorded.
func (d *Desk) Find(_ context.Context, s Session, words string) ([]policy.Person, error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return nil, err
	}
	all, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	words = strings.ToLower(strings.TrimSpace(words))
	var found []policy.Person
	for _, p := range all {
		if isDescribed(p, words) {
			found = append(found, p)
		}
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i], found[j]
		if a.Apartment != b.Apartment {
			return a.Apartment < b.Apartment
		}
		return a.Name < b.Name
	})
	d.recordLookUp(by, found)
	return found, nil
}

// Person gives a person. The look-up is itself recorded. Errors: [ErrNoPerson].
func (d *Desk) Person(_ context.Context, s Session, id policy.PersonID) (policy.Person, error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return policy.Person{}, err
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return policy.Person{}, explain(err)
	}
	d.recordLookUp(by, []policy.Person{p})
	return p, nil
}

func isDescribed(p policy.Person, words string) bool {
	return strings.Contains(strings.ToLower(p.Name.Reveal()), words) ||
		strings.Contains(strings.ToLower(p.Apartment.Reveal()), words) ||
		strings.HasPrefix(p.ID.String(), words)
}

// Same gives the one of people, other than self, who has the name and the apartment of x already:
// whoever is entered twice gets two cards, and only one of them ends with the lease.
func Same(people []policy.Person, x Details, self policy.PersonID) (policy.Person, bool) {
	same := func(a, b policy.Private) bool {
		return strings.EqualFold(strings.Join(strings.Fields(a.Reveal()), " "),
			strings.Join(strings.Fields(b.Reveal()), " "))
	}
	i := slices.IndexFunc(people, func(p policy.Person) bool {
		return p.ID != self && same(p.Name, x.Name) && same(p.Apartment, x.Apartment)
	})
	if i < 0 {
		return policy.Person{}, false
	}
	return people[i], true
}

// AddPerson adds a person, without a credential.
func (d *Desk) AddPerson(ctx context.Context, s Session, x Details) (policy.Person, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return policy.Person{}, err
	}
	if !x.Until.IsZero() && !d.now().Before(x.Until) {
		return policy.Person{}, i18n.Problem(i18n.E("desk.lease-expired", "this lease has already expired"),
			i18n.M("desk.write-last-day", "write the last day of the lease, or leave --until out"))
	}
	p, err := d.withDetails(policy.Person{}, x)
	if err != nil {
		return policy.Person{}, err
	}
	if p.ID, err = d.vault.AddPerson(by, p); err != nil {
		return policy.Person{}, fmt.Errorf("adding the person: %w", err)
	}
	if x.Minor {
		return d.ChangePerson(ctx, s, p.ID, x)
	}
	return d.vault.Person(p.ID)
}

// ChangePerson corrects a person's details.
func (d *Desk) ChangePerson(_ context.Context, s Session, id policy.PersonID, x Details) (policy.Person, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return policy.Person{}, err
	}
	err = d.vault.ChangePerson(by, id, audit.PersonCorrected, func(p *policy.Person) error {
		*p, err = d.withDetails(*p, x)
		return err
	})
	if err != nil {
		return policy.Person{}, explain(err)
	}
	return d.vault.Person(id)
}

func (d *Desk) withDetails(p policy.Person, x Details) (policy.Person, error) {
	if err := d.knownGroups(x.Groups, p.Groups); err != nil {
		return p, err
	}
	switch {
	case strings.TrimSpace(x.Name.Reveal()) == "":
		return p, i18n.Problem(i18n.E("desk.person-needs-name", "a person needs a name"),
			i18n.M("desk.write-name", "write the name that staff know them by"))
	case !x.From.IsZero() && !x.Until.IsZero() && !x.From.Before(x.Until):
		return p, i18n.Problem(i18n.E("desk.lease-ends-before-begins", "the lease ends before it begins"),
			i18n.M("desk.write-later-end", "write an end after the beginning"))
	case x.Minor && p.HasFace() && p.Face.Guardian == "":
		// else one broken rule (R-MINOR) would switch off everyone's face
		return p, i18n.Problem(
			i18n.E("desk.minor-without-guardian", "this person has a face, and no guardian agreed to it"),
			i18n.M("desk.withdraw-for-guardian", "withdraw it first; a guardian may then consent"))
	}
	p.Name, p.Apartment, p.Lang, p.From, p.Until = x.Name, x.Apartment, x.Lang, x.From, x.Until
	p.Groups, p.Face.Minor, p.LongOpen, p.Blocked = x.Groups, x.Minor, x.LongOpen, x.Blocked
	return p, nil
}

// RemovePerson erases a person with everything that is stored about them
// (R-ERASE). reason is one of removals.
func (d *Desk) RemovePerson(ctx context.Context, s Session, id policy.PersonID, reason string) (Receipt, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Receipt{}, err
	}
	why, ok := removals[strings.ToLower(strings.TrimSpace(reason))]
	if !ok {
		return Receipt{}, i18n.Problem(i18n.E("desk.no-such-reason", "that is not a reason for removing a person"),
			i18n.M("desk.write-reason", "write: lease end, own request or mistake"))
	}
	if err := d.unit.ForgetFace(ctx, id); err != nil {
		return Receipt{}, err
	}
	if err := d.out.DropCopies(id); err != nil {
		return Receipt{}, err
	}
	return d.eraseBetweenScans(s.Lang, id, "person", func() (store.Receipt, error) {
		return d.vault.RemovePerson(by, id, why)
	})
}

// removals are the reasons for removing a person: as staff write them, and as the log and the
// receipt keep them. Free words are not taken: a name in them would stay.
var removals = map[string]string{
	"lease end": "lease end", "own request": "own request", "mistake": "mistake",
	"租期结束": "lease end", "本人要求": "own request", "误录": "mistake",
}

// RevokeCredential revokes one credential. With the last one face entry ends too (R-ALT).
func (d *Desk) RevokeCredential(ctx context.Context, s Session, id policy.PersonID,
	credentialID string) (Receipt, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Receipt{}, err
	}
	if err := d.vault.RevokeCredential(by, id, credentialID); err != nil {
		return Receipt{}, explain(err)
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return Receipt{}, explain(err)
	}
	if p.HasFace() && len(p.Working(d.now())) == 0 {
		r, err := d.withdraw(ctx, s.Lang, by, id, "no credential left beside the face (R-ALT)")
		r.FaceGone = err == nil
		return r, err
	}
	return Receipt{At: d.now(), What: "credential"}, nil
}

// eraseBetweenScans does an erasure between two scans of the raw bytes of every file of the unit.
// The receipt tells what was there before, and that it is gone.
func (d *Desk) eraseBetweenScans(lang i18n.Language, id policy.PersonID, what string,
	erase func() (store.Receipt, error)) (Receipt, error) {
	pieces, err := d.vault.Ciphertext(id, what)
	if err != nil {
		return Receipt{}, explain(err)
	}
	before, err := d.scan(pieces)
	if err != nil {
		return Receipt{}, err
	}
	r, err := erase()
	if err != nil {
		return Receipt{}, explain(err)
	}
	if r.Sig == nil {
		return Receipt{At: r.At, What: what}, nil // nothing stored had to be destroyed
	}
	after, err := d.scan(pieces)
	if err != nil {
		return Receipt{}, fmt.Errorf("it is erased, but looking for it failed: %w", err)
	}
	detail := i18n.M("desk.erasure-scanned",
		"blocks of the old ciphertext in all files of the unit: %d before, %d after; %d bytes read",
		len(before.Hits), len(after.Hits), after.Bytes)
	return Receipt{At: r.At, What: what, Serial: fmt.Sprint(r.Seq), Detail: lang.Say(detail), OnCard: r.OnCard}, nil
}

// scan looks for pieces in the raw bytes of every file of the unit.
func (d *Desk) scan(pieces [][]byte) (store.Scanned, error) {
	files, err := d.vault.Files()
	if err != nil {
		return store.Scanned{}, fmt.Errorf("listing the unit's files: %w", err)
	}
	return store.Scan(files, pieces)
}
