package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"menshen/board/release"
)

// pack builds a package of the program into dist.
func pack(t *testing.T, dist, name, program string) {
	t.Helper()
	root := t.TempDir()
	for path, text := range map[string]string{"usr/bin/menshen": program,
		"usr/share/doc/menshen/sbom.spdx.json": "{}", "usr/share/doc/menshen/README": "read",
		"DEBIAN/control": "Package: menshen\nVersion: 1\nArchitecture: all\nMaintainer: a\nDescription: b\n"} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dist, filepath.Dir(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("dpkg-deb", "-b", root, filepath.Join(dist, name)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestPublish: packages of a commit are published once, with the program in them, and found again.
func TestPublish(t *testing.T) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("no dpkg-deb on this machine")
	}
	head, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		t.Skip("no git repository here")
	}
	commit := strings.TrimSpace(string(head))
	dir := t.TempDir()
	dist, key, log := filepath.Join(dir, "dist"), filepath.Join(dir, "key"), filepath.Join(dir, "releases.log")
	deb := func(release, version string) string {
		return fmt.Sprintf("%s/menshen_0~%s+g%s-1~deb13_arm64.deb", release, version, commit[:7])
	}
	if err := publish(key, log, dist); err == nil || !strings.Contains(err.Error(), "make one with") {
		t.Errorf("without a key: %v", err)
	}
	if err := makeKey("example.org/menshen", key); err != nil {
		t.Fatal(err)
	}
	if err := makeKey("example.org/menshen", key); err == nil {
		t.Error("a key is overwritten")
	}
	if err := os.MkdirAll(filepath.Join(dist, "repository/pool"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dist, "repository/pool/x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := publish(key, log, dist); err == nil || !strings.Contains(err.Error(), "make packages") {
		t.Errorf("without packages: %v", err)
	}
	pack(t, dist, deb("trixie", "1"), "program 1")
	image := filepath.Join(dist, "menshen-0~1+g"+commit[:7]+".img.zst")
	if err := os.WriteFile(image, []byte("image"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := publish(key, log, dist); err != nil {
		t.Fatal(err)
	}
	if err := publish(key, log, dist); err == nil || !strings.Contains(err.Error(), "in the log already") {
		t.Errorf("the same version again: %v", err)
	}
	pack(t, dist, deb("trixie", "2"), "program 2")
	if err := publish(key, log, dist); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("two versions: %v", err)
	}
	if err := os.Remove(filepath.Join(dist, deb("trixie", "1"))); err != nil {
		t.Fatal(err)
	}
	if err := publish(key, log, dist); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("an image of an older version: %v", err)
	}
	newer := strings.Replace(image, "0~1", "0~2", 1)
	if err := os.Rename(image, newer); err != nil {
		t.Fatal(err)
	}
	// The card of a Pi 5 is of the release; an update for a stick is made of it, and signed.
	five := strings.Replace(newer, ".img", "-pios.img", 1)
	update := strings.Replace(newer, ".img.zst", ".raucb", 1)
	for _, name := range []string{five, update} {
		if err := os.WriteFile(name, []byte("of it"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := publish(key, log, dist); err != nil {
		t.Fatal(err)
	}
	pack(t, dist, strings.Replace(deb("trixie", "2"), "-1~", ".dirty-1~", 1), "program of no commit")
	if err := publish(key, log, dist); err == nil || !strings.Contains(err.Error(), "no commit") {
		t.Errorf("with changes: %v", err)
	}

	file, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	l, err := release.Read(file)
	if err != nil || len(l.Releases) != 2 {
		t.Fatalf("%v:\n%s", err, file)
	}
	pub, err := release.PublisherKey(key + ".vkey")
	if err != nil || l.SignedBy(pub) != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range l.Releases[1].Files {
		names = append(names, f.Name)
	}
	d := deb("trixie", "2")
	want := []string{filepath.Base(five), filepath.Base(newer), d, d + ":/usr/bin/menshen",
		d + ":/usr/share/doc/menshen/sbom.spdx.json"}
	if fmt.Sprint(names) != fmt.Sprint(want) || l.Releases[1].Commit != commit {
		t.Errorf("of %s: %q", l.Releases[1].Commit, names)
	}
	if err := os.Remove(filepath.Join(dist, strings.Replace(d, "-1~", ".dirty-1~", 1))); err != nil {
		t.Fatal(err)
	}
	if again, err := manifestOf(dist + "/"); err != nil || !bytes.Equal(again.Text(), l.Releases[1].Text()) {
		t.Errorf("made again, the manifest is another: %v", err)
	}
}
