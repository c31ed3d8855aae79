package store

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"menshen/internal/attack"
	"menshen/policy"
)

// records is what lies in the buckets: "bucket/key" → value.
type records map[string][]byte

func (u *unit) records(t testing.TB) (all records) {
	t.Helper()
	all = records{}
	err := u.view(func(t *tx) error {
		for _, name := range buckets {
			b := t.b.Bucket([]byte(name))
			if err := b.ForEach(func(k, v []byte) error {
				all[name+"/"+string(k)] = bytes.Clone(v)
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestAttackSwaps: an attacker who can write to the disk, and knows bbolt and the buckets, but not
// the key, drops, swaps, moves and copies records, and puts back older ones. The start refuses, or
// names the record when it is read; no answer is wrong.
func TestAttackSwaps(t *testing.T) {
	u := newUnit(t)
	li, wang := u.enrolled(t, "li", face(1)), u.enrolled(t, "wang", face(5))
	u.file(t, "assessment", "all four parts")
	visitor := u.invite(t, li, "123456789")
	if _, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	old := u.records(t)
	if _, err := u.RecordDecision(t.Context(), u.comesIn(visitor)); err != nil {
		t.Fatal(err)
	}
	if err := u.ChangePerson("op", li, "blocked", func(p *policy.Person) error {
		p.Blocked = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := u.EraseFace("op", wang, "withdrawn"); err != nil { // a new epoch: everything is written again
		t.Fatal(err)
	}
	between := u.records(t)
	if err := u.ChangePerson("op", wang, "blocked", func(p *policy.Person) error {
		p.Blocked = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	u.file(t, "assessment", "four parts, corrected")
	u.decide(t, li)
	now := u.records(t)
	want := u.answers()
	u.Close()
	path := filepath.Join(u.dir, vaultFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	attack.Run(t, "vault: records dropped, swapped, moved, put back", 40, func(c *attack.Campaign) {
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		what, err := tamper(c, path, now, []records{old, between})
		if err != nil {
			t.Fatal(err)
		}
		v, err := Open(u.dir, u.o)
		if err != nil {
			// An older header names a key that is gone.
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrWrongKey) {
				t.Fatalf("%s: %v", what, err)
			}
			c.Count("refused at the start")
			return
		}
		defer v.Close()
		u.Vault = v
		got := u.answers()
		noticed := got["audit"] != want["audit"]
		for q, a := range want {
			switch {
			case got[q] == a:
			case got[q] == "" || got[q] == "error" || q == "last entry" && noticed:
				noticed = true
			case q != "audit":
				t.Fatalf("%s: %s: %s instead of %s", what, q, got[q], a)
			}
		}
		if err := v.Check(); noticed && !errors.Is(err, ErrCorrupt) {
			t.Fatalf("%s: an answer is missing, but the check finds nothing: %v", what, err)
		}
		if noticed {
			c.Count("named when read")
		} else {
			c.Count("of no effect")
		}
	})
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if u.Vault, err = Open(u.dir, u.o); err != nil {
		t.Fatal(err)
	}
}

// tamper changes the file by one to three acts, and says which. A round that drew nothing
// that changes a byte draws again.
func tamper(c *attack.Campaign, path string, now records, older []records) (what string, err error) {
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	keys := sortedKeys(now)
	pick := func() (bucket, key string, value []byte) {
		at := keys[c.Rand.IntN(len(keys))]
		bucket, key = split(at)
		return bucket, key, now[at]
	}
	err = db.Update(func(b *bolt.Tx) error {
		in := func(bucket string) *bolt.Bucket { return b.Bucket([]byte(bucket)) }
		for acts := 1 + c.Rand.IntN(3); acts > 0; {
			bucket, key, value := pick()
			other, otherKey, otherValue := pick()
			var did string
			var err error
			switch c.Rand.IntN(6) {
			case 0:
				did, err = "dropped "+show(bucket, key), in(bucket).Delete([]byte(key))
			case 1, 2: // of one bucket more often than of two
				for other != bucket {
					other, otherKey, otherValue = pick()
				}
				if bytes.Equal(value, otherValue) {
					continue
				}
				did = "swapped " + show(bucket, key) + " and " + show(other, otherKey)
				err = errors.Join(in(bucket).Put([]byte(key), otherValue), in(other).Put([]byte(otherKey), value))
			case 3:
				if bucket == other && key == otherKey || bytes.Equal(value, otherValue) {
					continue
				}
				did, err = "copied "+show(bucket, key)+" to "+show(other,
					otherKey), in(other).Put([]byte(otherKey), value)
			case 4:
				to := append([]byte(key[:len(key)-1]), key[len(key)-1]^byte(1<<c.Rand.IntN(8)))
				did = "moved " + show(bucket, key) + " to " + show(bucket, string(to))
				err = errors.Join(in(bucket).Put(to, value), in(bucket).Delete([]byte(key)))
			case 5:
				then := older[c.Rand.IntN(len(older))]
				all := sortedKeys(then)
				at := all[c.Rand.IntN(len(all))]
				bucket, key := split(at)
				if bytes.Equal(now[at], then[at]) {
					continue
				}
				did, err = "put back "+show(bucket, key), in(bucket).Put([]byte(key), then[at])
			}
			if err != nil {
				return fmt.Errorf("%s: %w", did, err)
			}
			what += did + "; "
			acts--
		}
		return nil
	})
	return what, err
}

func show(bucket, key string) string { return fmt.Sprintf("%s/%x", bucket, key) }

func split(at string) (bucket, key string) {
	bucket, key, _ = strings.Cut(at, "/")
	return bucket, key
}

func sortedKeys(r records) []string { return slices.Sorted(maps.Keys(r)) }
