package policy

import (
	"slices"
	"time"

	"menshen/internal/i18n"
)

// signEvery is how often staff look whether the sign still stands.
const signEvery = 180 * 24 * time.Hour

// RightsDays is how many working days a person's request may wait (NDS); it is
// meant to be met within the visit.
const RightsDays = 15

// One question after a refusal may be a mistake of the staff, or a person who went to fetch their
// card: a manager has a week to look into it, and faces stay on. If it happens often, or is not
// looked into, people are being put under pressure, and faces go off.
const (
	inquireWithin = 7 * 24 * time.Hour
	askedOften    = 3
)

// A card that waits longer than a face in one week is looked into while faces go on: a reader fails
// and is mended. In so many weeks in a row, each by intervals of 99% that do not overlap and by
// more than a second, it is how the door serves people, and no chance.
const unequalWeeks = 4

// lawOfPeople is what people have a right to.
var lawOfPeople = []Rule{
	{
		ID: RuleAlt, Source: "SDR 23, SPC 10, FRT 10, case 1", Protects: true, Door: true,
		says: i18n.M("policy.rule-alt", "The face is never the only way in. A person with a face here also holds a "+
			"working card or code, and each door takes it."),
		counted: both(ofDoors, ofPeople),
		demands: []demand{{
			met: everyFaceDoor(func(d DoorFacts) bool { return d.CardReader || d.Keypad || d.StaffedRelease }),
			wrong: i18n.M("policy.alt-no-reader",
				"A door that uses faces has no working card reader, keypad or staffed release."),
			remedy: i18n.M("policy.alt-no-reader-remedy",
				"Repair the reader, or use the staffed release. Faces come back by themselves."),
		}, {
			soon: true, // Decide refuses these faces one by one
			met:  func(f *UnitFacts) bool { return f.People.FaceOnly == 0 },
			wrong: i18n.M("policy.alt-face-only",
				"Some people with a face have no other working way in. Their face does not open until then."),
			remedy: i18n.M("policy.alt-face-only-remedy", "Give them a card or a code, or erase the face."),
		}},
	},
	{
		ID: RuleEqual, Source: "SPC 10, FRT 10 and 12", Protects: true, Door: true,
		says: i18n.M("policy.rule-equal", "A person who uses a card or a code is served just as well: same "+
			"doors, same hours, same time to pass, no questions."),
		counted: both(ofPeople, ofWaits),
		demands: []demand{{
			met: func(f *UnitFacts) bool { return f.People.Unequal == 0 },
			wrong: i18n.M("policy.equal-face-preferred",
				"For some people the face opens now, and neither their card nor their code does."),
			remedy: i18n.M("policy.equal-face-preferred-remedy",
				"Give their card or code the same doors and hours, or erase the face."),
		}, {
			met: func(f *UnitFacts) bool { return f.Waits.InARow < unequalWeeks },
			wrong: i18n.M("policy.equal-waits-for-weeks",
				"For four weeks in a row, whoever came with a card waited longer than whoever came with a face."),
			remedy: i18n.M("policy.equal-waits-for-weeks-remedy",
				"Mend the reader or what makes cards wait. Faces come back after the first week in which they do not."),
		}, {
			soon: true,
			met: func(f *UnitFacts) bool {
				return f.Waits.Verdict != CardWaits || f.Waits.InARow >= unequalWeeks
			},
			wrong: i18n.M("policy.equal-waits", "In the last week that can tell, whoever came with a card waited "+
				"longer than whoever came with a face."),
			remedy: i18n.M("policy.equal-waits-remedy",
				"Look at the week's figures and at the reader. After four weeks in a row faces go off."),
		}, {
			soon: true,
			met:  func(f *UnitFacts) bool { return f.Waits.Verdict != CardRefused },
			wrong: i18n.M("policy.equal-refused",
				"In the last week that can tell, cards had to be shown again more often than faces."),
			remedy: i18n.M("policy.equal-refused-remedy",
				"Look at the week's figures; clean or mend the reader, and exchange worn cards."),
		}},
	},
	{
		ID: RuleNotice, Source: "PIPL 17 and 30, FRT 5 and 13, case 1", Protects: true, Door: true,
		says: i18n.M("policy.rule-notice",
			"Before anything is collected, people are told in plain words by whom, what for, how, what, for how "+
				"long, why, what it means for them, and how to use their rights. A sign stands at the camera."),
		counted: both(ofDoors, ofPapers, ofPeople),
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return slices.Contains(f.Papers.Notice, "en") && slices.Contains(f.Papers.Notice, "zh")
			},
			wrong: i18n.M("policy.notice-not-in-force", "There is no notice in force in both languages."),
			remedy: i18n.M("policy.notice-not-in-force-remedy",
				"Fill in the notice in English and Chinese and put it in force."),
		}, {
			met:   func(f *UnitFacts) bool { return f.Papers.NoticeGaps == 0 },
			wrong: i18n.M("policy.notice-incomplete", "The notice leaves out something that it must say."),
			remedy: i18n.M("policy.notice-incomplete-remedy",
				"Fill in what the notice lists as empty, and put it in force again."),
		}, {
			met: everyFaceDoor(func(d DoorFacts) bool { return !d.Sign.IsZero() }),
			wrong: i18n.M("policy.notice-sign-unconfirmed",
				"No operator has confirmed that a sign stands at the camera."),
			remedy: i18n.M("policy.notice-sign-unconfirmed-remedy",
				"Print the sign, put it up at the camera, and confirm it."),
		}, {
			soon: true,
			met: func(f *UnitFacts) bool {
				return everyFaceDoor(func(d DoorFacts) bool {
					return d.Sign.IsZero() || within(f.At, d.Sign, signEvery)
				})(f)
			},
			wrong: i18n.M("policy.notice-sign-not-seen",
				"The sign at a camera has not been looked at for half a year."),
			remedy: i18n.M("policy.notice-sign-not-seen-remedy",
				"Check that it still stands and can be read, and confirm it."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.People.OldNotice == 0 },
			wrong:  i18n.M("policy.notice-changed", "Some people agreed to a notice that has been changed since."),
			remedy: i18n.M("policy.notice-changed-remedy", "Show them the new notice and ask for their consent to it."),
		}},
	},
	{
		ID: RuleConsent, Source: "PIPL 13, 14 and 29, FRT 6", Protects: true,
		says: i18n.M("policy.rule-consent", "A face is enrolled only on the person's own, separate, voluntary "+
			"yes to the very notice they were shown."),
		counted: ofPeople,
		demands: []demand{{
			met: func(f *UnitFacts) bool { return f.People.NoConsent == 0 },
			wrong: i18n.M("policy.consent-missing",
				"A face is stored without a consent to a notice that can be shown."),
			remedy: i18n.M("policy.consent-missing-remedy", "Erase that face. The person may consent again."),
		}},
	},
	{
		ID: RuleMinor, Source: "PIPL 31, FRT 7", Protects: true,
		says: i18n.M("policy.rule-minor", "For a person under 14, a parent or guardian consents, and who that "+
			"was is kept."),
		counted: ofPeople,
		demands: []demand{{
			met: func(f *UnitFacts) bool { return f.People.NoGuardian == 0 },
			wrong: i18n.M("policy.minor-no-guardian",
				"A face of a person under 14 is stored without a guardian's consent."),
			remedy: i18n.M("policy.minor-no-guardian-remedy",
				"Erase that face. A parent or guardian may consent again."),
		}},
	},
	{
		ID: RuleRefuse, Source: "NDS, FRT 12", Protects: true,
		says: i18n.M("policy.rule-refuse",
			"A person who says no is not asked again, and nothing else changes for them."),
		counted: ofPeople,
		demands: []demand{{
			met: func(f *UnitFacts) bool { return f.People.AskedAfterNo < askedOften },
			wrong: i18n.M("policy.refuse-asked-often",
				"People are asked about face entry again and again after refusing it."),
			remedy: i18n.M("policy.refuse-asked-often-remedy",
				"A manager looks into it, speaks with the staff, and records that."),
		}, {
			met: func(f *UnitFacts) bool {
				return f.People.AskedAfterNo == 0 || within(f.At, f.People.AskedFirst, inquireWithin)
			},
			wrong: i18n.M("policy.refuse-not-looked-into",
				"A person was asked about face entry again after refusing it, "+
					"and no manager looked into it for a week."),
			remedy: i18n.M("policy.refuse-asked-often-remedy",
				"A manager looks into it, speaks with the staff, and records that."),
		}, {
			soon:  true,
			met:   func(f *UnitFacts) bool { return f.People.AskedAfterNo == 0 },
			wrong: i18n.M("policy.refuse-asked-again", "A person was asked about face entry again after refusing it."),
			remedy: i18n.M("policy.refuse-asked-again-remedy",
				"A manager looks into it within a week and records what was found; otherwise faces go off."),
		}},
	},
	{
		ID: RuleWithdraw, Source: "PIPL 15, FRT 6", Protects: true,
		says: i18n.M("policy.rule-withdraw", "Taking consent back is as easy as giving it: at the door with "+
			"one's own card, or with the staff. The face stops at once and its data is destroyed."),
		counted: both(ofDoors, ofPeople),
		demands: []demand{{
			met: everyFaceDoor(func(d DoorFacts) bool { return d.Withdraw }),
			wrong: i18n.M("policy.withdraw-not-at-door",
				"At a door that uses faces, people cannot withdraw with their own card."),
			remedy: i18n.M("policy.withdraw-not-at-door-remedy",
				"Switch withdrawal at the door on, and repair the card reader."),
		}, {
			met: func(f *UnitFacts) bool { return f.People.AfterNo == 0 },
			wrong: i18n.M("policy.withdraw-face-kept",
				"Face data of a person who refused or withdrew is still stored."),
			remedy: i18n.M("policy.withdraw-face-kept-remedy",
				"Erase it now, and find out why that did not happen at once."),
		}},
	},
	{
		// Faces off would not help a person who waits for an answer.
		ID: RuleRights, Source: "PIPL 44 to 50",
		says: i18n.M("policy.rule-rights", "A person who asks gets it within the visit: what is stored about "+
			"them, a copy, a correction, a deletion, and each decision about them."),
		counted: ofDuties,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return f.Duties.AskedSince.IsZero() ||
					f.At.Before(f.Calendar.AddWorkingDays(f.Duties.AskedSince, RightsDays))
			},
			wrong: i18n.M("policy.rights-late",
				"A person has waited for more than 15 working days for an answer about their data."),
			remedy: i18n.M("policy.rights-late-remedy", "Answer them today, and say why it took so long."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Duties.AskedSince.IsZero() },
			wrong:  i18n.M("policy.rights-waiting", "A person waits for an answer about their data."),
			remedy: i18n.M("policy.rights-waiting-remedy", "Open their page and answer them."),
		}},
	},
}
