package check_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"menshen/board/check"
	"menshen/board/config"
)

// TestOutputs: each output beside the door is switched once, and left at rest however the step
// ends; what the installer sees decides.
func TestOutputs(t *testing.T) {
	for name, x := range map[string]struct {
		works, fails bool
		want         check.Verdict
		why          string
	}{
		"works":        {works: true, want: check.Passed},
		"does nothing": {want: check.Failed, why: "did not do what it was told"},
		"has no line":  {fails: true, want: check.Failed, why: "cannot be switched"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			var set []bool
			s.on.Config.Outputs = []config.Output{{Name: "garage"}}
			s.on.Outputs = map[string]func(bool) error{"garage": func(on bool) error {
				if set = append(set, on); x.fails {
					return errors.New("no such line")
				}
				return nil
			}}
			s.says = func(id string) (bool, bool) { return x.works, id == "did it switch" }
			r, err := s.run()
			if err != nil {
				t.Fatal(err)
			}
			got := find(t, r, "output garage")
			if got.Verdict != x.want || !strings.Contains(got.Why.EN, x.why) {
				t.Errorf("%s, %q", got.Verdict, got.Why.EN)
			}
			if !set[0] || set[len(set)-1] || !x.fails && !slices.Equal(set, []bool{true, false, false}) {
				t.Errorf("switched %v", set)
			}
		})
	}
}
