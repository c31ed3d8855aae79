package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
)

// TestRWithdrawTrustEnds: whatever happens to the clock, faces do not open for longer than the
// limit after the last answer of another door, in time as it really passed. The one clock that is
// believed is one that something keeps right.
func TestRWithdrawTrustEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := time.Duration(rapid.IntRange(3, 30).Draw(t, "limit")) * 24 * time.Hour
		hours := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, 24*12).Draw(t, "hours")) * time.Hour
		})
		begin := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
		real, shown := begin, begin // the time, and what the door takes it for
		clock := policy.Clock{Trusted: rapid.Bool().Draw(t, "trusted")}
		trust := policy.Trust{Answered: begin, Dated: clock.Trusted, Running: true}
		ran := time.Duration(0) // since the clock was touched last
		pass := func(d time.Duration) {
			real, shown, ran, trust.Passed = real.Add(d), shown.Add(d), ran+d, trust.Passed+d
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0:
				pass(hours.Draw(t, "passes"))
			case 1: // the power is off; a clock that nothing keeps stands still
				off := hours.Draw(t, "off")
				real, ran, trust.Running, trust.Passed = real.Add(off), 0, false, 0
				if clock.Trusted {
					shown = real
				}
			case 2: // somebody sets it ahead, or back; of setting it back the door takes note
				if to := shown.Add(hours.Draw(t, "set") - 144*time.Hour); !to.Before(shown) {
					shown = to
				} else {
					shown, trust.Answered = to, time.Time{}
				}
				clock.Trusted, ran = false, 0
			case 3: // the time comes by radio; one that is earlier is not believed
				if !real.Before(shown) {
					shown, clock.Trusted, ran = real, true, 0
				}
			case 4: // another door answers what was said a while ago
				ago := min(hours.Draw(t, "ago"), ran)
				trust = policy.Trust{Answered: shown.Add(-ago), Dated: clock.Trusted, Running: true, Passed: ago}
				begin = real.Add(-ago)
			}
			holds := trust.Holds(clock, shown, limit)
			if age := real.Sub(begin); holds && age >= limit {
				t.Fatalf("faces open %v after the last answer, with a limit of %v: %+v", age, limit, trust)
			}
			ends := trust.Ends(clock, shown, limit)
			if ends.IsZero() == holds {
				t.Fatalf("holds %v, and ends at %v", holds, ends)
			}
			then := trust
			then.Passed += ends.Sub(shown)
			if holds && (then.Holds(clock, ends, limit) || !trust.Holds(clock, ends.Add(-1), limit)) {
				t.Fatalf("does not end at %v: %+v", ends, trust)
			}
		}
	})
}

// TestRWithdrawTrust is the rule by example.
func TestRWithdrawTrust(t *testing.T) {
	now := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	good, bad := policy.Clock{Trusted: true}, policy.Clock{}
	for name, tt := range map[string]struct {
		trust policy.Trust
		clock policy.Clock
		holds bool
	}{
		"no other door":                  {policy.Trust{Alone: true}, bad, true},
		"answered six days ago":          {policy.Trust{Answered: day(6), Dated: true}, good, true},
		"answered a week ago":            {policy.Trust{Answered: day(7), Dated: true}, good, false},
		"never":                          {policy.Trust{}, good, false},
		"after a power cut, no clock":    {policy.Trust{Answered: day(1), Dated: true}, bad, false},
		"by a clock that was wrong then": {policy.Trust{Answered: day(1)}, good, false},
		"answered since, no clock":       {policy.Trust{Answered: day(1), Running: true}, bad, true},
		"the clock stood still, the door ran": {
			policy.Trust{Answered: day(1), Dated: true, Passed: 8 * 24 * time.Hour}, good, false},
		"answered in what is now the future":   {policy.Trust{Answered: day(-1), Dated: true}, good, false},
		"and no clock, in what is the future?": {policy.Trust{Answered: day(-1), Running: true}, bad, false},
	} {
		if got := tt.trust.Holds(tt.clock, now, policy.DefaultFaceTrust); got != tt.holds {
			t.Errorf("%s: holds %v", name, got)
		}
	}
}
