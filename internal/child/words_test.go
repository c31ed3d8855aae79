package child

import (
	"strings"
	"testing"
)

// TestLastWords: what a child says last is kept, and not what its library says when it is opened.
func TestLastWords(t *testing.T) {
	schema := "Schema error: Trying to register schema with name Abs from file ./old.cc line 2, but it is\n\n"
	for said, want := range map[string]string{
		"first\n\nlast\n": "first last",
		strings.Repeat(schema, 600) + "what():  no\n\tmemory\n": "what(): no memory",
		strings.Repeat(schema, 600):                             "",
		strings.Repeat("a word ", 1000):                         ("d" + strings.Repeat(" a word", 57)),
	} {
		last := words{noise: "Schema error"}
		for i := range len(said) { // in pieces, as a pipe may give them
			last.Write([]byte{said[i]})
		}
		if got := last.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
