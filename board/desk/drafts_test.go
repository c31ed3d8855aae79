package desk_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/board/desk"
	"menshen/board/outbox"
	"menshen/board/papers"
	"menshen/internal/i18n"
	"menshen/store"
)

// TestDraftsAreTheirWritersOwn: a draft outlives the session, is its writer's alone, a
// manager's matter, and bounded.
func TestDraftsAreTheirWritersOwn(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	one, other := b.Operator("one", store.Manager), b.Operator("other", store.Manager)
	if err := b.Desk.KeepDraft(ctx, one, "assessment", []byte("begun")); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Desk.Draft(ctx, one, "assessment"); string(got) != "begun" || err != nil {
		t.Errorf("the draft is %q, %v", got, err)
	}
	if got, err := b.Desk.Draft(ctx, other, "assessment"); got != nil || err != nil {
		t.Errorf("another's draft is %q, %v", got, err)
	}
	if err := b.Desk.KeepDraft(ctx, one, "long", bytes.Repeat([]byte("x"), desk.MaxDraft+1)); err == nil {
		t.Error("a draft of any length was kept")
	}
	for i := range desk.MaxDrafts - 1 {
		if err := b.Desk.KeepDraft(ctx, one, strings.Repeat("x", i+1), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Desk.KeepDraft(ctx, one, "one more", []byte("x")); err == nil {
		t.Error("any number of drafts was kept")
	}
	if err := b.Desk.KeepDraft(ctx, one, "assessment", nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Desk.Draft(ctx, one, "assessment"); got != nil {
		t.Errorf("forgotten, the draft is %q", got)
	}
	if _, err := b.Desk.Draft(ctx, b.Operator("auditor", store.Auditor),
		"assessment"); !errors.Is(err, desk.ErrNotAllowed) {
		t.Errorf("an auditor's draft: %v", err)
	}
}

// TestFormIsReadFromItsFolderAlone: a manager's form is a plain file of the unit's own folder:
// no path, no link, no device.
func TestFormIsReadFromItsFolderAlone(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	s := b.Operator("one", store.Manager)
	dir := outbox.Dir(b.Config.Unit.Dir)
	if err := os.MkdirAll(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("good.txt", "# 1\nHands full.\n# Until: 2027-01-31\n")
	put("bad.txt", "nothing")
	if err := os.Symlink("good.txt", filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	if a, err := b.Desk.AssessmentForm(ctx, s, "good.txt", false); err != nil || a.Necessity != "Hands full." {
		t.Errorf("read %+v, %v", a, err)
	}
	for _, name := range []string{"", ".", "..", "missing.txt", "link.txt", "folder", "bad.txt",
		"../" + filepath.Base(dir) + "/good.txt", filepath.Join(dir, "good.txt")} {
		a, err := b.Desk.AssessmentForm(ctx, s, name, false)
		var p *i18n.Error
		if !errors.As(err, &p) || p.Remedy.IsZero() || a.Necessity != "" {
			t.Errorf("%q: %+v, %v", name, a, err)
		}
	}
	if _, err := b.Desk.AssessmentForm(ctx, b.Operator("auditor", store.Auditor),
		"good.txt", false); !errors.Is(err, desk.ErrNotAllowed) {
		t.Errorf("an auditor read a form: %v", err)
	}
	if _, err := papers.ParseForm(strings.NewReader(papers.Form), b.Config.Site.Location()); err != nil {
		t.Errorf("the form that is shown: %v", err)
	}
}
