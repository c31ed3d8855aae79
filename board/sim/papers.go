package sim

import (
	"context"
	"encoding/json"
	"time"

	"menshen/board/desk"
	"menshen/board/papers"
	"menshen/policy"
)

// lawful reports whether an impact assessment is in force, without which no face may be taken or
// used (R-PIA).
func (w *world) lawful() bool { return w.unitTime().Before(w.assessed) }

// assessment is one as the manager writes it, for some days.
func (w *world) assessment(days int) (papers.Assessment, error) {
	basis, err := w.door.Law.Basis()
	return papers.Assessment{Author: manager, Necessity: "n", Impact: "i", Risks: "r", Measures: "m",
		Until: w.unitTime().AddDate(0, 0, days), Basis: basis}, err
}

// assesses files an assessment, which may end before the next is filed. The door then stops using
// faces until it is.
func (w *world) assesses(*person) {
	if w.lawful() && w.rnd.IntN(3) > 0 {
		return // it is not looked at before it has ended
	}
	w.fileAssessment(2 + w.rnd.IntN(9))
}

func (w *world) fileAssessment(days int) {
	w.filing = true
	w.atDesk("an impact assessment is filed", nil, func(ctx context.Context, s desk.Session) error {
		a, err := w.assessment(days)
		if err != nil {
			return err
		}
		if err := w.door.Desk.PutAssessment(ctx, s, a); err != nil {
			return err
		}
		w.assessed = a.Until
		return nil
	})
	w.filing = false
	w.pass(5 * time.Second)
}

// adoptAssessment looks until when the last one on file is valid: one may have been filed as the
// power went.
func (w *world) adoptAssessment() {
	all, err := w.door.vault.Papers(papers.KindAssessment)
	if err != nil || len(all) == 0 {
		w.fail(nothingLost, "%d impact assessments, %v", len(all), err)
	}
	var a papers.Assessment
	if err := json.Unmarshal(all[len(all)-1].Body, &a); err != nil {
		w.fail(nothingLost, "the impact assessment: %v", err)
	}
	if !w.filing && !a.Until.Equal(w.assessed) {
		w.fail(nothingLost, "the impact assessment ends at %v, and did at %v", a.Until, w.assessed)
	}
	w.assessed, w.filing = a.Until, false
}

// checkLaw holds the law against the unit, and what the unit says of it against the world.
func (w *world) checkLaw() {
	if !w.diskWell() {
		return
	}
	found, _ := w.door.Law.Review()
	for _, f := range found {
		broken := f.State == policy.Broken
		switch {
		case needsReader[f.Rule.ID] && w.unplugged:
		case f.Rule.ID == policy.RuleRetain && w.clock.now.Sub(w.trouble) < purgedAgain:
		case f.Rule.ID == policy.RulePIA && !broken && !w.lawful():
			w.fail(lawHolds, "%s counts as kept without an impact assessment in force", f.Rule.ID)
		case f.Rule.ID == policy.RulePIA && !w.lawful():
		case broken:
			w.fail(lawHolds, "%s: %v", f.Rule.ID, f.Problems)
		}
	}
}

// purgedAgain is how long the unit may take to remove what became overdue while it was off, or
// while its clock could not tell.
const purgedAgain = 20 * time.Minute

// needsReader are the rules that a door without its reader cannot keep: it stops using faces.
var needsReader = map[policy.RuleID]bool{policy.RuleAlt: true, policy.RuleWithdraw: true}
