package main

import (
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

func TestStarts(t *testing.T) {
	for body, want := range map[string]bool{
		"go work()":                               true,
		"func() { func() { go work() }() }()":     true,
		"var all sync.WaitGroup; all.Go(work)":    true,
		"time.AfterFunc(1, work)":                 true,
		"t.Parallel()":                            true,
		"later := time.AfterFunc; later(1, work)": true,
		"err := cmd.Start()":                      true,
		"out, err := cmd.Output()":                false,
		"work(); <-done":                          false,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p; func f() { "+body+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if starts(file) != want {
			t.Errorf("%q starts a goroutine: want %t", body, want)
		}
	}
}

// TestList looks at the module's own packages: some that start goroutines, one of which only the
// tests do, one that only uses a package that does, one with unsafe pointers, and some without.
func TestList(t *testing.T) {
	racing, err := list()
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{"board", "board/unit", "store", "site/courier", "hal/wiegand", "board/update",
		"store/replay", "hal/voice/pcm"} {
		if !slices.Contains(racing, "menshen/"+in) {
			t.Errorf("%s stays out", in)
		}
	}
	for _, out := range []string{"policy", "site/fact", "recognizer/eye", "recognizer", "cmd/menshen"} {
		if slices.Contains(racing, "menshen/"+out) {
			t.Errorf("%s does not stay out", out)
		}
	}
}
