package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// filePaper files a body under a kind and counts the unit again, so that the operator
// sees at once what it changed.
func (d *Desk) filePaper(ctx context.Context, by store.Actor, kind string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("writing the %s: %w", kind, err)
	}
	if _, err := d.vault.PutPaper(by, kind, raw); err != nil {
		return err
	}
	return d.law.Recount(ctx)
}

// Law checks the unit against each rule.
func (d *Desk) Law(_ context.Context, s Session) ([]policy.Finding, error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return nil, err
	}
	all, _ := d.law.Review()
	return all, nil
}

// Waits gives how long people waited at the door, by the audit log, and how cards stand beside
// faces (R-EQUAL). It names no person.
func (d *Desk) Waits(_ context.Context, s Session) (policy.WaitLog, error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return policy.WaitLog{}, err
	}
	w, err := d.law.Waits()
	return w, d.unit.RecordDamage(err)
}

// Assessment gives the impact assessment in force, and which settings have changed since;
// the zero value: there is none.
func (d *Desk) Assessment(_ context.Context, s Session) (a papers.Assessment, changed []string, err error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return a, nil, err
	}
	f, err := d.law.File()
	if err != nil {
		return a, nil, fmt.Errorf("reading the papers: %w", err)
	}
	basis, err := d.law.Basis()
	if a = f.Assessment(); !a.At.IsZero() {
		changed = a.Changed(basis)
	}
	return a, changed, err
}

// PutAssessment files a new impact assessment, for the unit as it is set now.
func (d *Desk) PutAssessment(ctx context.Context, s Session, a papers.Assessment) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	now := d.now()
	for _, part := range []string{a.Author, a.Necessity, a.Impact, a.Risks, a.Measures} {
		if strings.TrimSpace(part) == "" {
			return i18n.Problem(i18n.E("desk.assessment-incomplete", "a part of the assessment is empty"),
				i18n.M("desk.write-all-parts", "write all four parts, and the name of the person who answers for them"))
		}
	}
	if !a.Until.After(now) || a.Until.After(now.AddDate(papers.AssessedFor, 0, 1)) {
		return i18n.Problem(i18n.E("desk.assessment-too-long", "an assessment cannot be valid until that day"),
			i18n.M("desk.give-day-within-three-years", "give a day from tomorrow on, within three years"))
	}
	if a.Basis, err = d.law.Basis(); err != nil {
		return err
	}
	return d.filePaper(ctx, by, papers.KindAssessment, a)
}

// SeeSign records that the operator saw the sign at the camera.
func (d *Desk) SeeSign(ctx context.Context, s Session) error {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	return d.filePaper(ctx, by, papers.KindSign, papers.Sign{Door: d.cfg.Unit.Name})
}

// Requests gives people's requests about their data.
func (d *Desk) Requests(_ context.Context, s Session) ([]Request, error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return nil, err
	}
	f, err := d.law.File()
	if err != nil {
		return nil, fmt.Errorf("reading the papers: %w", err)
	}
	var out []Request
	for _, r := range f.Requests {
		out = append(out, d.withDue(r))
	}
	return out, nil
}

func (d *Desk) withDue(r papers.Request) Request {
	return Request{Request: r, Due: d.workDays().AddWorkingDays(r.Asked, policy.RightsDays)}
}

// AddRequest files a person's request, made now.
func (d *Desk) AddRequest(ctx context.Context, s Session, what, who string) (Request, error) {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return Request{}, err
	}
	if !slices.Contains(papers.Asks, what) || strings.TrimSpace(who) == "" {
		return Request{}, i18n.Problem(i18n.E("desk.request-incomplete",
			"a request says what is asked for, and by whom"),
			i18n.M("desk.write-request-kind", "write one of %s", strings.Join(papers.Asks, ", ")))
	}
	r := papers.Request{ID: papers.NewID(), Asked: d.now(), What: what, Who: who}
	return d.withDue(r), d.filePaper(ctx, by, papers.KindRequest, r)
}

// AnswerRequest records the answer to an open request.
func (d *Desk) AnswerRequest(ctx context.Context, s Session, id, answer string) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	f, err := d.law.File()
	if err != nil {
		return fmt.Errorf("reading the papers: %w", err)
	}
	r, ok := f.Request(id)
	if !ok || !r.Done.IsZero() {
		return i18n.Problem(i18n.E("desk.no-such-request", "there is no such open request"),
			i18n.M("desk.see-requests", "'request' lists them"))
	}
	r.Done, r.Answer = d.now(), answer
	return d.filePaper(ctx, by, papers.KindRequest, r)
}

// Filing gives how many people have a face, here and over all doors of the site, and what was filed
// (R-FILING).
func (d *Desk) Filing(_ context.Context, s Session) (n papers.Faces, f papers.Filing, err error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return n, f, err
	}
	if n, err = d.law.Faces(); err != nil {
		return n, f, fmt.Errorf("counting the faces: %w", err)
	}
	file, err := d.law.File()
	return n, file.Filing, err
}

// PutElsewhere records how many people have a face only at doors that tell this one nothing: at a
// door of a site those outside it, at another one all others.
func (d *Desk) PutElsewhere(ctx context.Context, s Session, n int) error {
	return d.changeFiling(ctx, s, func(f *papers.Filing, faces papers.Faces) error {
		if n < 0 || n > 1e9 {
			return i18n.Problem(i18n.E("desk.not-a-head-count", "that is not a number of people"),
				i18n.M("desk.write-head-count", "write how many people, 0 or more"))
		}
		f.Elsewhere, f.Outside = n, faces.Doors
		return nil
	})
}

// PutFiled records a filing with the authority, or that of a change.
func (d *Desk) PutFiled(ctx context.Context, s Session, authority, number string) error {
	return d.changeFiling(ctx, s, func(f *papers.Filing, _ papers.Faces) error {
		if strings.TrimSpace(authority) == "" || strings.TrimSpace(number) == "" {
			return i18n.Problem(i18n.E("desk.filing-incomplete",
				"a filing says with whom it was made, and under which number"), i18n.M("desk.write-both", "write both"))
		}
		f.Filed, f.Authority, f.Number, f.Handler = d.now(), authority, number, d.cfg.Unit.Handler
		return nil
	})
}

func (d *Desk) changeFiling(ctx context.Context, s Session, change func(*papers.Filing, papers.Faces) error) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	n, f, err := d.Filing(ctx, s)
	if err != nil {
		return err
	}
	if err := change(&f, n); err != nil {
		return err
	}
	f.Count(n, d.now())
	return d.filePaper(ctx, by, papers.KindFiling, f)
}

// Inquire records what was found out when a person was asked again after a refusal.
func (d *Desk) Inquire(ctx context.Context, s Session, what string) error {
	by, err := d.allow(s, KeepsPeople)
	if err != nil {
		return err
	}
	if strings.TrimSpace(what) == "" {
		return i18n.Problem(i18n.E("desk.inquiry-empty", "the inquiry is empty"),
			i18n.M("desk.write-inquiry", "write what was found out and done"))
	}
	return d.filePaper(ctx, by, papers.KindInquiry, papers.Inquiry{What: what})
}

// OldNotice gives the people who agreed to a notice that has changed since. They are shown the
// new one at their next visit.
func (d *Desk) OldNotice(_ context.Context, s Session) ([]policy.Person, error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return nil, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	notices, err := d.vault.Notices()
	if err != nil {
		return nil, err
	}
	old := slices.DeleteFunc(people, func(p policy.Person) bool {
		return !p.HasFace() || notices[p.Face.Notice] || p.Face.FromElsewhere()
	})
	d.recordLookUp(by, old)
	return old, nil
}
