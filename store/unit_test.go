package store

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"menshen/policy"
)

func goleakMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that moves when told, also while a vault still writes.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func startClock() *clock { return &clock{t: start} }

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

func (c *clock) set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.t = t }

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// cheap makes operators' hashes quick.
var cheap = Cost{Time: 1, Memory: 64, Lanes: 1}

type unit struct {
	*Vault
	dir, key string
	o        Options
	clock    *clock
}

func newUnit(t testing.TB) *unit {
	t.Helper()
	root := t.TempDir()
	u := &unit{dir: filepath.Join(root, "vault"), key: filepath.Join(root, "root.key"), clock: startClock()}
	u.o = Options{Key: KeyFile(u.key), Now: u.clock.now, Cost: cheap, Busy: 50 * time.Millisecond}
	v, err := Create(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
	t.Cleanup(func() {
		if err := u.Close(); err != nil {
			t.Error(err)
		}
	})
	return u
}

func (u *unit) reopen(t testing.TB) {
	t.Helper()
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	v, err := Open(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
}

var cardOf = map[string][]byte{"li": []byte("\x1a1111"), "wang": []byte("\x1a2222")}

// tenant adds a person with a card.
func (u *unit) tenant(t testing.TB, name string) policy.PersonID {
	t.Helper()
	id, err := u.AddPerson("op", policy.Person{Name: policy.Private(name), Apartment: "12-0301",
		Lang: "zh", From: start})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.AddCredential("op", id, policy.CardKind, cardOf[name], "grey fob", true); err != nil {
		t.Fatal(err)
	}
	return id
}

// enrolled adds a person with a card and a face.
func (u *unit) enrolled(t testing.TB, name string, templates [][]float32) policy.PersonID {
	t.Helper()
	id := u.tenant(t, name)
	u.enrol(t, id, templates)
	return id
}

// enrol gives a person a face, with their consent.
func (u *unit) enrol(t testing.TB, id policy.PersonID, templates [][]float32) {
	t.Helper()
	hash, err := u.PutNotice("op", "Your face opens this door only if you want it to.", "en")
	if err != nil {
		t.Fatal(err)
	}
	err = u.ChangePerson("op", id, "face consented", func(p *policy.Person) error {
		p.Face = policy.FaceConsent{State: policy.FaceConsented, At: u.clock.now(), Notice: hash, Lang: "en"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := u.EnrolFace("op", id, templates); err != nil {
		t.Fatal(err)
	}
}

// face is a template that stands out in a file.
func face(seed float32) [][]float32 {
	ts := make([][]float32, 3)
	for i := range ts {
		ts[i] = make([]float32, 512)
		for j := range ts[i] {
			ts[i][j] = seed + float32(i*512+j)/1000
		}
	}
	return ts
}

func copyDir(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	os.Chmod(to, 0o700)
	files, _ := filepath.Glob(to + "/*")
	for _, f := range files {
		os.Chmod(f, 0o600)
	}
	return to
}
