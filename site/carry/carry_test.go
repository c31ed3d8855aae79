package carry_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"

	"filippo.io/age"

	"menshen/site/carry"
	"menshen/site/fact"
	"menshen/site/record"
)

// some are records of one door.
func some(t testing.TB, n int) (all [][]byte) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		r, err := record.Make(record.Head{Door: fact.DoorID{7}, Seq: uint64(i + 1), First: 1,
			Key: id.Recipient().String()}, &record.Body{Count: uint64(i)}, key, id.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r.Raw())
	}
	return all
}

// TestPack: what was packed is unpacked, and nothing that was changed or cut off.
func TestPack(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		records := some(t, n)
		file := carry.Pack(records)
		got, err := carry.Unpack(bytes.NewReader(file))
		if err != nil || len(got) != n {
			t.Fatalf("%d records: %d, %v", n, len(got), err)
		}
		for i, r := range got {
			if !bytes.Equal(r.Raw(), records[i]) {
				t.Errorf("record %d is another one", i)
			}
		}
		for i := range file {
			if _, err := carry.Unpack(bytes.NewReader(file[:i])); err == nil {
				t.Fatalf("cut off after %d bytes it was read", i)
			}
			changed := bytes.Clone(file)
			changed[i] ^= 1
			if _, err := carry.Unpack(bytes.NewReader(changed)); err == nil {
				t.Fatalf("with byte %d changed it was read", i)
			}
		}
	}
	for text, want := range map[string]error{"": carry.ErrForm, "a letter to my aunt": carry.ErrForm,
		"menshen site records 1\n": carry.ErrDamaged} {
		if _, err := carry.Unpack(bytes.NewReader([]byte(text))); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	for _, n := range []int{0, 1, 2} {
		f.Add(carry.Pack(some(f, n)))
	}
	f.Add([]byte("menshen site records 1\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := carry.Unpack(bytes.NewReader(file))
		if err != nil {
			return
		}
		var records [][]byte
		for _, r := range got {
			records = append(records, r.Raw())
		}
		if !bytes.Equal(carry.Pack(records), file) {
			t.Error("two files say the same")
		}
	})
}
