package page

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNode runs the tests of the modules that need no browser, testdata/*.test.js, where node is
// installed: on the modules as the page has them. scripts/desk has those of the whole page.
func TestNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "src"), source); err != nil {
		t.Fatal(err)
	}
	stripped(t, filepath.Join(dir, "src"))
	if err := os.CopyFS(filepath.Join(dir, "testdata"), os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Glob(filepath.Join(dir, "testdata", "*.test.js"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("tests %v, %v", tests, err)
	}
	cmd := exec.Command(node, append([]string{"--test"}, tests...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}
