package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"menshen/store/keys/keystest"
	"menshen/store/seal"
)

// TestWhatAKeySourceWithstands shows the table of 'menshen config example': with each key source,
// the disk is taken to another machine, and an older copy is put back in each way.
func TestWhatAKeySourceWithstands(t *testing.T) {
	credential := func(t *testing.T) {
		t.Helper()
		dir, k := t.TempDir(), seal.NewKey()
		if err := os.WriteFile(filepath.Join(dir, "menshen"), k[:], 0o400); err != nil {
			t.Fatal(err)
		}
		t.Setenv("CREDENTIALS_DIRECTORY", dir)
	}
	for name, source := range map[string]struct {
		here      func(t *testing.T, root string) (at func(root string) KeySource)
		elsewhere func(t *testing.T) // the machine that the thief has; nil: the same
		moved     func(t *testing.T, root string) KeySource

		opensStolen, opensStopped, opensTogether bool
	}{
		"file": {
			here: func(*testing.T, string) func(string) KeySource {
				return func(root string) KeySource { return KeyFile(filepath.Join(root, "key")) }
			},
			opensStolen: true, opensStopped: true, opensTogether: true,
		},
		"credential": {
			here: func(t *testing.T, _ string) func(string) KeySource {
				credential(t)
				return func(root string) KeySource { return KeyCredential("menshen", filepath.Join(root, "key")) }
			},
			elsewhere:   credential,
			opensStolen: false, opensStopped: true, opensTogether: true,
		},
		"tpm": {
			here: func(t *testing.T, _ string) func(string) KeySource {
				sock := keystest.SWTPM(t)
				return func(string) KeySource { return KeyTPM(sock, 0) }
			},
			moved: func(t *testing.T, _ string) KeySource { return KeyTPM(keystest.SWTPM(t), 0) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			at := source.here(t, root)
			dir, o := loadOptions(root, startClock().now)
			o.Key = at(root)
			v, err := Create(dir, o)
			if err != nil {
				t.Fatal(err)
			}
			u := &unit{Vault: v, dir: dir, o: o, clock: startClock()}
			t.Cleanup(func() { u.Close() })
			copied := func() string { // of all files, private as they were
				to := copyDir(t, root)
				copied := filepath.Join(to, "vault")
				if err := errors.Join(os.Chmod(copied, 0o700),
					os.Chmod(filepath.Join(copied, vaultFile), 0o600)); err != nil {
					t.Fatal(err)
				}
				return to
			}
			opens := func(root string, k KeySource) bool {
				t.Helper()
				o := u.o
				o.Key = k
				v, err := OpenToRead(filepath.Join(root, "vault"), o)
				if err != nil {
					return false
				}
				return v.Close() == nil
			}
			is := func(what string, got, want bool) {
				t.Helper()
				if got != want {
					t.Errorf("%s: opens is %v, the table says %v", what, got, want)
				}
			}

			before := copied()
			u.tenant(t, "li")
			is("put back while stopped", opens(before, at(root)), source.opensStopped)
			is("all files put back", opens(before, at(before)), source.opensTogether)

			path := filepath.Join(dir, vaultFile)
			old, err := os.ReadFile(filepath.Join(before, "vault", vaultFile))
			if err = errors.Join(err, os.Rename(path, path+".kept"), os.WriteFile(path, old, 0o600)); err != nil {
				t.Fatal(err)
			}
			if err := u.Ping(); !errors.Is(err, ErrSwapped) {
				t.Errorf("put back while running: %v", err)
			}
			if err := errors.Join(os.Rename(path+".kept", path), u.Ping()); err != nil {
				t.Fatal(err)
			}

			stolen := copied()
			k := at(stolen)
			if source.elsewhere != nil {
				source.elsewhere(t)
			}
			if source.moved != nil {
				k = source.moved(t, stolen)
			}
			is("stolen", opens(stolen, k), source.opensStolen)
		})
	}
}
