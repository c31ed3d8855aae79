package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/store/audit"
)

// TestRConsentOwnCard: only the person's own card counts as consent, to the notice in force.
func TestRConsentOwnCard(t *testing.T) {
	b := newBench(t)
	id, other := b.Someone(1), b.Someone(2)
	b.Start()
	ctx := context.Background()
	n, err := b.Desk.Notice(ctx, b.Staff, "en")
	if err != nil {
		t.Fatal(err)
	}
	yes := desk.ConsentGiven{Person: id, Notice: n.Hash, Lang: "en"}
	if err := b.Desk.Consent(ctx, b.Staff, yes, b.tapOnce(2)); err == nil {
		t.Error("another person's card was taken as consent")
	}
	old := yes
	old.Notice[0] ^= 1
	if err := b.Desk.Consent(ctx, b.Staff, old, b.tapOnce(1)); err == nil {
		t.Error("consent to another notice was taken")
	}
	if err := b.Desk.Consent(ctx, b.Staff, yes, b.tapOnce(1)); err != nil {
		t.Fatal(err)
	}
	if p, _ := b.Vault.Person(id); p.Face.State != policy.FaceConsented || p.Face.Notice != n.Hash {
		t.Errorf("stored as %+v", p.Face)
	}
	if p, _ := b.Vault.Person(other); p.Face.State != policy.FaceNever {
		t.Errorf("the other person: %+v", p.Face)
	}
}

// TestRWithdrawEnrolAndErase goes the whole way: consent, card used, enrolment by looks, face
// opens, withdrawal, face stops, card goes on.
func TestRWithdrawEnrolAndErase(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	b.Tap(1)
	b.Later(time.Minute)
	b.Consent(id)
	b.Start()
	ctx, cancel := context.WithCancel(context.Background())
	shown := make(chan struct{})
	go func() { // the person stands before the camera for ten frames, is away for eight, and comes again
		defer close(shown)
		for n := 0; ctx.Err() == nil; n++ {
			o := boardtest.Look(1)
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
	e, err := b.Desk.Enrol(ctx, b.Staff, id, func(desk.Step) {
		if p, _ := b.Vault.Person(id); p.Face.State == policy.FaceEnrolled {
			t.Error("stored before the trial")
		}
	})
	cancel()
	<-shown
	if err != nil {
		t.Fatal(err)
	}
	if e.Pictures != 5 || e.CardRequired {
		t.Errorf("enrolled as %+v", e)
	}
	if _, got, err := b.Unit.LooksLike(context.Background(), &unit.Face{Template: boardtest.FaceOf(1)[:]},
		policy.PersonID{}); err != nil || got < 0.99 {
		t.Errorf("the template scores %.3f with its own pictures, %v", got, err)
	}
	r, err := b.Desk.Withdraw(context.Background(), b.Staff, id)
	if err != nil {
		t.Fatal(err)
	}
	if before, ok := strings.CutPrefix(r.Detail,
		"blocks of the old ciphertext in all files of the unit: "); r.Serial == "" || !ok ||
		strings.HasPrefix(before, "0 ") || !strings.Contains(before, ", 0 after") {
		t.Errorf("receipt: %+v", r)
	}
	if b.State().Faces.People != 0 {
		t.Error("the face is still in the index")
	}
	p, err := b.Vault.Person(id)
	if err != nil || p.Face.State != policy.FaceWithdrawn || len(p.Working(b.Clock.Now())) != 1 {
		t.Errorf("after the withdrawal: %+v, %v", p.Face, err)
	}
}

// TestRAltLastCardTakesTheFace: with the last credential beside it, the face goes.
func TestRAltLastCardTakesTheFace(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Start()
	p, err := b.Vault.Person(id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Desk.RevokeCredential(context.Background(), b.Staff, id, p.Credentials[0].ID)
	if err != nil || !r.FaceGone {
		t.Fatalf("revoked: %+v, %v", r, err)
	}
	if p, _ := b.Vault.Person(id); p.Face.State != policy.FaceWithdrawn || b.State().Faces.People != 0 {
		t.Errorf("the face outlived the last card: %+v", p.Face)
	}
}

// TestRMinorIsAskedFirst: marking a person with a face as a child is refused until the face is
// gone: else one correction would switch off everyone's face.
func TestRMinorIsAskedFirst(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Start()
	ctx := context.Background()
	x := desk.Details{Name: "Li Ming", Lang: "en", Minor: true}
	if _, err := b.Desk.ChangePerson(ctx, b.Staff, id, x); err == nil ||
		!strings.Contains(err.Error(), "withdraw it first") {
		t.Errorf("marked as a child, with a face: %v", err)
	}
	if _, err := b.Desk.Withdraw(ctx, b.Staff, id); err != nil {
		t.Fatal(err)
	}
	if p, err := b.Desk.ChangePerson(ctx, b.Staff, id, x); err != nil || !p.Face.Minor {
		t.Errorf("after the withdrawal: %+v, %v", p.Face, err)
	}
}

// TestRNoticeChangedIsAskedAtTheNextVisit: a person who agreed to an earlier notice is listed,
// agrees again with their own card, and keeps their face.
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
	b.WantFacesOff("", "a word of the notice has changed")
	b.Start()
	n, err := b.Desk.Notice(ctx, b.Staff, "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Desk.Consent(ctx, b.Staff, desk.ConsentGiven{Person: id, Notice: n.Hash, Lang: "en"},
		b.tapOnce(1)); err != nil {
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

// TestRRefuseAskedAgainIsOnRecord: a person refused, is asked again, and does not agree with their
// own card: they were asked against their will.
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
	if err := b.Desk.Consent(ctx, b.Staff, desk.ConsentGiven{Person: id, Notice: n.Hash, Lang: "en"},
		b.tapOnce(2)); err == nil {
		t.Fatal("another person's card was taken")
	}
	if b.Count(audit.AskedAfterNo) != 1 {
		t.Error("it is not on record")
	}
	b.CountAll()
	if s := b.StateOf(policy.RuleRefuse); s != policy.Due {
		t.Errorf("a single slip, and R-REFUSE is %s", s)
	}
	b.Clock.Advance(8 * 24 * time.Hour)
	b.CountAll()
	if s := b.StateOf(policy.RuleRefuse); s != policy.Broken {
		t.Errorf("no inquiry for a week, and R-REFUSE is %s", s)
	}
	if err := b.Desk.Inquire(ctx, b.Staff, "a mistake at the desk; spoken about"); err != nil {
		t.Fatal(err)
	}
	b.CountAll()
	if s := b.StateOf(policy.RuleRefuse); s != policy.Kept {
		t.Errorf("looked into, and R-REFUSE is %s", s)
	}
}
