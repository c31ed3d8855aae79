package desk

import (
	"context"
	"sync"
	"time"

	"menshen/board/unit"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
)

// EnrolOnCard takes the person's face as [Desk.Enrol] does, and has their own card carry it:
// nothing of it is stored here. A face that lies on a card of theirs already is written anew, or to
// a second card. If the card does not come nothing changes.
func (d *Desk) EnrolOnCard(ctx context.Context, s Session, id policy.PersonID, step Progress) (Enrolment, error) {
	by, err := d.allow(s, TakesFaces)
	if err != nil {
		return Enrolment{}, err
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return Enrolment{}, explain(err)
	}
	if _, err := policy.Enrol(p, d.now(), false); err != nil {
		return Enrolment{}, err // says what to do
	}
	if err := d.mayBeOnCard(p); err != nil {
		return Enrolment{}, err
	}
	e, err := d.enrolOnCard(ctx, s, by, p, step)
	manner := unit.MannerOf(p)
	d.lead(ctx, manner, either(err == nil, scene.Carried, scene.NotStored), 0)
	return e, err
}

// mayBeOnCard gives an error where a person's own card is not to carry their face.
func (d *Desk) mayBeOnCard(p policy.Person) error {
	switch {
	case !d.cfg.Faces.OnCard:
		return i18n.Problem(i18n.E("desk.site-has-no-faces-on-cards", "at this door no card carries a face"),
			i18n.M("desk.decide-on-cards", "the site decides that, with [faces] on_card; a new assessment is then due"))
	case p.Face.State == policy.FaceEnrolled && !p.Face.OnCard:
		return i18n.Problem(i18n.E("desk.face-stored-here", "this person's face is stored in the unit"),
			i18n.M("desk.face-stored-here-remedy",
				"to have it on their card instead: withdraw, consent again, then enrol WHO card"))
	}
	return nil
}

// MayBeOnCard reports whether a person's own card may carry their face.
func (d *Desk) MayBeOnCard(_ context.Context, s Session, p policy.Person) (bool, error) {
	_, err := d.allow(s, ReadsPeople)
	return err == nil && d.mayBeOnCard(p) == nil, err
}

// carry has the readers that can write what cards carry; it reports whether there are any.
func (d *Desk) carry(until time.Time, write func(hal.Card) ([]byte, bool)) (any bool) {
	for _, r := range d.unit.Readers() {
		if r, ok := r.(hal.Carrier); ok && r.Carry(until, write) {
			any = true
		}
	}
	return any
}

// worksFor gives the credential of a card that is the person's and works.
func (d *Desk) worksFor(id policy.PersonID, c hal.Card) (k policy.Credential, theirs bool) {
	p, k, err := d.held(c)
	return k, err == nil && p.ID == id && k.ID != "" && !k.Revoked
}

// factOnCards counts the faces that lie on cards.
func factOnCards(people []policy.Person, lang i18n.Language) (out []Fact) {
	n := 0
	for _, p := range people {
		if p.Face.OnCard {
			n++
		}
	}
	if n > 0 {
		out = append(out, Fact{Name: "faces on cards",
			State: lang.Say(i18n.M("desk.faces-on-cards", "%d, of which nothing is stored here", n))})
	}
	return out
}

// enrolOnCard takes the face of a person who may be enrolled, and has their card carry it.
func (d *Desk) enrolOnCard(ctx context.Context, s Session, by store.Actor, p policy.Person,
	step Progress) (Enrolment, error) {
	ctx, done := d.withSession(ctx, s)
	defer done()
	lang := catalogue.In(p.Lang)
	face, err := d.unit.TakeFace(ctx, by, unit.MannerOf(p), nil, func(at unit.Step) { step(shownStep(at, lang)) })
	if why := sessionEnd(ctx); why != nil {
		err = why
	}
	if err != nil {
		return Enrolment{}, d.explainFaces(err, lang)
	}
	defer face.Wipe()
	template, err := face.Packed()
	if err != nil {
		return Enrolment{}, err
	}
	defer clear(template)
	key, err := d.vault.NewCardFace(p.ID)
	if err != nil {
		return Enrolment{}, explain(err)
	}
	defer key.Wipe()
	credential, err := d.writeFace(ctx, p, key, template, step)
	if err == nil {
		err = d.vault.EnrolOnCard(by, key, credential)
	}
	if err == nil {
		err = d.unit.CarriesFace(ctx, p.ID)
	}
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{Pictures: face.Pictures, Occasions: 1, CardRequired: true}, nil
}

// writeFace waits until a card of the person carries the template, and gives the card's handle.
func (d *Desk) writeFace(ctx context.Context, p policy.Person, key *store.CardFace, template []byte,
	step Progress) (credential string, err error) {
	within, lang := patient(p), catalogue.In(p.Lang)
	until := time.Now().Add(within) // by the reader's own clock
	var writing sync.Mutex          // a card may just be written when the session ends
	over := false
	defer func() {
		d.carry(time.Time{}, nil)
		writing.Lock()
		defer writing.Unlock()
		over = true
	}()
	there := d.carry(until, func(c hal.Card) ([]byte, bool) {
		writing.Lock()
		defer writing.Unlock()
		k, theirs := d.worksFor(p.ID, c)
		if over || !theirs || c.Carried == nil {
			return nil, false
		}
		return key.Seal(k.ID, c.Carried.Key, d.unit.Model(), template), true
	})
	if !there {
		return "", i18n.Problem(i18n.E("desk.no-aes-reader", "no reader of this door knows AES cards"),
			i18n.M("desk.set-up-aes-reader", "give an rc522 or pcsc reader aes in the configuration"))
	}
	d.lead(ctx, unit.MannerOf(p), scene.Writing, within)
	ask := lang.Say(i18n.M("desk.hold-card-for-face",
		"hold your own card to the reader at the door, and keep it there until the lamp answers"))
	for {
		c, err := d.cardWithin(ctx, unit.Anywhere, time.Until(until), ask, step)
		if err != nil {
			return "", err
		}
		switch k, theirs := d.worksFor(p.ID, c); {
		case theirs && c.Written:
			return k.ID, nil
		case theirs:
			return "", i18n.Problem(i18n.E("desk.card-carries-nothing", "this card has no room for a face"),
				i18n.M("desk.card-carries-nothing-remedy",
					"give them an AES card of the site first ('card WHO --write'), at a reader that knows AES cards"))
		}
		ask = lang.Say(i18n.M("desk.not-your-card", "that is another card: hold your own to the reader"))
	}
}
