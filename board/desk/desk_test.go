package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/spi"

	"menshen/board/boardtest"
	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/store"
)

// tapOnce taps a card as soon as the desk asks for one.
func (b *bench) tapOnce(n uint64) desk.Progress {
	return func(desk.Step) { go b.Reader.Tap(boardtest.CardOf(n)) }
}

func TestAssignCardOpensNothing(t *testing.T) {
	b := newBench(t)
	b.Start()
	ctx := context.Background()
	p, err := b.Desk.AddPerson(ctx, b.Staff, desk.Details{Name: "Li", Apartment: "1-1", Lang: "zh", Minor: true})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Face.Minor {
		t.Error("that the person is under 14 was lost")
	}
	if _, err := b.Desk.AssignCard(ctx, b.Staff, p.ID, "fob", b.tapOnce(5)); err != nil {
		t.Fatal(err)
	}
	if b.Count("decision") != 0 || len(b.Relay.Moves()) != 0 {
		t.Error("a card that was being assigned opened the door")
	}
	_, err = b.Desk.AssignCard(ctx, b.Staff, p.ID, "again", b.tapOnce(5))
	var pr *i18n.Error
	if !errors.As(err, &pr) || pr.Remedy.IsZero() {
		t.Errorf("the same card twice: %v", err)
	}
}

// TestIssueCard: a card from the factory becomes one of the site's and the person's; what is held up wrongly is told to whoever waits.
func TestIssueCard(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	id := b.Someone(1)
	var pr *i18n.Error
	if _, err := b.Desk.IssueCard(ctx, b.Staff, id, "fob", func(desk.Step) {}); !errors.As(err, &pr) || pr.Remedy.IsZero() {
		t.Errorf("at a door whose readers do not write: %v", err)
	}
	chip := rc522test.New()
	key := rc522.Key{1, 2, 3, 4, 5, 6}
	b.Wires.Readers = append(b.Wires.Readers, rc522.New(func() (spi.PortCloser, error) { return chip, nil },
		rc522.Config{Name: "lobby", Poll: time.Millisecond, Sector: &rc522.Sector{Block: 4, Kind: rc522.KeyA, Key: key}}))
	b.Start()
	foreign, card := rc522test.Classic(1, 2, 3, 4), rc522test.Classic(5, 6, 7, 8)
	foreign.SetKey(4, rc522.Key{9})
	var told []string
	k, err := b.Desk.IssueCard(ctx, b.Staff, id, "fob", func(s desk.Step) {
		told = append(told, s.Text)
		if len(told) == 1 {
			chip.Present(foreign)
		} else {
			chip.Present(card)
		}
	})
	if err != nil || k.Clonable || card.Blocks[4] == [16]byte{} {
		t.Fatalf("%+v, %v", k, err)
	}
	if len(told) < 2 || !strings.Contains(told[1], rc522.ErrNotBlank.Error()) || foreign.Blocks[4] != [16]byte{} {
		t.Errorf("of a card that is somebody else's was told: %q", told)
	}
	if p, key, err := b.Vault.FindCredential(policy.CardKind, append([]byte{128}, card.Blocks[4][:]...)); err != nil || p.ID != id || key != k.ID {
		t.Errorf("what the card holds is not the person's: %v", err)
	}
	if b.Count("decision") != 0 {
		t.Error("a card that was being issued opened the door")
	}
}

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
		t.Error("somebody else's card was taken as consent")
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

// TestRWithdrawEnrolAndErase goes the whole way: consent, card used, enrolment by looks, face opens, withdrawal, face stops, card goes on.
func TestRWithdrawEnrolAndErase(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	b.Tap(1)
	b.Later(time.Minute)
	n, hash, err := b.Vault.Notice("en")
	if err != nil || n == "" {
		t.Fatal(err)
	}
	err = b.Vault.ChangePerson(store.Door, id, "consent given", func(p *policy.Person) (err error) {
		*p, err = policy.Consent(*p, policy.Yes{At: b.Clock.Now(), Notice: hash, Lang: "en", OwnAct: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
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
	if _, got, err := b.Unit.LooksLike(context.Background(), &unit.Face{Template: boardtest.FaceOf(1)[:]}, policy.PersonID{}); err != nil || got < 0.99 {
		t.Errorf("the template scores %.3f with its own pictures, %v", got, err)
	}
	r, err := b.Desk.Withdraw(context.Background(), b.Staff, id)
	if err != nil {
		t.Fatal(err)
	}
	if before, ok := strings.CutPrefix(r.Detail, "blocks of the old ciphertext in all files of the unit: "); r.Serial == "" || !ok ||
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

// TestROperatorLeastPrivilege: each role does what it is for and no more, and a session ends with its log-out.
func TestROperatorLeastPrivilege(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	b.Start()
	ctx := context.Background()
	for role, may := range map[store.Role]struct{ people, records, door bool }{
		store.Installer: {false, false, true}, store.Technician: {false, true, true},
		store.Manager: {true, true, true}, store.Auditor: {true, true, false},
	} {
		s := b.Operator(string(role), role)
		_, people := b.Desk.Find(ctx, s, "")
		_, records := b.Desk.Decisions(ctx, s, 5)
		_, door := b.Desk.OpenDoor(ctx, s, "test")
		for what, got := range map[string][2]any{"people": {people, may.people}, "records": {records, may.records}, "door": {door, may.door}} {
			err, _ := got[0].(error)
			if may := got[1].(bool); may != (err == nil) || !may && !errors.Is(err, desk.ErrNotAllowed) {
				t.Errorf("%s and %s: %v", role, what, err)
			}
		}
		if _, err := b.Desk.RemovePerson(ctx, s, id, "test"); role != store.Manager && !errors.Is(err, desk.ErrNotAllowed) {
			t.Errorf("%s removed a person: %v", role, err)
		}
		b.Desk.LogOut(s, "asked")
		if _, err := b.Desk.Status(ctx, s); !errors.Is(err, desk.ErrEnded) {
			t.Errorf("a session goes on after its log-out: %v", err)
		}
	}
	forged := b.Staff
	forged.Operator = "somebody"
	if _, err := b.Desk.Find(ctx, forged, ""); !errors.Is(err, desk.ErrEnded) {
		t.Errorf("a forged session: %v", err)
	}
	if _, err := b.Desk.LogIn(ctx, "test", "anna", desk.Secret("wrong"), i18n.English, nil); !errors.Is(err, desk.ErrRefused) {
		t.Errorf("a wrong secret: %v", err)
	}
}

// TestRAuditLookUps: who looked at whom is recorded.
func TestRAuditLookUps(t *testing.T) {
	b := newBench(t)
	id := b.Someone(1)
	if _, err := b.Desk.Find(context.Background(), b.Staff, "tenant"); err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Entries() {
		if e.Kind == "looked up" && e.Person == id && string(e.Actor) == b.Staff.Operator {
			return
		}
	}
	t.Error("the look-up was not recorded")
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

// TestRMinorIsAskedFirst: marking somebody with a face as a child is refused until the face is gone, so that one correction takes nobody else's face away.
func TestRMinorIsAskedFirst(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Start()
	ctx := context.Background()
	x := desk.Details{Name: "Li Ming", Lang: "en", Minor: true}
	if _, err := b.Desk.ChangePerson(ctx, b.Staff, id, x); err == nil || !strings.Contains(err.Error(), "withdraw it first") {
		t.Errorf("marked as a child, with a face: %v", err)
	}
	if _, err := b.Desk.Withdraw(ctx, b.Staff, id); err != nil {
		t.Fatal(err)
	}
	if p, err := b.Desk.ChangePerson(ctx, b.Staff, id, x); err != nil || !p.Face.Minor {
		t.Errorf("after the withdrawal: %+v, %v", p.Face, err)
	}
}
