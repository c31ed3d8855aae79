package store

import (
	"context"
	"os"
	"testing"
	"time"

	"menshen/policy"
)

// makeFixture leaves a vault of the present layout in a directory:
// MENSHEN_FIXTURE=testdata/layout-N go test -run TestMakeFixture ./store
func TestMakeFixture(t *testing.T) {
	dir := os.Getenv("MENSHEN_FIXTURE")
	if dir == "" {
		t.Skip("set MENSHEN_FIXTURE to a new directory to write a fixture of the present layout")
	}
	u := newUnit(t)
	li := u.enrolled(t, "li", [][]float32{{1, 2, 3, 4}})
	u.learns(t, li)
	wang := u.tenant(t, "wang")
	if _, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	if err := u.FoundSite("op", "front"); err != nil {
		t.Fatal(err)
	}
	u.file(t, "assessment", "all four parts")
	u.clock.advance(8 * 24 * time.Hour)
	err := u.AddOccasion(Door, li, policy.Occasion{At: u.clock.now(), How: policy.TakenLearnt}, []float32{1, 2, 3, 5})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		u.clock.advance(time.Hour)
		p, _ := u.Person([]policy.PersonID{li, wang}[i%2])
		d := policy.Decision{At: u.clock.now(), Door: "front", Means: policy.ByCard, Person: p.ID,
			CredentialID: p.Credentials[0].ID, Grant: true, Reason: "granted"}
		if _, err := u.RecordDecision(context.Background(), d); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := u.RecordDecision(context.Background(), u.comesIn(u.invite(t, li, "123456789"))); err != nil {
		t.Fatal(err)
	}
	if _, err := u.RemovePerson("op", wang, "moved out"); err != nil {
		t.Fatal(err)
	}
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(u.dir)); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(u.key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/root.key", key, 0o600); err != nil {
		t.Fatal(err)
	}
}
