package board

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"menshen/board/dossier"
	"menshen/board/host"
	"menshen/policy"
	"menshen/store"
)

// BenchmarkFacesOff is what holding the rules costs the loop, each time that it asks.
func BenchmarkFacesOff(b *testing.B) {
	u := newBench(&testing.T{})
	b.ReportAllocs()
	for b.Loop() {
		if off := u.facesOff().String(); off != "" {
			b.Fatal(off)
		}
	}
}

// TestCountOfManyPeople measures the first count after a start, as a whole and after an act, with the machine really looked at, and the making of a dossier. The figures
// in law.go and dossier_gather.go are of
//
//	MENSHEN_FIGURES=10000 go test -run TestCountOfManyPeople -v ./board
func TestCountOfManyPeople(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("MENSHEN_FIGURES"))
	n = max(n, 50)
	b := newBench(t)
	_, hash, err := b.vault.Notice("en")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		id := b.someone(uint64(1000 + i))
		err := b.vault.ChangePerson(store.Door, id, "consent given", func(p *policy.Person) (err error) {
			*p, err = policy.Consent(*p, policy.Yes{At: b.clock.now(), Notice: hash, Lang: "en", OwnAct: true})
			return err
		})
		if err == nil {
			err = b.vault.EnrolFace(store.Door, id, [][]float32{faceOf(uint64(i))[:]})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b.counted.look = host.Look
	b.counted.log = logCount{} // as after a start
	for _, what := range []struct {
		name  string
		count func(context.Context) error
	}{{"everything, at the start", b.countAll}, {"what an act can have changed", b.countAgain}, {"everything again", b.countAll}} {
		began := time.Now()
		if err := what.count(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d people with faces, %s: %v", n, what.name, time.Since(began).Round(time.Millisecond))
	}
	began := time.Now()
	file, err := b.SealedDossier(context.Background(), store.Door)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d people with faces, a dossier of %d KiB: %v", n, len(file)>>10, time.Since(began).Round(time.Millisecond))
	if d, err := dossier.Verify(file, b.vault.PublicKey()); err != nil || d.Faces.Templates != n {
		t.Errorf("it tells of %d templates, %v", d.Faces.Templates, err)
	}
	_, f := b.Review()
	if f.People.WithFace != n || f.People.FaceOnly+f.People.Unequal+f.People.NoConsent+f.People.Strays != 0 {
		t.Errorf("counted %+v", f.People)
	}
}
