package desk_test

import (
	"context"
	"errors"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/desk"
	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// TestROperatorWhoWritesPapers: managers write, auditors read, whoever is at the door confirms the sign, and everybody sees how the rules stand.
func TestROperatorWhoWritesPapers(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	for _, role := range []store.Role{store.Installer, store.Technician, store.Manager, store.Auditor} {
		s := b.Operator("one "+string(role), role)
		may := func(what string, err error, roles ...store.Role) {
			t.Helper()
			if allowed := !errors.Is(err, desk.ErrNotAllowed); allowed != slices.Contains(roles, role) {
				t.Errorf("%s, %s: %v", role, what, err)
			}
		}
		_, err := b.Desk.Law(ctx, s)
		may("law", err, store.Installer, store.Technician, store.Manager, store.Auditor)
		may("sign", b.Desk.SeeSign(ctx, s), store.Installer, store.Technician, store.Manager)
		_, _, err = b.Desk.Assessment(ctx, s)
		may("read the assessment", err, store.Manager, store.Auditor)
		_, err = b.Desk.Requests(ctx, s)
		may("read requests", err, store.Manager, store.Auditor)
		_, err = b.Desk.OldNotice(ctx, s)
		may("old notices", err, store.Manager, store.Auditor)
		may("assess", b.Desk.PutAssessment(ctx, s, papers.Assessment{}), store.Manager)
		_, err = b.Desk.OpenIncident(ctx, s, "x")
		may("incident", err, store.Manager)
		_, err = b.Desk.Letters(ctx, s, "x")
		may("letters", err, store.Manager)
		_, err = b.Desk.AddRequest(ctx, s, "see", "x")
		may("request", err, store.Manager)
		may("filing", b.Desk.PutElsewhere(ctx, s, 1), store.Manager)
		may("inquiry", b.Desk.Inquire(ctx, s, "x"), store.Manager)
	}
}

func TestRPiaAssessmentNeedsAllParts(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	good := papers.Assessment{Author: "a", Necessity: "n", Impact: "i", Risks: "r", Measures: "m", Until: b.Clock.Now().AddDate(0, 6, 0)}
	for name, spoil := range map[string]func(*papers.Assessment){
		"no author": func(a *papers.Assessment) { a.Author = " " }, "no risks": func(a *papers.Assessment) { a.Risks = "" },
		"over already": func(a *papers.Assessment) { a.Until = b.Clock.Now() }, "for ever": func(a *papers.Assessment) { a.Until = b.Clock.Now().AddDate(4, 0, 0) },
	} {
		a := good
		spoil(&a)
		var p *i18n.Error
		if err := b.Desk.PutAssessment(ctx, b.Staff, a); !errors.As(err, &p) || p.Remedy.IsZero() {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.Clock.Advance(time.Second)
	if err := b.Desk.PutAssessment(ctx, b.Staff, good); err != nil {
		t.Fatal(err)
	}
	b.Config.Faces.Challenge = "always"
	a, changed, err := b.Desk.Assessment(ctx, b.Staff)
	if err != nil || a.Necessity != "n" || !slices.Equal(changed, []string{"challenge"}) {
		t.Errorf("%+v, changed %q, %v", a, changed, err)
	}
}

// TestRIncidentFromTheFirstWordToTheEnd: figures come from the vault, letters are written in both languages, and nothing is closed before everybody was told.
func TestRIncidentFromTheFirstWordToTheEnd(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Someone(2)
	ctx := context.Background()
	i, err := b.Desk.OpenIncident(ctx, b.Staff, "the unit was found open")
	if err != nil {
		t.Fatal(err)
	}
	want := []notice.Kind{notice.KindFaces, notice.KindPeople, notice.KindEntries, notice.KindCards, notice.KindStaff}
	if i.People != 2 || !slices.Equal(i.Kinds, want) || !i.Noticed.Equal(b.Clock.Now()) || i.What.EN == "" {
		t.Errorf("%+v", i)
	}
	var p *i18n.Error
	if _, err := b.Desk.Letters(ctx, b.Staff, i.ID); !errors.As(err, &p) || !strings.Contains(p.Remedy.String(), "incident write") {
		t.Errorf("letters of an incident without effect and measures: %v", err)
	}
	change := func(f func(*papers.Incident)) error {
		b.Clock.Advance(time.Minute)
		_, err := b.Desk.ChangeIncident(ctx, b.Staff, i.ID, f)
		return err
	}
	if err := change(func(i *papers.Incident) { i.Closed = b.Clock.Now() }); !errors.As(err, &p) {
		t.Errorf("closed before anybody was told: %v", err)
	}
	if err := change(func(i *papers.Incident) { i.Effect.EN, i.Taken.EN = "Names may be known.", "Faces are off." }); err != nil {
		t.Fatal(err)
	}
	paths, err := b.Desk.Letters(ctx, b.Staff, i.ID)
	if err != nil || len(paths) != 8 {
		t.Fatalf("letters %q, %v", paths, err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		text := html.UnescapeString(string(raw))
		if err != nil || !strings.Contains(text, "the unit was found open") || !strings.Contains(text, b.Config.Unit.Contact) || strings.Contains(text, "Tenant") {
			t.Errorf("%s: %v, %.80s", filepath.Base(path), err, text)
		}
	}
	for _, f := range []func(*papers.Incident){
		func(i *papers.Incident) { i.ToldPeople = b.Clock.Now() }, func(i *papers.Incident) { i.ToldAuthority = b.Clock.Now() }, func(i *papers.Incident) { i.Closed = b.Clock.Now() },
	} {
		if err := change(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := change(func(i *papers.Incident) { i.What.EN = "nothing happened" }); err == nil {
		t.Error("a closed incident was changed")
	}
	if off := b.FacesOff().String(); off != "R-PIA" {
		t.Errorf("after an incident the assessment is to be redone, and faces are off because of %q", off)
	}
	all, err := b.Vault.Papers(papers.KindIncident)
	if err != nil || len(all) != 5 {
		t.Errorf("%d papers tell how it went, %v", len(all), err)
	}
}

func TestRRightsRequestsHaveTheirDay(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	r, err := b.Desk.AddRequest(ctx, b.Staff, "copy", "somebody at the desk")
	if err != nil || r.Due.Sub(r.Asked) < 20*24*time.Hour {
		t.Fatalf("%+v, %v", r, err)
	}
	state := func() policy.RuleState {
		all, _ := b.Law.Review()
		return all[slices.IndexFunc(all, func(f policy.Finding) bool { return f.Rule.ID == "R-RIGHTS" })].State
	}
	if got := state(); got != policy.Due {
		t.Errorf("while somebody waits: %s", got)
	}
	b.Clock.Advance(r.Due.Sub(r.Asked) + time.Hour)
	b.CountAll()
	if got := state(); got != policy.Broken {
		t.Errorf("after the last day: %s", got)
	}
	if err := b.Desk.AnswerRequest(ctx, b.Staff, r.ID, "given on paper, late: the desk was closed"); err != nil {
		t.Fatal(err)
	}
	if got := state(); got != policy.Kept {
		t.Errorf("answered: %s", got)
	}
	if err := b.Desk.AnswerRequest(ctx, b.Staff, r.ID, "again"); err == nil {
		t.Error("answered twice")
	}
	if _, err := b.Desk.AddRequest(ctx, b.Staff, "anything", "x"); err == nil {
		t.Error("a request for no right was taken")
	}
}

// TestRFilingIsSeenByTheUnit: the unit itself files on which day the number was reached, so that a restart does not begin the days anew.
func TestRFilingIsSeenByTheUnit(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	if err := b.Desk.PutElsewhere(ctx, b.Staff, policy.FilingAt-1); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(time.Minute)
	b.Enrolled(1)
	b.CountAll()
	reached := b.Clock.Now()
	b.Clock.Advance(24 * time.Hour)
	b.CountAll()
	if _, f, err := b.Desk.Filing(ctx, b.Staff); err != nil || !f.Reached.Equal(reached) {
		t.Errorf("reached %v, want %v, %v", f.Reached, reached, err)
	}
	if off := b.FacesOff().String(); off != "" {
		t.Errorf("within the days for filing, and off because of %s", off)
	}
	if err := b.Desk.PutFiled(ctx, b.Staff, "Shanghai CAC", "2026-17"); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(90 * 24 * time.Hour)
	b.Assess()
	b.CountAll()
	if off := b.FacesOff().String(); off != "" {
		t.Errorf("filed, and off because of %s", off)
	}
}

// TestRNoticeChangedIsAskedAtTheNextVisit: who agreed to earlier words is listed, agrees anew by their own card, and keeps their face.
func TestRNoticeChangedIsAskedAtTheNextVisit(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Someone(2)
	ctx := context.Background()
	if old, err := b.Desk.OldNotice(ctx, b.Staff); err != nil || len(old) != 0 {
		t.Fatalf("%d people, %v", len(old), err)
	}
	b.Config.Unit.Contact = "the new desk"
	if err := b.Law.EnsureNotices(); err != nil {
		t.Fatal(err)
	}
	b.CountAll()
	old, err := b.Desk.OldNotice(ctx, b.Staff)
	if err != nil || len(old) != 1 || old[0].ID != id {
		t.Fatalf("%d people, %v", len(old), err)
	}
	if off := b.FacesOff().String(); off != "" {
		t.Errorf("a changed word switches faces off: %s", off)
	}
	b.Start()
	n, err := b.Desk.Notice(ctx, b.Staff, "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Desk.Consent(ctx, b.Staff, desk.ConsentGiven{Person: id, Notice: n.Hash, Lang: "en"}, b.tapOnce(1)); err != nil {
		t.Fatal(err)
	}
	p, err := b.Vault.Person(id)
	if err != nil || p.Face.State != policy.FaceEnrolled || p.Face.Notice != n.Hash || b.State().Faces.People != 1 {
		t.Errorf("%+v, %v", p.Face, err)
	}
	if old, err := b.Desk.OldNotice(ctx, b.Staff); err != nil || len(old) != 0 {
		t.Errorf("%d people, %v", len(old), err)
	}
}

// TestRRefuseAskedAgainIsOnRecord: somebody who said no, is asked all the same and does not say yes by their own card, was asked against their will.
func TestRRefuseAskedAgainIsOnRecord(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	b.Someone(2)
	ctx := context.Background()
	if err := b.Desk.Refuse(ctx, b.Staff, id); err != nil {
		t.Fatal(err)
	}
	b.Start()
	n, err := b.Desk.Notice(ctx, b.Staff, "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Desk.Consent(ctx, b.Staff, desk.ConsentGiven{Person: id, Notice: n.Hash, Lang: "en"}, b.tapOnce(2)); err == nil {
		t.Fatal("somebody else's card was taken")
	}
	if b.Count(audit.AskedAfterNo) != 1 {
		t.Error("it is not on record")
	}
	stands := func() policy.RuleState {
		b.CountAll()
		all, _ := b.Law.Review()
		return all[slices.IndexFunc(all, func(f policy.Finding) bool { return f.Rule.ID == "R-REFUSE" })].State
	}
	if s := stands(); s != policy.Due {
		t.Errorf("a single slip, and R-REFUSE is %s", s)
	}
	b.Clock.Advance(8 * 24 * time.Hour)
	if s := stands(); s != policy.Broken {
		t.Errorf("nobody looked into it for a week, and R-REFUSE is %s", s)
	}
	if err := b.Desk.Inquire(ctx, b.Staff, "a mistake at the desk; spoken about"); err != nil {
		t.Fatal(err)
	}
	if s := stands(); s != policy.Kept {
		t.Errorf("looked into, and R-REFUSE is %s", s)
	}
}
