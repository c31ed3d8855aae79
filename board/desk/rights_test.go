package desk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"menshen/board/desk"
	"menshen/board/outbox"
	"menshen/policy"
	"menshen/store"
)

// TestRRightsOwnPage: a person's page has their details, credentials, the very notice they agreed
// to, how many templates there are, each decision about them, and who looked, this look included;
// and nothing of another person.
func TestRRightsOwnPage(t *testing.T) {
	b := newBench(t)
	other := b.Someone(2)
	b.Tap(2)
	b.Later(time.Minute)
	id := b.Enrolled(1)
	b.Later(time.Minute)
	b.Tap(1)
	b.Start()
	ctx := context.Background()
	from := b.Clock.Now()
	for i, host := range []policy.PersonID{id, other} {
		pass := policy.Pass{ID: policy.PersonID{byte(i + 1)}, Door: b.Config.Unit.Name, From: from,
			Until: from.Add(time.Hour), Uses: 3 + i}
		if _, err := b.Vault.AddPass(store.Door, pass, host, []byte("12345678"[i:i+7])); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Desk.Find(ctx, b.Staff, id.String()); err != nil {
		t.Fatal(err)
	}
	page, err := b.Desk.Stored(ctx, b.Staff, id)
	if err != nil {
		t.Fatal(err)
	}
	words, _, err := b.Vault.Notice("en")
	if err != nil {
		t.Fatal(err)
	}
	if page.Person.ID != id || page.Notice != words {
		t.Errorf("person %v; the notice agreed to reads %.40q", page.Person.ID, page.Notice)
	}
	var facts, acts string
	for _, f := range page.Stored {
		facts += f.Name + ": " + f.State + "\n"
	}
	for _, a := range page.Acts {
		acts += a.By + ": " + a.What + "\n"
	}
	for _, want := range []string{"template: 1 of 512 numbers", "SHA-256", "key of your own", "backups",
		"visitor's pass from you: 2026-03-02", "used 0 of 3 times"} {
		if !strings.Contains(facts, want) {
			t.Errorf("it does not say %q:\n%s", want, facts)
		}
	}
	if strings.Contains(facts, "of 4 times") {
		t.Errorf("another person's pass is on it:\n%s", facts)
	}
	for _, want := range []string{"the unit itself: you gave a visitor a pass", "anna: your details were looked at",
		"your face was enrolled", "anna: this page was shown", "the unit itself"} {
		if !strings.Contains(acts, want) {
			t.Errorf("it does not say %q:\n%s", want, acts)
		}
	}
	if len(page.Decisions) == 0 {
		t.Error("no decision")
	}
	for _, r := range page.Decisions {
		if r.Person != id {
			t.Errorf("a decision about another person: %+v", r)
		}
	}
	if _, err := b.Desk.Stored(ctx, b.Operator("tom", store.Technician), other); !errors.Is(err, desk.ErrNotAllowed) {
		t.Errorf("a technician may see it: %v", err)
	}
	b.Vault.LockFaces()
	if page, err = b.Desk.Stored(ctx, b.Staff, other); err != nil || page.Notice != "" ||
		page.Stored[0].State != "none" {
		t.Errorf("of a person without a face: %+v, %v", page.Stored, err)
	}
}

// TestRRightsCopy: the copy that a person takes home lies on the unit encrypted only, opens
// with the passphrase shown once, takes a name with mark-up as words, is recorded, and goes
// with the person or after a week.
func TestRRightsCopy(t *testing.T) {
	b := newBench(t)
	id := b.Enrolled(1)
	b.Start()
	ctx := context.Background()
	name := policy.Private("Li <script>alert(1)</script>")
	if err := b.Vault.ChangePerson(store.Door, id, "person corrected", func(p *policy.Person) error {
		p.Name, p.Lang = name, "zh"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	got, err := b.Desk.Copy(ctx, b.Staff, id, "")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(got.Path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("Li")) && bytes.Contains(raw, []byte("script")) {
		t.Error("the file can be read")
	}
	key, err := age.NewScryptIdentity(string(got.Passphrase))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(raw), key)
	if err != nil {
		t.Fatal(err)
	}
	html, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Li &lt;script&gt;", "本门禁所存", "为您制作本页副本", "1 个，每个 512 个数字",
		"zh-Hans"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(string(html), "<script") || strings.Contains(string(html), "(private)") {
		t.Error("a script in the page, or a name that is hidden from its owner")
	}

	if b.Count("own page copied") != 1 {
		t.Error("the copy is not on the record")
	}
	own, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(time.Minute)
	second, err := b.Desk.Copy(ctx, b.Staff, id, own.Recipient().String())
	if err != nil || len(second.Passphrase) != 0 {
		t.Fatalf("for a key of their own: %v", err)
	}
	if _, err := os.Stat(got.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the first copy is still there: %v", err)
	}
	if _, err := b.Desk.RemovePerson(ctx, b.Staff, id, "lease end"); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(outbox.Dir(b.Config.Unit.Dir), "page-*")); len(left) != 0 {
		t.Errorf("the person is erased, and their page is there: %v", left)
	}
	if _, err := b.Desk.Copy(ctx, b.Staff, id, ""); !errors.Is(err, desk.ErrNoPerson) {
		t.Errorf("a page of an unknown person: %v", err)
	}

	third, err := b.Desk.Copy(ctx, b.Staff, b.Someone(2), "")
	if err != nil {
		t.Fatal(err)
	}
	now := b.Clock.Now()
	if err := os.Chtimes(third.Path, now, now.Add(-outbox.CopyKept-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := (outbox.Box{Dir: outbox.Dir(b.Config.Unit.Dir), Zone: time.UTC}).DropOldCopies(now); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(third.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an old copy is kept: %v", err)
	}
}
