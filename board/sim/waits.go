package sim

import (
	"menshen/internal/i18n"
	"menshen/policy"
)

// waitSummary says how long people waited, by the unit's own log, and what R-EQUAL makes of it.
func waitSummary(s Stats) (all []i18n.Message) {
	for _, by := range []policy.Means{policy.ByCard, policy.ByPIN, policy.ByPass, policy.ByFace, policy.ByCardFace} {
		if of := policy.ServedBy(s.Openings, by); of.N > 0 {
			all = append(all, i18n.M("sim.waited", "By %v, %d openings: half within %s s, nine of ten within "+
				"%s s, tried again %s.", i18n.Word(string(by)), of.N, of.Median, of.P90, of.Retried))
		}
	}
	of := map[policy.Verdict]int{}
	for _, w := range s.Weeks {
		if w.Full {
			of[w.Verdict]++
		}
	}
	if len(of) > 0 {
		all = append(all, i18n.M("sim.wait-verdicts", "Full weeks in which cards wait no longer than faces: %d; "+
			"longer: %d; have to be shown again more often: %d; too few openings to say: %d.",
			of[policy.ServedAlike], of[policy.CardWaits], of[policy.CardRefused], of[policy.TooFew]))
	}
	return all
}
