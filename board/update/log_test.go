package update

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"menshen/board/release"
)

// publishedLog is the file of a log with some releases, and whose it is.
func publishedLog(t *testing.T, releases int) (file []byte, key note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, "example.org/menshen")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	if key, err = note.NewVerifier(public); err != nil {
		t.Fatal(err)
	}
	for n := range releases {
		m := &release.Manifest{Version: fmt.Sprintf("0~%d", n), Commit: fmt.Sprintf("%040x", n), Time: time.Unix(1, 0),
			Files: []release.File{{SHA256: strings.Repeat("0", 64), Name: "trixie/menshen_arm64.deb:/usr/bin/menshen"}}}
		if file, err = release.Append(file, m, signer, key); err != nil {
			t.Fatal(err)
		}
	}
	return file, key
}

// TestLogOfReleases: the log that an update brings is kept for both systems and given to the door.
// A log of another publisher, or one that is too large, changes nothing.
func TestLogOfReleases(t *testing.T) {
	u := newTwoSystems(t)
	brought, given := filepath.Join(t.TempDir(), release.LogName), filepath.Join(u.Answered, release.LogName)
	log, key := publishedLog(t, 2)
	if err := u.TakeLog(brought, key); err != nil {
		t.Errorf("an update without a log: %v", err)
	}
	if err := u.Publish(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(given); !os.IsNotExist(err) {
		t.Errorf("a log out of nothing: %v", err)
	}
	bring := func(file []byte) {
		t.Helper()
		if err := os.WriteFile(brought, file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bring(log)
	if err := u.TakeLog(brought, key); err != nil {
		t.Fatal(err)
	}
	other, otherKey := publishedLog(t, 3)
	bring(other)
	if err := u.TakeLog(brought, key); !errors.Is(err, release.ErrSigner) {
		t.Errorf("another publisher's: %v", err)
	}
	if err := u.TakeLog(brought, otherKey); !errors.Is(err, release.ErrSigner) {
		t.Errorf("another publisher's after this one's: %v", err)
	}
	bring(bytes.Repeat([]byte("x"), maxKept+1))
	if err := u.TakeLog(brought, key); err == nil || !strings.Contains(err.Error(), "more than 4 MB") {
		t.Errorf("a large one: %v", err)
	}
	u.start()
	if err := u.Publish(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(given)
	if err != nil || !bytes.Equal(got, log) {
		t.Errorf("the door is given another log than was kept: %v", err)
	}
	if given := filepath.Join(OfSystem().Answered, release.LogName); given != release.SystemLog {
		t.Errorf("the door does not look at %s", given)
	}
	info, err := os.Stat(given)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the door may not read it: %v, %v", info, err)
	}
}
