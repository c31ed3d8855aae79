package pass

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
	"menshen/store"
)

func newVault(t testing.TB) *store.Vault {
	t.Helper()
	v, err := store.Create(t.TempDir()+"/vault", store.Options{Key: store.KeyFile(t.TempDir() + "/key")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

const door = "Block 4, 正门"

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func sample() policy.Pass {
	return policy.Pass{ID: policy.PersonID{1, 2, 3}, Door: door, From: noon, Until: noon.Add(4 * time.Hour), Uses: 2}
}

func text(t testing.TB, u Unit, p policy.Pass) string {
	t.Helper()
	s, err := Encode(u, p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	v := newVault(t)
	rapid.Check(t, func(r *rapid.T) {
		p := policy.Pass{Door: rapid.StringN(1, 40, 200).Draw(r, "door"),
			Uses: rapid.IntRange(1, MaxUses).Draw(r, "uses"),
			From: time.Unix(60*rapid.Int64Range(0, 1<<32-1).Draw(r, "from"), 0).UTC()}
		p.ID = policy.PersonID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "id"))
		p.ID[0] |= 1
		minutes := rapid.IntRange(1, int(policy.MaxPass/time.Minute)).Draw(r, "minutes")
		p.Until = p.From.Add(time.Duration(minutes) * time.Minute)
		s := text(t, v, p)
		if got, err := Parse(v.PublicKey(), p.Door, s); err != nil || got != p {
			r.Fatalf("got %+v, %v, want %+v", got, err, p)
		}
		if id, err := Handle(s); err != nil || id != p.ID {
			r.Fatalf("handle %x, %v", id, err)
		}
		if rows, err := Draw(s); err != nil || len(rows) != 37 {
			r.Fatalf("%d modules a side, %v", len(rows), err)
		}
	})
}

func TestRefusedToWrite(t *testing.T) {
	v := newVault(t)
	for name, change := range map[string]func(*policy.Pass){
		"half a minute":     func(p *policy.Pass) { p.From = p.From.Add(30 * time.Second) },
		"a part of one":     func(p *policy.Pass) { p.Until = p.Until.Add(time.Second) },
		"too many uses":     func(p *policy.Pass) { p.Uses = MaxUses + 1 },
		"no door":           func(p *policy.Pass) { p.Door = "" },
		"more than 7 days":  func(p *policy.Pass) { p.Until = p.From.Add(policy.MaxPass + time.Minute) },
		"before the count":  func(p *policy.Pass) { p.From, p.Until = time.Unix(-60, 0), time.Unix(0, 0) },
		"the year ten tsd.": func(p *policy.Pass) { p.From = time.Unix(1<<40, 0); p.Until = p.From.Add(time.Hour) },
	} {
		p := sample()
		change(&p)
		if s, err := Encode(v, p); !errors.Is(err, policy.ErrPass) {
			t.Errorf("%s: %q, %v", name, s, err)
		}
	}
	v.Close()
	if _, err := Encode(v, sample()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("a closed vault: %v", err)
	}
}

// TestAnyFlippedBitIsRefused: of the text, and of the bytes that it stands for.
func TestAnyFlippedBitIsRefused(t *testing.T) {
	v := newVault(t)
	s := text(t, v, sample())
	refuse := func(changed string) {
		if p, err := Parse(v.PublicKey(), door, changed); err == nil {
			t.Fatalf("%q is taken for %+v", changed, p)
		}
	}
	for i := range s {
		for bit := range 8 {
			b := []byte(s)
			b[i] ^= 1 << bit
			refuse(string(b))
		}
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" {
			if b := []byte(s); b[i] != byte(c) {
				b[i] = byte(c)
				refuse(string(b))
			}
		}
	}
	raw, err := letters.DecodeString(s[len(Prefix):])
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			refuse(Prefix + letters.EncodeToString(raw))
			raw[i] ^= 1 << bit
		}
	}
	for _, other := range []string{"", Prefix, strings.ToLower(s), s + "A", s[:Length-1], " " + s, s + "\n"} {
		refuse(other)
	}
}

// TestEachReason: the pass of another unit or door is distinguished from a forged one.
func TestEachReason(t *testing.T) {
	v, other := newVault(t), newVault(t)
	if _, err := Parse(v.PublicKey(), door, text(t, other, sample())); !errors.Is(err, ErrElsewhere) {
		t.Errorf("another unit's: %v", err)
	}
	if _, err := Parse(v.PublicKey(), "back", text(t, v, sample())); !errors.Is(err, ErrElsewhere) {
		t.Errorf("another door's: %v", err)
	}
	if _, err := Parse(v.PublicKey(), door, text(t, forger{v}, sample())); !errors.Is(err, ErrForged) {
		t.Errorf("a forged one: %v", err)
	}
	if _, err := Parse(v.PublicKey(), door, "HTTPS://EXAMPLE.ORG"); !errors.Is(err, ErrNotPass) {
		t.Errorf("an address: %v", err)
	}
}

// forger knows everything of the unit but its private key.
type forger struct{ *store.Vault }

func (f forger) Sign(purpose string, data []byte) []byte {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err)
	}
	return ed25519.Sign(private, data)
}

func FuzzParse(f *testing.F) {
	v := newVault(f)
	s := text(f, v, sample())
	f.Add(s, door)
	f.Add(s, "back")
	f.Add(Prefix+strings.Repeat("A", 149), door)
	f.Add("MP2", "")
	f.Fuzz(func(t *testing.T, in, at string) {
		p, err := Parse(v.PublicKey(), at, in)
		if err != nil {
			if p != (policy.Pass{}) {
				t.Errorf("refused with %v, and yet %+v", err, p)
			}
			return
		}
		if again, err := Encode(v, p); err != nil || again != in {
			t.Errorf("%q is another spelling of %q, %v", in, again, err)
		}
	})
}
