package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/store/audit"
)

// enrols has the desk enrol a person while a face stands before the camera, steps away and comes
// again.
func (b *bench) enrols(id policy.PersonID, face uint64) (desk.Enrolment, error) {
	ctx, cancel := context.WithCancel(context.Background())
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		for n := 0; ctx.Err() == nil; n++ {
			o := boardtest.Look(face)
			if n%18 >= 10 {
				o = recognizer.Observation{}
			}
			select {
			case b.Eye.Seen <- o:
				b.Clock.Advance(250 * time.Millisecond)
			case <-ctx.Done():
			}
		}
	}()
	defer func() { cancel(); <-shown }()
	return b.Desk.Enrol(ctx, b.Staff, id, func(desk.Step) {})
}

// notice gives the consent of a person to the notice in force.
func (b *bench) notice(id policy.PersonID) desk.ConsentGiven {
	b.Helper()
	n, err := b.Desk.Notice(context.Background(), b.Staff, "en")
	if err != nil {
		b.Fatal(err)
	}
	return desk.ConsentGiven{Person: id, Notice: n.Hash, Lang: "en"}
}

// TestRConsentEnrolAgainIsTheSameFace: a stored face is taken once more, and another person's is
// not; who agreed to an earlier notice agrees to the present one first.
func TestRConsentEnrolAgainIsTheSameFace(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.StartUnit()
	e, err := b.enrols(id, 1)
	if err != nil || e.Occasions != 2 || e.CardRequired {
		t.Errorf("taken once more: %+v, %v", e, err)
	}
	if _, err := b.enrols(id, 2); !errors.Is(err, unit.ErrNotTheirs) || !strings.Contains(err.Error(), "withdraw") {
		t.Errorf("another face: %v", err)
	}
	if p, _ := b.Vault.Person(id); len(p.Occasions) != 2 || b.State().Faces.People != 1 {
		t.Errorf("stored %v, %d people", p.Occasions, b.State().Faces.People)
	}
	err = b.Driver.Do(context.Background(), func() { b.Config.Unit.Contact = "the new desk" })
	if err := errors.Join(err, b.Law.EnsureNotices()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Desk.Enrol(context.Background(), b.Staff, id, nil); !errors.Is(err, policy.ErrOldNotice) {
		t.Errorf("after the notice has changed: %v", err)
	}
	page, err := b.Desk.Stored(context.Background(), b.Staff, id)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, f := range page.Stored {
		if f.Name == "face taken" && strings.Contains(f.State, "with staff") {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d of two occasions on the person's page: %+v", n, page.Stored)
	}
}

// TestRConsentToMoreIsTheirOwnAct: nobody's card but their own agrees to being asked again, or to
// learning; and learning ends apart from the face.
func TestRConsentToMoreIsTheirOwnAct(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Faces.WithCard, c.Faces.Learn = true, true })
	id := b.Enrolled(1)
	b.Someone(2)
	b.Start()
	ctx := context.Background()
	for name, ask := range map[string]func(context.Context, desk.Session, desk.ConsentGiven, desk.Progress) error{
		"again": b.Desk.Again, "learn": b.Desk.Learn,
	} {
		if err := ask(ctx, b.Staff, b.notice(id), b.tapOnce(2)); err == nil {
			t.Errorf("%s: another person's card agreed", name)
		}
		old := b.notice(id)
		old.Notice[0]++
		if err := ask(ctx, b.Staff, old, b.tapOnce(1)); err == nil {
			t.Errorf("%s: agreed to another notice", name)
		}
		if p, _ := b.Vault.Person(id); name == "again" && !p.Face.Again.IsZero() ||
			name == "learn" && !p.Face.Learns.At.IsZero() {
			t.Errorf("%s: recorded as %+v", name, p.Face)
		}
		if err := ask(ctx, b.Staff, b.notice(id), b.tapOnce(1)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	p, err := b.Vault.Person(id)
	if err != nil || !p.Face.Again.After(b.Clock.Now()) || p.Face.Learns.Notice != p.Face.Notice {
		t.Fatalf("recorded as %+v, %v", p.Face, err)
	}
	if err := b.Desk.NotAgain(ctx, b.Staff, id); err != nil {
		t.Error(err)
	}
	if p, _ = b.Vault.Person(id); !p.Face.Again.IsZero() || p.Face.Learns.At.IsZero() {
		t.Errorf("after being asked again ended: %+v", p.Face)
	}
	o := policy.Occasion{At: b.Clock.Now().Add(8 * 24 * time.Hour), How: policy.TakenLearnt}
	if err := b.Vault.AddOccasion("test", id, o, boardtest.FaceOf(1)[:]); err != nil {
		t.Fatal(err)
	}
	r, err := b.Desk.StopLearning(ctx, b.Staff, id)
	if err != nil || r.Serial == "" || !strings.Contains(r.Detail, ", 0 after") {
		t.Errorf("%+v, %v", r, err)
	}
	p, err = b.Vault.Person(id)
	if err != nil || p.Face.State != policy.FaceEnrolled || len(p.Occasions) != 1 || b.State().Faces.People != 1 {
		t.Errorf("after learning ended: %+v, %v", p, err)
	}
	if _, err := b.Desk.StopLearning(ctx, b.Staff, id); !errors.Is(err, policy.ErrNotLearning) {
		t.Errorf("ended twice: %v", err)
	}
	if b.Count(audit.LearntErased) != 1 || b.Count(audit.LearningAgreed) != 1 || b.Count(audit.AgainAgreed) != 1 {
		t.Error("not all of it is on record")
	}
}

// TestRPIALearningIsTheSitesDecision: where the site has not decided to learn from visits, nobody
// can agree to it and the notice does not speak of it; a site that decides so assesses it again.
func TestRPIALearningIsTheSitesDecision(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Faces.WithCard = true })
	id := b.Enrolled(1)
	before, _, err := b.Vault.Notice("en")
	if err != nil || strings.Contains(before, "Learning from visits") {
		t.Errorf("the notice: %v\n%s", err, before)
	}
	if err := b.Desk.Learn(context.Background(), b.Staff, b.notice(id), nil); err == nil ||
		!strings.Contains(err.Error(), "[faces] learn") {
		t.Errorf("agreed to what the site does not do: %v", err)
	}
	b.Config.Faces.Learn = true
	if err := b.Law.EnsureNotices(); err != nil {
		t.Fatal(err)
	}
	if after, _, _ := b.Vault.Notice("en"); !strings.Contains(after, "Learning from visits") {
		t.Errorf("the notice: %s", after)
	}
	b.CountAll()
	if s := b.StateOf(policy.RulePIA); s == policy.Kept {
		t.Error("R-PIA is kept without a new assessment")
	}
}

// TestDriftIsTold: a face that is missed again and again after its owner's card is told to staff;
// nothing is kept for that but the decisions.
func TestDriftIsTold(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	p, err := b.Vault.Person(id)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 12 {
		b.Later(time.Hour)
		f := policy.Face{Score: .7, RunnerUp: -1, Threshold: .4, Live: .9, LiveMin: .5, Frames: 3, FramesMin: 3}
		if n%4 == 3 {
			f.Score = .3
		}
		b.Driver.Decide(policy.Attempt{At: b.Clock.Now(), Clock: policy.Clock{Trusted: true}, Door: "front",
			Means: policy.ByCardFace, Person: &p, CredentialID: p.Credentials[0].ID, Face: &f,
			Site: policy.Site{Durable: true, WithCard: true}})
		drifted, err := b.Desk.Drifted(context.Background(), b.Staff, id)
		if err != nil || drifted != (n == 11) {
			t.Errorf("after %d times: %v, %v", n+1, drifted, err)
		}
	}
}
