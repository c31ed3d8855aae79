package keys

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"menshen/internal/golden"
	"menshen/store/seal"
)

// TestVectors: key files that earlier versions wrote give their keys (docs/formats.md).
func TestVectors(t *testing.T) {
	first, second := seal.Key(bytes.Repeat([]byte{1}, 32)), seal.Key(bytes.Repeat([]byte{2}, 32))
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	if err := os.WriteFile(filepath.Join(dir, "menshen"), bytes.Repeat([]byte("secret "), 5), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func(path string) Source{
		"key-1":        File,
		"sealed-key-1": func(path string) Source { return Credential("menshen", path) },
	} {
		path := filepath.Join(t.TempDir(), name)
		b := golden.Vector(t, "testdata/"+name, func() []byte {
			s := open(path)
			for _, k := range []seal.Key{first, second} {
				if err := s.Stage(ctx, k); err != nil {
					t.Fatal(err)
				}
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return b
		})
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		ks, err := open(path).Load(context.Background())
		if err != nil || len(ks) != 2 || ks[0] != first || ks[1] != second {
			t.Errorf("%s: %d keys, %v", name, len(ks), err)
		}
	}
}
