package policy

import (
	"slices"
	"testing"
	"time"
)

// TestRAltNothingIsAskedOfASeat: a seat is held to the rules of its vault, its staff and its
// people; those of a door are neither kept nor broken there. A door that tells nothing of itself
// breaks them.
func TestRAltNothingIsAskedOfASeat(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	f := UnitFacts{At: now, Seat: true, People: PeopleFacts{At: now}, Papers: PaperFacts{At: now},
		Store:   StoreFacts{At: now, Sealed: true, KeyApart: true, AuditWhole: true, AuditChecked: now, Purged: now},
		Staff:   StaffFacts{At: now, Operators: 1, LockOut: true, IdleLogout: IdleLogoutMax},
		Machine: MachineFacts{At: now, Confined: true, DumpsOff: true}, Duties: DutyFacts{At: now},
		Waits: WaitFacts{At: now}}
	states := func() map[RuleID]RuleState {
		all := map[RuleID]RuleState{}
		for _, found := range Review(f) {
			all[found.Rule.ID] = found.State
		}
		return all
	}
	ofDoor := []RuleID{RuleAlt, RuleEqual, RuleNotice, RulePIA, RuleNoPrivate, RuleSafe}
	at := states()
	for _, r := range Law() {
		want := Kept
		if slices.Contains(ofDoor, r.ID) {
			want = ""
		}
		if at[r.ID] != want {
			t.Errorf("%s at a seat: %q, want %q", r.ID, at[r.ID], want)
		}
	}
	f.Staff.OneFactor, f.People.AfterNo, f.Store.Overdue, f.Machine.RemoteTools = 1, 1, 1, 1
	at = states()
	for _, id := range []RuleID{RuleOperator, RuleWithdraw, RuleRetain, RuleLocal} {
		if at[id] != Broken {
			t.Errorf("%s at a seat that breaks it: %q", id, at[id])
		}
	}
	f.Seat = false
	at = states()
	for _, id := range ofDoor[2:] {
		if at[id] != Broken {
			t.Errorf("%s at a door that tells nothing: %q", id, at[id])
		}
	}
}
