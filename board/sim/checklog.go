package sim

import (
	"slices"
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
	var logged []store.Entry
	moves := 0
	last := w.compared
	for {
		es, err := w.door.vault.Entries(last+1, 500, false)
		if err != nil {
			w.fail(chainHolds, "%v", err)
		}
		for _, e := range es {
			last = e.Seq
			w.opened.Add(e)
			if e.Kind == audit.Relay || e.Kind == audit.OutputSwitched {
				moves++
			}
			if e.Kind == audit.Decision {
				logged = append(logged, e)
				if e.Grant && e.Means.Measured() && e.Visit() == nil {
					w.fail(storyHolds, "the record of a grant does not say how long its visit took")
				}
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
	if !w.wasCut && moves != w.moves {
		w.fail(relayRecorded, "it moved %d times, the log has %d", w.moves, moves)
	}
	w.story, w.compared, w.moves, w.wasCut = w.story[:0], last, 0, false
	if len(logged) > 0 {
		e := logged[len(logged)-1]
		w.marks = append(w.marks, mark{e.Seq, e.At, w.clock.now})
	}
	w.checkMarks()
}

// mark is one decision of a day, to look for later.
type mark struct {
	seq    uint64
	at     time.Time // by the unit
	marked time.Time // in true time
}

// checkMarks holds that decisions are kept for their time, less the day until the next purge, and
// no longer.
func (w *world) checkMarks() {
	w.marks = slices.DeleteFunc(w.marks, func(m mark) bool {
		es, err := w.door.vault.Entries(m.seq, 1, false)
		there := err == nil && len(es) > 0 && es[0].Seq == m.seq
		switch age := w.clock.now.Sub(m.at).Round(time.Hour); {
		case there && w.overdue(m.marked.Add(keptAccess)) > time.Hour:
			w.fail(retentionHolds, "a decision is %v old", age)
		case !there && age < keptAccess-27*time.Hour:
			w.fail(nothingLost, "a decision is gone after %v", age)
		}
		return !there
	})
}

// takenBack reports whether a grant in the log was taken back: it could not be recorded in time.
func takenBack(grant, refusal store.Entry) bool {
	return grant.Grant && !refusal.Grant && grant.At.Equal(refusal.At) && grant.Means == refusal.Means
}

func same(e store.Entry, s told) bool {
	return e.At.Equal(s.at) && e.Means == s.means && e.Grant == s.grant && e.Reason == s.reason
}
