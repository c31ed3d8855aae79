package rpc_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/rpc"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// list asks for what comes in events, and gives its rows by what they are, and the answer.
func (p *peer) list(method string, params any) (of map[string][]object, result object) {
	p.Helper()
	p.last++
	line, err := json.Marshal(object{"jsonrpc": "2.0", "id": p.last, "method": method, "params": params})
	if err != nil {
		p.Fatal(err)
	}
	p.put(string(line) + "\n")
	of = map[string][]object{}
	for {
		m := p.next()
		if m["id"] == float64(p.last) {
			result, _ = m["result"].(object)
			if result == nil {
				p.Fatalf("%s: %v", method, m)
			}
			return of, result
		}
		if event := m["params"].(object); m["method"] == "event" {
			for _, row := range event["rows"].([]any) {
				of[event["of"].(string)] = append(of[event["of"].(string)], row.(object))
			}
		}
	}
}

// get is the result of a request that is not refused.
func (p *peer) get(method string, params any) object {
	p.Helper()
	m := p.ask(method, params)
	got, ok := m["result"].(object)
	if !ok {
		p.Fatalf("%s: %v", method, m)
	}
	return got
}

// refused is what an error says: the id of its message.
func (p *peer) refused(method string, params any) string {
	p.Helper()
	m := p.ask(method, params)
	e, ok := m["error"].(object)
	if !ok {
		p.Fatalf("%s was not refused: %v", method, m)
	}
	data, _ := e["data"].(object)
	what, _ := data["what"].(string)
	return what
}

// door is a bench that runs, and somebody logged in at a line.
func door(t *testing.T, change ...func(*config.Config)) (*boardtest.Bench, *peer) {
	b := boardtest.New(t, change...)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	return b, p
}

// TestSamePerson: who is entered a second time is found, whatever the spaces and letters; not
// oneself. The look-up is recorded.
func TestSamePerson(t *testing.T) {
	b, p := door(t)
	who := p.get("people.add", object{"name": "Li Na", "apartment": "12-04", "lang": "zh"})["person"]
	for _, c := range []struct {
		asked object
		found any
	}{
		{object{"name": " li  NA", "apartment": "12-04"}, who},
		{object{"name": "Li Na", "apartment": "12-05"}, nil},
		{object{"name": "Li", "apartment": "12-04"}, nil},
		{object{"name": "Li Na", "apartment": "12-04", "person": who}, nil},
		{object{"name": " "}, nil},
	} {
		before := b.Count(audit.LookedUp)
		got := p.get("people.same", c.asked)
		if one, _ := got["person"].(object); one["person"] != c.found { // nil, where there is none
			t.Errorf("%v gives %v", c.asked, got)
		}
		if c.found != nil && b.Count(audit.LookedUp) != before+1 {
			t.Errorf("%v is not recorded", c.asked)
		}
	}
}

// TestGroups: the groups that a person can be put into are those that a rule names.
func TestGroups(t *testing.T) {
	_, p := door(t, func(c *config.Config) {
		c.Site.Access = []config.Access{{Group: "residents", Hours: policy.Always},
			{Group: "gym", Hours: policy.Always}}
	})
	if got := fmt.Sprint(p.ask("people.groups", nil)["result"]); got != "[gym residents]" {
		t.Errorf("groups %s", got)
	}
}

// TestStored: a person's own page comes whole, also where it is longer than a line, and that it was
// shown is on it. Its copy is a file that the peer can take.
func TestStored(t *testing.T) {
	b, p := door(t)
	id := b.Someone(1)
	who := fmt.Sprintf("%x", id[:])
	for range 200 {
		if err := b.Vault.ChangePerson(store.Door, id, audit.PersonCorrected,
			func(*policy.Person) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	b.Reader.Tap(boardtest.CardOf(1))
	b.Eventually("the decision is recorded", func() bool { return b.Count(audit.Decision) == 1 })
	of, said := p.list("people.stored", object{"person": who})
	if len(of["decisions"]) != 1 || of["decisions"][0]["granted"] != true || said["decisions"] != 1.0 {
		t.Errorf("decisions %v, %v", of["decisions"], said)
	}
	if n := len(of["acts"]); n < 200 || said["acts"] != float64(n) || b.Count(audit.OwnPageShown) != 1 {
		t.Errorf("%d acts, %v", n, said)
	}
	if len(said["facts"].([]any)) == 0 {
		t.Error("no facts")
	}
	copied := p.get("people.copy", object{"person": who})
	name := copied["file"].(object)["name"].(string)
	if words, _ := copied["passphrase"].(string); len(words) != 19 || !strings.HasSuffix(name, ".html.age") {
		t.Errorf("the copy: %v", copied)
	}
	if got := p.get("file.read", object{"name": name, "offset": 0}); len(got["data"].(string)) < 1000 {
		t.Errorf("reading it: %v", got["size"])
	}
	if what := p.refused("people.copy", object{"person": who, "for": "age1"}); what != "desk.not-an-age-key" {
		t.Errorf("for a wrong key: %s", what)
	}
}

// TestWantCards: who has no card that works, in the order of the words; everybody, when asked.
func TestWantCards(t *testing.T) {
	b, p := door(t)
	b.Someone(1)
	p.get("people.add", object{"name": "Wu Jie", "apartment": "0302", "lang": "zh"})
	p.get("people.add", object{"name": "Li Na", "apartment": "1204", "lang": "zh"})
	of, said := p.list("cards.wanted", object{"words": []string{"1204", "0302"}})
	if said["count"] != 2.0 || of["people"][0]["name"] != "Li Na" || of["people"][1]["name"] != "Wu Jie" {
		t.Errorf("wanted %v", of)
	}
	if _, said = p.list("cards.wanted", object{"all": true}); said["count"] != 3.0 {
		t.Errorf("all: %v", said)
	}
	if n := b.Count(audit.LookedUp); n != 5 {
		t.Errorf("%d look-ups are recorded", n)
	}
}

// TestLongList: a list of two thousand comes in order, in lines that a slow cable carries soon.
func TestLongList(t *testing.T) {
	b, p := door(t)
	var all []store.ListedPerson
	for n := range 2000 {
		all = append(all, store.ListedPerson{Is: store.Details{Name: policy.Private(fmt.Sprintf("Tenant %d", n)),
			Apartment: policy.Private(fmt.Sprintf("%04d", n)), Lang: "en"}})
	}
	if _, err := b.Vault.Import(store.Door, all, [32]byte{}, func(int) {}); err != nil {
		t.Fatal(err)
	}
	of, said := p.list("cards.wanted", object{})
	if said["count"] != 2000.0 || len(of["people"]) != 2000 {
		t.Fatalf("%v, %d came", said, len(of["people"]))
	}
	found := p.get("people.find", object{"from": 1990})
	if found["all"] != 2000.0 || len(found["people"].([]any)) != 10 {
		t.Errorf("the last page: %v", found["all"])
	}
}
