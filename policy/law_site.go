package policy

import (
	"menshen/internal/i18n"
	"time"
)

// Figures of the rules for the site.
const (
	FilingAt       = 100_000 // people with faces on a site, from which filing is due (FRT 15)
	FilingSoon     = 80_000  // and from which it is prepared
	FilingDays     = 30      // working days to file within
	IdleLogoutMax  = 5 * time.Minute
	IncidentWithin = 8 * time.Hour       // to report where more than FilingAt people are concerned (NDS); fewer: at once
	renewEarly     = 30 * 24 * time.Hour // an assessment is renewed this long before it ends
)

// ofAssessment asks something of the assessment that is on file. Where there is none, that alone is what is wrong.
func ofAssessment(ok func(a Assessment, now time.Time) bool) func(*UnitFacts) bool {
	return func(f *UnitFacts) bool { return f.Papers.Assessment.At.IsZero() || ok(f.Papers.Assessment, f.At) }
}

// lawOfSite is what the site and its staff must do.
var lawOfSite = []Rule{
	{
		ID: RuleOperator, Source: "PIPL 51, FRT 14, case 1", Protects: true,
		says:    i18n.M("policy.each-member-staff-has", "Each member of staff has an account of their own with two factors, has promised confidentiality, and is logged out when idle. No password is stored."),
		counted: ofStaff,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Staff.Operators > 0 },
			wrong:  i18n.M("policy.there-no-operator", "There is no operator."),
			remedy: i18n.M("policy.make-first-operator", "Make the first operator."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Staff.OneFactor == 0 || f.Bench },
			wrong:  i18n.M("policy.operators-account-opens-with", "An operator's account opens with one factor."),
			remedy: i18n.M("policy.give-operator-card-as", "Give that operator a card as second factor, or block the account."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Staff.OneFactor == 0 || !f.Bench },
			wrong:  i18n.M("policy.bench-unit-with-operators", "This is a bench unit with an operator's account that opens with one factor."),
			remedy: i18n.M("policy.before-real-use-give", "Before real use, give each operator a card as second factor, and end the bench mode."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Staff.NoCommitment == 0 },
			wrong:  i18n.M("policy.operator-has-not-accepted", "An operator has not accepted the confidentiality commitment in force."),
			remedy: i18n.M("policy.let-them-accept-when", "Let them accept it when they log in, or block the account."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Staff.Secrets == 0 },
			wrong:  i18n.M("policy.password-stored-or-came", "A password is stored, or came with the unit."),
			remedy: i18n.M("policy.change-delete-where-stored", "Change it, and delete where it is stored."),
		}, {
			met: func(f *UnitFacts) bool {
				return f.Staff.LockOut && f.Staff.IdleLogout > 0 && f.Staff.IdleLogout <= IdleLogoutMax
			},
			wrong:  i18n.M("policy.accounts-not-locked-after", "Accounts are not locked after wrong tries, or stay logged in for more than 5 idle minutes."),
			remedy: i18n.M("policy.set-idle-log-out", "Set the idle log-out to 5 minutes or less, and the lock-out on."),
		}},
	},
	{
		ID: RulePIA, Source: "PIPL 55 and 56, FRT 9", Protects: true,
		says:    i18n.M("policy.faces-used-only-with", "Faces are used only with an impact assessment on file: necessity, impact, risks, measures. It is redone on change, and kept for 3 years."),
		counted: ofPapers,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				a := f.Papers.Assessment
				return !a.At.IsZero() && a.Necessity && a.Impact && a.Risks && a.Measures
			},
			wrong:  i18n.M("policy.there-no-complete-impact", "There is no complete impact assessment on file."),
			remedy: i18n.M("policy.write-all-four-parts", "Write all four parts of it, and put it on file with its author and date."),
		}, {
			met:    ofAssessment(func(a Assessment, now time.Time) bool { return now.Before(a.ValidUntil) }),
			wrong:  i18n.M("policy.impact-assessment-has-run", "The impact assessment has run out."),
			remedy: i18n.M("policy.redo", "Redo it."),
		}, {
			met:    ofAssessment(func(a Assessment, _ time.Time) bool { return !a.Changed.After(a.At) }),
			wrong:  i18n.M("policy.something-changed-or-happened", "Something changed, or happened, since the impact assessment."),
			remedy: i18n.M("policy.redo-with-change-view", "Redo it with the change in view."),
		}, {
			soon:   true,
			met:    ofAssessment(func(a Assessment, now time.Time) bool { return now.Add(renewEarly).Before(a.ValidUntil) }),
			wrong:  i18n.M("policy.impact-assessment-runs-out", "The impact assessment runs out within 30 days."),
			remedy: i18n.M("policy.redo-time", "Redo it in time."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Papers.Assessment.LostEarly == 0 },
			wrong:  i18n.M("policy.earlier-assessment-was-not", "An earlier assessment was not kept for three years."),
			remedy: i18n.M("policy.put-copy-back-on", "Put a copy of it back on file."),
		}},
	},
	{
		// The report is what helps people then, not a closed camera.
		ID: RuleIncident, Source: "PIPL 57, NDS",
		says:    i18n.M("policy.on-suspected-leak-those", "On a suspected leak, those affected and the authority are told at once, within 8 hours where more than 100,000 people are concerned."),
		counted: ofDuties,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				for _, i := range f.Duties.Incidents {
					if i.ToldPeople.IsZero() || i.ToldAuthority.IsZero() {
						return false
					}
				}
				return true
			},
			wrong:  i18n.M("policy.there-incident-was-not", "There is an incident that was not reported yet."),
			remedy: i18n.M("policy.send-both-letters-incident", "Send both letters of the incident now, and record when."),
		}},
	},
	{
		ID: RuleFiling, Source: "FRT 15", Protects: true,
		says:    i18n.M("policy.from-100-000-peoples", "From 100,000 people's faces on a site, it is filed with the cyberspace authority of the province within 30 working days."),
		counted: ofDuties,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				d := f.Duties
				return d.SiteFaces < FilingAt || d.Filed || !d.ReachedAt.IsZero() && f.At.Before(f.Calendar.AddWorkingDays(d.ReachedAt, FilingDays))
			},
			wrong:  i18n.M("policy.site-has-100-000", "The site has 100,000 people's faces or more and was not filed in time."),
			remedy: i18n.M("policy.file-with-cyberspace-authority", "File with the cyberspace authority, and record that."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Duties.SiteFaces < FilingSoon || f.Duties.Filed },
			wrong:  i18n.M("policy.site-has-80-000", "The site has 80,000 people's faces or more."),
			remedy: i18n.M("policy.prepare-filing-erase-faces", "Prepare the filing; erase faces that are not needed any more."),
		}},
	},
	{
		ID: RuleNoPrivate, Source: "FRT 13", Protects: true,
		says:    i18n.M("policy.no-camera-private-place", "No camera in a private place: no guest room, bathroom, changing room or toilet."),
		counted: ofDoors,
		demands: []demand{{
			met:    everyFaceDoor(func(d DoorFacts) bool { return d.Place.Public() }),
			wrong:  i18n.M("policy.door-uses-faces-leads", "A door that uses faces leads to a private place, or to one that was not declared."),
			remedy: i18n.M("policy.use-cards-only-there", "Use cards only there, or declare the place."),
		}},
	},
	{
		// Faces off would make no exit safer. The unit raises this as a fault.
		ID: RuleSafe, Source: "building codes",
		says:    i18n.M("policy.nobody-ever-locked-exit", "Everyone can always leave: exit always works, fire always releases, and without the program the lock goes to its declared safe state."),
		counted: ofDoors,
		demands: []demand{{
			met:    everyDoor(func(d DoorFacts) bool { return d.REX || d.ExitByHand }),
			wrong:  i18n.M("policy.door-request-exit-does", "At a door, the request to exit does not work."),
			remedy: i18n.M("policy.repair-now-until-then", "Repair it now. Until then the door stays unlocked or guarded."),
		}, {
			met:    everyDoor(func(d DoorFacts) bool { return d.FireInput || d.ExitByHand }),
			wrong:  i18n.M("policy.door-fire-input-does", "At a door, the fire input does not work."),
			remedy: i18n.M("policy.connect-fire-line-or", "Connect the fire line, or fit a handle that opens from inside without current."),
		}, {
			met:    everyDoor(func(d DoorFacts) bool { return d.SafeState }),
			wrong:  i18n.M("policy.where-lock-goes-without", "Where a lock goes without the program is not declared."),
			remedy: i18n.M("policy.declare-fail-safe-or", "Declare it fail-safe or fail-secure in the configuration."),
		}, {
			soon:   true,
			met:    everyDoor(func(d DoorFacts) bool { return !d.Tested.IsZero() }),
			wrong:  i18n.M("policy.door-was-never-tested", "A door was never tested by the installer's self-test."),
			remedy: i18n.M("policy.run-self-test-door", "Run the self-test at the door."),
		}},
	},
}
