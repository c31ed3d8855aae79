package seal

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The two vectors of the XAES-256-GCM specification (C2SP), section "Test Vectors".
func TestXAESVectors(t *testing.T) {
	for _, c := range []struct {
		key       byte
		aad, want string
	}{
		{1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
		{3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
	} {
		var k Key
		for i := range k {
			k[i] = c.key
		}
		nonce := []byte("ABCDEFGHIJKLMNOPQRSTUVWX")
		a, err := newXAES(&k, nonce)
		if err != nil {
			t.Fatal(err)
		}
		got := a.Seal(nil, nonce, []byte("XAES-256-GCM"), []byte(c.aad))
		if hex.EncodeToString(got) != c.want {
			t.Errorf("key %d: got %x, want %s", c.key, got, c.want)
		}
	}
}

func TestRoundTripAndPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, other := NewKey(), NewKey()
		kind := rapid.SampledFrom([]byte{xchacha, xaes}).Draw(t, "cipher")
		plain := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "plain")
		ad := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "ad")
		box := k.seal(kind, ad, plain)
		if len(box) != len(plain)+Overhead {
			t.Fatalf("box of %d bytes for %d", len(box), len(plain))
		}
		got, err := k.Open(ad, box)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("open: %v", err)
		}
		if _, err := k.Open(append(ad, 0), box); err != ErrOpen {
			t.Fatal("opened in another place")
		}
		if _, err := other.Open(ad, box); err != ErrOpen {
			t.Fatal("opened with another key")
		}
		box[rapid.IntRange(0, len(box)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := k.Open(ad, box); err != ErrOpen {
			t.Fatal("opened after a bit was flipped")
		}
	})
}

func TestKeyPrintsRedacted(t *testing.T) {
	k := NewKey()
	for _, f := range []string{"%v", "%+v", "%#v", "%x", "%s", "%d"} {
		for _, v := range []any{k, &k} {
			if s := fmt.Sprintf(f, v); s != "key(redacted)" {
				t.Errorf("%s shows %q", f, s)
			}
		}
	}
}

func TestMACSeparatesParts(t *testing.T) {
	k := NewKey()
	if k.MAC([]byte("ab"), []byte("c")) == k.MAC([]byte("a"), []byte("bc")) {
		t.Error("two lists of parts have one MAC")
	}
	a, b := k.Derive("a", 1), k.Derive("a", 2)
	if a == b {
		t.Error("two contexts have one key")
	}
}

func BenchmarkSeal(b *testing.B) {
	for _, kind := range []byte{xchacha, xaes} {
		for _, n := range []int{300, 6200} {
			b.Run(fmt.Sprintf("cipher=%d/bytes=%d", kind, n), func(b *testing.B) {
				k, plain := NewKey(), make([]byte, n)
				b.SetBytes(int64(n))
				for b.Loop() {
					k.seal(kind, nil, plain)
				}
			})
		}
	}
}
