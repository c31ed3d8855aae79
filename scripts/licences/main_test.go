package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEachModuleHasItsLicence builds the program and writes what goes with it: a new module whose
// licence is not recognised as a permissive one fails here.
func TestEachModuleHasItsLicence(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "menshen")
	if out, err := exec.Command("go", "build", "-o", program, "menshen/cmd/menshen").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := write(program, "v1.2.3", dir, "/"); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "sbom.spdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list document
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	entries, ids := map[string]spdxPackage{}, map[string]bool{}
	for _, p := range list.Packages {
		if ids[p.ID] {
			t.Errorf("two entries are called %s", p.ID)
		}
		entries[p.Name], ids[p.ID] = p, true
	}
	for _, r := range list.Relationships {
		if !ids[r.Related] {
			t.Errorf("%s is related and not in the list", r.Related)
		}
	}
	made, err := buildinfo.ReadFile(program)
	if err != nil || len(made.Deps) < 20 {
		t.Fatalf("%v, %v", made, err)
	}
	for _, m := range made.Deps {
		texts, err := os.ReadDir(filepath.Join(dir, "licences", m.Path+"@"+m.Version))
		if err != nil || len(texts) == 0 {
			t.Errorf("no licence text of %s: %v", m.Path, err)
		}
		e := entries[m.Path]
		if e.Version != m.Version || !strings.Contains(e.Comment, m.Sum) || len(e.Checksums) != 1 ||
			e.Concluded == unsaid {
			t.Errorf("%s: %+v", m.Path, e)
		}
	}
	for name, want := range map[string]string{
		"menshen": "Apache-2.0", "go": "BSD-3-Clause", "faceplugin-face-recognition-js": "MIT",
		"gocv.io/x/gocv": "Apache-2.0", "go.etcd.io/bbolt": "MIT", "filippo.io/age": "BSD-3-Clause",
		"github.com/russross/blackfriday/v2":            "BSD-2-Clause",
		"kernel.org/pub/linux/libs/security/libcap/psx": "BSD-3-Clause",
		"libopencv-core406":                             unsaid, "libc6": unsaid,
	} {
		if e := entries[name]; e.Concluded != want ||
			want == unsaid && !strings.Contains(e.Comment, "/usr/share/doc/"+name+"/copyright") {
			t.Errorf("%s: %+v instead of %s", name, e, want)
		}
	}
}

// TestLicencesThatWeDoNotLink are a module of our tests whose licence asks for more than to be
// named, one under a stricter licence beside a permissive one, one without a text, and one with a
// text that is not recognised.
func TestLicencesThatWeDoNotLink(t *testing.T) {
	rapid, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "pgregory.net/rapid").Output()
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := copyTexts(strings.TrimSpace(string(rapid)), t.TempDir()); err == nil ||
		!strings.Contains(err.Error(), "MPL-2.0") {
		t.Errorf("got %q, %v", ids, err)
	}
	ours, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	gpl, err := os.ReadFile("/usr/share/common-licenses/GPL-3")
	if err != nil {
		t.Skip("the texts of Debian's base-files are not here: ", err)
	}
	for what, texts := range map[string]map[string]string{
		"stricter beside permissive": {"LICENSE": string(ours), "COPYING": string(gpl)},
		"no text":                    {"README": string(ours)},
		"an unknown text":            {"LICENSE.md": "You may use this on Sundays."},
		"names alone":                {"NOTICE": "Copyright the authors"},
	} {
		from := t.TempDir()
		for name, text := range texts {
			if err := os.WriteFile(filepath.Join(from, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if ids, err := copyTexts(from, t.TempDir()); err == nil {
			t.Errorf("%s: taken as %s", what, ids)
		}
	}
}
