package update

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGive copies what leaves the unit, once, and nothing that a link in its folder leads to.
func TestGive(t *testing.T) {
	u := newTwoSystems(t)
	u.Outbox = t.TempDir()
	stick := filepath.Join(u.Machine.Root, "stick")
	for name, content := range map[string]string{"backup-1.age": "sealed", "audit-1.jsonl": "signed", ".half": "x"} {
		if err := os.WriteFile(filepath.Join(u.Outbox, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(t.TempDir(), "root's")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(u.Outbox, "link")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		a, _ := u.ask(Request{Do: Give})
		if a.Refused != "" || a.Files != 2 {
			t.Fatalf("%+v", a)
		}
	}
	found, err := os.ReadDir(stick)
	if err != nil || len(found) != 2 {
		t.Errorf("on the stick: %v, %v", found, err)
	}
	if raw, _ := os.ReadFile(filepath.Join(stick, "backup-1.age")); string(raw) != "sealed" {
		t.Errorf("copied as %q", raw)
	}

	u.Outbox = filepath.Join(u.Outbox, "none")
	if a, _ := u.ask(Request{Do: Give}); a.Refused != Failed || a.Detail == "" {
		t.Errorf("a folder that is not there: %+v", a)
	}
}
