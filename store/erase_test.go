package store

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"menshen/policy"
)

func TestREraseRemovesEveryTrace(t *testing.T) {
	u := newUnit(t)
	li, wang := u.enrolled(t, "li", face(1)), u.enrolled(t, "wang", face(5))
	old := copyDir(t, u.dir)
	blocks, err := u.Ciphertext(li, "person")
	if err != nil {
		t.Fatal(err)
	}
	files, _ := u.Files()
	if s, err := Scan(files, blocks); err != nil || len(s.Hits) == 0 {
		t.Fatalf("the scan does not find what is there: %+v, %v", s, err)
	}
	r, err := u.RemovePerson("op", li, "moved out")
	if err != nil {
		t.Fatal(err)
	}
	if r.Found != 0 || r.Sought < 100 || r.Files < 2 || !r.Verify(u.PublicKey()) {
		t.Errorf("receipt %+v", r)
	}
	r.Why = "another reason"
	if r.Verify(u.PublicKey()) {
		t.Error("a changed receipt verifies")
	}
	files, _ = u.Files()
	if s, err := Scan(files, blocks); err != nil || len(s.Hits) != 0 {
		t.Errorf("old ciphertext is still there: %+v, %v", s, err)
	}
	if _, err := u.Person(li); !errors.Is(err, ErrUnknown) {
		t.Errorf("person is still there: %v", err)
	}
	if _, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); !errors.Is(err, ErrUnknown) {
		t.Errorf("card is still known: %v", err)
	}
	if p, _, err := u.FindCredential(policy.CardKind, cardOf["wang"]); err != nil || p.ID != wang {
		t.Errorf("the other card is lost: %v", err)
	}
	// The key that is left opens no earlier copy.
	if v, err := Open(old, u.o); !errors.Is(err, ErrWrongKey) {
		t.Errorf("a copy from before the erasure opens: %v, %v", v, err)
	}
	u.reopen(t)
	if rep, err := u.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

func TestRWithdrawErasesTheFaceAndKeepsTheCard(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	r, err := u.EraseFace("op", li, "withdrawn at the door")
	if err != nil || r.Found != 0 || !r.Verify(u.PublicKey()) {
		t.Fatalf("%+v, %v", r, err)
	}
	p, _, err := u.FindCredential(policy.CardKind, cardOf["li"])
	if err != nil || p.Face.State != policy.FaceWithdrawn || p.Face.Notice != [32]byte{} || !p.Face.At.Equal(r.At) {
		t.Errorf("face %+v, %v", p.Face, err)
	}
	if err := u.Templates(func(policy.PersonID, [][]float32) error {
		t.Error("templates are left")
		return nil
	}); err != nil {
		t.Error(err)
	}
	if _, err := u.EraseFace("op", li, "again"); !errors.Is(err, ErrUnknown) {
		t.Errorf("erased twice: %v", err)
	}
}

func TestRAuditErasureKeepsTheProof(t *testing.T) {
	u := newUnit(t)
	li, wang := u.tenant(t, "li"), u.tenant(t, "wang")
	for _, id := range []policy.PersonID{li, wang, {}} {
		p, _ := u.Person(id)
		d := policy.Decision{At: u.clock.now(), Door: "front", Means: policy.ByCard, Person: id,
			Grant: !id.IsZero(), Reason: "ok",
			Trace: []policy.Check{{Rule: "card known", Pass: !id.IsZero()}}}
		if len(p.Credentials) > 0 {
			d.CredentialID = p.Credentials[0].ID
		}
		if _, err := u.RecordDecision(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	es, err := u.Entries(0, 3, true)
	if err != nil || len(es) != 3 {
		t.Fatalf("%d entries, %v", len(es), err)
	}
	if es[0].Person != (policy.PersonID{}) || len(es[0].Trace) != 1 || es[1].Person != wang || es[2].Person != li ||
		es[2].CredentialID == "" || len(es[2].Trace) != 1 {
		t.Fatalf("entries %+v", es)
	}
	if p, _ := u.Person(li); p.Credentials[0].LastUsed.IsZero() {
		t.Error("a granted card is not marked as used")
	}
	if _, err := u.RemovePerson("op", li, "moved out"); err != nil {
		t.Fatal(err)
	}
	es, err = u.Entries(es[2].Seq, 1, false)
	if err != nil || !es[0].Erased || !es[0].Person.IsZero() || es[0].CredentialID != "" || es[0].Trace != nil ||
		!es[0].Grant {
		t.Errorf("after erasure: %+v, %v", es, err)
	}
	var out bytes.Buffer
	if err := u.ExportAudit(&out); err != nil {
		t.Fatal(err)
	}
	rep, err := VerifyExport(&out, u.PublicKey())
	if err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

// TestREraseOnlyWhatLapsed: the record is asked as it is at the moment of the erasure.
// A person who stays keeps all.
func TestREraseOnlyWhatLapsed(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	stays := func(policy.Person) bool { return false }
	for _, erase := range []func(Actor, policy.PersonID, string, func(policy.Person) bool) (Receipt, error){
		u.RemoveLapsed, u.EraseLapsedFace} {
		if _, err := erase(Door, li, "lease end", stays); !errors.Is(err, ErrStays) {
			t.Errorf("erased: %v", err)
		}
	}
	u.reopen(t)
	if p, _, err := u.FindCredential(policy.CardKind, cardOf["li"]); err != nil || p.Face.State != policy.FaceEnrolled {
		t.Errorf("face %q, %v", p.Face.State, err)
	}
	if rs, err := u.Receipts(); err != nil || len(rs) != 0 {
		t.Errorf("receipts %v, %v", rs, err)
	}
	if err := u.CheckRecords(); err != nil {
		t.Error(err)
	}
	lapsed := func(p policy.Person) bool { return p.ID == li }
	if r, err := u.RemoveLapsed(Door, li, "lease end", lapsed); err != nil || r.Found != 0 || r.What != "person" {
		t.Errorf("receipt %+v, %v", r, err)
	}
}
