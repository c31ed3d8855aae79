package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"

	"menshen/internal/golden"
)

// vectors are boxes and derived values that every version must read and make
// (docs/formats.md). All bytes are hex.
type vectors struct {
	Boxes   []boxVector    `json:"boxes"`
	Derived []deriveVector `json:"derived"`
	MACs    []macVector    `json:"macs"`
}

type boxVector struct {
	Key   string `json:"key"`
	Place string `json:"place"` // associated data
	Plain string `json:"plain"`
	Box   string `json:"box"`
	Fails bool   `json:"fails,omitempty"` // ErrOpen
}

type deriveVector struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Context string `json:"context"`
	Subkey  string `json:"subkey"`
	ID      string `json:"id"` // of the subkey
}

type macVector struct {
	Key   string   `json:"key"`
	Parts []string `json:"parts"`
	MAC   string   `json:"mac"`
}

func TestVectors(t *testing.T) {
	var v vectors
	if err := json.Unmarshal(golden.Vector(t, "testdata/vectors-1.json", makeVectors), &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Boxes) != 6 || len(v.Derived) == 0 || len(v.MACs) == 0 {
		t.Fatalf("%d boxes, %d derived, %d MACs", len(v.Boxes), len(v.Derived), len(v.MACs))
	}
	for i, c := range v.Boxes {
		k := Key(unhex(t, c.Key))
		plain, err := k.Open(unhex(t, c.Place), unhex(t, c.Box))
		if c.Fails != (err == ErrOpen) || !c.Fails && !bytes.Equal(plain, unhex(t, c.Plain)) {
			t.Errorf("box %d: %x, %v", i, plain, err)
		}
	}
	for i, c := range v.Derived {
		k := Key(unhex(t, c.Key))
		sub := k.Derive(c.Label, unhex(t, c.Context)...)
		id := sub.ID()
		if hex.EncodeToString(sub[:]) != c.Subkey || hex.EncodeToString(id[:]) != c.ID {
			t.Errorf("derived %d: another subkey", i)
		}
	}
	for i, c := range v.MACs {
		k := Key(unhex(t, c.Key))
		var parts [][]byte
		for _, p := range c.Parts {
			parts = append(parts, unhex(t, p))
		}
		if m := k.MAC(parts...); hex.EncodeToString(m[:]) != c.MAC {
			t.Errorf("MAC %d: %x", i, m)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func makeVectors() []byte {
	k := Key(bytes.Repeat([]byte{0x42}, 32))
	key, place, plain := hex.EncodeToString(k[:]), []byte("menshen vault, somewhere"), []byte("a record")
	var v vectors
	for _, kind := range []byte{xchacha, xaes} {
		box := k.seal(kind, place, plain)
		good := boxVector{key, hex.EncodeToString(place), hex.EncodeToString(plain), hex.EncodeToString(box), false}
		moved, changed := good, good
		moved.Place, moved.Fails = hex.EncodeToString([]byte("menshen vault, elsewhere")), true
		box[len(box)-1] ^= 1
		changed.Box, changed.Fails = hex.EncodeToString(box), true
		v.Boxes = append(v.Boxes, good, moved, changed)
	}
	for _, label := range []string{"epoch", "seal", "sum", "index", "data", "audit"} {
		sub := k.Derive(label, 1, 2, 3)
		id := sub.ID()
		v.Derived = append(v.Derived, deriveVector{key, label, "010203", hex.EncodeToString(sub[:]),
			hex.EncodeToString(id[:])})
	}
	m := k.MAC([]byte("card"), []byte("26:12:3456"))
	v.MACs = append(v.MACs, macVector{key, []string{hex.EncodeToString([]byte("card")),
		hex.EncodeToString([]byte("26:12:3456"))}, hex.EncodeToString(m[:])})
	b, _ := json.MarshalIndent(v, "", "  ")
	return append(b, '\n')
}
