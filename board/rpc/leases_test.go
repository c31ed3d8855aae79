package rpc_test

import (
	"testing"
	"time"

	"menshen/store/audit"
)

// TestLeases: what ends is told, and extended for a selection or for all, or not at all.
func TestLeases(t *testing.T) {
	b, p := door(t)
	day := func(days int) string { return b.Clock.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	add := func(name string, until string) any {
		return p.get("people.add", object{"name": name, "lang": "zh", "until": until})["person"]
	}
	na, wu := add("Li Na", day(10)), add("Wu Jie", day(20))
	add("Ma Chao", day(60))
	of, said := p.list("leases.list", object{})
	if said["count"] != 2.0 || of["leases"][0]["person"].(object)["person"] != na {
		t.Fatalf("within 30 days: %v", of)
	}
	if n := b.Count(audit.LookedUp); n != 2 {
		t.Errorf("%d look-ups are recorded", n)
	}
	if l := p.get("leases.of", object{"person": na, "ends": day(1)}); l["ends"] != day(2)+"T00:00:00Z" {
		t.Errorf("if it ended sooner: %v", l)
	}

	both := object{"people": []any{na, wu}, "until": day(15)}
	if what := p.refused("leases.extend", both); what != "desk.lease-shortened" {
		t.Errorf("shorter for one of them: %s", what)
	}
	if got := p.get("leases.extend", object{"people": []any{na}, "until": day(90)}); got["count"] != 1.0 {
		t.Errorf("extended %v", got)
	}
	if _, said = p.list("leases.list", object{}); said["count"] != 1.0 {
		t.Errorf("left: %v", said)
	}

	all := object{"by": day(60), "count": 3, "until": day(400)}
	if what := p.refused("leases.extend", all); what != "rpc.leases-changed" {
		t.Errorf("another number of them: %s", what)
	}
	all["count"] = 2
	if got := p.get("leases.extend", all); got["count"] != 2.0 {
		t.Errorf("extended all: %v", got)
	}
	if of, said = p.list("leases.list", object{"by": day(300)}); said["count"] != 1.0 {
		t.Errorf("left: %v", of)
	}
}
