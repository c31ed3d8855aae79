package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSetUpFindsOrFetchesGo runs scripts/golang.sh on a machine without a network. It takes a
// Go that is installed; where none is, or an old one, it tries Debian's, then says what to
// copy and leaves nothing behind.
func TestSetUpFindsOrFetchesGo(t *testing.T) {
	for _, c := range []struct{ name, version, want string }{
		{"none", "", "copy the folder that 'go env GOROOT' names"},
		{"too old", "go1.19.8", "Go 1.19 is too old to load a newer one"},
		{"new enough", "go1.99.1", "ok    go1.99.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bin := t.TempDir()
			for _, tool := range []string{"bash", "sh", "cat", "cut", "dirname", "env", "grep", "head", "id", "ls",
				"mktemp", "rm", "sed", "tail"} {
				at, err := exec.LookPath(tool)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.Symlink(at, filepath.Join(bin, tool)); err != nil {
					t.Fatal(err)
				}
			}
			stub := func(name, text string) {
				if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			stub("sudo", `exec "$@"`)
			stub("apt-get", "echo no network >&2; exit 100")
			if c.version != "" {
				stub("go", "echo "+c.version)
			}
			run := exec.Command("../../scripts/golang.sh")
			run.Env = []string{"PATH=" + bin, "HOME=" + bin, "TMPDIR=" + t.TempDir()}
			out, err := run.CombinedOutput()
			if found := c.name == "new enough"; (err == nil) != found || !strings.Contains(string(out), c.want) {
				t.Fatalf("%v\n%s", err, out)
			} else if !found && !strings.Contains(string(out), "copy the folder") {
				t.Errorf("it does not say what to copy:\n%s", out)
			}
		})
	}
}

// TestSettingsOfCgoGiveWay: what the environment says of cgo holds, so that another processor or
// release can be built for; where it says nothing, OpenCV is found on this machine.
func TestSettingsOfCgoGiveWay(t *testing.T) {
	for _, name := range []string{"CGO_CXXFLAGS", "CGO_CPPFLAGS", "CGO_LDFLAGS"} {
		for given, want := range map[string]string{"": "opencv|std=c", "-given": "^-given$"} {
			ask := ". ../../scripts/cgo.env && printf %s \"$" + name + "\" | grep -qE '" + want + "'"
			run := exec.Command("bash", "-c", ask)
			run.Env = []string{"PATH=" + os.Getenv("PATH"), name + "=" + given}
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%s given as %q is not like %s: %v %s", name, given, want, err, out)
			}
		}
	}
}
