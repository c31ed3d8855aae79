package keys

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"menshen/internal/safefile"
	"menshen/store/keys/keystest"
	"menshen/store/seal"
)

var ctx = context.Background()

// Every source behaves the same.
func TestSources(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) Source{
		"file": func(t *testing.T) Source { return File(filepath.Join(t.TempDir(), "root.key")) },
		"credential": func(t *testing.T) Source {
			credential(t, "menshen", 32)
			return Credential("menshen", filepath.Join(t.TempDir(), "root.sealed"))
		},
		"tpm": func(t *testing.T) Source { return TPM(keystest.SWTPM(t), 0) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			want := func(ks ...seal.Key) {
				t.Helper()
				if got, err := s.Load(ctx); err != nil || !slices.Equal(got, ks) {
					t.Fatalf("%d keys instead of %d, %v", len(got), len(ks), err)
				}
			}
			ok := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			a, b, c := seal.NewKey(), seal.NewKey(), seal.NewKey()
			if _, err := s.Load(ctx); !errors.Is(err, ErrNone) {
				t.Fatalf("new source: %v", err)
			}
			ok(s.Stage(ctx, a))
			want(a)
			ok(s.Settle(ctx, a))
			ok(s.Stage(ctx, b))
			want(a, b)
			ok(s.Stage(ctx, c)) // b was never settled
			want(a, c)
			if err := s.Settle(ctx, b); !errors.Is(err, ErrUnknown) {
				t.Errorf("settled on a dropped key: %v", err)
			}
			ok(s.Settle(ctx, c))
			want(c)
			ok(s.Stage(ctx, a))
			ok(s.Settle(ctx, c)) // the change was undone
			want(c)
			for range 3 {
				next := seal.NewKey()
				ok(s.Stage(ctx, next))
				ok(s.Settle(ctx, next))
				want(next)
			}
			ok(s.Forget(ctx))
			if _, err := s.Load(ctx); !errors.Is(err, ErrNone) {
				t.Errorf("after Forget: %v", err)
			}
			if strings.Contains(s.String(), "\n") || s.String() == "" {
				t.Error("no name")
			}
		})
	}
}

func TestTPMCounterOnlyRises(t *testing.T) {
	s := TPM(keystest.SWTPM(t), 0).(Counter)
	for range 2 {
		if n, err := s.Count(ctx); n != 0 || err != nil {
			t.Fatalf("of no counter: %d, %v", n, err)
		}
	}
	if err := s.Advance(ctx); err != nil {
		t.Fatal(err)
	}
	a, err := s.Count(ctx)
	if err != nil || a == 0 {
		t.Fatal(a, err)
	}
	for i := range uint64(3) {
		if err := s.Advance(ctx); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Count(ctx); err != nil || n != a+i+1 {
			t.Fatalf("count %d, %v", n, err)
		}
	}
}

func TestKeyFileOpenToOthersIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	s := File(path)
	if err := s.Stage(ctx, seal.NewKey()); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("made with mode %o", info.Mode().Perm())
	}
	os.Chmod(path, 0o640)
	if _, err := s.Load(ctx); !errors.Is(err, safefile.ErrInsecurePermissions) ||
		!strings.Contains(err.Error(), "chmod 0600") {
		t.Errorf("got %v", err)
	}
}

func TestCredentialMissingOrWrong(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	path := filepath.Join(t.TempDir(), "root.sealed")
	s := Credential("menshen", path)
	if err := s.Stage(ctx, seal.NewKey()); err == nil || !strings.Contains(err.Error(), "LoadCredentialEncrypted") {
		t.Errorf("without credentials: %v", err)
	}
	credential(t, "menshen", 31)
	if err := s.Stage(ctx, seal.NewKey()); err == nil {
		t.Error("a short credential is taken")
	}
	credential(t, "menshen", 32)
	k := seal.NewKey()
	if err := s.Stage(ctx, k); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); bytes.Contains(b, k[:8]) {
		t.Error("the key lies in clear")
	}
	credential(t, "menshen", 32)
	if _, err := s.Load(ctx); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("with another credential: %v", err)
	}
}

func FuzzKeyFile(f *testing.F) {
	f.Add([]byte(plainLine + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"))
	f.Add([]byte(plainLine + "\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		raws, err := parseLines(b, plainLine)
		if err == nil && (len(raws) == 0 || len(raws) > 2) {
			t.Errorf("%d keys", len(raws))
		}
	})
}

func credential(t *testing.T, name string, n int) {
	t.Helper()
	dir := t.TempDir()
	k := seal.NewKey()
	if err := os.WriteFile(filepath.Join(dir, name), k[:n], 0o400); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
}
