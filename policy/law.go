package policy

import (
	"slices"
	"time"

	"menshen/internal/i18n"
)

// Rule is one thing that the law asks of a door: its source, its plain words, and how to check that
// it is kept. The rules are in law_people.go, law_data.go and law_site.go.
type Rule struct {
	ID       RuleID
	Source   string // "SDR 23, SPC 10": see Sources
	Protects bool   // broken, it switches faces off; cards go on working
	Door     bool   // it asks something of a door, and nothing of the manager's seat

	says    i18n.Message
	counted func(*UnitFacts) []time.Time // when the facts it looks at were counted
	demands []demand
}

// Message is the rule in plain words.
func (r Rule) Message() i18n.Message { return r.says }

// demand is one condition of a rule, with what is wrong when it is not met, and the remedy.
type demand struct {
	met    func(*UnitFacts) bool
	soon   bool // not broken yet, or contained for the person concerned: to be done, faces stay on
	wrong  i18n.Message
	remedy i18n.Message
}

// Source is a law, and the short name that rules have for it.
type Source struct {
	Short string
	Name  i18n.Message
}

// Sources are those that Rule.Source names.
var Sources = []Source{
	{"PIPL", i18n.M("policy.source-pipl", "Personal Information Protection Law")},
	{"FRT", i18n.M("policy.source-frt", "Measures for the Security Management of the Application of Facial "+
		"Recognition Technology, in force 2025-06-01")},
	{"SPC", i18n.M("policy.source-spc", "Supreme People's Court, judicial interpretation Fa Shi [2021] 15")},
	{"SDR", i18n.M("policy.source-sdr", "Shanghai Data Regulations")},
	{"NDS", i18n.M("policy.source-nds", "Network data security regulations, draft of 2021, whose stricter "+
		"figures are kept")},
	{"GB/T 35273-2020", i18n.M("policy.source-gbt-35273",
		"Information security technology: Personal information security specification")},
	{"case 1", i18n.M("policy.source-case-1", "A long-term rental apartment in Shanghai where the face was the "+
		"only way in (2024)")},
	{"case 2", i18n.M("policy.source-case-2", "Car showrooms in Shanghai that counted and analysed visitors' "+
		"faces (2021)")},
	{"building codes", i18n.M("policy.source-building-codes", "What building and fire codes ask of exits everywhere")},
}

// Law gives all rules, in their order.
func Law() []Rule {
	return slices.Concat(lawOfPeople, lawOfData, lawOfSite)
}

// RuleState is how a rule stands.
type RuleState string

// The states.
const (
	Kept   RuleState = "kept"
	Due    RuleState = "due"    // kept, but something is to be done
	Broken RuleState = "broken" // also: not known
)

// Finding is how one rule stands in a unit.
type Finding struct {
	Rule     Rule
	State    RuleState
	Problems []Problem // empty when kept
}

// Problem is one thing that is wrong, and its remedy. It names no person.
type Problem struct {
	Soon          bool // Due by itself, not Broken
	wrong, remedy i18n.Message
}

// Message is what is wrong.
func (p Problem) Message() i18n.Message { return p.wrong }

// Remedy is what to do.
func (p Problem) Remedy() i18n.Message { return p.remedy }

// Review checks the facts against all rules, in their order; at the manager's seat those of a door
// are left out.
func Review(f UnitFacts) (all []Finding) {
	for _, r := range Law() {
		if !f.Seat || !r.Door {
			all = append(all, r.check(&f))
		}
	}
	return all
}

// FacesOff is the id of the first broken rule that protects people; empty: no rule switches faces
// off. Site.FacesOff takes its words.
func FacesOff(all []Finding) RuleID {
	for _, f := range all {
		if f.State == Broken && f.Rule.Protects {
			return f.Rule.ID
		}
	}
	return ""
}

var notCounted = Problem{
	wrong:  i18n.M("policy.not-checked", "This could not be checked."),
	remedy: i18n.M("policy.not-checked-remedy", "Look at the unit's faults, then run the check again."),
}

func (r *Rule) check(f *UnitFacts) Finding {
	found := Finding{Rule: *r, State: Kept}
	for _, at := range r.counted(f) {
		if at.IsZero() || f.At.Sub(at) > Fresh {
			found.State, found.Problems = Broken, []Problem{notCounted}
			return found
		}
	}
	for _, d := range r.demands {
		if d.met(f) {
			continue
		}
		found.Problems = append(found.Problems, Problem{Soon: d.soon, wrong: d.wrong, remedy: d.remedy})
		if !d.soon {
			found.State = Broken
		} else if found.State == Kept {
			found.State = Due
		}
	}
	return found
}

// The groups that a rule looks at.

func ofDoors(f *UnitFacts) []time.Time {
	if len(f.Doors) == 0 && !f.Seat {
		return []time.Time{{}}
	}
	return nil
}
func ofPeople(f *UnitFacts) []time.Time  { return []time.Time{f.People.At} }
func ofPapers(f *UnitFacts) []time.Time  { return []time.Time{f.Papers.At} }
func ofStore(f *UnitFacts) []time.Time   { return []time.Time{f.Store.At} }
func ofStaff(f *UnitFacts) []time.Time   { return []time.Time{f.Staff.At} }
func ofMachine(f *UnitFacts) []time.Time { return []time.Time{f.Machine.At} }
func ofDuties(f *UnitFacts) []time.Time  { return []time.Time{f.Duties.At} }
func ofWaits(f *UnitFacts) []time.Time   { return []time.Time{f.Waits.At} }

// both looks at several groups.
func both(groups ...func(*UnitFacts) []time.Time) func(*UnitFacts) []time.Time {
	return func(f *UnitFacts) (at []time.Time) {
		for _, g := range groups {
			at = append(at, g(f)...)
		}
		return at
	}
}

// everyDoor asks something of each door; everyFaceDoor of each door where faces are meant to work.
func everyDoor(ok func(DoorFacts) bool) func(*UnitFacts) bool {
	return func(f *UnitFacts) bool {
		for _, d := range f.Doors {
			if !ok(d) {
				return false
			}
		}
		return true
	}
}

func everyFaceDoor(ok func(DoorFacts) bool) func(*UnitFacts) bool {
	return everyDoor(func(d DoorFacts) bool { return !d.Faces || ok(d) })
}

// within reports whether at lies no longer than d before now. Never is not within.
func within(now, at time.Time, d time.Duration) bool { return !at.IsZero() && now.Sub(at) <= d }
