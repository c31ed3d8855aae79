package store

import (
	"path/filepath"
	"testing"
)

// TestOverridesOfEarlierLayouts: what an earlier version wrote on paper is in force, and goes, on
// the record, with the next override. A backup brings none back.
func TestOverridesOfEarlierLayouts(t *testing.T) {
	fixtures, err := filepath.Glob("testdata/layout-*")
	if err != nil || len(fixtures) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, f := range fixtures {
		t.Run(filepath.Base(f), func(t *testing.T) {
			dir, o := unpack(t, filepath.Base(f))
			v, err := Open(dir, o)
			if err != nil {
				t.Fatal(err)
			}
			is := func(want Overrides) {
				t.Helper()
				if got, err := v.Overrides(); err != nil || got != want {
					t.Errorf("in force: %+v, %v; want %+v", got, err, want)
				}
			}
			is(Overrides{})
			// As the earlier version wrote them.
			for _, body := range []string{`{"lockdown":true,"evacuation":true}`,
				`{"lockdown":true,"evacuation":false}`} {
				if _, err := v.PutPaper("anna", "orders", []byte(body)); err != nil {
					t.Fatal(err)
				}
			}
			reopen := func() {
				t.Helper()
				if err := v.Close(); err != nil {
					t.Fatal(err)
				}
				if v, err = Open(dir, o); err != nil {
					t.Fatal(err)
				}
			}
			reopen()
			is(Overrides{Lockdown: true})
			for _, o := range []Overrides{{Lockdown: true, Evacuation: true}, {Evacuation: true}} {
				if err := v.SetOverrides("anna", o); err != nil {
					t.Fatal(err)
				}
			}
			reopen()
			is(Overrides{Evacuation: true})
			if ps, err := v.Papers("orders"); err != nil || len(ps) != 0 {
				t.Errorf("still on paper: %v, %v", ps, err)
			}
			removed := 0
			es, err := v.Entries(0, 1000, false)
			for _, e := range es {
				if e.Kind == "paper removed" && e.Detail["paper"] == "orders" {
					removed++
				}
			}
			if err != nil || removed != 2 {
				t.Errorf("%d removals on record, %v", removed, err)
			}
			if err := v.act(func(t *tx) error {
				return t.restorePaper(Paper{Seq: 1 << 40, Kind: "orders", Body: []byte(`{"lockdown":true}`)})
			}); err != nil {
				t.Fatal(err)
			}
			is(Overrides{Evacuation: true})
			if err := v.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
