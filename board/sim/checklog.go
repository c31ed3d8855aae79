package sim

import (
	"time"

	"menshen/store"
	"menshen/store/audit"
)

// checkStory compares the decisions in the log with those that the world saw. It verifies the
// chain.
func (w *world) checkStory() {
	if r, err := w.door.vault.VerifyAudit(); err != nil || !r.OK {
		w.fail(chainHolds, "%v %v", r, err)
	}
	oldest := w.clock.now
	var logged []store.Entry
	moves, cut := 0, false
	last := w.compared
	for {
		es, err := w.door.vault.Entries(last+1, 500, false)
		if err != nil {
			w.fail(chainHolds, "%v", err)
		}
		for _, e := range es {
			last = e.Seq
			if e.Kind == audit.Relay {
				moves++
			}
			if e.Kind == audit.Decision {
				logged = append(logged, e)
			}
		}
		if len(es) < 500 {
			break
		}
	}
	i := 0
	for _, s := range w.story {
		for i+1 < len(logged) && takenBack(logged[i], logged[i+1]) {
			i++
		}
		if i < len(logged) && same(logged[i], s) {
			i++
			continue
		}
		switch {
		case s.seq > 0:
			w.fail(either(s.cut, nothingLost, storyHolds), "the decision at %s (%s, %s) is not in the log",
				s.at.In(w.plan.Zone).Format(time.DateTime), s.means, s.reason)
		case s.cut, !s.grant: // never acknowledged; or only counted, as strange ones are
		default:
			w.fail(storyHolds, "a grant at %s is not in the log", s.at.In(w.plan.Zone).Format(time.DateTime))
		}
	}
	if i < len(logged) {
		e := logged[i]
		w.fail(storyHolds, "the log has a decision that nobody saw: %s, %s, %s",
			e.At.In(w.plan.Zone).Format(time.DateTime), e.Means, e.Reason)
	}
	for _, s := range w.story {
		cut = cut || s.cut
	}
	if !cut && moves != w.moves {
		w.fail(relayRecorded, "it moved %d times, the log has %d", w.moves, moves)
	}
	w.story, w.compared, w.moves = w.story[:0], last, 0
	if es, err := w.door.vault.Entries(0, 1, false); err == nil && len(es) > 0 && es[0].Kind == audit.Decision {
		oldest = es[0].At
	}
	if age := w.clock.now.Sub(oldest); age > keptAccess+50*time.Hour && w.clock.wrong == 0 {
		w.fail(retentionHolds, "a decision is %v old", age.Round(time.Hour))
	}
}

// takenBack reports whether a grant in the log was taken back: it could not be recorded in time.
func takenBack(grant, refusal store.Entry) bool {
	return grant.Grant && !refusal.Grant && grant.At.Equal(refusal.At) && grant.Means == refusal.Means
}

func same(e store.Entry, s told) bool {
	return e.At.Equal(s.at) && e.Means == s.means && e.Grant == s.grant && e.Reason == s.reason
}
