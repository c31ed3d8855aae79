package pass

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"menshen/internal/golden"
	"menshen/policy"
)

// vectors are passes that every version must read, and texts that it must refuse (docs/formats.md).
type vectors struct {
	Unit  string       `json:"unit"` // public key, hex
	Door  string       `json:"door"`
	Texts []textVector `json:"texts"`
}

type textVector struct {
	Text  string    `json:"text"`
	Fails string    `json:"fails,omitempty"` // "not a pass", "elsewhere" or "forged"
	ID    string    `json:"id,omitempty"`    // hex
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	Uses  int       `json:"uses,omitempty"`
}

func TestVectors(t *testing.T) {
	var v vectors
	raw := golden.Vector(t, "testdata/passes-1.json", func() []byte { return makeVectors(t) })
	if err := json.Unmarshal(raw, &v); err != nil || len(v.Texts) != 6 {
		t.Fatalf("%d texts, %v", len(v.Texts), err)
	}
	key, err := hex.DecodeString(v.Unit)
	if err != nil {
		t.Fatal(err)
	}
	failures := map[string]error{"": nil, "not a pass": ErrNotPass, "elsewhere": ErrElsewhere, "forged": ErrForged}
	for i, c := range v.Texts {
		p, err := Parse(key, v.Door, c.Text)
		if want, known := failures[c.Fails]; !known || !errors.Is(err, want) {
			t.Errorf("text %d: %v, should be %q", i, err, c.Fails)
		}
		if c.Fails == "" && (hex.EncodeToString(p.ID[:]) != c.ID || !p.From.Equal(c.From) ||
			!p.Until.Equal(c.Until) || p.Uses != c.Uses || p.Door != v.Door) {
			t.Errorf("text %d: %+v", i, p)
		}
	}
}

func makeVectors(t *testing.T) []byte {
	u := newVault(t)
	v := vectors{Unit: hex.EncodeToString(u.PublicKey()), Door: door}
	long := policy.Pass{ID: policy.PersonID{0xff, 15: 1}, Door: door, From: noon, Until: noon.Add(policy.MaxPass),
		Uses: MaxUses}
	for _, p := range []policy.Pass{sample(), long} {
		v.Texts = append(v.Texts, textVector{text(t, u, p), "", hex.EncodeToString(p.ID[:]), p.From, p.Until, p.Uses})
	}
	good, other := v.Texts[0].Text, sample()
	other.Door = "another door"
	forged := []byte(good)
	forged[10] = 'B' // was A, within the handle
	v.Texts = append(v.Texts,
		textVector{Text: text(t, u, other), Fails: "elsewhere"},
		textVector{Text: string(forged), Fails: "forged"},
		textVector{Text: good[:len(good)-1], Fails: "not a pass"},
		textVector{Text: "MP2" + good[3:], Fails: "not a pass"})
	b, _ := json.MarshalIndent(v, "", "  ")
	return append(b, '\n')
}
