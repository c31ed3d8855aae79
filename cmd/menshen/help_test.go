package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"menshen/internal/screen"
)

// TestHelpFits: no line of any verb's help has to be broken by a terminal of 80
// columns, and no word of it is.
func TestHelpFits(t *testing.T) {
	var all func(c *cobra.Command, path []string)
	n := 0
	all = func(c *cobra.Command, path []string) {
		n++
		verb, out := root(), bytes.Buffer{}
		verb.SetOut(&out)
		verb.SetArgs(append(path, "--help"))
		if err := verb.Execute(); err != nil {
			t.Errorf("%q: %v", path, err)
		}
		for _, l := range strings.Split(out.String(), "\n") {
			if screen.Width(l) >= 80 || strings.ContainsRune(l, '\ufffd') {
				t.Errorf("help of %q: %d columns: %s", path, screen.Width(l), l)
			}
		}
		words := strings.Fields(c.Long)
		if got := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(got, strings.Join(words, " ")) {
			t.Errorf("help of %q lost words:\n%s", path, &out)
		}
		for _, sub := range c.Commands() {
			if sub.Name() != "help" {
				all(sub, append(append([]string{}, path...), sub.Name()))
			}
		}
	}
	all(root(), nil)
	if n < 20 {
		t.Errorf("only %d verbs", n)
	}
}
