package courier

import (
	"log/slog"
	"testing"

	"github.com/nats-io/nats.go"

	"menshen/site/post"
)

// TestOneSpeaksForAll: a door whose heads another has just said does not say them again, but for
// each eighth time. One that has more or less than was said speaks, and so does one that was away.
func TestOneSpeaksForAll(t *testing.T) {
	here, there, third, site := post.ID{1}, post.ID{2}, post.ID{3}, post.ID{4}
	k := newCourier(Config{Ticket: post.Ticket{Site: site, Door: here}, Log: slog.New(slog.DiscardHandler)})
	k.start, k.caught, k.heads = "start", true, map[post.ID]uint64{here: 5, there: 7, third: 2}
	hears := func(start string, heads map[post.ID]uint64) {
		t.Helper()
		s := post.Said{Heads: heads, Start: start}
		err := k.hear(t.Context(), nil, &nats.Msg{Subject: post.Heads(site, there), Data: s.Bytes()})
		if err != nil {
			t.Fatal(err)
		}
	}
	if k.unsaid = sayQuiet; !k.speaks() {
		t.Error("a door that comes back does not speak")
	}
	if !k.speaks() {
		t.Error("a door that hears nothing does not speak")
	}
	for times := range 2 * sayQuiet {
		hears("start", map[post.ID]uint64{here: 5, there: 7, third: 2})
		if spoke := k.speaks(); spoke != (times%sayQuiet == sayQuiet-1) {
			t.Errorf("the %d. time that another has said the same it speaks: %v", times+1, spoke)
		}
	}
	for name, heads := range map[string]map[post.ID]uint64{
		"more": {here: 5, there: 8, third: 2}, "less": {here: 5, there: 7, third: 1},
		"nothing of one": {here: 5, there: 7},
	} {
		if hears("start", heads); !k.speaks() {
			t.Errorf("another has %s, and it does not speak", name)
		}
	}
	if hears("another stream", map[post.ID]uint64{here: 5, there: 7, third: 2}); !k.speaks() {
		t.Error("another says the same of another stream, and it does not speak")
	}
	hears("start", map[post.ID]uint64{here: 5, there: 7, third: 2})
	if k.heads[here] = 6; !k.speaks() {
		t.Error("it has a record more than was said, and does not speak")
	}
}
