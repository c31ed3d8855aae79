package osdp

import (
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	for level, want := range map[byte][]string{
		0: nil,
		1: {"Hold your card  "},
		2: {"Hold your card  ", "to the reader   "},
		3: {"Hold your card to   ", "the reader and wait ", "                    ", "                    "},
	} {
		words := "Hold your card to the reader and wait"
		if got := wrap(words, displays[level]); !slices.Equal(got, want) {
			t.Errorf("level %d: %q", level, got)
		}
	}
	if got := ascii("Ada’s card – 门"); got != "Ada's card    " {
		t.Errorf("%q", got)
	}
}
