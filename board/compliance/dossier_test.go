package compliance_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/desk"
	"menshen/board/dossier"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
)

// TestRAuditDossier: after an enrolment and an erasure the dossier tells of both in figures, with
// the receipt; it verifies with the unit's key alone, names nobody, holds no number of a card, and
// its making is on the record under the name of who asked.
func TestRAuditDossier(t *testing.T) {
	b := newBench(t)
	const name = "Xq Zhang-Testname"
	id := b.Enrolled(1)
	other := b.Someone(2)
	for _, p := range []policy.PersonID{id, other} {
		if err := b.Vault.ChangePerson(store.Door, p, "person corrected", func(p *policy.Person) error {
			p.Name = name
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	b.Tap(2)
	b.Start()
	ctx := context.Background()
	before, err := b.Law.Dossier(ctx, store.Actor(b.Staff.Operator), true)
	if err != nil {
		t.Fatal(err)
	}
	if f := before.Faces; f.People != 2 || f.Templates != 1 || f.States["enrolled"] != 1 || f.States["never"] != 1 {
		t.Errorf("people: %+v", f)
	}
	if before.Matching == nil || before.Matching.OneIn < before.Matching.Asked*0.99 || before.Matching.Basis == "" {
		t.Errorf("matching: %+v", before.Matching)
	}
	if _, err := b.Desk.RemovePerson(ctx, b.Staff, id, "lease end"); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(time.Minute)
	path, key, err := b.Desk.Dossier(ctx, b.Staff)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := dossier.Verify(file, b.Vault.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	if d.Key != key || !d.Running || d.Facts.People.WithFace != 0 || !d.Facts.People.At.Equal(d.Made) ||
		len(d.Rules) != len(policy.Law()) || !d.Audit.OK || len(d.Receipts) != 1 || d.Remains() != 0 ||
		d.Receipts[0].Sought == 0 {
		t.Errorf("it says %+v", d)
	}
	if n := len(d.Months); n != 1 || d.Months[0].Taken != 1 || d.Months[0].People != 1 {
		t.Errorf("months: %+v", d.Months)
	}
	if d.Retention.Ages[0] != 2 || d.Retention.EventDays != 90 {
		t.Errorf("retention: %+v", d.Retention)
	}
	inForce := 0
	for _, n := range d.Notices {
		if n.InForce {
			inForce++
		}
	}
	if inForce != 2 {
		t.Errorf("notices: %+v", d.Notices)
	}
	for _, secret := range []string{name, "Testname", "anna", id.String(), other.String()} {
		if strings.Contains(string(file), secret) {
			t.Errorf("it holds %q", secret)
		}
	}
	made := 0
	for _, e := range b.Entries() {
		if e.Kind == "dossier made" && e.Actor == store.Actor(b.Staff.Operator) {
			made++
		}
	}
	if made != 2 {
		t.Errorf("%d dossiers on the record", made)
	}
	if _, _, err := b.Desk.Dossier(ctx, b.Operator("tom", store.Technician)); !errors.Is(err, desk.ErrNotAllowed) {
		t.Errorf("a technician makes one: %v", err)
	}
}

// TestDossierOfLockedFaces: a locked store of faces is said, not guessed at.
func TestDossierOfLockedFaces(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	if err := b.Vault.SetPassphrase(store.Door, []byte("eight or more")); err != nil {
		t.Fatal(err)
	}
	b.Vault.LockFaces()
	d, err := b.Law.Dossier(context.Background(), store.Door, true)
	if err != nil || d.Faces.Templates != -1 {
		t.Errorf("templates %d, %v", d.Faces.Templates, err)
	}
}

// TestRLocalDossierSaysCarrier: the dossier says whether the program that carries records to other
// doors is installed beside the unit.
func TestRLocalDossierSaysCarrier(t *testing.T) {
	for installed, want := range map[bool]string{true: "menshen-site is installed", false: "is not installed"} {
		b := newBench(t)
		b.Found.Carrier = installed
		b.CountAll()
		d, err := b.Law.Dossier(context.Background(), store.Door, true)
		if err != nil {
			t.Fatal(err)
		}
		found := slices.ContainsFunc(d.Evidence("R-LOCAL"), func(s catalogue.Words) bool {
			return strings.Contains(s.EN, want)
		})
		if !found {
			t.Errorf("installed: %v: %+v", installed, d.Evidence("R-LOCAL"))
		}
	}
}

// TestDossierAtRestKnowsLess: of a unit that does not run, neither doors nor processes are there to
// be looked at, and nothing about them reads as kept.
func TestDossierAtRestKnowsLess(t *testing.T) {
	b := newBench(t)
	d, err := b.Law.Dossier(context.Background(), store.Door, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Rules {
		switch r.ID {
		case "R-LOCAL", "R-PURPOSE", "R-STRANGER", "R-ALT", "R-SAFE", "R-NOPRIVATE":
			if r.State != policy.Broken || d.Evidence(r.ID)[0].EN == "" {
				t.Errorf("%s reads as %s", r.ID, r.State)
			}
		case "R-CONSENT", "R-AUDIT":
			if r.State != policy.Kept {
				t.Errorf("%s reads as %s: %v", r.ID, r.State, r.Problems)
			}
		}
	}
	if d.Running || !d.Facts.Machine.At.IsZero() || len(d.Facts.Doors) != 0 {
		t.Errorf("it knows of %+v and %+v", d.Facts.Machine, d.Facts.Doors)
	}
}
