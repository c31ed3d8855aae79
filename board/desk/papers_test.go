package desk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/commission"
	"menshen/board/desk"
	"menshen/board/outbox"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
)

// TestROperatorWhoWritesPapers: managers write, auditors read, operators at the door confirm the
// sign, and every role sees how the rules stand.
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
	good := papers.Assessment{Author: "a", Necessity: "n", Impact: "i", Risks: "r", Measures: "m",
		Until: b.Clock.Now().AddDate(0, 6, 0)}
	for name, spoil := range map[string]func(*papers.Assessment){
		"no author":       func(a *papers.Assessment) { a.Author = " " },
		"no risks":        func(a *papers.Assessment) { a.Risks = "" },
		"expired already": func(a *papers.Assessment) { a.Until = b.Clock.Now() },
		"for ever":        func(a *papers.Assessment) { a.Until = b.Clock.Now().AddDate(4, 0, 0) },
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

func TestRRightsRequestsHaveTheirDay(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	r, err := b.Desk.AddRequest(ctx, b.Staff, "copy", "a person at the desk")
	if err != nil || r.Due.Sub(r.Asked) < 20*24*time.Hour {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := b.StateOf(policy.RuleRights); got != policy.Due {
		t.Errorf("while a person waits: %s", got)
	}
	b.Clock.Advance(r.Due.Sub(r.Asked) + time.Hour)
	b.CountAll()
	if got := b.StateOf(policy.RuleRights); got != policy.Broken {
		t.Errorf("after the last day: %s", got)
	}
	if err := b.Desk.AnswerRequest(ctx, b.Staff, r.ID, "given on paper, late: the desk was closed"); err != nil {
		t.Fatal(err)
	}
	if got := b.StateOf(policy.RuleRights); got != policy.Kept {
		t.Errorf("answered: %s", got)
	}
	if err := b.Desk.AnswerRequest(ctx, b.Staff, r.ID, "again"); err == nil {
		t.Error("answered twice")
	}
	if _, err := b.Desk.AddRequest(ctx, b.Staff, "anything", "x"); err == nil {
		t.Error("a request for no right was taken")
	}
}

// TestRFilingIsSeenByTheUnit: the unit itself files on which day the number was reached, so that a
// restart does not begin the days again.
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
	b.WantFacesOff("", "within the days for filing")
	if err := b.Desk.PutFiled(ctx, b.Staff, "Shanghai CAC", "2026-17"); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(90 * 24 * time.Hour)
	b.Assess()
	b.CountAll()
	b.WantFacesOff("", "filed")
}

// TestPagesToPrint: notice, sign, commitment and the last self-test's report go into the out folder
// as pages, from which a stick takes them.
func TestPagesToPrint(t *testing.T) {
	b := newBench(t)
	write := func(page desk.Page, lang string) (string, error) {
		path, err := b.Desk.WritePage(t.Context(), b.Staff, page, lang)
		if err != nil {
			return "", err
		}
		raw, err := os.ReadFile(path)
		if filepath.Dir(path) != outbox.Dir(b.Config.Unit.Dir) || filepath.Ext(path) != ".html" {
			t.Errorf("%s was written to %s", page, path)
		}
		return string(raw), err
	}
	for _, c := range []struct {
		page       desk.Page
		lang, want string
	}{
		{desk.NoticePage, "en", "You do not need face entry"}, {desk.NoticePage, "zh", "处理目的"},
		{desk.SignPage, "en", "人脸"}, {desk.CommitmentPage, "zh", "承诺"},
	} {
		if got, err := write(c.page, c.lang); err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s in %s: %v, without %q", c.page, c.lang, err, c.want)
		}
	}
	if _, err := write(desk.ReportPage, "en"); err == nil || !strings.Contains(err.Error(), "menshen check") {
		t.Errorf("without a self-test: %v", err)
	}
	report := commission.Report{Format: commission.Format, Operator: "anna", Board: "a bench of boards"}
	raw, err := report.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Vault.PutPaper(store.Actor("anna"), commission.PaperKind, raw); err != nil {
		t.Fatal(err)
	}
	if got, err := write(desk.ReportPage, "en"); err != nil || !strings.Contains(got, "a bench of boards") {
		t.Errorf("the report: %v", err)
	}
	b.Config.Faces.Enabled = false
	if _, err := write(desk.SignPage, "en"); err == nil || !strings.Contains(err.Error(), "neither notice nor sign") {
		t.Errorf("a sign without faces: %v", err)
	}
}
