package console_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/board/console"
	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
)

// onFile is what a fullDesk has on file.
type onFile struct {
	assessment papers.Assessment
	sign       bool
	incidents  []papers.Incident
	requests   []desk.Request
	filing     papers.Filing
	inquiry    string
	drafts     map[string][]byte
}

var _ console.Papers = (*fullDesk)(nil)

// Law reviews a unit of which all is well but its papers.
func (d *fullDesk) Law(_ context.Context, s desk.Session) ([]policy.Finding, error) {
	err := d.enter(s, "look at the law", desk.Installer, desk.Technician, desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	day := now.Add(-time.Hour)
	f := policy.UnitFacts{At: now,
		Doors: []policy.DoorFacts{{Name: "front", Place: policy.PlaceBuilding, Faces: true, CardReader: true,
			Withdraw: true, REX: true, FireInput: true, SafeState: true, Tested: day}},
		People: policy.PeopleFacts{At: day, WithFace: 1},
		Papers: policy.PaperFacts{At: day, Notice: []string{"en", "zh"}},
		Store: policy.StoreFacts{At: day, Sealed: true, KeyApart: true, AuditWhole: true,
			AuditChecked: day, Purged: day},
		Staff:   policy.StaffFacts{At: day, Operators: 1, IdleLogout: time.Minute, LockOut: true},
		Machine: policy.MachineFacts{At: day, Confined: true, DumpsOff: true},
		Duties:  policy.DutyFacts{At: day},
		Waits:   policy.WaitFacts{At: day, Verdict: policy.ServedAlike},
	}
	if a := d.onFile.assessment; a.Author != "" {
		f.Papers.Assessment = policy.Assessment{At: day, ValidUntil: a.Until, Necessity: true, Impact: true,
			Risks: true, Measures: true}
	}
	if d.onFile.sign {
		f.Doors[0].Sign = day
	}
	for _, i := range d.onFile.incidents {
		f.Duties.Incidents = append(f.Duties.Incidents,
			policy.Incident{At: i.Noticed, ToldPeople: i.ToldPeople, ToldAuthority: i.ToldAuthority})
	}
	return policy.Review(f), err
}

func (d *fullDesk) Assessment(_ context.Context, s desk.Session) (papers.Assessment, []string, error) {
	err := d.enter(s, "look at what was assessed", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return d.onFile.assessment, nil, err
}

func (d *fullDesk) PutAssessment(_ context.Context, s desk.Session, a papers.Assessment) error {
	err := d.enter(s, "assessment", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	a.At = now
	d.onFile.assessment = a
	return err
}

func (d *fullDesk) AssessmentForm(_ context.Context, s desk.Session, name string,
	stick bool) (papers.Assessment, error) {
	err := d.enter(s, fmt.Sprintf("form %s, stick %v", name, stick), desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return papers.Assessment{Necessity: "From a file.", Impact: "Little.", Risks: "Few."}, err
}

func (d *fullDesk) Draft(_ context.Context, s desk.Session, of string) ([]byte, error) {
	err := d.enter(s, "draft of "+of, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return d.onFile.drafts[of], err
}

func (d *fullDesk) KeepDraft(_ context.Context, s desk.Session, of string, body []byte) error {
	err := d.enter(s, "keep the draft of "+of, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	if d.onFile.drafts == nil {
		d.onFile.drafts = map[string][]byte{}
	}
	if d.onFile.drafts[of] = body; body == nil {
		delete(d.onFile.drafts, of)
	}
	return err
}

func (d *fullDesk) SeeSign(_ context.Context, s desk.Session) error {
	err := d.enter(s, "sign", desk.Installer, desk.Technician, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.onFile.sign = err == nil
	return err
}

func (d *fullDesk) Incidents(_ context.Context, s desk.Session) ([]papers.Incident, error) {
	err := d.enter(s, "look at what happened", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	if len(d.onFile.incidents) == 0 {
		d.onFile.incidents = []papers.Incident{{ID: "i7", Noticed: now, People: 3,
			What: notice.Words{EN: "the unit was found open"}, Kinds: []notice.Kind{notice.KindFaces}}}
	}
	return slices.Clone(d.onFile.incidents), err
}

func (d *fullDesk) OpenIncident(_ context.Context, s desk.Session, what string) (papers.Incident, error) {
	err := d.enter(s, "incident", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	i := papers.Incident{ID: "i8", Noticed: now, People: 3, What: notice.Words{ZH: what},
		Kinds: []notice.Kind{notice.KindPeople, notice.KindCards}}
	d.onFile.incidents = append(d.onFile.incidents, i)
	return i, err
}

func (d *fullDesk) ChangeIncident(_ context.Context, s desk.Session, id string,
	f func(*papers.Incident)) (papers.Incident, error) {
	err := d.enter(s, "incident", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	at := slices.IndexFunc(d.onFile.incidents, func(i papers.Incident) bool { return i.ID == id })
	if at < 0 || err != nil {
		return papers.Incident{}, errors.Join(err,
			i18n.Problem(errors.New("there is no such incident"), i18n.Verbatim("look again")))
	}
	f(&d.onFile.incidents[at])
	return d.onFile.incidents[at], nil
}

func (d *fullDesk) Letters(_ context.Context, s desk.Session, id string) ([]string, error) {
	err := d.enter(s, "letters of "+id, desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	return []string{"out/people-en.html", "out/authority-zh.html"}, err
}

func (d *fullDesk) Requests(_ context.Context, s desk.Session) ([]desk.Request, error) {
	err := d.enter(s, "look at what was asked", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return slices.Clone(d.onFile.requests), err
}

func (d *fullDesk) AddRequest(_ context.Context, s desk.Session, what, who string) (desk.Request, error) {
	err := d.enter(s, "request", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	r := desk.Request{Request: papers.Request{ID: "q1", What: what, Who: who, Asked: now}, Due: now.AddDate(0, 0, 21)}
	d.onFile.requests = append(d.onFile.requests, r)
	return r, err
}

func (d *fullDesk) AnswerRequest(_ context.Context, s desk.Session, id, answer string) error {
	err := d.enter(s, "request", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	for i := range d.onFile.requests {
		if d.onFile.requests[i].ID == id {
			d.onFile.requests[i].Done, d.onFile.requests[i].Answer = now, answer
		}
	}
	return err
}

func (d *fullDesk) Filing(_ context.Context, s desk.Session) (papers.Faces, papers.Filing, error) {
	err := d.enter(s, "look at the number of faces", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return papers.Faces{Here: 1, Site: 1}, d.onFile.filing, err
}

func (d *fullDesk) PutElsewhere(_ context.Context, s desk.Session, n int) error {
	err := d.enter(s, "filing", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.onFile.filing.Elsewhere = n
	d.onFile.filing.Count(papers.Faces{Here: 1, Site: 1}, now)
	return err
}

func (d *fullDesk) PutFiled(_ context.Context, s desk.Session, authority, number string) error {
	err := d.enter(s, "filing", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.onFile.filing.Filed, d.onFile.filing.Authority, d.onFile.filing.Number = now, authority, number
	return err
}

func (d *fullDesk) Inquire(_ context.Context, s desk.Session, what string) error {
	err := d.enter(s, "inquiry", desk.Manager)
	defer d.fakeDesk.mu.Unlock()
	d.onFile.inquiry = what
	return err
}

func (d *fullDesk) OldNotice(_ context.Context, s desk.Session) ([]policy.Person, error) {
	err := d.enter(s, "look who agreed to what", desk.Manager, desk.Auditor)
	defer d.fakeDesk.mu.Unlock()
	return d.people[:1], err
}
