package store

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	bolt "go.etcd.io/bbolt"

	"menshen/policy"
)

// unpack puts a stored fixture where it can be opened.
func unpack(t testing.TB, layout string) (dir string, o Options) {
	t.Helper()
	root := t.TempDir()
	dir = filepath.Join(root, "vault")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/" + layout + "/vault.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, vaultFile), b, 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile("testdata/" + layout + "/root.key")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "root.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	c := startClock()
	return dir, Options{Key: KeyFile(filepath.Join(root, "root.key")), Now: c.now, Cost: cheap}
}

// Each earlier layout opens, is brought up to date, and has lost nothing.
func TestEarlierLayoutsMigrate(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/layout-*")
	if err != nil || len(fixtures) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, f := range fixtures {
		t.Run(filepath.Base(f), func(t *testing.T) {
			dir, o := unpack(t, filepath.Base(f))
			for range 2 { // the second time nothing is left to do
				v, err := Open(dir, o)
				if err != nil {
					t.Fatal(err)
				}
				checkFixture(t, v, 0)
				if filepath.Base(f) >= "layout-3" {
					(&unit{Vault: v}).holds(t, "assessment all four parts")
				}
				if p, _, err := v.FindCredential(policy.CardKind, cardOf["li"]); err != nil ||
					p.HasLearnt() != (filepath.Base(f) >= "layout-5") {
					t.Errorf("occasions %v, %v", p.Occasions, err)
				}
				if site, err := v.Site(); filepath.Base(f) >= "layout-6" &&
					(err != nil || len(site.Doors) != 1 || site.Doors[0].Name != "front" || site.Doors[0].Seq < 3) {
					t.Errorf("site %+v, %v", site, err)
				} else if filepath.Base(f) < "layout-6" && !errors.Is(err, ErrNoSite) {
					t.Errorf("site %+v, %v", site, err)
				}
				if ps, err := v.Passes(); err != nil ||
					filepath.Base(f) >= "layout-4" && (len(ps) != 1 || ps[0].Used != 1) {
					t.Errorf("passes %v, %v", ps, err)
				}
				if err := v.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// checkFixture checks what every fixture holds; erased is how many people were erased since.
func checkFixture(t *testing.T, v *Vault, erased int) {
	t.Helper()
	p, keyID, err := v.FindCredential(policy.CardKind, cardOf["li"])
	if err != nil || p.Name.Reveal() != "li" || keyID != p.Credentials[0].ID || p.Face.State != policy.FaceEnrolled {
		t.Errorf("li: %+v, %v", p, err)
	}
	n := 0
	err = v.Templates(func(id policy.PersonID, ts [][]float32) error {
		if n++; id != p.ID || len(ts) != 2 || ts[1][3] != 5 {
			t.Errorf("templates %v", ts)
		}
		return nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d people with templates, %v", n, err)
	}
	if _, err := v.CheckOperator(Offline, "Zhao", []byte("739182")); err != nil {
		t.Error(err)
	}
	if rs, err := v.Receipts(); err != nil || len(rs) != 1+erased || !rs[0].Verify(v.PublicKey()) {
		t.Errorf("receipts %v, %v", rs, err)
	}
	if ts, err := v.Tombstones(); err != nil || len(ts) != 1+erased || ts[0].What != "person" {
		t.Errorf("tombstones %v, %v", ts, err)
	}
	es, err := v.Entries(0, 100, false)
	mine := 0
	for _, e := range es {
		if e.Kind == "decision" && e.Person == p.ID && e.CredentialID == keyID {
			mine++
		}
	}
	if err != nil || mine != 3 {
		t.Errorf("%d decisions about li, %v", mine, err)
	}
	if rep, err := v.VerifyAudit(); err != nil || !rep.OK {
		t.Errorf("%v, %v", rep, err)
	}
}

func TestNewerLayoutIsRefusedUntouched(t *testing.T) {
	u := newUnit(t)
	u.Close()
	path := filepath.Join(u.dir, vaultFile)
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(b *bolt.Tx) error {
		h, err := readHeader(b)
		if err != nil {
			return err
		}
		h.Schema = schema + 1
		return writeHeader(b, &h)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	if _, err := Open(u.dir, u.o); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the newer file was changed")
	}
}

// TestHeldLayoutStays: while a new version is on trial, an earlier layout is not migrated, by
// erasures and new keys neither, so that the version before opens the vault again. The first Mend
// after the trial migrates it.
func TestHeldLayoutStays(t *testing.T) {
	for _, layout := range []uint64{2, 3, 4, 5} {
		dir, o := unpack(t, fmt.Sprintf("layout-%d", layout))
		trial := true
		o.Hold = func() bool { return trial }
		v, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		gone, err := v.AddPerson("op", policy.Person{Name: "wu"})
		if err == nil {
			_, err = v.RemovePerson("op", gone, "moved out")
		}
		if err := errors.Join(err, v.Rotate(t.Context(), "op", "test"), v.Mend(t.Context())); err != nil {
			t.Errorf("layout %d, held: %v", layout, err)
		}
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if got := layoutOnDisk(t, dir); got != layout {
			t.Errorf("layout %d became %d while it was held", layout, got)
		}
		if v, err = Open(dir, o); err != nil {
			t.Fatal(err)
		}
		checkFixture(t, v, 1)
		trial = false
		if err := v.Mend(t.Context()); err != nil {
			t.Errorf("layout %d, after the trial: %v", layout, err)
		}
		checkFixture(t, v, 1)
		if err := v.Close(); err != nil {
			t.Fatal(err)
		}
		if got := layoutOnDisk(t, dir); got != schema {
			t.Errorf("layout %d became %d after the trial", layout, got)
		}
	}
}

// layoutOnDisk reads a closed vault's layout, and checks that the file has the buckets of that
// layout and no others: an earlier version must find what it wrote.
func layoutOnDisk(t *testing.T, dir string) (layout uint64) {
	t.Helper()
	db, err := bolt.Open(filepath.Join(dir, vaultFile), 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(b *bolt.Tx) error {
		h, err := readHeader(b)
		layout = h.Schema
		var names []string
		for _, name := range buckets {
			if b.Bucket([]byte(name)) != nil {
				names = append(names, name)
			}
		}
		if want := (&ring{header: h}).buckets(); !slices.Equal(names, want) {
			t.Errorf("layout %d has %v, not %v", layout, names, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return layout
}
