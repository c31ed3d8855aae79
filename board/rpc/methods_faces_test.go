package rpc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/rpc"
	"menshen/policy"
	"menshen/recognizer"
	"menshen/store"
	"menshen/store/audit"
)

// standing shows a person to the eye: one who walks is away for eight of eighteen looks; one who
// does not is looked at long enough for the pictures alone.
func standing(b *boardtest.Bench, face uint64, walks bool) (leave func()) {
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for n := 0; ctx.Err() == nil && (walks || n < 10); n++ {
			o := boardtest.Look(face)
			if walks && n%18 >= 10 {
				o = recognizer.Observation{}
			}
			select {
			case b.Eye.Seen <- o:
				b.Clock.Advance(250 * time.Millisecond)
			case <-ctx.Done():
			}
		}
	}()
	return func() { cancel(); <-gone }
}

// tapping asks a method that waits for a card at the door, and taps that card.
func (p *peer) tapping(b *boardtest.Bench, card uint64, method string, params object) object {
	p.Helper()
	line, err := json.Marshal(object{"jsonrpc": "2.0", "id": "tap", "method": method, "params": params})
	if err != nil {
		p.Fatal(err)
	}
	p.put(string(line) + "\n")
	for {
		switch m := p.next(); {
		case m["method"] == "progress":
			c := boardtest.CardOf(card)
			b.Reader.Tap(c)
		case m["id"] == "tap":
			return m
		}
	}
}

// tenant is the handle of "Tenant 1".
func (p *peer) tenant() string {
	p.Helper()
	found := p.ask("people.find", object{"words": "Tenant 1"})["result"].(object)["people"].([]any)
	return found[0].(object)["person"].(string)
}

// TestRConsentOverTheLine: the way of a person to face entry and back, as a program takes it.
func TestRConsentOverTheLine(t *testing.T) {
	b := boardtest.New(t, func(c *config.Config) { c.Faces.WithCard, c.Faces.Learn = true, true })
	id, _ := b.Someone(1), b.Someone(2)
	b.Tap(1) // the door opened for them once
	b.Later(time.Minute)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	who := p.tenant()
	face := func() object {
		return p.ask("people.get", object{"person": who})["result"].(object)["face"].(object)
	}

	n := p.ask("faces.notice", object{"lang": "en"})["result"].(object)
	if n["text"] == "" || len(n["hash"].(string)) != 64 || n["version"] != n["hash"].(string)[:8] {
		t.Fatalf("the notice: %v", n)
	}
	yes := object{"person": who, "notice": n["hash"], "lang": "en"}
	if m := p.tapping(b, 2, "faces.consent", yes); m["error"] == nil {
		t.Error("another person's card consented")
	}
	if m := p.ask("faces.consent", object{"person": who, "notice": "00", "lang": "en"}); code(m) != rpc.CodeParams {
		t.Errorf("a hash of one byte: %v", m)
	}
	if m := p.tapping(b, 1, "faces.consent", yes); m["error"] != nil {
		t.Fatalf("their own card: %v", m)
	}

	leave := standing(b, 1, true)
	m := p.ask("faces.enrol", object{"person": who})
	leave()
	if got, ok := m["result"].(object); !ok || got["pictures"] != 5.0 || got["occasions"] != 1.0 ||
		got["cardRequired"] != false {
		t.Fatalf("enrolled: %v", m)
	}
	if m := p.tapping(b, 1, "faces.again", yes); m["error"] != nil || face()["again"] == nil {
		t.Errorf("agreed to be asked once more: %v, %v", m, face())
	}
	if m := p.ask("faces.notAgain", object{"person": who}); m["error"] != nil || face()["again"] != nil {
		t.Errorf("asked no more: %v, %v", m, face())
	}
	if m := p.tapping(b, 1, "faces.learn", yes); m["error"] != nil || face()["learns"] == nil {
		t.Errorf("agreed to learning: %v, %v", m, face())
	}
	if m := p.ask("faces.stopLearning", object{"person": who}); m["error"] != nil || face()["learns"] != nil {
		t.Errorf("learning ended: %v, %v", m, face())
	}

	got := p.ask("faces.withdraw", object{"person": who})["result"].(object)
	if got["number"] == nil || face()["state"].(object)["code"] != string(policy.FaceWithdrawn) {
		t.Fatalf("withdrawn: %v, %v", got, face())
	}
	r := p.ask("faces.receipt", object{"number": got["number"]})["result"].(object)
	if r["signed"] != true || r["found"] != 0.0 || r["sought"] == 0.0 || !json.Valid([]byte(r["json"].(string))) {
		t.Errorf("the receipt: %v", r)
	}
	if m := p.ask("faces.receipt", object{"number": "1"}); code(m) != rpc.CodeRefused {
		t.Errorf("a receipt that is none: %v", m)
	}
	if one, err := b.Vault.Person(id); err != nil || len(one.Occasions) != 0 || b.State().Faces.People != 0 {
		t.Errorf("left behind: %v, %v", one.Occasions, err)
	}
}

// TestRNoticeChangedOverTheLine: a person's page says whether the notice has changed since they
// agreed.
func TestRNoticeChangedOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Enrolled(1)
	for _, changed := range []bool{false, true} {
		if changed {
			b.Config.Unit.Contact = "the new desk"
			if err := b.Law.EnsureNotices(); err != nil {
				t.Fatal(err)
			}
		}
		p := dial(t, b, rpc.Options{})
		p.logIn()
		face := p.ask("people.get", object{"person": p.tenant()})["result"].(object)["face"].(object)
		if old := face["oldNotice"] == true; old != changed {
			t.Errorf("changed %v, told %v", changed, face)
		}
	}
}

// TestFurtherDoors: a person's page offers the doors that the notice names and that they did not,
// where their template is stored here.
func TestFurtherDoors(t *testing.T) {
	b := boardtest.New(t, func(c *config.Config) { c.Faces.Doors = []string{"lobby", "garage"} })
	id, other := b.Enrolled(1), b.Someone(2)
	named := func(p *policy.Person) error {
		garage := policy.ConsentDoor{Door: [16]byte{1}, Name: "garage", At: b.Clock.Now(), Notice: p.Face.Notice}
		p.Face.Doors = []policy.ConsentDoor{garage}
		return nil
	}
	if err := b.Vault.ChangePerson(store.Door, id, audit.ConsentGiven, named); err != nil {
		t.Fatal(err)
	}
	p := dial(t, b, rpc.Options{})
	p.logIn()
	for who, want := range map[policy.PersonID]any{id: []any{"lobby"}, other: nil} {
		m := p.ask("people.get", object{"person": fmt.Sprintf("%x", who[:])})
		if got := m["result"].(object)["face"].(object)["further"]; !reflect.DeepEqual(got, want) {
			t.Errorf("offered %v, want %v", got, want)
		}
	}
}

// TestRRefuseOverTheLine: a no is recorded.
func TestRRefuseOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	id := b.Someone(1)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	who := p.tenant()
	if m := p.ask("faces.refuse", object{"person": who}); m["error"] != nil {
		t.Error(m)
	}
	if one, err := b.Vault.Person(id); err != nil || policy.MayAsk(one) == nil || b.Count(audit.FaceRefused) != 1 {
		t.Errorf("%+v, %v", one.Face, err)
	}
}

// TestLineLostWhileEnrolling: a cable that is pulled in the middle of an enrolment leaves nothing
// stored, and the camera at rest.
func TestLineLostWhileEnrolling(t *testing.T) {
	b := boardtest.New(t)
	id := b.Someone(1)
	b.Tap(1)
	b.Later(time.Minute)
	b.Consent(id)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	who := p.tenant()
	p.put(`{"jsonrpc":"2.0","id":1,"method":"faces.enrol","params":{"person":"` + who + `"}}` + "\n")
	p.next()
	p.put(`{"jsonrpc":"2.0","id":2,"method":"camera.aim"}` + "\n")
	b.Eventually("the aiming on record", func() bool { return b.Count(audit.AimingBegun) == 1 })
	leave := standing(b, 1, false)
	for m := p.next(); ; m = p.next() {
		if of, ok := m["params"].(object); ok && of["trial"] == true {
			break
		}
	}
	p.Close()
	leave()
	b.Eventually("the session's end", func() (over bool) {
		if err := b.Driver.Do(t.Context(), func() { over = b.Driver.Taken() }); err != nil {
			t.Fatal(err)
		}
		return over && b.Count(audit.AimingEnded) == 1
	})
	one, err := b.Vault.Person(id)
	if err != nil || one.Face.State != policy.FaceConsented || len(one.Occasions) != 0 || b.State().Faces.People != 0 {
		t.Errorf("half done: %+v, %v, %v", one.Face, one.Occasions, err)
	}
}

// TestPassphraseOverTheLine: faces are put behind a passphrase, and unlocked with it alone.
func TestPassphraseOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	b.Enrolled(1)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	const pass = "a long enough passphrase"
	if m := p.ask("faces.unlock", object{"passphrase": pass}); code(m) != rpc.CodeRefused {
		t.Errorf("where nothing is locked: %v", m)
	}
	if m := p.ask("faces.passphrase", object{"passphrase": pass}); m["error"] != nil {
		t.Fatal(m)
	}
	if m := p.ask("faces.unlock", object{"passphrase": "another"}); code(m) != rpc.CodeRefused {
		t.Errorf("another passphrase: %v", m)
	}
	if m := p.ask("faces.unlock", object{"passphrase": pass}); m["error"] != nil {
		t.Errorf("the passphrase: %v", m)
	}
	if m := p.ask("faces.passphrase", object{"passphrase": ""}); m["error"] != nil {
		t.Errorf("taken away: %v", m)
	}
}
