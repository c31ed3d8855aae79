package compliance

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"menshen/board/dossier"
	"menshen/board/release"
)

// TestProgramIsProved: the log of releases in the unit's folder and the one that came with the
// system are both looked at; one that is older than the program, or damaged, does not hide the
// other.
func TestProgramIsProved(t *testing.T) {
	secret, public, err := note.GenerateKey(rand.Reader, "example.org/menshen")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var file []byte
	// grow appends a release and keeps the log as a file; n is its number.
	grow := func(n int) string {
		t.Helper()
		m := &release.Manifest{Version: fmt.Sprintf("0~%d", n), Commit: fmt.Sprintf("%040x", n), Time: time.Unix(1, 0),
			Files: []release.File{{SHA256: strings.Repeat(fmt.Sprint(n), 64),
				Name: "trixie/menshen_arm64.deb:/usr/bin/menshen"}}}
		if file, err = release.Append(file, m, signer, key); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprint(n))
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	older, newer := grow(1), grow(2)
	missing, damaged := filepath.Join(dir, "none"), filepath.Join(dir, "damaged")
	if err := os.WriteFile(damaged, file[:len(file)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		logs    []string
		problem string
	}{
		"the first":                 {[]string{newer, missing}, ""},
		"the second":                {[]string{missing, newer}, ""},
		"the second, first older":   {[]string{older, newer}, ""},
		"the second, first damaged": {[]string{damaged, newer}, ""},
		"both older":                {[]string{older, older}, release.ErrUnknown.Error()},
		"one older":                 {[]string{older, missing}, release.ErrUnknown.Error()},
		"damaged":                   {[]string{missing, damaged}, release.ErrDamaged.Error()},
		"none":                      {[]string{missing, missing}, "the unit has no releases.log"},
	} {
		p := dossier.Program{SHA256: strings.Repeat("2", 64)}
		prove(&p, c.logs...)
		m, _, err := p.Published(key)
		if c.problem == "" && (err != nil || m.Version != "0~2" || p.Problem != "") {
			t.Errorf("%s: %v, %q", name, err, p.Problem)
		}
		if c.problem != "" && (!errors.Is(err, dossier.ErrNotPublished) || !strings.Contains(p.Problem, c.problem)) {
			t.Errorf("%s: %v, %q", name, err, p.Problem)
		}
	}
}
