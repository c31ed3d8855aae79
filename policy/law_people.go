package policy

import (
	"menshen/internal/i18n"
	"slices"
	"time"
)

// signEvery is how often staff look whether the sign still stands.
const signEvery = 180 * 24 * time.Hour

// RightsDays is how many working days a person's request may wait (NDS); it is meant to be met within the visit.
const RightsDays = 15

// A single asking after a no may be a slip of the staff, or a person who went to fetch their card: a manager has a week to look into it. Everybody else's
// face works on meanwhile: they did nothing, and faces off would make the one who said no no freer. Left alone, or become a habit, it is a way to press people.
const (
	inquireWithin = 7 * 24 * time.Hour
	askedOften    = 3
)

// lawOfPeople is what people have a right to.
var lawOfPeople = []Rule{
	{
		ID: RuleAlt, Source: "SDR 23, SPC 10, FRT 10, case 1", Protects: true,
		says:    i18n.M("policy.face-never-only-way", "The face is never the only way in. Who has a face here also holds a working card or code, and each door takes it."),
		counted: both(ofDoors, ofPeople),
		demands: []demand{{
			met:    everyFaceDoor(func(d DoorFacts) bool { return d.CardReader || d.Keypad || d.StaffedRelease }),
			wrong:  i18n.M("policy.door-uses-faces-has", "A door that uses faces has no working card reader, keypad or staffed release."),
			remedy: i18n.M("policy.repair-reader-or-use", "Repair the reader, or use the staffed release. Faces come back by themselves."),
		}, {
			soon:   true, // Decide refuses these faces one by one
			met:    func(f *UnitFacts) bool { return f.People.FaceOnly == 0 },
			wrong:  i18n.M("policy.some-people-with-face", "Some people with a face have no other working way in. Their face does not open until then."),
			remedy: i18n.M("policy.give-them-card-or", "Give them a card or a code, or erase the face."),
		}},
	},
	{
		ID: RuleEqual, Source: "SPC 10, FRT 10 and 12", Protects: true,
		says:    i18n.M("policy.whoever-uses-card-or", "A person who uses a card or a code is served just as well: same doors, same hours, same time to pass, no questions."),
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.Unequal == 0 },
			wrong:  i18n.M("policy.some-people-face-opens", "For some people the face opens now, and neither their card nor their code does."),
			remedy: i18n.M("policy.give-their-card-or", "Give their card or code the same doors and hours, or erase the face."),
		}},
	},
	{
		ID: RuleNotice, Source: "PIPL 17 and 30, FRT 5 and 13, case 1", Protects: true,
		says:    i18n.M("policy.before-anything-collected-people", "Before anything is collected, people are told in plain words by whom, what for, how, what, for how long, why, what it means for them, and how to use their rights. A sign stands at the camera."),
		counted: both(ofDoors, ofPapers, ofPeople),
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return slices.Contains(f.Papers.Notice, "en") && slices.Contains(f.Papers.Notice, "zh")
			},
			wrong:  i18n.M("policy.there-no-notice-force", "There is no notice in force in both languages."),
			remedy: i18n.M("policy.fill-notice-english-chinese", "Fill in the notice in English and Chinese and put it in force."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Papers.NoticeGaps == 0 },
			wrong:  i18n.M("policy.notice-leaves-out-something", "The notice leaves out something that it must say."),
			remedy: i18n.M("policy.fill-what-notice-lists", "Fill in what the notice lists as empty, and put it in force again."),
		}, {
			met:    everyFaceDoor(func(d DoorFacts) bool { return !d.Sign.IsZero() }),
			wrong:  i18n.M("policy.nobody-has-confirmed-sign", "No operator has confirmed that a sign stands at the camera."),
			remedy: i18n.M("policy.print-sign-put-up", "Print the sign, put it up at the camera, and confirm it."),
		}, {
			soon: true,
			met: func(f *UnitFacts) bool {
				return everyFaceDoor(func(d DoorFacts) bool { return d.Sign.IsZero() || within(f.At, d.Sign, signEvery) })(f)
			},
			wrong:  i18n.M("policy.sign-camera-was-not", "The sign at a camera was not looked at for half a year."),
			remedy: i18n.M("policy.look-whether-still-stands", "Look whether it still stands and can be read, and confirm it."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.People.OldNotice == 0 },
			wrong:  i18n.M("policy.some-people-agreed-notice", "Some people agreed to a notice that has been changed since."),
			remedy: i18n.M("policy.show-them-new-notice", "Show them the new notice and ask for their consent to it."),
		}},
	},
	{
		ID: RuleConsent, Source: "PIPL 13, 14 and 29, FRT 6", Protects: true,
		says:    i18n.M("policy.face-enrolled-only-on", "A face is enrolled only on the person's own, separate, voluntary yes to the very notice they were shown."),
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.NoConsent == 0 },
			wrong:  i18n.M("policy.face-stored-without-consent", "A face is stored without a consent to a notice that can be shown."),
			remedy: i18n.M("policy.erase-face-person-may", "Erase that face. The person may consent again."),
		}},
	},
	{
		ID: RuleMinor, Source: "PIPL 31, FRT 7", Protects: true,
		says:    i18n.M("policy.person-under-14-parent-or", "For a person under 14, a parent or guardian consents, and who that was is kept."),
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.NoGuardian == 0 },
			wrong:  i18n.M("policy.face-somebody-under-14", "A face of a person under 14 is stored without a guardian's consent."),
			remedy: i18n.M("policy.erase-face-parent-or", "Erase that face. A parent or guardian may consent again."),
		}},
	},
	{
		ID: RuleRefuse, Source: "NDS, FRT 12", Protects: true,
		says:    i18n.M("policy.no-no-nobody-asked", "A person who says no is not asked again, and nothing else changes for them."),
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.AskedAfterNo < askedOften },
			wrong:  i18n.M("policy.people-asked-about-face", "People are asked about face entry again and again after a no."),
			remedy: i18n.M("policy.manager-looks-into-speaks", "A manager looks into it, speaks with the staff, and records that."),
		}, {
			met: func(f *UnitFacts) bool {
				return f.People.AskedAfterNo == 0 || within(f.At, f.People.AskedFirst, inquireWithin)
			},
			wrong:  i18n.M("policy.somebody-was-asked-about", "A person was asked about face entry again after a no, and no manager looked into it for a week."),
			remedy: i18n.M("policy.manager-looks-into-speaks", "A manager looks into it, speaks with the staff, and records that."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.People.AskedAfterNo == 0 },
			wrong:  i18n.M("policy.somebody-was-asked-about-face", "A person was asked about face entry again after a no."),
			remedy: i18n.M("policy.manager-looks-into-within", "A manager looks into it within a week and records what was found; otherwise faces go off."),
		}},
	},
	{
		ID: RuleWithdraw, Source: "PIPL 15, FRT 6", Protects: true,
		says:    i18n.M("policy.taking-consent-back-as", "Taking consent back is as easy as giving it: at the door with one's own card, or with the staff. The face stops at once and its data is destroyed."),
		counted: both(ofDoors, ofPeople),
		demands: []demand{{
			met:    everyFaceDoor(func(d DoorFacts) bool { return d.Withdraw }),
			wrong:  i18n.M("policy.door-uses-faces-nobody", "At a door that uses faces, people cannot withdraw with their own card."),
			remedy: i18n.M("policy.switch-withdrawal-door-on", "Switch withdrawal at the door on, and repair the card reader."),
		}, {
			met:    func(f *UnitFacts) bool { return f.People.AfterNo == 0 },
			wrong:  i18n.M("policy.face-data-somebody-who", "Face data of a person who said no or withdrew is still stored."),
			remedy: i18n.M("policy.erase-now-find-out", "Erase it now, and find out why that did not happen at once."),
		}},
	},
	{
		// Late paperwork is for the staff to mend: faces off would not help who waits for an answer.
		ID: RuleRights, Source: "PIPL 44 to 50",
		says:    i18n.M("policy.whoever-asks-gets-within", "A person who asks gets it within the visit: what is stored about them, a copy, a correction, a deletion, and each decision about them."),
		counted: ofDuties,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return f.Duties.AskedSince.IsZero() || f.At.Before(f.Calendar.AddWorkingDays(f.Duties.AskedSince, RightsDays))
			},
			wrong:  i18n.M("policy.person-has-waited-more", "A person has waited for more than 15 working days for an answer about their data."),
			remedy: i18n.M("policy.answer-them-today-say", "Answer them today, and say why it took so long."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Duties.AskedSince.IsZero() },
			wrong:  i18n.M("policy.person-waits-answer-about", "A person waits for an answer about their data."),
			remedy: i18n.M("policy.open-their-page-answer", "Open their page and answer them."),
		}},
	},
}
