package fact

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestState: whatever a door tells of itself stays small, and is words that can be shown.
func TestState(t *testing.T) {
	long := State{Version: strings.Repeat("é", 1000), Due: -3, Image: strings.Repeat("1", 1000),
		Supply: "\x1bmains"}
	for i := range 1000 {
		long.Raised = append(long.Raised, fmt.Sprintf("alarm %d", i%40))
		long.Faults = append(long.Faults, "reader \x1b[2J\u202e\n", strings.Repeat("x", 1<<16))
	}
	fit := long.Fit()
	if n := utf8.RuneCountInString(fit.Version); n != wordMost || len(fit.Raised) != wordsMost || fit.Due != 0 {
		t.Errorf("%d characters, %d alarms, due %d", n, len(fit.Raised), fit.Due)
	}
	if fit.Image != strings.Repeat("1", wordMost) || fit.Supply != "mains" {
		t.Errorf("image %q, supply %q", fit.Image, fit.Supply)
	}
	if want := []string{"reader [2J", strings.Repeat("x", wordMost)}; !reflect.DeepEqual(fit.Faults, want) {
		t.Errorf("faults %q", fit.Faults)
	}
	if n := len(encode(fit)); n > 3000 {
		t.Errorf("%d bytes", n)
	}
	if !reflect.DeepEqual(fit.Fit(), fit) {
		t.Error("what fits is changed")
	}
	later := fit
	if later.At = time.Unix(1, 0); !later.Same(fit) {
		t.Error("another time is another state")
	}
	for name, o := range map[string]State{"version": {}, "alarm": {Version: fit.Version, Raised: []string{"held"}},
		"due":    {Version: fit.Version, Raised: fit.Raised, Faults: fit.Faults, Due: 1},
		"image":  {Version: fit.Version, Raised: fit.Raised, Faults: fit.Faults, Supply: fit.Supply},
		"supply": {Version: fit.Version, Raised: fit.Raised, Faults: fit.Faults, Image: fit.Image},
		"word of passes": {Version: fit.Version, Raised: fit.Raised, Faults: fit.Faults, Image: fit.Image,
			Supply: fit.Supply, NoPasses: true}} {
		if o.Same(fit) {
			t.Errorf("another %s is the same state", name)
		}
	}
}
