package desk_test

import (
	"context"
	"errors"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"menshen/board/notice"
	"menshen/board/papers"
	"menshen/internal/i18n"
)

// TestRIncidentFromTheFirstWordToTheEnd: figures come from the vault, letters are written in both
// languages, and no incident is closed before all were told.
func TestRIncidentFromTheFirstWordToTheEnd(t *testing.T) {
	b := newBench(t)
	b.Enrolled(1)
	b.Someone(2)
	ctx := context.Background()
	i, err := b.Desk.OpenIncident(ctx, b.Staff, "the unit was found open")
	if err != nil {
		t.Fatal(err)
	}
	want := []notice.Kind{notice.KindFaces, notice.KindPeople, notice.KindEntries, notice.KindCards, notice.KindStaff}
	if i.People != 2 || !slices.Equal(i.Kinds, want) || !i.Noticed.Equal(b.Clock.Now()) || i.What.EN == "" {
		t.Errorf("%+v", i)
	}
	var p *i18n.Error
	if _, err := b.Desk.Letters(ctx, b.Staff, i.ID); !errors.As(err, &p) ||
		!strings.Contains(p.Remedy.String(), "incident write") {
		t.Errorf("letters of an incident without effect and measures: %v", err)
	}
	change := func(f func(*papers.Incident)) error {
		b.Clock.Advance(time.Minute)
		_, err := b.Desk.ChangeIncident(ctx, b.Staff, i.ID, f)
		return err
	}
	if err := change(func(i *papers.Incident) { i.Closed = b.Clock.Now() }); !errors.As(err, &p) {
		t.Errorf("closed before all were told: %v", err)
	}
	if err := change(func(i *papers.Incident) {
		i.Effect.EN, i.Taken.EN = "Names may be known.", "Faces are off."
	}); err != nil {
		t.Fatal(err)
	}
	paths, err := b.Desk.Letters(ctx, b.Staff, i.ID)
	if err != nil || len(paths) != 8 {
		t.Fatalf("letters %q, %v", paths, err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		text := html.UnescapeString(string(raw))
		if err != nil || !strings.Contains(text, "the unit was found open") ||
			!strings.Contains(text, b.Config.Unit.Contact) || strings.Contains(text, "Tenant") {
			t.Errorf("%s: %v, %.80s", filepath.Base(path), err, text)
		}
	}
	for _, f := range []func(*papers.Incident){
		func(i *papers.Incident) { i.ToldPeople = b.Clock.Now() },
		func(i *papers.Incident) { i.ToldAuthority = b.Clock.Now() },
		func(i *papers.Incident) { i.Closed = b.Clock.Now() },
	} {
		if err := change(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := change(func(i *papers.Incident) { i.What.EN = "nothing happened" }); err == nil {
		t.Error("a closed incident was changed")
	}
	b.WantFacesOff("R-PIA", "after an incident, before the assessment is redone")
	all, err := b.Vault.Papers(papers.KindIncident)
	if err != nil || len(all) != 5 {
		t.Errorf("%d papers tell how it went, %v", len(all), err)
	}
}
