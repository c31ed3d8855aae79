package commission_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"menshen/board/commission"
	"menshen/internal/golden"
	"menshen/internal/i18n/catalogue"
	"menshen/store"
)

// TestVectors: reports of version 1 verify in every later version (docs/formats.md). Only the page
// holds the figures.
func TestVectors(t *testing.T) {
	var v *store.Vault
	vector := func(name string, create func() []byte) []byte {
		return golden.Vector(t, "testdata/"+name, func() []byte {
			if v == nil {
				v = signer(t)
			}
			return create()
		})
	}
	page := vector("report-1.html", func() []byte {
		page, err := sample().HTML(v)
		if err != nil {
			t.Fatal(err)
		}
		return page
	})
	text := vector("report-1.txt", func() []byte { return sample().Text(catalogue.In("zh"), v) })
	key := vector("report-1.pub", func() []byte { return []byte(hex.EncodeToString(v.PublicKey()) + "\n") })
	pub, err := hex.DecodeString(string(bytes.TrimSpace(key)))
	if err != nil {
		t.Fatal(err)
	}
	r, err := commission.Verify(page, pub)
	if err != nil || r == nil || r.Verdict() != commission.Failed || len(r.Steps) != 5 ||
		r.Steps[0].Values[0].Number != 3.1 || r.Tested() != (sample().Tested()) {
		t.Errorf("page: %+v, %v", r, err)
	}
	if r, err := commission.Verify(text, pub); err != nil || r != nil {
		t.Errorf("text: %+v, %v", r, err)
	}
}
