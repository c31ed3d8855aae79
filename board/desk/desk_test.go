package desk_test

import (
	"context"
	"errors"
	"testing"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/store"
)

// TestROperatorLeastPrivilege: each role does what it is for and no more, and a
// session ends with its log-out.
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
		for what, got := range map[string][2]any{"people": {people, may.people}, "records": {records, may.records},
			"door": {door, may.door}} {
			err, _ := got[0].(error)
			if may := got[1].(bool); may != (err == nil) || !may && !errors.Is(err, desk.ErrNotAllowed) {
				t.Errorf("%s and %s: %v", role, what, err)
			}
		}
		_, err := b.Desk.RemovePerson(ctx, s, id, "test")
		if role != store.Manager && !errors.Is(err, desk.ErrNotAllowed) {
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
	if _, err := b.Desk.LogIn(ctx, "test", "anna", desk.Secret("wrong"),
		i18n.English, nil); !errors.Is(err, desk.ErrRefused) {
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
