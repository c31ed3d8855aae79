package policy

import (
	"os"
	"strings"
	"testing"
)

// An auditor who meets a stored word finds it in docs/glossary.md.
func TestGlossaryHasEveryReason(t *testing.T) {
	page, err := os.ReadFile("../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	_, stored, found := strings.Cut(string(page), "\n## Stored words\n")
	if !found {
		t.Fatal("docs/glossary.md has no section on stored words")
	}
	for name, r := range allReasons(t) {
		if !strings.Contains(stored, "`"+string(r)+"`") {
			t.Errorf("docs/glossary.md does not explain %s, stored as %q", name, r)
		}
	}
}
