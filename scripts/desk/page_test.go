package desk_test

import (
	"os"
	"os/exec"
	"testing"
)

// TestTypes: the types that the page's modules declare in their comments hold (tsc, checkJs).
func TestTypes(t *testing.T) {
	if testing.Short() {
		t.Skip("the same with and without the race detector")
	}
	if _, err := os.Stat("node_modules/typescript"); err != nil {
		t.Skip("the packages of package.json are not installed: scripts/desk/setup.sh")
	}
	tsc := exec.Command("node", "node_modules/typescript/bin/tsc", "--project", ".")
	if out, err := tsc.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
