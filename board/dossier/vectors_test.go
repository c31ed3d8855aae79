package dossier

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"io"
	"testing"

	"menshen/internal/golden"
	"menshen/policy"
)

// TestVectors: a dossier of version 1 verifies in every later version, and gives its figures
// (docs/formats.md).
func TestVectors(t *testing.T) {
	var key []byte
	packed := golden.Vector(t, "testdata/dossier-1.html.gz", func() []byte {
		v := unit(t)
		key = v.PublicKey()
		_, file := sealed(t, v)
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(file)
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	})
	pub, err := hex.DecodeString(string(bytes.TrimSpace(golden.Vector(t, "testdata/dossier-1.pub", func() []byte {
		return []byte(hex.EncodeToString(key) + "\n")
	}))))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Verify(file, pub)
	if err != nil {
		t.Fatal(err)
	}
	if d.Faces.People != 412 || len(d.Months) != 20 || len(d.Receipts) != 1 || d.Receipts[0].Why != "lease end" ||
		len(d.Rules) != 21 || d.Off() == nil || d.Off().State != policy.Broken {
		t.Errorf("%d people, %d months, %d receipts, %d rules, off by %+v", d.Faces.People, len(d.Months),
			len(d.Receipts), len(d.Rules), d.Off())
	}
}
