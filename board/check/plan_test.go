package check_test

import (
	"slices"
	"strings"
	"testing"

	"menshen/board/check"
	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/haltest"
)

// TestDeskReaderHasNoStep: it is no part of the door. The others are still asked for by their own
// names.
func TestDeskReaderHasNoStep(t *testing.T) {
	c, err := config.Parse(strings.NewReader(config.Example))
	if err != nil {
		t.Fatal(err)
	}
	c.Readers = append([]config.Reader{{Name: "office", Kind: "pcsc", Use: "desk"}}, c.Readers...)
	plan := check.Plan(check.Door{Config: c,
		Readers: []hal.Reader{&haltest.Reader{Name: "office"}, &haltest.Reader{Name: "outside"}}})
	has := func(id string) bool { return slices.ContainsFunc(plan, func(s check.Step) bool { return s.ID == id }) }
	if has("reader office") || has("keypad office") || !has("reader outside") {
		t.Errorf("%d steps: office %v, outside %v", len(plan), has("reader office"), has("reader outside"))
	}
}
