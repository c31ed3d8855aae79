package board

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

	"menshen/board/console"
	"menshen/board/outbox"
	"menshen/policy"
	"menshen/store"
)

// TestRRightsOwnPage: a person's page has their details, credentials, the very notice they agreed to, how many templates there are, each
// decision about them, and who looked, this look included; and nothing of anybody else.
func TestRRightsOwnPage(t *testing.T) {
	b := newBench(t)
	other := b.someone(2)
	b.tapped(2)
	b.later(time.Minute)
	id := b.enrolled(1)
	b.later(time.Minute)
	b.tapped(1)
	b.run()
	ctx := context.Background()
	from := b.clock.now()
	for i, host := range []policy.PersonID{id, other} {
		pass := policy.Pass{ID: policy.PersonID{byte(i + 1)}, Door: b.cfg.Unit.Name, From: from, Until: from.Add(time.Hour), Uses: 3 + i}
		if _, err := b.vault.AddPass(store.Door, pass, host, []byte("12345678"[i:i+7])); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.desk.Find(ctx, b.staff, id.String()); err != nil {
		t.Fatal(err)
	}
	page, err := b.desk.Stored(ctx, b.staff, id)
	if err != nil {
		t.Fatal(err)
	}
	words, _, err := b.vault.Notice("en")
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
	for _, want := range []string{"template: 1 of 512 numbers", "SHA-256", "key of your own", "backups", "visitor's pass from you: 2026-03-02", "used 0 of 3 times"} {
		if !strings.Contains(facts, want) {
			t.Errorf("it does not say %q:\n%s", want, facts)
		}
	}
	if strings.Contains(facts, "of 4 times") {
		t.Errorf("somebody else's pass is on it:\n%s", facts)
	}
	for _, want := range []string{"the unit itself: you gave a visitor a pass", "anna: somebody looked at your details", "your face was taken", "anna: this page was shown", "the unit itself"} {
		if !strings.Contains(acts, want) {
			t.Errorf("it does not say %q:\n%s", want, acts)
		}
	}
	if len(page.Decisions) == 0 {
		t.Error("no decision")
	}
	for _, r := range page.Decisions {
		if r.Person != id {
			t.Errorf("a decision about somebody else: %+v", r)
		}
	}
	if _, err := b.desk.Stored(ctx, b.operator("tom", store.Technician), other); !errors.Is(err, console.ErrNotAllowed) {
		t.Errorf("a technician may see it: %v", err)
	}
	b.vault.LockFaces()
	if page, err = b.desk.Stored(ctx, b.staff, other); err != nil || page.Notice != "" || page.Stored[0].State != "none" {
		t.Errorf("of somebody without a face: %+v, %v", page.Stored, err)
	}
}

// TestRRightsCopy: the copy that a person takes home lies on the unit encrypted only, opens with the passphrase shown once, takes a name with
// mark-up as words, is recorded, and goes with the person or after a week.
func TestRRightsCopy(t *testing.T) {
	b := newBench(t)
	id := b.enrolled(1)
	b.run()
	ctx := context.Background()
	name := policy.Private("Li <script>alert(1)</script>")
	if err := b.vault.ChangePerson(store.Door, id, "person corrected", func(p *policy.Person) error {
		p.Name, p.Lang = name, "zh"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	got, err := b.desk.Copy(ctx, b.staff, id, "")
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
	for _, want := range []string{"Li &lt;script&gt;", "本门禁所存", "为您制作本页副本", "1 个，每个 512 个数字", "zh-Hans"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Contains(string(html), "<script") || strings.Contains(string(html), "(private)") {
		t.Error("a script in the page, or a name that is hidden from its owner")
	}

	if b.count("own page copied") != 1 {
		t.Error("the copy is not on the record")
	}
	own, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	b.clock.advance(time.Minute)
	second, err := b.desk.Copy(ctx, b.staff, id, own.Recipient().String())
	if err != nil || len(second.Passphrase) != 0 {
		t.Fatalf("for a key of their own: %v", err)
	}
	if _, err := os.Stat(got.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the first copy is still there: %v", err)
	}
	if _, err := b.desk.RemovePerson(ctx, b.staff, id, "lease end"); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(b.out.Dir, "page-*")); len(left) != 0 {
		t.Errorf("the person is erased, and their page is there: %v", left)
	}
	if _, err := b.desk.Copy(ctx, b.staff, id, ""); !errors.Is(err, console.ErrNoPerson) {
		t.Errorf("a page of nobody: %v", err)
	}

	third, err := b.desk.Copy(ctx, b.staff, b.someone(2), "")
	if err != nil {
		t.Fatal(err)
	}
	now := b.clock.now()
	if err := os.Chtimes(third.Path, now, now.Add(-outbox.CopyKept-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := b.out.DropOldCopies(now); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(third.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an old copy is kept: %v", err)
	}
}
