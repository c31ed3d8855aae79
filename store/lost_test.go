package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"menshen/policy"
)

// TestLostRecordIsNoticed flips each bit of the number of records in the head of each leaf
// of the vault's file. No record goes missing unnoticed: the vault is refused, and salvage
// still finds all that is there.
func TestLostRecordIsNoticed(t *testing.T) {
	u := newUnit(t)
	u.enrolled(t, "li", [][]float32{{1, 2, 3}})
	u.tenant(t, "wang")
	for range 60 {
		u.decide(t, policy.PersonID{})
	}
	want := u.answers()
	id := identity(t)
	u.Close()
	path := filepath.Join(u.dir, vaultFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	salvaged := func() SalvageReport {
		rep, err := Salvage(u.dir, u.o, &bytes.Buffer{}, id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		return rep
	}
	all, refused := salvaged(), 0
	for at := 2 * 4096; at < len(whole); at += 4096 {
		p := whole[at:]
		if binary.LittleEndian.Uint64(p) != uint64(at/4096) || binary.LittleEndian.Uint16(p[8:]) != 2 {
			continue
		}
		for bit := range 8 {
			b := bytes.Clone(whole)
			b[at+10] ^= 1 << bit
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			v, err := Open(u.dir, u.o)
			if errors.Is(err, ErrCorrupt) {
				if refused++; bit == 1 && salvaged() != all {
					t.Errorf("page %d, bit %d: %+v was saved instead of %+v", at/4096, bit, salvaged(), all)
				}
				continue
			}
			if err != nil {
				t.Fatalf("page %d, bit %d: %v", at/4096, bit, err)
			}
			u.Vault = v
			got := u.answers()
			for q := range want {
				if got[q] != want[q] {
					t.Errorf("page %d, bit %d: opened, and %s is %q instead of %q", at/4096, bit, q, got[q], want[q])
				}
			}
			v.Close()
		}
	}
	if refused < 8*4 {
		t.Errorf("%d were refused: the flips did not reach everything", refused)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if u.Vault, err = Open(u.dir, u.o); err != nil {
		t.Fatal(err)
	}
}
