package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"menshen/board/unit"
	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// mayConsent gives who serves the person, and the person, where a consent may be taken now.
func (d *Desk) mayConsent(ctx context.Context, s Session, c ConsentGiven) (store.Actor, policy.Person, error) {
	by, err := d.allow(s, TakesFaces)
	if err == nil {
		err = d.noticeShown(c)
	}
	if err != nil {
		return by, policy.Person{}, err
	}
	switch off, err := d.unit.FacesOff(ctx); {
	case err != nil:
		return by, policy.Person{}, err
	case off.Rule != "": // a face that may not be taken is not asked for
		return by, policy.Person{}, d.facesOff(off, s.Lang)
	}
	p, err := d.vault.Person(c.Person)
	return by, p, explain(err)
}

// Consent records a consent to the notice in force, given by the person's own act: their own
// card, at the door (R-CONSENT).
func (d *Desk) Consent(ctx context.Context, s Session, c ConsentGiven, step Progress) error {
	by, asked, err := d.mayConsent(ctx, s, c)
	if err != nil {
		return err
	}
	doors, err := d.namedDoors(c.Doors)
	if err != nil {
		return err
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	owner, err := d.ownCard(ctx, c.Person, c.Lang, step)
	if (errors.Is(err, errNoCard) || errors.Is(err, errNotTheirs)) && policy.MayAsk(asked) != nil {
		// They refused before, were asked again, and did not agree by an act of their own: it was
		// not they who wanted this (R-REFUSE).
		d.unit.Record(store.Entry{Kind: audit.AskedAfterNo, Actor: by, Person: c.Person})
		return i18n.Problem(
			i18n.E("desk.refused-before", "this person refused before, and did not agree with their own card"),
			i18n.M("desk.do-not-ask-again",
				"do not ask again; this is recorded, and a manager must look into it within a week ('inquiry')"))
	}
	if err != nil {
		return err
	}
	// Their card proves that the person is here and asks for it, also after an earlier refusal.
	yes := policy.Yes{At: d.now(), Notice: c.Notice, Lang: c.Lang, OwnAct: true, OwnRequest: true,
		Minor: owner.Face.Minor, Guardian: c.Guardian, GuardianName: c.GuardianName, Doors: doors}
	if _, err := policy.Consent(owner, yes); err != nil {
		return err // says what to do
	}
	return explain(d.vault.ChangePerson(by, c.Person, audit.ConsentGiven, func(p *policy.Person) (err error) {
		*p, err = policy.Consent(*p, yes)
		return err
	}))
}

// namedDoors finds the doors of the site that a person named. Each is one that the notice names.
func (d *Desk) namedDoors(names []string) (all []policy.ConsentDoor, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	found, err := d.vault.Site()
	if err != nil {
		return nil, explainSite(err)
	}
	for _, name := range names {
		if !slices.Contains(d.cfg.Faces.Doors, name) {
			return nil, i18n.Problem(i18n.E("desk.door-not-in-notice", "the notice does not name that door"),
				i18n.M("desk.doors-in-config", "[faces] doors names those to which a template may go"))
		}
		i, err := doorNamed(found.Doors, name)
		if err == nil {
			err = realDoor(found.Doors[i])
		}
		if err != nil {
			return nil, err
		}
		x := found.Doors[i]
		if x.ID == found.Here || x.Heard.IsZero() {
			return nil, i18n.Problem(i18n.E("desk.door-not-heard", "that door is this one, or was never heard of"),
				i18n.M("desk.doors-heard", "'site' shows which doors were heard of; carry their records here first"))
		}
		all = append(all, policy.ConsentDoor{Door: x.ID, Name: x.Name})
	}
	return all, nil
}

// noticeShown gives an error unless the notice that was shown is in force.
func (d *Desk) noticeShown(c ConsentGiven) error {
	if _, hash, err := d.vault.Notice(c.Lang); err != nil || hash != c.Notice {
		return i18n.Problem(i18n.E("desk.notice-changed", "the notice has changed since it was shown"),
			i18n.M("desk.show-notice-again", "show the present notice and ask again"))
	}
	return nil
}

var errNotTheirs = i18n.E("desk.not-persons-card", "that is not this person's card")

// ownCard waits until a person agrees by an act of their own: with their own card, at the door,
// which asks them too. Errors: errNoCard; errNotTheirs, for the card of another person or of no
// person.
func (d *Desk) ownCard(ctx context.Context, id policy.PersonID, lang string, step Progress,
) (owner policy.Person, err error) {
	asked, err := d.vault.Person(id)
	if err != nil {
		return asked, explain(err)
	}
	within, manner := patient(asked), unit.Manner{Lang: lang, Unhurried: asked.LongOpen}
	d.lead(ctx, manner, scene.Consent, within)
	defer func() { d.lead(ctx, manner, either(err == nil, scene.Ready, scene.NotStored), 0) }()
	card, err := d.cardWithin(ctx, unit.Anywhere, within, catalogue.In(lang).Say(i18n.M("desk.agree-with-card",
		"if you agree, hold your own card to the reader at the door")), step)
	if err != nil {
		return policy.Person{}, err
	}
	owner, _, err = d.vault.FindCredential(policy.CardKind, card.Credential())
	if errors.Is(err, store.ErrUnknown) || err == nil && owner.ID != id {
		return policy.Person{}, i18n.Problem(errNotTheirs,
			i18n.M("desk.use-own-card", "consent is the person's own act: ask them to use their own card"))
	}
	return owner, err
}

// Refuse records a no, which is not asked again (R-REFUSE).
func (d *Desk) Refuse(ctx context.Context, s Session, id policy.PersonID) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return explain(err)
	}
	if p.HasFace() {
		_, err := d.withdraw(ctx, s.Lang, by, id, "refused")
		return err
	}
	return explain(d.vault.ChangePerson(by, id, audit.FaceRefused, func(p *policy.Person) error {
		*p = policy.Refuse(*p, d.now())
		return nil
	}))
}

// Withdraw stops the face at once and destroys its data (R-WITHDRAW).
func (d *Desk) Withdraw(ctx context.Context, s Session, id policy.PersonID) (Receipt, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Receipt{}, err
	}
	return d.withdraw(ctx, s.Lang, by, id, "withdrawn by the person")
}

func (d *Desk) withdraw(ctx context.Context, lang i18n.Language, by store.Actor, id policy.PersonID,
	why string) (Receipt, error) {
	if err := d.unit.ForgetFace(ctx, id); err != nil {
		return Receipt{}, err
	}
	return d.eraseBetweenScans(lang, id, "face", func() (store.Receipt, error) { return d.unit.TakeBack(by, id, why) })
}

// Enrol takes the person's face at the door's camera, or takes it once more: then it must be like
// the stored one, which stays.
func (d *Desk) Enrol(ctx context.Context, s Session, id policy.PersonID, step Progress) (Enrolment, error) {
	by, err := d.allow(s, TakesFaces)
	if err != nil {
		return Enrolment{}, err
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return Enrolment{}, explain(err)
	}
	again := p.Face.State == policy.FaceEnrolled
	if _, err := policy.Enrol(p, d.now(), false); err != nil {
		return Enrolment{}, err // says what to do
	}
	if again {
		if err := d.mayEnrolAgain(p); err != nil {
			return Enrolment{}, err
		}
	}
	e, err := d.enrol(ctx, s, by, p, again, step)
	d.tellEnrolled(ctx, unit.MannerOf(p), again, err)
	return e, err
}

// enrol takes the face of a person who may be enrolled, and stores it.
func (d *Desk) enrol(ctx context.Context, s Session, by store.Actor, p policy.Person, again bool,
	step Progress) (Enrolment, error) {
	ctx, done := d.withSession(ctx, s)
	defer done()
	id := p.ID
	var owner *policy.PersonID
	if again {
		owner = &id
	}
	face, err := d.unit.TakeFace(ctx, by, unit.MannerOf(p), owner,
		func(at unit.Step) { step(shownStep(at, catalogue.In(p.Lang))) })
	if why := sessionEnd(ctx); why != nil {
		err = why
	}
	if err != nil {
		return Enrolment{}, d.explainFaces(err, catalogue.In(p.Lang))
	}
	defer face.Wipe()
	joined, err := d.joined(id, face)
	if err != nil {
		return Enrolment{}, err
	}
	defer joined.Wipe()
	tooLike, score, err := d.unit.LooksLike(ctx, joined, id)
	if err != nil {
		return Enrolment{}, err
	}
	if tooLike != p.Face.CardRequired {
		err := d.vault.ChangePerson(store.Door, id, either(tooLike, audit.FaceNeedsCard, audit.FaceAlone),
			func(p *policy.Person) error { p.Face.CardRequired = tooLike; return nil })
		if err != nil {
			return Enrolment{}, explain(err)
		}
	}
	if again {
		o := policy.Occasion{At: d.now(), How: policy.TakenAtDesk}
		if err := d.vault.AddOccasion(by, id, o, face.Template); err != nil {
			return Enrolment{}, fmt.Errorf("storing the template: %w", err)
		}
		err = d.unit.Relearn(ctx, id)
	} else {
		if err := d.vault.EnrolFace(by, id, [][]float32{face.Template}); err != nil {
			return Enrolment{}, fmt.Errorf("storing the template: %w", err)
		}
		err = d.unit.Learn(ctx, id, face)
	}
	if err != nil {
		return Enrolment{}, err
	}
	if p, err = d.vault.Person(id); err != nil {
		return Enrolment{}, explain(err)
	}
	return Enrolment{Pictures: face.Pictures, Occasions: len(p.Occasions), CardRequired: tooLike, Score: score}, nil
}

// shownStep is a step of an enrolment in words of lang.
func shownStep(at unit.Step, lang i18n.Language) Step {
	out := Step{Text: lang.Say(at.Advice.Message()), Done: at.Done, Wanted: at.Wanted}
	switch at.Kind {
	case unit.Stand:
		out.Text = lang.Say(i18n.M("desk.stand-before-camera", "stand before the camera"))
	case unit.StepOut:
		out.Text, out.Trial = lang.Say(i18n.M("desk.step-out", "taken; now step out of the picture for a moment")), true
	case unit.WalkUp:
		out.Text = lang.Say(i18n.M("desk.walk-up", "now walk up to the door as you will every day"))
	}
	return out
}

// explainFaces adds the remedy to an error of enrolling a face or aiming the camera.
func (d *Desk) explainFaces(err error, lang i18n.Language) error {
	var off unit.OffError
	var late unit.LateError
	switch {
	case errors.As(err, &off):
		return d.facesOff(off.Off, lang)
	case errors.As(err, &late):
		return i18n.Problem(late, late.Advice.Message())
	case errors.Is(err, unit.ErrTaking):
		return i18n.Problem(err, i18n.M("desk.wait-until-done", "wait until that is done"))
	case errors.Is(err, unit.ErrNotTheirs):
		return i18n.Problem(err, i18n.M("desk.changed-too-much",
			"if it is the same person and they have changed, withdraw the face, then consent and enrol again"))
	case errors.Is(err, unit.ErrNotLive):
		return i18n.Problem(err, i18n.M("desk.remove-glare",
			"remove glass and glare, and let the person stand there themselves"))
	case errors.Is(err, unit.ErrAiming):
		return i18n.Problem(err, i18n.M("desk.end-aiming-first", "end that first"))
	case errors.Is(err, unit.ErrCameraLamp):
		return i18n.Problem(err, i18n.M("desk.repair-camera-lamp",
			"repair it: people must see when the camera looks at them"))
	case errors.Is(err, unit.ErrNoRecord):
		return i18n.Problem(err, i18n.M("desk.see-store", "see the store's line of 'status'"))
	}
	return err
}
