package sim

import (
	"context"
	"testing"
	"time"

	"menshen/policy"
)

// TestREqualInASimulatedWeek: of what was granted by a credential or a face the log tells how long
// people waited, in human times, and a door in order has no week in which cards wait.
func TestREqualInASimulatedWeek(t *testing.T) {
	p, err := NewPlan(3, 6, false)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), p, nil)
	if err != nil || r.Violation != nil {
		t.Fatal(err, r.Violation)
	}
	granted := 0
	for _, why := range []policy.Reason{policy.ReasonCard, policy.ReasonPIN, policy.ReasonPass, policy.ReasonFace} {
		granted += r.Reasons[why].Granted
	}
	// the others came while the door stood open
	if n := len(r.Openings); n > granted || n < granted*9/10 || n < 100 {
		t.Errorf("%d openings of %d grants", n, granted)
	}
	for by, within := range map[policy.Means][2]time.Duration{policy.ByCard: {0, 100 * time.Millisecond},
		policy.ByPIN: {2 * time.Second, 6 * time.Second}, policy.ByFace: {200 * time.Millisecond, 3 * time.Second}} {
		of := policy.ServedBy(r.Openings, by)
		if m := of.Median.Value; of.N == 0 || m < within[0] || m > within[1] {
			t.Errorf("%d by %s, half within %v", of.N, by, m)
		}
	}
	for _, w := range r.Weeks {
		if w.Verdict == policy.CardWaits || w.Verdict == policy.CardRefused {
			t.Errorf("%s: %s", w.Name(), w.Verdict)
		}
	}
}
