// Package dossier writes the compliance dossier of a unit: what the law asks, how the unit stands
// to each rule, and the evidence, as one signed HTML file for a reader who was not there (a
// prosecutor, an inspector, the handler's own counsel).
//
// It answers in the order in which they ask: whose faces are stored, whose were and when they were
// gone, and what proves it; then rule by rule; then who looked, how sure the door is, and how to
// check all of this without trusting the unit. It names no person and holds no number of a card:
// people are counts, and erasures are their signed receipts.
//
// The package is pure: [Data] in, bytes out. The same data stands in the file as JSON, and the
// unit's signature is over both (seal.go), so that neither words nor figures can be changed unseen.
// It is in Chinese and English, switched without a script, and loads nothing.
package dossier

import (
	"time"

	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Data is what a dossier says. Times are shown in Made's zone.
type Data struct {
	Made     time.Time       `json:"made"`
	Unit     string          `json:"unit"` // the vault's random name, hex
	Key      string          `json:"key"`  // public key, hex
	Software string          `json:"software"`
	Program  Program         `json:"program"`
	Running  bool            `json:"running"` // if not, what only a running unit can tell is not known
	Door     string          `json:"door"`
	Place    catalogue.Words `json:"place"`
	Handler  string          `json:"handler"`
	Contact  string          `json:"contact"`

	Rules      []Rule           `json:"rules"`
	Facts      policy.UnitFacts `json:"facts"`
	Faces      Faces            `json:"faces"`
	Receipts   []store.Receipt  `json:"receipts"` // of all erasures, oldest first
	BadReceipt int              `json:"bad_receipts"`
	Months     []Month          `json:"months"` // oldest first, without a gap
	Notices    []Notice         `json:"notices"`
	Acts       []Act            `json:"acts"` // on personal data, by kind, of the log as kept
	Retention  Retention        `json:"retention"`
	Audit      Audit            `json:"audit"`
	Matching   *Matching        `json:"matching"` // nil: this door compares no faces
	Power      Power            `json:"power"`
	Waits      policy.WaitLog   `json:"waits"` // none in dossiers of earlier versions
	Papers     []Paper          `json:"papers"`
	Commitment string           `json:"commitment"` // version of the one in force
	Confined   string           `json:"confined"`   // what holds the eye, in its own words
}

// Faces is where people stand with face entry.
type Faces struct {
	People    int            `json:"people"`
	States    map[string]int `json:"states"`    // people by policy.FaceState, or "never"
	Templates int            `json:"templates"` // rows stored; -1: behind the passphrase
}

// Month is what happened to faces in one month, by the log.
type Month struct {
	Month  string `json:"month"` // "2026-11"
	Taken  int    `json:"taken"`
	Gone   int    `json:"gone"`   // faces destroyed while the person stayed
	People int    `json:"people"` // people destroyed with all that was stored about them
}

// Notice is a notice, and how many people with a face agreed to it.
type Notice struct {
	Lang    string `json:"lang"`
	SHA256  string `json:"sha256"`
	InForce bool   `json:"in_force"`
	People  int    `json:"people"`
}

// Act is a kind of act.
type Act struct {
	Kind  audit.Kind `json:"kind"`
	Count int        `json:"count"`
	Last  time.Time  `json:"last"`
}

// Retention is what the log keeps, and for how long it may.
type Retention struct {
	EventDays int       `json:"event_days"`
	ActDays   int       `json:"act_days"`
	LastRun   time.Time `json:"last_run"`
	Removed   uint64    `json:"removed"`
	Overdue   uint64    `json:"overdue"`
	Oldest    time.Time `json:"oldest"`
	Ages      []int     `json:"ages"` // decisions by age in AgeSteps; the last: all older
}

// AgeStep is the step of Retention.Ages, and Ages how many there are: up to and beyond the default
// of 90 days.
const (
	AgeStep = 10 * 24 * time.Hour
	Ages    = 13
)

// Audit is what verifying the log found.
type Audit struct {
	OK      bool      `json:"ok"`
	Lines   uint64    `json:"lines"`
	Problem string    `json:"problem"`
	Signed  time.Time `json:"signed"`
}

// Matching is how faces are compared, by the calibration in force.
type Matching struct {
	Model     string  `json:"model"`
	Source    string  `json:"source"` // pictures that the rates were measured on, and when
	Threshold float64 `json:"threshold"`
	Asked     float64 `json:"asked"`  // at most one stranger in so many attempts
	OneIn     float64 `json:"one_in"` // what the threshold gives, by the calibration
	Basis     string  `json:"basis"`
	TAR       float64 `json:"tar"` // share of true comparisons that reach it; 0: not known
	LiveMin   float64 `json:"live_min"`
	Frames    int     `json:"frames"`
	Challenge string  `json:"challenge"`
	WithCard  bool    `json:"with_card"`
}

// Paper is a paper on file, by its hash.
type Paper struct {
	Number uint64    `json:"number"`
	Kind   string    `json:"kind"`
	At     time.Time `json:"at"`
	SHA256 string    `json:"sha256"`
}

// Rule is one rule and how it stands.
type Rule struct {
	ID       policy.RuleID    `json:"id"`
	Source   string           `json:"source"`
	Protects bool             `json:"protects"` // broken, it switches faces off
	Text     catalogue.Words  `json:"text"`
	State    policy.RuleState `json:"state"`
	Problems []Problem        `json:"problems"`
}

// Problem is what is wrong, and what to do.
type Problem struct {
	Soon   bool            `json:"soon"`
	Wrong  catalogue.Words `json:"wrong"`
	Remedy catalogue.Words `json:"remedy"`
}

// Rules takes the findings of a review.
func Rules(found []policy.Finding) []Rule {
	var all []Rule
	for _, f := range found {
		r := Rule{ID: f.Rule.ID, Source: f.Rule.Source, Protects: f.Rule.Protects, State: f.State,
			Text: catalogue.Both(f.Rule.Message())}
		for _, p := range f.Problems {
			r.Problems = append(r.Problems, Problem{p.Soon, catalogue.Both(p.Message()), catalogue.Both(p.Remedy())})
		}
		all = append(all, r)
	}
	return all
}

// Count is how many rules stand so.
func (d *Data) Count(s policy.RuleState) (n int) {
	for _, r := range d.Rules {
		if r.State == s {
			n++
		}
	}
	return n
}

// Off is the rule that switches faces off; nil: none does.
func (d *Data) Off() *Rule {
	for i, r := range d.Rules {
		if r.State == policy.Broken && r.Protects {
			return &d.Rules[i]
		}
	}
	return nil
}

// Remains is how many blocks of erased ciphertext were found again, over all receipts, and
// Unscanned how many erasures have no scan behind them.
func (d *Data) Remains() (n int) {
	for _, r := range d.Receipts {
		n += r.Found
	}
	return n
}

// Unscanned is how many erasures were cut off by a power cut before the scan that proves them.
func (d *Data) Unscanned() (n int) {
	for _, r := range d.Receipts {
		if r.Sought == 0 {
			n++
		}
	}
	return n
}
