package compliance

import (
	"fmt"
	"time"

	"menshen/board/papers"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/waits"
)

// logCount is what is counted in the audit log. Every act is in the log, so reading on from where
// it was read last also tells that something changed.
type logCount struct {
	seq      uint64
	again    []time.Time          // a person was asked about face entry again after a refusal
	assessed map[string]time.Time // assessments filed and not rightly removed since, by number
	waits    waits.Log            // openings of the door
	changed  bool                 // since the last count
}

// notCounted are acts that change nothing of what is counted; neither does what happens at the
// door.
var notCounted = map[audit.Kind]bool{
	audit.Decision: true, audit.Relay: true, audit.Alarm: true, audit.Quiet: true,
	audit.Bell: true, audit.BellAnswered: true, audit.BellUnanswered: true,
	audit.Misread: true, audit.StrangeTries: true,
	audit.MainsLost: true, audit.MainsBack: true, audit.BatteryLow: true, audit.BatteryGood: true,
	audit.Tamper: true, audit.TamperOver: true, audit.Fault: true, audit.FaultOver: true,
	audit.UnitStarted: true, audit.UnitStopped: true,
	audit.LookedUp: true, audit.DecisionsLookedUp: true, audit.PeopleListed: true, audit.LogExported: true,
	audit.FileCarriedOut: true, audit.FileBroughtIn: true,
	audit.ListExported: true, audit.LogIn: true, audit.LogInRefused: true, audit.LogInCard: true,
	audit.LogInCardRefused: true, audit.LogInWithoutCard: true, audit.RecoveryRefused: true, audit.LogOut: true,
}

// read goes on to the end of the log.
func (l *logCount) read(v *store.Vault) error {
	if l.assessed == nil {
		l.assessed = map[string]time.Time{}
	}
	last, err := v.Acts(l.seq, func(e store.Entry) {
		l.waits.Add(e)
		switch {
		case e.Kind == audit.AskedAfterNo:
			l.again = append(l.again, e.At)
		case e.Kind == audit.PaperFiled && e.Detail["paper"] == papers.KindAssessment:
			l.assessed[e.Detail["number"]] = e.At
		case e.Kind == audit.PaperRemoved:
			delete(l.assessed, e.Detail["number"])
		}
		l.changed = l.changed || !notCounted[e.Kind]
	})
	l.seq = last
	return err
}

// countAskedAfterNo counts how often people were asked about face entry again after a no, since the
// last inquiry. first is when that began; zero: never.
func (l *logCount) countAskedAfterNo(inquired time.Time) (n int, first time.Time) {
	for _, at := range l.again {
		if !at.After(inquired) {
			continue
		}
		if n++; first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return n, first
}

// lost counts the assessments of the last three years that the log knows of and that are not on
// file any more.
func (l *logCount) lost(now time.Time, file papers.File) (n int) {
	there := map[string]bool{}
	for _, a := range file.Assessments {
		there[fmt.Sprint(a.Seq)] = true
	}
	for number, at := range l.assessed {
		if !there[number] && now.Sub(at) < store.PapersKept {
			n++
		}
	}
	return n
}
