package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"menshen/policy"
	"menshen/store/audit"
)

// one is a template that stands out in a file.
func one(seed float32) []float32 { return face(seed)[0] }

// learner adds a person with a face of one template, who agreed to learning and to be asked again.
func (u *unit) learner(t testing.TB, name string) policy.PersonID {
	t.Helper()
	id := u.enrolled(t, name, [][]float32{one(1)})
	u.learns(t, id)
	return id
}

// learns has an enrolled person agree to learning and to be asked again.
func (u *unit) learns(t testing.TB, id policy.PersonID) {
	t.Helper()
	err := u.ChangePerson("op", id, audit.LearningAgreed, func(p *policy.Person) (err error) {
		y := policy.Yes{At: u.clock.now(), Notice: p.Face.Notice, OwnAct: true, OwnRequest: true}
		if *p, err = policy.InviteAgain(*p, y); err == nil {
			*p, err = policy.LearnFromVisits(*p, y)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// add adds an occasion after a while.
func (u *unit) add(t testing.TB, id policy.PersonID, how policy.TakenBy, seed float32) {
	t.Helper()
	u.clock.advance(31 * 24 * time.Hour)
	o := policy.Occasion{At: u.clock.now(), How: how}
	if err := u.AddOccasion("op", id, o, one(seed)); err != nil {
		t.Fatal(err)
	}
}

// wantFace checks the occasions of a stored face: the first number of each template, and how each
// was taken.
func (u *unit) wantFace(t testing.TB, id policy.PersonID, seeds []float32, hows ...policy.TakenBy) {
	t.Helper()
	err := u.Face(id, func(p policy.Person, templates [][]float32) error {
		var gotSeeds []float32
		var gotHows []policy.TakenBy
		for i, one := range templates {
			gotSeeds, gotHows = append(gotSeeds, one[0]), append(gotHows, p.Occasions[i].How)
		}
		if !slices.Equal(gotSeeds, seeds) || !slices.Equal(gotHows, hows) {
			t.Errorf("stored %v %v, want %v %v", gotSeeds, gotHows, seeds, hows)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOccasionsAreStoredWithTheFace(t *testing.T) {
	u := newUnit(t)
	li := u.learner(t, "li")
	u.add(t, li, policy.TakenLearnt, 2)
	u.add(t, li, policy.TakenAtDesk, 3)
	u.reopen(t)
	u.wantFace(t, li, []float32{1, 2, 3}, policy.TakenAtDesk, policy.TakenLearnt, policy.TakenAtDesk)
	es, err := u.Entries(0, 1, true)
	if err != nil || es[0].Kind != audit.OccasionAdded || es[0].Detail["by"] != "desk" ||
		es[0].Detail["occasions"] != "3" {
		t.Errorf("recorded as %+v, %v", es, err)
	}
	o := policy.Occasion{At: u.clock.now(), How: policy.TakenAtDoor}
	if err := u.AddOccasion("op", li, o, one(4)); !errors.Is(err, policy.ErrNotInvited) {
		t.Errorf("an occasion that policy refuses was stored: %v", err)
	}
	if err := u.ChangePerson("op", li, "by hand", func(p *policy.Person) error {
		p.Occasions[1].How = policy.TakenAtDesk
		return nil
	}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a learnt occasion was passed off as another: %v", err)
	}
}

// What went out for a later occasion is destroyed: no file has it, and no key opens a copy.
func TestREraseOldestOccasionGoesOut(t *testing.T) {
	u := newUnit(t)
	li := u.learner(t, "li")
	for i := range policy.MaxOccasions - 1 {
		u.add(t, li, policy.TakenAtDesk, float32(i+2))
	}
	blocks, err := u.Ciphertext(li, "face")
	if err != nil {
		t.Fatal(err)
	}
	old := copyDir(t, u.dir)
	u.add(t, li, policy.TakenAtDesk, 6)
	u.wantFace(t, li, []float32{2, 3, 4, 5, 6}, slices.Repeat([]policy.TakenBy{policy.TakenAtDesk}, 5)...)
	files, _ := u.Files()
	if s, err := Scan(files, blocks); err != nil || len(s.Hits) != 0 {
		t.Errorf("%d blocks of the old record are still there, %v", len(s.Hits), err)
	}
	if v, err := Open(old, u.o); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a copy from before opens: %v, %v", v, err)
	}
	u.reopen(t)
	if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

// With the end of learning what was learnt is destroyed, and the rest stays, also behind a
// passphrase.
func TestRWithdrawLearningErasesWhatWasLearnt(t *testing.T) {
	u := newUnit(t)
	li := u.learner(t, "li")
	if err := u.SetPassphrase("op", []byte("a passphrase")); err != nil {
		t.Fatal(err)
	}
	u.add(t, li, policy.TakenLearnt, 2)
	u.add(t, li, policy.TakenAtDesk, 3)
	u.add(t, li, policy.TakenLearnt, 4)
	u.LockFaces()
	if _, err := u.StopLearning("op", li, "withdrawn"); !errors.Is(err, ErrFacesLocked) {
		t.Errorf("with the faces locked: %v", err)
	}
	if err := u.UnlockFaces("op", []byte("a passphrase")); err != nil {
		t.Fatal(err)
	}
	r, err := u.StopLearning("op", li, "withdrawn")
	if err != nil || r.What != "learnt" || r.Found != 0 || r.Sought == 0 || !r.Verify(u.PublicKey()) {
		t.Fatalf("%+v, %v", r, err)
	}
	u.reopen(t)
	if !u.FacesLocked() {
		t.Error("the passphrase is gone")
	}
	if err := u.UnlockFaces("op", []byte("a passphrase")); err != nil {
		t.Fatal(err)
	}
	u.wantFace(t, li, []float32{1, 3}, policy.TakenAtDesk, policy.TakenAtDesk)
	p, err := u.Person(li)
	if err != nil || p.Face.State != policy.FaceEnrolled || p.Face.Learns != (policy.Learning{}) {
		t.Errorf("%+v, %v", p.Face, err)
	}
	if _, err := u.StopLearning("op", li, "again"); !errors.Is(err, ErrUnknown) {
		t.Errorf("ended twice: %v", err)
	}
	if r, err := u.EraseFace("op", li, "withdrawn"); err != nil || r.Found != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if p, _ := u.Person(li); len(p.Occasions) != 0 {
		t.Errorf("occasions of an erased face are kept: %v", p.Occasions)
	}
}

// No restore brings back what was learnt, or a consent to learning, that ended after the backup; an
// erasure of the face itself is not forgotten beside it.
func TestRWithdrawLearningHoldsAgainstARestore(t *testing.T) {
	for _, learnt := range []bool{false, true} {
		u := newUnit(t)
		manager := identity(t)
		li := u.learner(t, "li")
		if learnt {
			u.add(t, li, policy.TakenLearnt, 2)
		}
		backup := u.backup(t, manager, true)
		u.clock.advance(time.Hour)
		r, err := u.StopLearning("op", li, "withdrawn")
		if err != nil {
			t.Fatal(err)
		}
		rep, err := u.Restore(context.Background(), "op", bytes.NewReader(backup), manager, u.PublicKey(), Since{})
		if err != nil || rep.Faces != 1 {
			t.Fatalf("%+v, %v", rep, err)
		}
		u.wantFace(t, li, []float32{1}, policy.TakenAtDesk)
		if p, err := u.Person(li); err != nil || p.Face.Learns != (policy.Learning{}) {
			t.Errorf("learning is back: %+v, %v", p.Face.Learns, err)
		}
		if learnt { // on another unit, by the receipt
			n := newUnit(t)
			rep, err := n.Restore(context.Background(), "op", bytes.NewReader(backup), manager, u.PublicKey(),
				ByReceipts(r))
			if err != nil || len(rep.Applied) != 1 {
				t.Errorf("%+v, %v", rep, err)
			}
			n.wantFace(t, li, []float32{1}, policy.TakenAtDesk)
		}
		if _, err := u.EraseFace("op", li, "withdrawn"); err != nil {
			t.Fatal(err)
		}
		if rep, err = u.Restore(context.Background(), "op", bytes.NewReader(backup), manager, u.PublicKey(),
			Since{}); err != nil || rep.Withdrawn != 1 || rep.Faces != 0 {
			t.Errorf("%+v, %v", rep, err)
		}
	}
}

// A face of an earlier layout has occasions without a date. While that layout is held, none is
// added: the version before would lose which were learnt.
func TestOccasionsOfAnEarlierLayout(t *testing.T) {
	dir, o := unpack(t, "layout-4")
	trial := true
	o.Hold = func() bool { return trial }
	v, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	u := &unit{Vault: v}
	defer func() {
		if err := u.Close(); err != nil {
			t.Error(err)
		}
	}()
	li, _, err := u.FindCredential(policy.CardKind, cardOf["li"])
	if err != nil {
		t.Fatal(err)
	}
	desk := policy.Occasion{At: o.Now(), How: policy.TakenAtDesk}
	if err := u.AddOccasion("op", li.ID, desk, []float32{7, 2, 3, 6}); !errors.Is(err, ErrNotMigrated) {
		t.Errorf("in a held layout: %v", err)
	}
	trial = false
	if err := u.Mend(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := u.AddOccasion("op", li.ID, desk, []float32{7, 2, 3, 6}); err != nil {
		t.Fatal(err)
	}
	u.wantFace(t, li.ID, []float32{1, 1, 7}, policy.TakenAtDesk, policy.TakenAtDesk, policy.TakenAtDesk)
	if p, err := u.Person(li.ID); err != nil || !p.Occasions[0].At.IsZero() || !p.Occasions[2].At.Equal(desk.At) {
		t.Errorf("dated %v, %v", p.Occasions, err)
	}
}
