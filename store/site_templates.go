package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"filippo.io/age"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// A person may let their template go to other doors, which they name (docs/decisions/0074). The
// door that took it seals it for each of these alone, within a record that all doors open. What is
// true of the consent counts when the record is made, also where it is an answer; and once more at
// the door that opens it.

// given is what one door gives another of a person's face.
type given struct {
	Person    policy.PersonID    `cbor:"person"`
	At        fact.Stamp         `cbor:"at"` // under which the giver told that it has the face
	Consent   policy.FaceConsent `cbor:"consent"`
	Notice    notice             `cbor:"notice"` // that named the door which is given the face
	Model     string             `cbor:"model"`
	Occasions []policy.Occasion  `cbor:"occasions"`
	Templates [][]byte           `cbor:"templates"`
}

// UseModel says which network computes the templates of this door: its SHA-256. A template of
// another one is not taken; with none, as where faces are off, all wait.
func (v *Vault) UseModel(sha256 string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.model = sha256; v.ring != nil {
		v.ring.model = sha256
	}
}

// giveFace has a person's template given to the doors that they named, where that has changed.
func (t *tx) giveFace(p *person) {
	if !p.FaceStored() || p.Face.FromElsewhere() || len(p.Face.Doors) == 0 {
		p.Gave = nil
		return
	}
	sum := sha256.Sum256(encoded(struct {
		Doors     []policy.ConsentDoor
		Occasions []policy.Occasion
		At        []fact.Said[bool]
	}{p.Face.Doors, p.Occasions, p.Facts.Faces}))
	if !slices.Equal(p.Gave, sum[:8]) {
		p.Gave = sum[:8]
		t.telling.give[p.ID] = true
	}
}

// encoded gives one text for one value of plain parts.
func encoded(v any) []byte {
	raw, err := encMode.Marshal(v)
	if err != nil {
		panic(err) // plain values only
	}
	return raw
}

// toDoors is the detail of an entry that says to which doors a face goes.
const toDoors = "to"

// namedDoors are the handles of doors, as staff see them.
func namedDoors(all []policy.ConsentDoor) string {
	var out []string
	for _, d := range all {
		out = append(out, fmt.Sprintf("%x", d.Door[:4]))
	}
	return strings.Join(out, " ")
}

// giveKey is where it lies that a template is to be given once the faces are unlocked.
func giveKey(id policy.PersonID) []byte { return append([]byte("give"), id[:]...) }

// gifts seals the templates that this transaction gives.
func (t *tx) gifts() (all []gift, err error) {
	for id := range t.telling.give {
		some, err := t.giftsOf(id)
		if errors.Is(err, ErrFacesLocked) {
			err = t.put(siteBucket, giveKey(id), &t.r.seal, &id)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b gift) int { return bytes.Compare(a.of.ID[:], b.of.ID[:]) })
	return all, nil
}

// gift is a template that was sealed for one door, and what is told of its owner beside it.
type gift struct {
	of record.About
	record.Template
}

// giftsOf seals a person's template for each door that their consent names and that is a door of
// the site now.
func (t *tx) giftsOf(id policy.PersonID) (all []gift, err error) {
	p, templates, err := t.face(id)
	if errors.Is(err, ErrUnknown) {
		return nil, nil // erased, or taken back, meanwhile
	}
	if err != nil {
		return nil, err
	}
	defer wipeAll(templates)
	if !p.FaceStored() || p.Face.FromElsewhere() || p.Facts == nil || !p.Facts.FaceAt(t.r.Unit) {
		return nil, nil
	}
	g := given{Person: id, Consent: p.Face, Model: t.r.model}
	for _, f := range p.Facts.Faces {
		if f.At.Door == t.r.Unit {
			g.At = f.At
		}
	}
	var own [][]float32 // without what was learnt at this door, by a consent to that
	for i, o := range p.Occasions {
		if o.How != policy.TakenLearnt {
			g.Occasions, own = append(g.Occasions, o), append(own, templates[i])
		}
	}
	if len(own) == 0 {
		return nil, nil
	}
	if g.Templates, err = packTemplates(own); err != nil {
		return nil, err
	}
	defer wipeAll(g.Templates)
	for _, to := range p.Face.Doors {
		m := t.telling.members[to.Door]
		if m == nil || m.gone() || m.Key == "" || m.ID == t.r.Unit {
			continue
		}
		switch err := t.get(noticeBucket, to.Notice[:], &t.r.seal, &g.Notice); {
		case errors.Is(err, ErrUnknown):
			continue // nobody could show there what was agreed to
		case err != nil:
			return nil, err
		}
		sealed, err := sealFor(m.Key, &g)
		if err != nil {
			return nil, err
		}
		all = append(all, gift{record.About{ID: id, Facts: *p.Facts}, record.Template{For: m.ID, Sealed: sealed}})
	}
	return all, nil
}

func sealFor(key string, g *given) ([]byte, error) {
	to, err := age.ParseX25519Recipient(key)
	if err != nil {
		return nil, err
	}
	plain := encoded(g)
	defer clear(plain)
	return record.Seal(plain, to)
}

// waiting is a template for this door that is in a record which was read, and was not stored. It
// lies in the site bucket until it is.
type waiting struct {
	Person policy.PersonID `cbor:"person"`
	In     record.Span     `cbor:"in"` // the record
	Asks   bool            `cbor:"asks,omitempty"`
}

func waitKey(id policy.PersonID) []byte { return append([]byte("wait"), id[:]...) }

// waitsFor gives whose template a key of the site bucket is about: see waitKey and giveKey.
func waitsFor(key []byte) (id policy.PersonID) {
	if len(key) == len("wait")+len(id) && (hasPrefix(key, "wait") || hasPrefix(key, "give")) {
		copy(id[:], key[len("wait"):])
	}
	return id
}

// dropWaiting notes that no template of a person is waited for any more. It reports whether one
// lies in a record that this door's present key opens: that key has to go.
func (t *tx) dropWaiting(id policy.PersonID) (is bool, err error) {
	var w waiting
	switch err := t.get(siteBucket, waitKey(id), &t.r.seal, &w); {
	case errors.Is(err, ErrUnknown):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, t.del(siteBucket, waitKey(id))
}

// waitingOf finds the person whose template is waited for, and of whom a subject is the hash.
func (t *tx) waitingOf(subject [32]byte) (id policy.PersonID, is bool, err error) {
	err = t.eachOf("wait", func(key, _ []byte) error {
		if one := waitsFor(key); Subject(one) == subject {
			id, is = one, true
		}
		return nil
	})
	return id, is, err
}

// takeFace takes a template that another door sealed for this one. What is not for this door to
// have, or comes after its end, is destroyed with the key that opens it.
func (a *applier) takeFace(r *record.Record, sealed []byte) error {
	t := a.t
	id, err := age.ParseX25519Identity(t.telling.Identity)
	if err != nil {
		return err
	}
	plain, err := record.Unseal(sealed, id)
	if err != nil {
		return nil // its door sealed something else: nobody can open it here
	}
	defer clear(plain)
	var g given
	if decMode.Unmarshal(plain, &g) != nil {
		return nil
	}
	defer wipeAll(g.Templates)
	own, p, err := t.person(g.Person)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return err
	}
	switch is, err := a.standing(&g, p, r.Door); {
	case err != nil:
		return err
	case is == giftOver:
		return t.condemn(g.Person, "face", noFace(p), r.Door)
	case is != giftTaken:
		w := waiting{g.Person, record.Span{Door: r.Door, First: r.Seq, Last: r.Seq}, is == giftWaits}
		return t.put(siteBucket, waitKey(g.Person), &t.r.seal, &w)
	}
	return a.storeFace(own, p, &g, r)
}

func noFace(p *person) (at fact.Stamp) {
	if p != nil && p.Facts != nil {
		at = p.Facts.NoFace
	}
	return at
}

// standing is what a template that came is.
type standing int

const (
	giftOver    standing = iota // of a person who is erased, or took it back
	giftRefused                 // of another model, without a consent for this door, or this door has a face of its own
	giftWaits                   // it can be taken when something else has come
	giftTaken
)

// standing judges a template for this door. p is nil where the person is not known here.
func (a *applier) standing(g *given, p *person, from fact.DoorID) (standing, error) {
	t := a.t
	if tomb, err := t.tomb(Subject(g.Person)); err != nil || !tomb.Told.IsZero() {
		return giftOver, err
	}
	if p == nil || p.Facts == nil {
		return giftWaits, nil
	}
	at := fact.Stamp{}
	for _, f := range p.Facts.Faces {
		if f.At.Door == from {
			at = f.At
		}
	}
	yes, named := g.Consent.Names(t.r.Unit)
	switch {
	case p.Facts.NoFace.Compare(g.At) >= 0, g.At.Compare(at) < 0:
		return giftOver, nil
	case !named, yes.Notice != sha256.Sum256([]byte(g.Notice.Text)), !g.whole(),
		p.Face.State == policy.FaceEnrolled && p.Face.From != from:
		return giftRefused, nil
	case g.At != at, t.r.model == "", len(p.Working(a.v.now(t))) == 0, t.r.hasPassphrase && t.r.faces.IsZero():
		return giftWaits, nil
	case g.Model != t.r.model:
		_, err := t.log(Entry{At: a.v.now(t), Kind: audit.FaceNotTaken, Actor: Door, Person: p.ID,
			Detail: map[string]string{"from": fmt.Sprintf("%x", from[:4]), "why": "model"}})
		return giftRefused, err
	}
	return giftTaken, nil
}

// whole reports whether the templates are such as EnrolFace takes, one for each occasion.
func (g *given) whole() bool {
	templates, err := unpackTemplates(g.Templates)
	defer wipeAll(templates)
	if err == nil && len(templates) == len(g.Occasions) {
		_, err = packTemplates(templates)
		return err == nil
	}
	return false
}

// storeFace stores a template from another door as if it had been taken here.
func (a *applier) storeFace(own *personKeys, p *person, g *given, r *record.Record) error {
	t := a.t
	yes, _ := g.Consent.Names(t.r.Unit)
	face := a.v.o.newKey()
	defer face.Wipe()
	if err := t.setFaceKey(p.ID, own, face); err != nil {
		return err
	}
	c := g.Consent
	p.Face = policy.FaceConsent{State: policy.FaceEnrolled, At: yes.At, Notice: yes.Notice, Lang: c.Lang,
		Minor: c.Minor, Guardian: c.Guardian, GuardianName: c.GuardianName, CardRequired: c.CardRequired,
		Doors: c.Doors, From: r.Door}
	p.Occasions = g.Occasions
	err := errors.Join(t.put(noticeBucket, yes.Notice[:], &t.r.seal, &g.Notice), t.checkConsent(&p.Face))
	if err != nil {
		return err
	}
	err = errors.Join(t.put(keysBucket, p.ID[:], &t.r.seal, own), t.putPerson(own, p),
		t.put(facesBucket, p.ID[:], &face, g.Templates), t.del(siteBucket, waitKey(p.ID)))
	if err != nil {
		return err
	}
	a.done.Taken = append(a.done.Taken, p.ID)
	return a.note(audit.FaceTaken, p.ID, r)
}

// askForFaces asks for the templates that came when they could not be stored, and can be now; and
// gives those that could not be read when they were asked for. asked reports whether there was any.
func (v *Vault) askForFaces() (asked bool, err error) {
	var ready []waiting
	var locked []policy.PersonID
	err = v.view(func(t *tx) error {
		if s, err := t.teller(); s == nil || err != nil || t.r.model == "" || t.r.hasPassphrase && t.r.faces.IsZero() {
			return err
		}
		err := t.eachOf("wait", func(key, value []byte) error {
			var w waiting
			if err := t.open(siteBucket, key, value, &t.r.seal, &w); err != nil || !w.Asks {
				return err
			}
			_, p, err := t.person(w.Person)
			if err == nil && len(p.Working(v.now(t))) > 0 && p.Facts != nil && p.Facts.FaceAt(w.In.Door) {
				ready = append(ready, w)
			}
			if errors.Is(err, ErrUnknown) {
				err = nil
			}
			return err
		})
		return errors.Join(err, t.eachOf("give", func(key, value []byte) error {
			var id policy.PersonID
			err := t.open(siteBucket, key, value, &t.r.seal, &id)
			locked = append(locked, id)
			return err
		}))
	})
	if err != nil || len(ready)+len(locked) == 0 {
		return false, err
	}
	err = v.act(func(t *tx) error {
		s, err := t.teller()
		if s == nil {
			return err
		}
		for _, w := range ready {
			w.Asks = false
			if err := errors.Join(t.want(w.In), t.put(siteBucket, waitKey(w.Person), &t.r.seal, &w)); err != nil {
				return err
			}
		}
		for _, id := range locked {
			s.give[id] = true
			if err := t.del(siteBucket, giveKey(id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("ask for faces that this door may have: %w", err)
	}
	return true, nil
}
