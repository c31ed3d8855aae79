package rpc_test

import (
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"menshen/board/boardtest"
	"menshen/board/config"
	"menshen/board/rpc"
	"menshen/board/slots"
	"menshen/board/update"
	"menshen/store"
	"menshen/store/audit"
)

// TestBackupOverTheLine: the backup is for the holder of the key, and for nobody else.
func TestBackupOverTheLine(t *testing.T) {
	b, p := door(t)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	got := p.get("keeper.backup", object{"key": key.Recipient().String(), "faces": true})
	sealed := p.file(got["file"])
	plain, err := age.Decrypt(strings.NewReader(sealed), key)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, plain); err != nil || n < 1000 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if _, err := age.Decrypt(strings.NewReader(sealed), other); err == nil {
		t.Error("another key opens it")
	}
	if what := p.refused("keeper.backup", object{"key": "age1nonsense"}); what != "desk.not-an-age-key" {
		t.Errorf("no key: %s", what)
	}
	p.get("keeper.rotate", object{"why": "a copy of the disk was found"})
	if b.Count(audit.KeysRotated) == 0 {
		t.Error("the rotation is not on record")
	}
}

func TestProofOverTheLine(t *testing.T) {
	b := boardtest.New(t)
	id := b.Enrolled(7)
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	p.get("people.remove", object{"person": hex.EncodeToString(id[:]), "reason": "own request"})
	got := p.get("keeper.receipts", object{"count": 10})
	if one := got["receipts"].([]any)[0].(object); one["found"] != 0.0 || one["signed"] != true {
		t.Errorf("the receipt: %v", one)
	}
	made := p.get("keeper.proof", nil)
	if lines := strings.Count(p.file(made["file"]), "\n"); float64(lines) != got["all"] {
		t.Errorf("%d receipts in the file, %v in all", lines, got["all"])
	}
	made = p.get("keeper.audit", nil)
	log := p.file(made["file"])
	if !strings.HasPrefix(log, `{"menshen-audit":2`) || len(made["key"].(string)) != 64 {
		t.Errorf("the log with key %v: %.100s", made["key"], log)
	}
	if r := p.get("keeper.retention", object{"run": true}); r["overdue"] != 0.0 || r["lastRun"] == nil {
		t.Errorf("retention: %v", r)
	}
	if c := p.get("keeper.check", nil); c["note"] != nil {
		t.Errorf("the vault: %v", c)
	}
}

func TestClockOverTheLine(t *testing.T) {
	b, p := door(t)
	was := p.get("clock.get", nil)
	if was["from"].(object)["text"] != "from the computer of the bench" {
		t.Errorf("the clock: %v", was)
	}
	now := p.get("clock.set", object{"at": "2026-03-02T09:00:00.5Z"})
	if !strings.HasPrefix(now["now"].(string), "2026-03-02T09:00:00") || b.Clock.Now().Hour() != 9 {
		t.Errorf("set: %v", now)
	}
	if m := p.ask("clock.set", object{"at": ""}); code(m) != rpc.CodeParams {
		t.Errorf("no time: %v", m)
	}
	if what := p.refused("clock.confirm", nil); what != "desk.clock-needs-no-confirming" {
		t.Errorf("nothing to confirm: %s", what)
	}
	technician := staff(t, b, store.Technician)
	if what := technician.refused("clock.set", object{"at": "2026-05-01"}); what != "desk.time-too-far" {
		t.Errorf("two months ahead as a technician: %s", what)
	}
}

func TestStaffOverTheLine(t *testing.T) {
	b, p := door(t)
	p.get("staff.add", object{"name": "tom", "role": "technician", "secret": "a horse of tom"})
	again := object{"name": "tom", "role": "auditor", "secret": "another one"}
	if what := p.refused("staff.add", again); what != "desk.login-name-taken" {
		t.Errorf("twice: %s", what)
	}
	eve := object{"name": "eve", "role": "owner", "secret": "a horse of eve"}
	if m := p.ask("staff.add", eve); code(m) != rpc.CodeParams {
		t.Errorf("no such role: %v", m)
	}
	made := p.get("staff.code", object{"name": "tom"})["code"].(string)
	q := dial(t, b, rpc.Options{})
	q.get("session.recover", object{"name": "tom", "code": made, "secret": "the horse of tom"})
	q.get("session.login", object{"name": "tom", "secret": "the horse of tom"})
	p.get("staff.change", object{"name": "tom", "role": "installer", "blocked": true})
	named := func(name string) object {
		all := p.get("staff.list", nil)["operators"].([]any)
		return all[slices.IndexFunc(all, func(o any) bool { return o.(object)["name"] == name })].(object)
	}
	tom := named("tom")
	if tom["blocked"] != true || tom["role"].(object)["code"] != "installer" {
		t.Errorf("tom: %v", tom)
	}
	if what := p.refused("staff.change", object{"name": "anna", "role": "auditor"}); what != "desk.not-yourself" {
		t.Errorf("oneself: %s", what)
	}
	p.put(`{"jsonrpc":"2.0","id":"card","method":"staff.card","params":{"name":"anna"}}` + "\n")
	for m := p.next(); m["method"] != "progress"; m = p.next() {
	}
	b.Reader.Tap(boardtest.CardOf(9))
	for m := p.next(); m["id"] != "card"; m = p.next() {
	}
	if anna := named("anna"); anna["card"] != true {
		t.Errorf("anna: %v", anna)
	}
}

// TestUpdateOverTheLine: what is installed is what was looked at, whatever a peer says of it.
func TestUpdateOverTheLine(t *testing.T) {
	b := boardtest.New(t, func(c *config.Config) { c.Stick.Enabled = true })
	b.Updates = &boardtest.Updates{Is: update.State{Version: "1.0"}, Answers: map[update.Act]update.Answer{
		update.Look: {Bundle: &update.Bundle{Version: "1.1", Signer: "the makers", Layout: store.Layout() + 1}},
		update.Give: {Files: 1, Went: []update.File{{Name: "sign.html", Size: 5}}},
		update.List: {Found: []update.File{{Name: "list.csv", Size: 7}}},
	}}
	b.Reassemble()
	b.Start()
	p := dial(t, b, rpc.Options{})
	p.logIn()
	if what := p.refused("update.install", object{"version": "1.1"}); what != "rpc.look-first" {
		t.Errorf("before anybody looked: %s", what)
	}
	if o := p.get("update.look", nil); o["migrates"] != true || o["signer"] != "the makers" {
		t.Errorf("the offer: %v", o)
	}
	if what := p.refused("update.install", object{"version": "1.2"}); what != "rpc.look-first" {
		t.Errorf("another one: %s", what)
	}
	if m := p.ask("update.install", object{"version": "1.1", "migrates": false}); code(m) != rpc.CodeParams {
		t.Errorf("it says that nothing migrates: %v", m)
	}
	if what := p.refused("update.install", object{"version": "1.1"}); what != "desk.update-needs-backup" {
		t.Errorf("without a backup: %s", what)
	}
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	p.get("keeper.backup", object{"key": key.Recipient().String()})
	b.Updates.Asked()
	p.get("update.install", object{"version": "1.1"})
	p.get("update.try", object{"version": "1.1"})
	asked := b.Updates.Asked()
	if len(asked) != 2 || asked[0].Version != slots.Version("1.1") || asked[1].Do != update.Try {
		t.Errorf("root was asked %v", asked)
	}
	if s := p.get("stick.list", nil); s["files"].([]any)[0].(object)["name"] != "list.csv" {
		t.Errorf("on the stick: %v", s)
	}
	if s := p.get("stick.copy", object{"names": []string{"sign.html"}}); s["all"] != 1.0 {
		t.Errorf("copied: %v", s)
	}
}
