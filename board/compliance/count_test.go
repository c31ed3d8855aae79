package compliance_test

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"menshen/board/boardtest"
	"menshen/board/dossier"
	"menshen/policy"
	"menshen/store"
)

// BenchmarkFacesOff is what holding the rules costs the loop, each time that it asks.
func BenchmarkFacesOff(b *testing.B) {
	u := newBench(&testing.T{})
	b.ReportAllocs()
	for b.Loop() {
		if off := u.FacesOff().String(); off != "" {
			b.Fatal(off)
		}
	}
}

// TestCountOfManyPeople measures the first count after a start, as a whole and after an act, with
// the machine really looked at, and the making of a dossier. The figures of docs are of
//
//	MENSHEN_FIGURES=10000 go test -run TestCountOfManyPeople -v ./board/compliance
func TestCountOfManyPeople(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("MENSHEN_FIGURES"))
	n = max(n, 50)
	b := newBench(t)
	_, hash, err := b.Vault.Notice("en")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		id := b.Someone(uint64(1000 + i))
		err := b.Vault.ChangePerson(store.Door, id, "consent given", func(p *policy.Person) (err error) {
			*p, err = policy.Consent(*p, policy.Yes{At: b.Clock.Now(), Notice: hash, Lang: "en", OwnAct: true})
			return err
		})
		if err == nil {
			err = b.Vault.EnrolFace(store.Door, id, [][]float32{boardtest.FaceOf(uint64(i))[:]})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b.Law.Fresh()
	for _, what := range []struct {
		name  string
		count func(context.Context) error
	}{{"everything, at the start", b.Law.CountAll}, {"what an act can have changed",
		b.Law.Recount}, {"everything again", b.Law.CountAll}} {
		began := time.Now()
		if err := what.count(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d people with faces, %s: %v", n, what.name, time.Since(began).Round(time.Millisecond))
	}
	began := time.Now()
	file, err := b.Law.SealedDossier(context.Background(), store.Door, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d people with faces, a dossier of %d KiB: %v", n, len(file)>>10, time.Since(began).Round(time.Millisecond))
	if d, err := dossier.Verify(file, b.Vault.PublicKey()); err != nil || d.Faces.Templates != n {
		t.Errorf("it tells of %d templates, %v", d.Faces.Templates, err)
	}
	_, f := b.Law.Review()
	if f.People.WithFace != n || f.People.FaceOnly+f.People.Unequal+f.People.NoConsent+f.People.Strays != 0 {
		t.Errorf("counted %+v", f.People)
	}
}
