// Package commission has the report of an installer's self-test (package check): what
// was tried at a door, and with what result. The vault keeps it as a paper. The unit
// signs each copy that leaves it.
package commission

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"menshen/internal/exact"
	"menshen/internal/i18n/catalogue"
)

// PaperKind is the kind under which the vault keeps finished reports (store.Vault.PutPaper).
// Purpose is what the unit's signature under a report is for.
const (
	PaperKind = "commissioning"
	Purpose   = "commissioning report"
)

// Format is the first field of every report.
const Format = "menshen commissioning report 1"

// Verdict is the result of a step, or of the whole report. The values are kept
// in reports: never change one.
type Verdict string

// The verdicts. A whole report is Passed, PassedOpen, Failed or Open.
const (
	Passed Verdict = "passed"
	// no step failed; what was skipped is not one on which people's safety depends
	PassedOpen Verdict = "passed with open points"
	Failed     Verdict = "failed"
	Skipped    Verdict = "skipped" // by the installer
	Absent     Verdict = "absent"  // this door does not have it
	Open       Verdict = "open"    // not tried yet
)

// Value is one measured figure, or one fact, which has no Unit.
type Value struct {
	Key    string          `json:"key"`
	Name   catalogue.Words `json:"name"`
	Text   catalogue.Words `json:"text"`
	Number float64         `json:"number,omitempty"`
	Unit   string          `json:"unit,omitempty"`
}

// Result is what came of one step.
type Result struct {
	ID      string          `json:"id"`
	Title   catalogue.Words `json:"title"`
	Expect  catalogue.Words `json:"expect"`
	Safety  bool            `json:"safety,omitempty"` // people's safety depends on it (R-SAFE)
	Verdict Verdict         `json:"verdict"`
	Why     catalogue.Words `json:"why"`              // why it failed, was skipped or is absent
	Remedy  catalogue.Words `json:"remedy"`           // of a failure
	Remark  catalogue.Words `json:"remark"`           // of a step that passed: what could be better
	Values  []Value         `json:"values,omitempty"` // what was measured at the last try
	Tries   int             `json:"tries,omitempty"`  // how often it was tried
	At      time.Time       `json:"at,omitzero"`      // when it was last tried
}

// Report is one check of one door. It holds no secret and no number of a card, and
// of names only the operator's.
type Report struct {
	Format   string    `json:"format"`
	Unit     string    `json:"unit"` // its name in the configuration
	Location string    `json:"location,omitempty"`
	UnitID   string    `json:"unit_id"`  // the vault's
	Board    string    `json:"board"`    // as the device tree or the firmware names it
	Software string    `json:"software"` // menshen's version and the kernel's
	Config   string    `json:"config"`   // SHA-256 of the configuration file
	Lock     string    `json:"lock"`     // what its wiring declares: "fail-safe" or "fail-secure"
	Operator string    `json:"operator"`
	Role     string    `json:"role"`
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended,omitzero"` // the zero value: the session is not over
	Steps    []Result  `json:"steps"`
}

// Verdict gives the result of the whole report.
func (r *Report) Verdict() Verdict {
	is := func(v ...Verdict) bool {
		return slices.ContainsFunc(r.Steps, func(s Result) bool { return slices.Contains(v, s.Verdict) })
	}
	openSafety := slices.ContainsFunc(r.Steps, func(s Result) bool {
		return s.Safety && s.Verdict != Passed && s.Verdict != Absent
	})
	switch {
	case is(Failed):
		return Failed
	case r.Ended.IsZero(), is(Open), openSafety, !is(Passed):
		return Open
	case is(Skipped):
		return PassedOpen
	}
	return Passed
}

// Tested gives the time at which the door was found in order (R-SAFE);
// the zero value when it was not.
func (r *Report) Tested() time.Time {
	if v := r.Verdict(); v != Passed && v != PassedOpen {
		return time.Time{}
	}
	return r.Ended
}

// Step gives the result of a step by its id; nil when there is none.
func (r *Report) Step(id string) *Result {
	i := slices.IndexFunc(r.Steps, func(s Result) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Steps[i]
}

// ExitByHand reports whether the installer saw the door open from inside by hand, without power.
func (r *Report) ExitByHand() bool {
	s := r.Step("exit")
	return s != nil && s.Verdict == Passed &&
		slices.ContainsFunc(s.Values, func(v Value) bool { return v.Key == "by_hand" && v.Number == 1 })
}

// Encode gives the bytes under which the vault keeps a report.
func (r *Report) Encode() ([]byte, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encoding the report: %w", err)
	}
	return raw, nil
}

// Decode reads what [Report.Encode] gave.
func Decode(raw []byte) (*Report, error) {
	r := new(Report)
	if err := exact.Unmarshal(raw, r); err != nil {
		return nil, fmt.Errorf("reading the report: %w", err)
	}
	if r.Format != Format {
		return nil, fmt.Errorf("reading the report: it is not a %q", Format)
	}
	return r, nil
}

// LockKind gives the kind of a lock in the words of a report.
func LockKind(failSafe bool) string {
	if failSafe {
		return "fail-safe"
	}
	return "fail-secure"
}
