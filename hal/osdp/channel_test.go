package osdp

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// The example of Annex E under the default key, as libosdp and others quote it.
func TestChannelExample(t *testing.T) {
	c := NewChannel(DefaultKey(), Nonce(unhex(t, "b0b1b2b3b4b5b6b7")), Nonce(unhex(t, "a0a1a2a3a4a5a6a7")))
	for _, v := range []struct {
		name string
		got  [16]byte
		want string
	}{
		{"unit's cryptogram", c.UnitCryptogram(), "26d3356e07762d262801fc8e6665a891"},
		{"reader's cryptogram", c.ReaderCryptogram(), "fde5d2f428ec16312471ea3c02bd7796"},
		{"first MAC", c.InitialMAC(), "b2a30057eb98ba2229ec1f875662b524"},
	} {
		if want := unhex(t, v.want); !bytes.Equal(v.got[:], want) {
			t.Errorf("%s: %x, want %x", v.name, v.got, want)
		}
	}
}

// What one side seals the other opens, in turns; a frame that was changed, comes again or comes
// from another session does not open, and does no harm to the session.
func TestChannelTalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, n1, n2 := Key{1}, Nonce{2}, Nonce{3}
		unit, reader, other := NewChannel(k, n1, n2), NewChannel(k, n1, n2), NewChannel(k, n1, Nonce{4})
		var last [2]Frame // by direction
		for i := range rapid.IntRange(1, 12).Draw(t, "turns") {
			from, to := unit, reader
			f := Frame{Address: 7, Reply: i%2 == 1, Sequence: byte(i / 2 % 4),
				Payload: rapid.SliceOfN(rapid.Byte(), 1, 70).Draw(t, "payload")}
			if f.Reply {
				from, to = reader, unit
			}
			sealed, err := from.Seal(f)
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Payload) > 8 && bytes.Contains(sealed.Payload, f.Payload[1:]) {
				t.Fatal("the data are there in clear")
			}
			changed := sealed
			changed.Payload = bytes.Clone(sealed.Payload)
			at := rapid.IntRange(0, 8*len(changed.Payload)-1).Draw(t, "bit")
			changed.Payload[at/8] ^= 1 << (at % 8)
			moved := sealed
			moved.Address++
			for name, bad := range map[string]Frame{"changed": changed, "of before": last[i%2], "moved": moved,
				"clear": f} {
				if _, err := to.Open(bad); !errors.Is(err, ErrMAC) && !errors.Is(err, ErrClear) {
					t.Fatalf("%s: %v", name, err)
				}
			}
			if _, err := other.Open(sealed); !errors.Is(err, ErrMAC) {
				t.Fatal("another session's frame was opened:", err)
			}
			got, err := to.Open(sealed)
			if err != nil || !bytes.Equal(got, f.Payload) {
				t.Fatalf("%x became %x, %v", f.Payload, got, err)
			}
			last[i%2] = sealed
		}
	})
}

func TestKeysOfInstalls(t *testing.T) {
	site := unhex(t, "8c1f4e0b5a7d92d36ee0415fb7c8a923")
	seen := map[Key]string{}
	for _, reader := range []string{"outside", "inside"} {
		for salt := range byte(3) {
			k, err := Derive(site, reader, Salt{salt})
			if err != nil {
				t.Fatal(err)
			}
			if was := seen[k]; was != "" {
				t.Errorf("%s with salt %d has the key of %s", reader, salt, was)
			}
			seen[k] = fmt.Sprint(reader, salt)
		}
	}
	if one, other := NewSalt(), NewSalt(); one == other {
		t.Error("two installs have one salt")
	}
	// computed with Python's hmac
	k, _ := Derive(site, "outside", Salt(unhex(t, "000102030405060708090a0b0c0d0e0f")))
	if got, want := fmt.Sprintf("%x", k[:]), "ef422260c8ceaebaac521e7e05696e07"; got != want {
		t.Errorf("the key is %s, want %s: each reader installed before needs it", got, want)
	}
}

func TestPatternsAreNoSecrets(t *testing.T) {
	for _, s := range []string{
		"30313233343536373839 3a3b3c3d3e3f", "00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff",
		"000102030405060708090a0b0c0d0e0f", "0f0e0d0c0b0a09080706050403020100", "deadbeefdeadbeefdeadbeefdeadbeef",
		"00112233445566778899aabbccddeeff", "01234567890123456789012345678901", "a1b2c3d4e5f60718a1b2c3d4e5f60718",
	} {
		if _, err := Derive(unhex(t, s), "x", Salt{}); !errors.Is(err, ErrWeak) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if _, err := Derive([]byte("short"), "x", Salt{}); err == nil || errors.Is(err, ErrWeak) {
		t.Error("of 5 bytes:", err)
	}
}
