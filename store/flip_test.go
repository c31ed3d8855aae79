package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"menshen/internal/attack"
	"menshen/policy"
)

// answers is all that a vault can be asked, with an error in the place of an
// answer that it could not give.
func (u *unit) answers() map[string]string {
	out := map[string]string{}
	put := func(q string, err error, a ...any) {
		if err != nil {
			out[q] = "error"
			if !errors.Is(err, ErrCorrupt) {
				out[q] = err.Error()
			}
			return
		}
		out[q] = fmt.Sprintf("%+v", a)
	}
	for name, number := range cardOf {
		p, key, err := u.FindCredential(policy.CardKind, number)
		put("card "+name, err, p.Name.Reveal(), p.ID, key, p.Face.State)
	}
	err := u.Templates(func(id policy.PersonID, ts [][]float32) error {
		put("template "+id.String(), nil, ts)
		return nil
	})
	put("templates", err)
	es, err := u.Entries(0, 1000, false)
	if n := len(es); n > 0 && es[n-1].Kind == "fault" {
		out["head page"] = "error" // bbolt went on from the state before the last one, and the log says so
		es = es[:n-1]
	} else {
		put("last entry", err, n)
	}
	for _, e := range es {
		put(fmt.Sprint("entry ", e.Seq), nil, e)
	}
	text, _, err := u.Notice("en")
	put("notice", err, text)
	ops, err := u.Operators()
	put("operators", err, ops)
	ps, err := u.Papers("")
	put("papers", err, ps)
	visits, err := u.Passes()
	put("passes", err, visits)
	rep, err := u.VerifyAudit()
	put("audit", err, rep.OK)
	return out
}

// TestFlippedBits flips one bit of the vault's file, a round. Then opening fails with a name for
// it, or every answer is the right one or ErrCorrupt.
func TestFlippedBits(t *testing.T) {
	u := newUnit(t)
	u.enrolled(t, "li", [][]float32{{1, 2, 3}})
	u.tenant(t, "wang")
	if _, err := u.AddOperator(Door, "Zhao", Manager, []byte("739182")); err != nil {
		t.Fatal(err)
	}
	u.file(t, "assessment", "all four parts")
	u.invite(t, policy.PersonID{}, "123456789")
	for range 20 {
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
	used := int(binary.LittleEndian.Uint64(whole[16+40:]) * 4096)
	refused := 0
	c := attack.Run(t, "vault: one bit flipped", slice(400, 100), func(c *attack.Campaign) {
		at := c.Rand.IntN(used)
		b := bytes.Clone(whole)
		b[at] ^= 1 << c.Rand.IntN(8)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		v, err := Open(u.dir, u.o)
		if err != nil {
			if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrForeign) {
				t.Fatalf("byte %d: %v", at, err)
			}
			c.Count("refused at the start")
			if refused++; refused%10 == 0 { // what is whole can still be saved
				var out bytes.Buffer
				rep, err := Salvage(u.dir, u.o, &out, id.Recipient())
				if err == nil && rep.People >= 1 && rep.Lines >= 20 {
					c.Count("of which salvaged, of each tenth tried")
				}
			}
			return
		}
		u.Vault = v
		outcome := u.afterFlip(t, at, want)
		c.Count(outcome)
		if err := v.Close(); err != nil && outcome == flipHarmless {
			t.Fatalf("byte %d: %v", at, err)
		}
	})
	if refused >= 50 && c.Counted("of which salvaged, of each tenth tried") == 0 ||
		c.Round >= 300 && c.Counted(flipNamed) == 0 {
		t.Errorf("the flips did not reach everything: %s", c)
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := Open(u.dir, u.o)
	if err != nil {
		t.Fatal(err)
	}
	u.Vault = v
}

// What came of a flip in a vault that opened.
const (
	flipNamed    = "named when read"
	flipHarmless = "of no effect"
)

// afterFlip asks an opened vault everything: each answer is the right one, or missing and named.
func (u *unit) afterFlip(t *testing.T, at int, want map[string]string) string {
	t.Helper()
	bad := false
	got := u.answers()
	for q, a := range got {
		if bad = bad || a == "error"; a != want[q] && a != "error" && q != "audit" {
			t.Fatalf("byte %d: %s: %s instead of %s", at, q, a, want[q])
		}
	}
	for q := range want {
		bad = bad || got[q] == ""
	}
	if got["head page"] != "" {
		return flipNamed
	}
	if err := u.Check(); bad && !errors.Is(err, ErrCorrupt) {
		t.Fatalf("byte %d: an answer is missing, but the check finds nothing: %v", at, err)
	}
	if bad {
		return flipNamed
	}
	return flipHarmless
}

func TestSalvageIntoANewVault(t *testing.T) {
	u := newUnit(t)
	li := u.enrolled(t, "li", face(1))
	u.tenant(t, "wang")
	u.Close()
	path := filepath.Join(u.dir, vaultFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(b[:2*4096]) // both head pages are lost
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(u.dir, u.o); !errors.Is(err, ErrForeign) {
		t.Errorf("got %v", err)
	}
	id := identity(t)
	var out bytes.Buffer
	rep, err := Salvage(u.dir, u.o, &out, id.Recipient())
	if err != nil || rep.People != 2 || rep.Faces != 1 || rep.Lost != 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	n := newUnit(t)
	if _, err := n.Restore(context.Background(), "op", &out, id, nil, WithoutReceipts()); err != nil {
		t.Fatal(err)
	}
	if p, _, err := n.FindCredential(policy.CardKind, cardOf["li"]); err != nil || p.ID != li ||
		p.Face.State != policy.FaceEnrolled {
		t.Errorf("%+v, %v", p, err)
	}
	os.RemoveAll(u.dir)
	u.Vault = newUnit(t).Vault
}

// FuzzRecord reads what may lie in a bucket.
func FuzzRecord(f *testing.F) {
	u := newUnit(f)
	u.enrolled(f, "li", [][]float32{{1, 2}})
	err := u.view(func(t *tx) error {
		for _, name := range buckets {
			if err := t.each(name, func(key, value []byte) error { f.Add(name, key, value); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, bucket string, key, value []byte) {
		parseHeader(value)
		var k kept
		var p person
		var l faceLock
		for _, v := range []any{&k, &p, &l} {
			decMode.Unmarshal(value, v) // must not panic or grow without bound
		}
		err := u.view(func(t *tx) error { return t.readable(bucket, key, value) })
		if err == nil {
			err = u.view(func(t *tx) error {
				b := t.b.Bucket([]byte(bucket))
				if b == nil || !bytes.Equal(b.Get(key), value) {
					return errors.New("forged")
				}
				return nil
			})
			if err != nil && !(bucket == metaBucket && string(key) == "header") {
				t.Errorf("a record that was never written opens: %s %x", bucket, key)
			}
		}
	})
}
