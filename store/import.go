package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// ImportKept is for how long an import can be undone. What people were before it is kept until
// then.
const ImportKept = 24 * time.Hour

// ErrChanged means that a person was changed since they were looked at.
var ErrChanged = errors.New("changed meanwhile")

// Details are what a list says about a person. Face, consent and what is blocked are not among
// them: they change by acts of their own.
type Details struct {
	Name      policy.Private
	Apartment policy.Private
	Lang      string
	From      time.Time
	Until     time.Time
	Groups    []string
}

// DetailsOf gives the details of a person.
func DetailsOf(p policy.Person) Details {
	return Details{p.Name, p.Apartment, p.Lang, p.From, p.Until, p.Groups}
}

// Equal reports whether two are the same.
func (d Details) Equal(x Details) bool {
	return d.Name == x.Name && d.Apartment == x.Apartment && d.Lang == x.Lang && d.From.Equal(x.From) &&
		d.Until.Equal(x.Until) && slices.Equal(d.Groups, x.Groups)
}

func (d Details) putInto(p *policy.Person) {
	p.Name, p.Apartment, p.Lang, p.From, p.Until, p.Groups = d.Name, d.Apartment, d.Lang, d.From, d.Until, d.Groups
}

// ListedPerson is what [Vault.Import] does with one person.
type ListedPerson struct {
	ID    policy.PersonID // zero: they are added
	Was   Details         // with an ID: what they must still be
	Is    Details
	Cards []ListedCard // given to them, beside those that they have
}

// ListedCard is a card that no person holds. Secret is as of [Vault.AddCredential].
type ListedCard struct {
	Secret   []byte
	Label    string
	Clonable bool
}

// before is what a person was before an import, and what it gave them.
type before struct {
	Entry uint64 // of the import
	Details
	Cards []string // ids of the credentials
}

// imported lies in the settings bucket: the last import, for as long as it can be undone.
type imported struct {
	Entry   uint64
	At      time.Time
	By      Actor
	File    [32]byte
	Added   []policy.PersonID
	Changed []policy.PersonID
}

var importKey = []byte("import")

func (i *imported) removePeople(gone map[policy.PersonID]bool) {
	is := func(id policy.PersonID) bool { return gone[id] }
	i.Added, i.Changed = slices.DeleteFunc(i.Added, is), slices.DeleteFunc(i.Changed, is)
}

// byImport is the detail of entries about people that names the import's entry.
const byImport = "import"

// Import adds and changes people as one act: all of them or none. Its entry in the audit log has
// file, the SHA-256 of the file that they came from, and how many they are; the entries about each
// person follow it and name it. An import can be undone ([Vault.UndoImport]) until the next one,
// for [ImportKept]. progress is told after each person how many are done; it must return at once,
// and may be told again from the beginning. No other record is written meanwhile.
//
// [ErrTaken]: a card is held by a person, revoked or not. [ErrChanged]: a person is not what
// [ListedPerson.Was] says. [ErrUnknown]: a person is gone.
func (v *Vault) Import(a Actor, people []ListedPerson, file [32]byte, progress func(done int)) (uint64, error) {
	im := importer{v: v, a: a, people: people, file: file, progress: progress}
	im.draw()
	defer im.wipe()
	if err := v.act(im.write); err != nil {
		return 0, fmt.Errorf("import people: %w", err)
	}
	return im.entry, nil
}

// importer is one import. What is random is drawn once, since the transaction may run again.
type importer struct {
	v        *Vault
	a        Actor
	people   []ListedPerson
	file     [32]byte
	progress func(int)

	ids   []policy.PersonID
	keys  []personKeys
	cards [][]string // ids of the credentials
	entry uint64
}

func (im *importer) draw() {
	for _, p := range im.people {
		var own personKeys
		if p.ID.IsZero() {
			im.v.o.draw(p.ID[:])
			own.Own = im.v.o.newKey()
		}
		var cards []string
		for range p.Cards {
			var handle [8]byte
			im.v.o.draw(handle[:])
			cards = append(cards, hex.EncodeToString(handle[:]))
		}
		im.ids, im.keys, im.cards = append(im.ids, p.ID), append(im.keys, own), append(im.cards, cards)
	}
}

func (im *importer) wipe() {
	for i := range im.keys {
		im.keys[i].Own.Wipe()
	}
}

func (im *importer) write(t *tx) (err error) {
	if err := t.dropImport(); err != nil {
		return err
	}
	last := imported{At: im.v.now(t), By: im.a, File: im.file}
	cards := 0
	for i, p := range im.people {
		cards += len(p.Cards)
		if p.ID.IsZero() {
			last.Added = append(last.Added, im.ids[i])
		} else {
			last.Changed = append(last.Changed, p.ID)
		}
	}
	last.Entry, err = t.log(Entry{At: last.At, Kind: audit.PeopleImported, Actor: im.a, Detail: map[string]string{
		"added": fmt.Sprint(len(last.Added)), "changed": fmt.Sprint(len(last.Changed)),
		"cards": fmt.Sprint(cards), "sha256": hex.EncodeToString(im.file[:])}})
	if err != nil {
		return err
	}
	im.entry = last.Entry
	for i := range im.people {
		if err := im.put(t, i, last.At); err != nil {
			return err
		}
		im.progress(i + 1)
	}
	return t.put(settingBucket, importKey, &t.r.seal, &last)
}

// put adds or changes one person.
func (im *importer) put(t *tx, i int, at time.Time) error {
	x, id := &im.people[i], im.ids[i]
	own, p, kind := &im.keys[i], &person{Person: policy.Person{ID: id}}, audit.PersonAdded
	if x.ID.IsZero() {
		if err := t.put(keysBucket, id[:], &t.r.seal, own); err != nil {
			return err
		}
	} else {
		var err error
		if own, p, err = t.person(id); err != nil {
			return err
		}
		if !DetailsOf(p.Person).Equal(x.Was) {
			return fmt.Errorf("person %s: %w", id, ErrChanged)
		}
		kind, p.Before = audit.PersonCorrected, &before{im.entry, x.Was, im.cards[i]}
	}
	x.Is.putInto(&p.Person)
	for n, c := range x.Cards {
		if err := im.giveCard(t, p, c, im.cards[i][n]); err != nil {
			return err
		}
	}
	if err := t.putPerson(own, p); err != nil {
		return err
	}
	note := Entry{At: at, Kind: kind, Actor: im.a, Person: id,
		Detail: map[string]string{byImport: fmt.Sprint(im.entry)}}
	if x.ID.IsZero() || !x.Is.Equal(x.Was) {
		if _, err := t.log(note); err != nil {
			return err
		}
	}
	note.Kind = audit.CredentialAdded
	for _, note.CredentialID = range im.cards[i] {
		if _, err := t.log(note); err != nil {
			return err
		}
	}
	return nil
}

// giveCard adds a card to a person's record, which the caller stores, and to the index.
func (im *importer) giveCard(t *tx, p *person, c ListedCard, handle string) error {
	first := t.r.first(policy.CardKind, c.Secret)
	switch err := t.get(cardsBucket, t.r.second(first), &t.r.seal, &card{}); {
	case err == nil:
		return ErrTaken
	case !errors.Is(err, ErrUnknown):
		return err
	}
	p.Credentials = append(p.Credentials, policy.Credential{ID: handle, Kind: policy.CardKind, Label: c.Label,
		Clonable: c.Clonable})
	if p.Hashes == nil {
		p.Hashes = map[string][]byte{}
	}
	p.Hashes[handle] = first
	return t.put(cardsBucket, t.r.second(first), &t.r.seal, &card{p.ID, handle})
}

// dropImport forgets the last import, and what people were before it.
func (t *tx) dropImport() error {
	var last imported
	switch err := t.get(settingBucket, importKey, &t.r.seal, &last); {
	case errors.Is(err, ErrUnknown):
		return nil
	case err != nil:
		return err
	}
	for _, id := range last.Changed {
		own, p, err := t.person(id)
		if errors.Is(err, ErrUnknown) {
			continue
		}
		if err != nil {
			return err
		}
		p.Before = nil
		if err := t.putPerson(own, p); err != nil {
			return err
		}
	}
	return t.del(settingBucket, importKey)
}

// dropOldImport forgets an import that can no longer be undone.
func (t *tx) dropOldImport(now time.Time) error {
	var last imported
	err := t.get(settingBucket, importKey, &t.r.seal, &last)
	if errors.Is(err, ErrUnknown) || err == nil && now.Sub(last.At) <= ImportKept {
		return nil
	}
	if err != nil {
		return err
	}
	return t.dropImport()
}

// BeforeImport gives what is kept about a person of before the last import, for their own page
// (R-RIGHTS). false: nothing is.
func (v *Vault) BeforeImport(id policy.PersonID) (d Details, kept bool, err error) {
	err = v.view(func(t *tx) error {
		_, p, err := t.person(id)
		if err == nil && p.Before != nil {
			d, kept = p.Before.Details, true
		}
		return err
	})
	if err != nil {
		return Details{}, false, fmt.Errorf("person %s: %w", id, err)
	}
	return d, kept, nil
}
