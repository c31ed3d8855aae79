package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"menshen/internal/screen"
)

// The widest lines, in columns of a terminal: a tab is 4, a Chinese character 2.
const (
	commentWidth = 100
	codeWidth    = 120
)

// rooms are the folders with code.
var rooms = []string{"board", "cmd", "hal", "internal", "policy", "recognizer", "scripts", "store"}

// TestHouseWidths: a line of Go or of a shell script fits beside another one on a screen. What a
// person cannot break is excepted: a directive, and a line with an address.
func TestHouseWidths(t *testing.T) {
	seen := 0
	for _, room := range rooms {
		err := filepath.WalkDir("../../"+room, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.Name() == "testdata" || d.Name() == "node_modules" {
				return skipped(d, err)
			}
			file := strings.TrimPrefix(filepath.ToSlash(path), "../../")
			comment := map[string]string{".go": "//", ".sh": "#"}[filepath.Ext(file)]
			if d.IsDir() || comment == "" {
				return nil
			}
			raw, err := os.ReadFile(path)
			seen++
			for i, line := range strings.Split(string(raw), "\n") {
				if n, limit := columns(line), limitOf(line, comment); n > limit {
					t.Errorf("%s:%d has %d columns, at most %d: break it", file, i+1, n, limit)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if seen < 100 {
		t.Errorf("%d files seen", seen)
	}
}

// skipped leaves a folder out of a walk, unless there was an error.
func skipped(d os.DirEntry, err error) error {
	if err == nil && d.IsDir() {
		err = filepath.SkipDir
	}
	return err
}

// columns gives the width of a line, a tab as 4.
func columns(line string) int {
	return screen.Width(line) + 4*strings.Count(line, "\t")
}

// limitOf gives how wide a line may be; comment begins a comment of its language.
func limitOf(line, comment string) int {
	text := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(text, "//go:"), strings.Contains(text, "://"):
		return len(line) * 4
	case strings.HasPrefix(text, comment):
		return commentWidth
	}
	return codeWidth
}
