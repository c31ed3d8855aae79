// Package replay makes the decisions of an audit log again: [policy.Decide] answers each attempt
// again, from the facts in its record, and the answer must be the recorded one. With other settings
// ([Other]) it shows which decisions would have been different.
package replay

import (
	"errors"
	"slices"
	"strings"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/facts"
)

// Verdict is what came of one decision.
type Verdict string

// The verdicts.
const (
	Agrees        Verdict = "agrees"
	Differs       Verdict = "differs"
	NotReplayable Verdict = "not replayable"
)

// Lack is why a decision cannot be made again.
type Lack string

// What can be lacking.
const (
	NoFacts    Lack = "no facts"    // recorded before facts were kept
	Erased     Lack = "erased"      // the person was erased since
	Sealed     Lack = "sealed"      // about a person, and there is no vault with their key
	NoSettings Lack = "no settings" // the entry with the settings in force is not in the export
	Later      Lack = "later"       // the facts are of a later version of the program
	Damaged    Lack = "damaged"     // the facts cannot be read
	NotKept    Lack = "not kept"    // the other settings ask for what was not recorded
)

// Outcome is a decision without its time and its person.
type Outcome struct {
	Grant   bool          `json:"grant"`
	Reason  policy.Reason `json:"reason"`
	Release time.Duration `json:"release,omitempty"` // nanoseconds
	Duress  bool          `json:"duress,omitempty"`
	Outputs string        `json:"outputs,omitempty"` // "garage: granted 5s: card; lift: denied: hours"
}

// Result is one decision, and what came of it.
type Result struct {
	Seq      uint64         `json:"n"`
	At       time.Time      `json:"at"`
	Means    policy.Means   `json:"means"`
	Verdict  Verdict        `json:"verdict"`
	Lack     Lack           `json:"lack,omitempty"`
	Recorded Outcome        `json:"recorded"`
	Now      *Outcome       `json:"now,omitempty"`   // nil: not replayable
	Check    string         `json:"check,omitempty"` // where it differs: the first other answer
	Trace    []policy.Check `json:"-"`               // of the decision made again
}

// Other are settings other than those that were in force.
type Other struct {
	Settings  facts.Settings
	FacesOff  string  // why faces are off, as in policy.Site; empty: as it was
	LiveMin   float64 // what liveness must reach; 0: as it was
	FramesMin int     // how many frames must agree; 0: as it was
}

// Replay makes decisions again, in the order of the log.
type Replay struct {
	Sums Sums

	vault   bool // there is one with the people's keys
	with    *Other
	known   map[facts.ID]facts.Settings
	first   policy.First                  // of two persons, under the other settings
	entered map[policy.PersonID]time.Time // who was let in when, under the other settings
}

// New begins. vault says whether the entries come with the parts about people. with may be nil: the
// settings are those that were in force.
func New(vault bool, with *Other) *Replay {
	return &Replay{Sums: Sums{Reasons: map[policy.Reason]*Sum{}, Lacks: map[Lack]int{}}, vault: vault, with: with,
		known: map[facts.ID]facts.Settings{}, entered: map[policy.PersonID]time.Time{}}
}

// Take takes the next entry of the log. It reports false for one that is not a decision.
func (r *Replay) Take(e store.Entry) (Result, bool) {
	if text := e.Detail[store.InForce]; text != "" {
		if set, err := facts.ParseSettings(text); err == nil {
			r.known[facts.IDOf(text)] = set
		}
	}
	if e.Kind != audit.Decision {
		return Result{}, false
	}
	res := r.decide(e)
	r.Sums.add(res)
	return res, true
}

func (r *Replay) decide(e store.Entry) Result {
	res := Result{Seq: e.Seq, At: e.At, Means: e.Means, Verdict: NotReplayable, Recorded: recorded(e)}
	f, set, lack := r.factsOf(e)
	if lack != "" {
		res.Lack = lack
		return res
	}
	res.At = f.At()
	a := f.Attempt(e.Door, e.Means, set)
	if r.with != nil && !r.adapt(&a, e, set) {
		res.Lack = NotKept
		return res
	}
	d := policy.Decide(a)
	if r.with != nil && f.Unnamed() && beyond(d, e.Trace) {
		res.Lack = NotKept
		return res
	}
	r.note(e, d)
	res.Now = &Outcome{d.Grant, d.Reason, d.Release, d.Duress, outputsText(d.Outputs)}
	res.Trace, res.Check = d.Trace, otherCheck(e.Trace, d.Trace)
	if res.Verdict = Agrees; *res.Now != res.Recorded || r.with == nil && res.Check != "" {
		res.Verdict = Differs
	}
	return res
}

// factsOf gives what a decision was made of, or what is lacking.
func (r *Replay) factsOf(e store.Entry) (facts.Facts, facts.Settings, Lack) {
	switch {
	case e.Erased && r.vault:
		return facts.Facts{}, facts.Settings{}, Erased
	case e.Erased:
		return facts.Facts{}, facts.Settings{}, Sealed
	case len(e.Facts) == 0:
		return facts.Facts{}, facts.Settings{}, NoFacts
	}
	f, err := facts.Decode(e.Facts)
	switch set, ok := r.known[f.Settings]; {
	case errors.Is(err, facts.ErrVersion):
		return f, set, Later
	case err != nil:
		return f, set, Damaged
	case !ok:
		return f, set, NoSettings
	default:
		return f, set, ""
	}
}

// recorded is the outcome that an entry tells.
func recorded(e store.Entry) Outcome {
	o := Outcome{Grant: e.Grant, Reason: e.Reason, Duress: e.Detail["duress"] != "", Outputs: outputsText(e.Outputs)}
	if d, err := time.ParseDuration(e.Detail["release"]); err == nil {
		o.Release = d
	}
	return o
}

// outputsText puts the answers for outputs into one text, sorted by name.
func outputsText(all []policy.OutputAnswer) string {
	var out []string
	for _, o := range all {
		out = append(out, o.Output+": "+o.Text())
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// otherCheck is the first check of now that was answered otherwise then, or that was not asked then
// and fails. A later program may ask more questions; those that pass make no difference.
func otherCheck(then, now []policy.Check) string {
	answers := map[string]bool{}
	for _, c := range then {
		answers[c.Rule] = c.Pass
	}
	for _, c := range now {
		if was, asked := answers[c.Rule]; asked && was != c.Pass || !asked && !c.Pass {
			return c.Rule
		}
	}
	return ""
}

// beyond reports whether a decision asked something of a person who was not recognised by right
// that the recorded one did not ask.
func beyond(d policy.Decision, then []policy.Check) bool {
	asked := map[string]bool{}
	for _, c := range then {
		asked[c.Rule] = true
	}
	for _, c := range d.Trace {
		if (c.Rule == string(policy.RuleConsent) || c.Rule == string(policy.RuleMinor)) && !asked[c.Rule] {
			return true
		}
	}
	return !d.Person.IsZero()
}

// adapt puts the other settings in the place of those in force. Who came first and who came in last
// follow from the decisions made again. It reports false where that would take what was not kept:
// whose guest a visitor was.
func (r *Replay) adapt(a *policy.Attempt, e store.Entry, was facts.Settings) bool {
	w := r.with
	first, calendar := a.Site.First, a.Site.Calendar
	w.Settings.Apply(&a.Site)
	a.Site.Calendar.Zone = calendar.Zone
	if zone, err := time.LoadLocation(w.Settings.Zone); err == nil && w.Settings.Zone != "" {
		a.Site.Calendar.Zone = zone
	}
	if w.FacesOff != "" {
		a.Site.FacesOff = w.FacesOff
	}
	if a.Face != nil && w.LiveMin > 0 {
		a.Face.LiveMin = facts.Rounded(w.LiveMin)
	}
	if a.Face != nil && w.FramesMin > 0 {
		a.Face.FramesMin = w.FramesMin
	}
	if a.Person == nil {
		return true
	}
	if w.Settings.TwoPersons > 0 && was.TwoPersons == 0 {
		if a.Means == policy.ByPass {
			return false
		}
		first = r.first
		if first.Person == e.Person {
			first.Person = a.Person.ID
		}
	}
	a.Site.First = first
	if in := r.entered[e.Person]; !e.Person.IsZero() && in.After(a.LastEntry) {
		a.LastEntry = in
	}
	return true
}

// note takes a decision under the other settings into account.
func (r *Replay) note(e store.Entry, d policy.Decision) {
	switch {
	case r.with == nil || e.Person.IsZero():
	case d.Reason == policy.ReasonSecond:
		r.first = policy.First{Person: e.Person, At: d.At}
	case d.Grant:
		r.first = policy.First{}
		if r.with.Settings.Passback > 0 {
			r.entered[e.Person] = d.At
		}
	}
}

// Sum counts verdicts.
type Sum struct {
	Agree         int `json:"agree"`
	Differ        int `json:"differ"`
	NotReplayable int `json:"not_replayable"`
}

func (s *Sum) add(v Verdict) {
	switch v {
	case Agrees:
		s.Agree++
	case Differs:
		s.Differ++
	default:
		s.NotReplayable++
	}
}

// Sums are all verdicts: altogether, by recorded reason, and by what was lacking.
type Sums struct {
	All     Sum                    `json:"all"`
	Reasons map[policy.Reason]*Sum `json:"reasons"`
	Lacks   map[Lack]int           `json:"lacks,omitempty"`
}

func (s *Sums) add(r Result) {
	of := s.Reasons[r.Recorded.Reason]
	if of == nil {
		of = new(Sum)
		s.Reasons[r.Recorded.Reason] = of
	}
	s.All.add(r.Verdict)
	of.add(r.Verdict)
	if r.Lack != "" {
		s.Lacks[r.Lack]++
	}
}
