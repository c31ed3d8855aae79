package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// failing is a test that keeps the reason why it failed.
type failing struct {
	testing.TB
	why string
}

func (f *failing) Fatal(args ...any)                 { f.why = fmt.Sprint(args...); runtime.Goexit() }
func (f *failing) Fatalf(format string, args ...any) { f.Fatal(fmt.Sprintf(format, args...)) }

// run gives why a test fails; empty: it passes.
func run(t *testing.T, with bool, test func(testing.TB)) string {
	defer func(was bool) { *update = was }(*update)
	*update = with
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() { defer close(done); test(f) }()
	<-done
	return f.why
}

func TestGoldenAndVector(t *testing.T) {
	path := filepath.Join(t.TempDir(), "testdata", "file")
	compare := func(s string) func(testing.TB) {
		return func(t testing.TB) { Compare(t, path, []byte(s)) }
	}
	vector := func(t testing.TB) {
		if got := string(Vector(t, path, func() []byte { return []byte("new") })); got != "new" {
			t.Fatalf("the vector is %s", got)
		}
	}
	for _, step := range []struct {
		name   string
		update bool
		test   func(testing.TB)
		fails  string
	}{
		{"no file", false, compare("a\nb\n"), "-update"},
		{"no vector", false, vector, "no such file"},
		{"write the file", true, compare("a\nb\n"), ""},
		{"the same", false, compare("a\nb\n"), ""},
		{"another line", false, compare("a\nc\n"), "line 2"},
		{"fewer lines", false, compare("a\n"), "line 2"},
		{"write it again", true, compare("a\nc\n"), ""},
		{"a vector that is there is never changed", true, vector, "the vector is a\nc\n"},
	} {
		if why := run(t, step.update, step.test); (why == "") != (step.fails == "") ||
			!strings.Contains(why, step.fails) {
			t.Errorf("%s: %q, should say %q", step.name, why, step.fails)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if why := run(t, true, vector); why != "" {
		t.Errorf("a missing vector is not written: %s", why)
	}
}
