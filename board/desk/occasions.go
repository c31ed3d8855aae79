package desk

import (
	"context"
	"errors"
	"time"

	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/store"
	"menshen/store/audit"
)

// mayEnrolAgain gives an error if a stored face may not be taken once more. The notice in force
// says that it may be; who agreed to an earlier one agrees to that first.
func (d *Desk) mayEnrolAgain(p policy.Person) error {
	if !d.vault.TakesOccasions() {
		return i18n.Problem(i18n.E("desk.vault-of-earlier-version", "the vault is still that of the version before"),
			i18n.M("desk.wait-for-trial", "a face can be taken once more when the update is kept"))
	}
	notices, err := d.vault.Notices()
	if err != nil {
		return err
	}
	if !notices[p.Face.Notice] {
		return policy.ErrOldNotice
	}
	return policy.MayAdd(p, policy.Occasion{At: d.now(), How: policy.TakenAtDesk})
}

// joined is the template by which the door will know a person who is taken now: with what is stored
// of them. Wipe it.
func (d *Desk) joined(id policy.PersonID, now *unit.Face) (*unit.Face, error) {
	f := &unit.Face{Pictures: now.Pictures, Template: recognizer.Join([][]float32{now.Template})}
	err := d.vault.Face(id, func(_ policy.Person, stored [][]float32) error {
		all := append(append([][]float32(nil), stored...), now.Template)
		for len(all) > policy.MaxOccasions {
			all = all[1:]
		}
		f.Wipe()
		f.Template = recognizer.Join(all)
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrUnknown) {
		return nil, err
	}
	return f, nil
}

// Occasion says when and how a face was taken.
func Occasion(o policy.Occasion, zone *time.Location) i18n.Message {
	how := i18n.Verbatim(string(o.How))
	switch o.How {
	case policy.TakenAtDesk:
		how = i18n.M("desk.taken-at-desk", "with staff")
	case policy.TakenAtDoor:
		how = i18n.M("desk.taken-at-door", "at the door, after the card")
	case policy.TakenLearnt:
		how = i18n.M("desk.taken-learnt", "learnt from a visit")
	}
	if o.At.IsZero() {
		return i18n.M("desk.occasion-undated", "on a day that is not known, %v", how)
	}
	return i18n.M("desk.occasion", "%s, %v", o.At.In(zone).Format("2006-01-02 15:04"), how)
}

// Again records that the door may ask a person to look once more, after their card: with their own
// card they agree to that.
func (d *Desk) Again(ctx context.Context, s Session, c ConsentGiven, step Progress) error {
	return d.agree(ctx, s, c, audit.AgainAgreed, policy.InviteAgain, step)
}

// NotAgain ends what Again began; no card is needed for a no.
func (d *Desk) NotAgain(_ context.Context, s Session, id policy.PersonID) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	return explain(d.vault.ChangePerson(by, id, audit.AgainEnded, func(p *policy.Person) error {
		*p = policy.DoNotAskAgain(*p)
		return nil
	}))
}

// Learn records a person's separate consent to learning from their visits (R-CONSENT), given with
// their own card, at their own request.
func (d *Desk) Learn(ctx context.Context, s Session, c ConsentGiven, step Progress) error {
	if _, err := d.allow(s, TakesFaces); err != nil {
		return err
	}
	if !d.cfg.Faces.Learn {
		return i18n.Problem(i18n.E("desk.site-does-not-learn", "this door does not learn from visits"),
			i18n.M("desk.decide-to-learn", "the site decides that, with [faces] learn; a new assessment is then due"))
	}
	return d.agree(ctx, s, c, audit.LearningAgreed, policy.LearnFromVisits, step)
}

// agree records that an enrolled person agrees to more, with their own card at the door.
func (d *Desk) agree(ctx context.Context, s Session, c ConsentGiven, what audit.Kind,
	to func(policy.Person, policy.Yes) (policy.Person, error), step Progress) error {
	by, p, err := d.mayConsent(ctx, s, c)
	if err != nil {
		return err
	}
	if len(c.Doors) > 0 {
		return i18n.Problem(i18n.E("desk.doors-with-consent", "doors are named with the consent to the face itself"),
			i18n.M("desk.consent-for-doors", "record a further consent, with the doors that they name"))
	}
	yes := policy.Yes{At: d.now(), Notice: c.Notice, Lang: c.Lang, OwnAct: true, OwnRequest: true,
		Minor: p.Face.Minor, Guardian: c.Guardian, GuardianName: c.GuardianName}
	if _, err := to(p, yes); err != nil {
		return err // says what to do; no card is asked for in vain
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	if _, err := d.ownCard(ctx, c.Person, c.Lang, step); err != nil {
		return err
	}
	yes.At = d.now()
	return explain(d.vault.ChangePerson(by, c.Person, what, func(p *policy.Person) (err error) {
		*p, err = to(*p, yes)
		return err
	}))
}

// Drifted reports whether a person's face is known worse after their card than when it was taken
// last, by the decisions about them that are kept: they may be offered to have it taken once more.
func (d *Desk) Drifted(_ context.Context, s Session, id policy.PersonID) (bool, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return false, err
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return false, explain(err)
	}
	var all []policy.Shown
	err = d.vault.History(id, func(e store.Entry) error {
		if e.Kind != audit.Decision || e.Means != policy.ByCardFace || !e.Grant && e.Reason != policy.ReasonNoMatch {
			return nil
		}
		if a := madeOf(e); a != nil && a.Face != nil {
			all = append(all, policy.Shown{At: e.At, Score: a.Face.Score, Known: e.Grant})
		}
		return nil
	})
	if err = d.unit.RecordDamage(err); err != nil {
		return false, err
	}
	return p.HasDrifted(all), nil
}

// StopLearning ends learning from a person's visits, and destroys what was learnt (R-WITHDRAW).
func (d *Desk) StopLearning(ctx context.Context, s Session, id policy.PersonID) (Receipt, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Receipt{}, err
	}
	p, err := d.vault.Person(id)
	switch {
	case err != nil:
		return Receipt{}, explain(err)
	case p.Face.Learns.At.IsZero() && !p.HasLearnt():
		return Receipt{}, policy.ErrNotLearning
	}
	r, err := d.eraseBetweenScans(s.Lang, id, "learnt", func() (store.Receipt, error) {
		return d.vault.StopLearning(by, id, "withdrawn by the person")
	})
	if err != nil {
		return Receipt{}, err
	}
	return r, d.unit.Relearn(ctx, id)
}
