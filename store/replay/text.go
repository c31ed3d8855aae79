package replay

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

// Message says in plain words what a decision was, and what it is or would be now.
func (o Outcome) Message() i18n.Message {
	reason := i18n.Word(string(o.Reason))
	switch {
	case o.Grant && o.Duress:
		return i18n.M("replay.granted-duress", "granted for %v (%v), with a call for help", o.Release, reason)
	case o.Grant:
		return i18n.M("replay.granted", "granted for %v (%v)", o.Release, reason)
	case o.Duress:
		return i18n.M("replay.denied-duress", "denied (%v), with a call for help", reason)
	}
	return i18n.M("replay.denied", "denied (%v)", reason)
}

var verdicts = map[Verdict]i18n.Message{
	Agrees:        i18n.M("replay.agrees", "agrees"),
	Differs:       i18n.M("replay.differs", "DIFFERS"),
	NotReplayable: i18n.M("replay.not-replayable", "not replayable"),
}

var lacks = map[Lack]i18n.Message{
	NoFacts:    i18n.M("replay.no-facts", "recorded before facts were kept"),
	Erased:     i18n.M("replay.erased", "the person was erased since, and the facts with them"),
	Sealed:     i18n.M("replay.sealed", "about a person: only the unit's vault opens the facts"),
	NoSettings: i18n.M("replay.no-settings", "the settings in force are not in the export"),
	Later:      i18n.M("replay.later", "recorded by a later version of the program"),
	Damaged:    i18n.M("replay.damaged", "the facts cannot be read"),
	NotKept:    i18n.M("replay.not-kept", "these settings ask for what was not recorded"),
}

// Message says in one paragraph what came of a decision. with says that the settings are others.
func (r Result) Message(with bool) i18n.Message {
	at, means := r.At.Format(time.DateTime), i18n.Word(string(r.Means))
	check := i18n.Word(r.Check)
	switch {
	case r.Now == nil:
		return i18n.M("replay.entry-lacks", "%d  %s  %v: %v. Not replayable: %v", r.Seq, at, means,
			r.Recorded.Message(), lacks[r.Lack])
	case r.Verdict == Agrees && with:
		return i18n.M("replay.entry-same", "%d  %s  %v: %v. It would be the same", r.Seq, at, means,
			r.Recorded.Message())
	case r.Verdict == Agrees:
		return i18n.M("replay.entry-agrees", "%d  %s  %v: %v. The rules agree", r.Seq, at, means, r.Recorded.Message())
	case with && r.Check != "":
		return i18n.M("replay.entry-would-at", "%d  %s  %v: was %v, would be %v, by the check \"%v\"", r.Seq, at,
			means, r.Recorded.Message(), r.Now.Message(), check)
	case with:
		return i18n.M("replay.entry-would", "%d  %s  %v: was %v, would be %v", r.Seq, at, means,
			r.Recorded.Message(), r.Now.Message())
	case r.Check != "":
		return i18n.M("replay.entry-differs-at", "%d  %s  %v: recorded as %v; by the rules %v. The check \"%v\" has "+
			"another answer", r.Seq, at, means, r.Recorded.Message(), r.Now.Message(), check)
	}
	return i18n.M("replay.entry-differs", "%d  %s  %v: recorded as %v; by the rules %v", r.Seq, at, means,
		r.Recorded.Message(), r.Now.Message())
}

// Checks says each check of the decision made again, in order.
func (r Result) Checks() (all []i18n.Message) {
	for _, c := range r.Trace {
		passed := i18n.M("replay.check-failed", "  - %v: no", i18n.Word(c.Rule))
		if c.Pass {
			passed = i18n.M("replay.check-passed", "  - %v: yes", i18n.Word(c.Rule))
		}
		if c.Detail != "" {
			passed = i18n.Join(passed, i18n.Verbatim(" ("), c.Message(), i18n.Verbatim(")"))
		}
		all = append(all, passed)
	}
	return all
}

// Table gives the sums in lines, for a fixed-width font.
func (s Sums) Table(lang i18n.Language) []string {
	say := lang.Say
	rows := [][]string{{say(i18n.M("replay.reason", "recorded reason")), say(verdicts[Agrees]), say(verdicts[Differs]),
		say(verdicts[NotReplayable])}}
	row := func(name string, of Sum) {
		rows = append(rows, []string{name, strconv.Itoa(of.Agree), strconv.Itoa(of.Differ),
			strconv.Itoa(of.NotReplayable)})
	}
	byCount := func(a, b policy.Reason) int {
		n := func(r policy.Reason) int { x := s.Reasons[r]; return x.Agree + x.Differ + x.NotReplayable }
		return cmp.Or(n(b)-n(a), cmp.Compare(a, b))
	}
	for _, reason := range slices.SortedFunc(maps.Keys(s.Reasons), byCount) {
		row(say(i18n.Word(string(reason))), *s.Reasons[reason])
	}
	row(say(i18n.M("replay.all", "all")), s.All)
	lines := screen.Table(rows)
	for _, lack := range slices.Sorted(maps.Keys(s.Lacks)) {
		lines = append(lines, say(i18n.M("replay.lacks", "%d not replayable: %v", s.Lacks[lack], lacks[lack])))
	}
	return lines
}
