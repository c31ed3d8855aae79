package config

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"menshen/internal/golden"
)

// TestVectors: a file that the first release read is still read, and means the same
// (docs/formats.md). What was understood is in door-1.json; a key that is added later appears there
// with its default, a key that changed its meaning shows as a difference.
func TestVectors(t *testing.T) {
	file, err := os.ReadFile("testdata/door-1.toml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "testdata/door-1.json", append(got, '\n'))
}
