package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"menshen/board/config"
	"menshen/board/desk"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// TestWhoCouldComeIn: the answer is that of the door, now as it is and later by hours and leases
// alone. No attempt is recorded; the look-up is.
func TestWhoCouldComeIn(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, withHours(t)) // Monday, 16:00 in Shanghai
	b.Start()
	ids := map[string]policy.PersonID{"residents": b.Someone(1), "cleaners": b.Someone(2), "none": b.Someone(3)}
	for group, id := range ids {
		if err := b.Vault.ChangePerson(store.Door, id, "groups", func(p *policy.Person) error {
			p.Groups = []string{group}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	may := func(group string, at time.Time, want policy.Reason) desk.Entry {
		t.Helper()
		e, err := b.Desk.May(ctx, b.Staff, ids[group], at)
		if err != nil || e.Why.Reason != want || e.May != (want == policy.ReasonCard) {
			t.Errorf("%s at %v: %v %s, %v; want %s", group, at, e.May, e.Why.Reason, err, want)
		}
		return e
	}
	decisions := b.Count(audit.Decision)
	may("residents", time.Time{}, policy.ReasonCard)
	zone := b.Config.Site.Location()
	tomorrow := time.Date(2026, 3, 3, 7, 0, 0, 0, zone)
	may("cleaners", tomorrow, policy.ReasonCard)
	e := may("cleaners", time.Time{}, policy.ReasonHours)
	if want := time.Date(2026, 3, 3, 6, 0, 0, 0, zone); !e.Next.Equal(want) {
		t.Errorf("next at %v, want %v", e.Next, want)
	}
	if e := may("none", time.Time{}, policy.ReasonHours); !e.Next.IsZero() {
		t.Errorf("next at %v", e.Next)
	}
	if who, err := b.Desk.Who(ctx, b.Staff, tomorrow); err != nil || len(who) != 2 {
		t.Errorf("%+v, %v", who, err)
	}
	if err := b.Desk.Lockdown(ctx, b.Staff, true); err != nil {
		t.Fatal(err)
	}
	may("residents", time.Time{}, policy.ReasonLockdown)
	may("residents", tomorrow, policy.ReasonCard)
	if who, err := b.Desk.Who(ctx, b.Staff, time.Time{}); err != nil || len(who) != 0 {
		t.Errorf("%+v, %v", who, err)
	}
	if b.Count(audit.Decision) != decisions || b.Count(audit.LookedUp) != 2 {
		t.Errorf("%d decisions recorded, %d look-ups", b.Count(audit.Decision)-decisions, b.Count(audit.LookedUp))
	}
}

// TestLeasesThatEnd: what ends with each is told, and several are extended as one act or none.
func TestLeasesThatEnd(t *testing.T) {
	ctx := context.Background()
	b := newBench(t, func(c *config.Config) { c.Site.ForgetAfter = config.Duration(30 * 24 * time.Hour) })
	ids := []policy.PersonID{b.Someone(1), b.Enrolled(2), b.Someone(3), b.Someone(4)}
	b.Start()
	day := 24 * time.Hour
	now := b.Clock.Now()
	for i, until := range []time.Time{now.Add(20 * day), now.Add(-day), now.Add(200 * day), {}} {
		if err := b.Vault.ChangePerson(store.Door, ids[i], "lease", func(p *policy.Person) error {
			p.Until = until
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := b.Desk.Leases(ctx, b.Staff, now.Add(30*day))
	if err != nil || len(all) != 2 || all[0].Person.ID != ids[1] || all[1].Person.ID != ids[0] {
		t.Fatalf("%+v, %v", all, err)
	}
	if l := all[0]; !l.Face || l.Cards != 1 || !l.Forgotten.Equal(now.Add(29*day)) || all[1].Face {
		t.Errorf("%+v", l)
	}
	for _, bad := range []struct {
		ids   []policy.PersonID
		until time.Time
		want  string
	}{
		{ids[:3], now.Add(100 * day), "would be shorter"},
		{ids, now.Add(300 * day), "would be shorter"}, // one has no end
		{ids[:1], now.Add(-day), "already expired"},
		{[]policy.PersonID{ids[0], {9}}, now.Add(300 * day), "no such person"},
	} {
		if err := b.Desk.ExtendLeases(ctx, b.Staff, bad.ids, bad.until); err == nil ||
			!strings.Contains(err.Error(), bad.want) {
			t.Errorf("%v; want %q", err, bad.want)
		}
	}
	if p, _ := b.Vault.Person(ids[0]); !p.Until.Equal(now.Add(20 * day)) {
		t.Errorf("a part was done: until %v", p.Until)
	}
	if err := b.Desk.ExtendLeases(ctx, b.Staff, ids[:2], now.Add(300*day)); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids[:2] {
		if p, _ := b.Vault.Person(id); !p.Until.Equal(now.Add(300 * day)) {
			t.Errorf("until %v", p.Until)
		}
	}
}
