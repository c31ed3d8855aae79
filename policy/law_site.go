package policy

import (
	"time"

	"menshen/internal/i18n"
)

// Figures of the rules for the site.
const (
	FilingAt      = 100_000 // people with faces on a site, from which filing is due (FRT 15)
	FilingSoon    = 80_000  // and from which it is prepared
	FilingDays    = 30      // working days to file within
	IdleLogoutMax = 5 * time.Minute
	// to report where more than FilingAt people are concerned (NDS); fewer: at once
	IncidentWithin = 8 * time.Hour
	renewEarly     = 30 * 24 * time.Hour // an assessment is renewed this long before it ends
)

// ofAssessment checks the assessment on file. It passes where there is none,
// which is a problem of its own.
func ofAssessment(ok func(a Assessment, now time.Time) bool) func(*UnitFacts) bool {
	return func(f *UnitFacts) bool { return f.Papers.Assessment.At.IsZero() || ok(f.Papers.Assessment, f.At) }
}

// lawOfSite is what the site and its staff must do.
var lawOfSite = []Rule{
	{
		ID: RuleOperator, Source: "PIPL 51, FRT 14, case 1", Protects: true,
		says: i18n.M("policy.rule-operator", "Each member of staff has an account of their own with two "+
			"factors, has promised confidentiality, and is logged out when idle. No password is stored."),
		counted: ofStaff,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Staff.Operators > 0 },
			wrong:  i18n.M("policy.operator-none", "There is no operator."),
			remedy: i18n.M("policy.operator-none-remedy", "Make the first operator."),
		}, {
			met:   func(f *UnitFacts) bool { return f.Staff.OneFactor == 0 || f.Bench },
			wrong: i18n.M("policy.operator-one-factor", "An operator's account opens with one factor."),
			remedy: i18n.M("policy.operator-one-factor-remedy",
				"Give that operator a card as second factor, or block the account."),
		}, {
			soon: true,
			met:  func(f *UnitFacts) bool { return f.Staff.OneFactor == 0 || !f.Bench },
			wrong: i18n.M("policy.operator-one-factor-bench",
				"This is a bench unit with an operator's account that opens with one factor."),
			remedy: i18n.M("policy.operator-one-factor-bench-remedy",
				"Before real use, give each operator a card as second factor, and end the bench mode."),
		}, {
			met: func(f *UnitFacts) bool { return f.Staff.NoCommitment == 0 },
			wrong: i18n.M("policy.operator-no-commitment",
				"An operator has not accepted the confidentiality commitment in force."),
			remedy: i18n.M("policy.operator-no-commitment-remedy",
				"Let them accept it when they log in, or block the account."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Staff.Secrets == 0 },
			wrong:  i18n.M("policy.operator-password", "A password is stored, or came with the unit."),
			remedy: i18n.M("policy.operator-password-remedy", "Change it, and delete where it is stored."),
		}, {
			met: func(f *UnitFacts) bool {
				return f.Staff.LockOut && f.Staff.IdleLogout > 0 && f.Staff.IdleLogout <= IdleLogoutMax
			},
			wrong: i18n.M("policy.operator-idle",
				"Accounts are not locked after wrong tries, or stay logged in for more than 5 idle minutes."),
			remedy: i18n.M("policy.operator-idle-remedy",
				"Set the idle log-out to 5 minutes or less, and the lock-out on."),
		}},
	},
	{
		ID: RulePIA, Source: "PIPL 55 and 56, FRT 9", Protects: true, Door: true,
		says: i18n.M("policy.rule-pia", "Faces are used only with an impact assessment on file: necessity, "+
			"impact, risks, measures. It is redone on change, and kept for 3 years."),
		counted: ofPapers,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				a := f.Papers.Assessment
				return !a.At.IsZero() && a.Necessity && a.Impact && a.Risks && a.Measures
			},
			wrong: i18n.M("policy.pia-missing", "There is no complete impact assessment on file."),
			remedy: i18n.M("policy.pia-missing-remedy",
				"Write all four parts of it, and put it on file with its author and date."),
		}, {
			met:    ofAssessment(func(a Assessment, now time.Time) bool { return now.Before(a.ValidUntil) }),
			wrong:  i18n.M("policy.pia-expired", "The impact assessment has expired."),
			remedy: i18n.M("policy.pia-expired-remedy", "Renew it."),
		}, {
			met:    ofAssessment(func(a Assessment, _ time.Time) bool { return !a.Changed.After(a.At) }),
			wrong:  i18n.M("policy.pia-outdated", "Something changed, or happened, since the impact assessment."),
			remedy: i18n.M("policy.pia-outdated-remedy", "Redo it with the change taken into account."),
		}, {
			soon: true,
			met: ofAssessment(func(a Assessment, now time.Time) bool {
				return now.Add(renewEarly).Before(a.ValidUntil)
			}),
			wrong:  i18n.M("policy.pia-expires-soon", "The impact assessment expires within 30 days."),
			remedy: i18n.M("policy.pia-expires-soon-remedy", "Renew it before then."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Papers.Assessment.LostEarly == 0 },
			wrong:  i18n.M("policy.pia-copy-lost", "An earlier assessment was not kept for three years."),
			remedy: i18n.M("policy.pia-copy-lost-remedy", "Put a copy of it back on file."),
		}},
	},
	{
		// Letters help people then; faces off would not.
		ID: RuleIncident, Source: "PIPL 57, NDS",
		says: i18n.M("policy.rule-incident", "On a suspected leak, those affected and the authority are told at "+
			"once, within 8 hours where more than 100,000 people are concerned."),
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
			wrong: i18n.M("policy.incident-not-reported", "An incident has not been reported yet."),
			remedy: i18n.M("policy.incident-not-reported-remedy",
				"Send both letters of the incident now, and record when."),
		}},
	},
	{
		ID: RuleFiling, Source: "FRT 15", Protects: true,
		says: i18n.M("policy.rule-filing", "A site with 100,000 people's faces or more is filed with the "+
			"cyberspace authority of the province within 30 working days."),
		counted: ofDuties,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				d := f.Duties
				return d.SiteFaces < FilingAt || d.Filed ||
					!d.ReachedAt.IsZero() && f.At.Before(f.Calendar.AddWorkingDays(d.ReachedAt, FilingDays))
			},
			wrong: i18n.M("policy.filing-late",
				"The site has 100,000 people's faces or more and did not file in time."),
			remedy: i18n.M("policy.filing-late-remedy", "File with the cyberspace authority, and record that."),
		}, {
			soon:  true,
			met:   func(f *UnitFacts) bool { return f.Duties.SiteFaces < FilingSoon || f.Duties.Filed },
			wrong: i18n.M("policy.filing-soon", "The site has 80,000 people's faces or more."),
			remedy: i18n.M("policy.filing-soon-remedy",
				"Prepare the filing; erase faces that are not needed any more."),
		}},
	},
	{
		ID: RuleNoPrivate, Source: "FRT 13", Protects: true, Door: true,
		says: i18n.M("policy.rule-noprivate",
			"No camera in a private place: no guest room, bathroom, changing room or toilet."),
		counted: ofDoors,
		demands: []demand{{
			met: everyFaceDoor(func(d DoorFacts) bool { return d.Place.Public() }),
			wrong: i18n.M("policy.noprivate-place",
				"A door that uses faces leads to a private place, or to one that was not declared."),
			remedy: i18n.M("policy.noprivate-place-remedy", "Use cards only there, or declare the place."),
		}},
	},
	{
		// Faces off would not make an exit safer. The unit shows this as a fault.
		ID: RuleSafe, Source: "building codes", Door: true,
		says: i18n.M("policy.rule-safe", "Everyone can always leave: exit always works, fire always releases, "+
			"and without the program the lock goes to its declared safe state."),
		counted: ofDoors,
		demands: []demand{{
			met:    everyDoor(func(d DoorFacts) bool { return d.REX || d.ExitByHand }),
			wrong:  i18n.M("policy.safe-rex", "The request to exit does not work at a door."),
			remedy: i18n.M("policy.safe-rex-remedy", "Repair it now. Until then the door stays unlocked or guarded."),
		}, {
			met:   everyDoor(func(d DoorFacts) bool { return d.FireInput || d.ExitByHand }),
			wrong: i18n.M("policy.safe-fire", "The fire input does not work at a door."),
			remedy: i18n.M("policy.safe-fire-remedy",
				"Connect the fire line, or fit a handle that opens from inside without power."),
		}, {
			met:   everyDoor(func(d DoorFacts) bool { return d.SafeState }),
			wrong: i18n.M("policy.safe-state-undeclared", "The state of a lock without the program is not declared."),
			remedy: i18n.M("policy.safe-state-undeclared-remedy",
				"Declare it fail-safe or fail-secure in the configuration."),
		}, {
			soon:   true,
			met:    everyDoor(func(d DoorFacts) bool { return !d.Tested.IsZero() }),
			wrong:  i18n.M("policy.safe-untested", "A door was never tested by the installer's self-test."),
			remedy: i18n.M("policy.safe-untested-remedy", "Run the self-test at the door."),
		}},
	},
}
