package policy

import (
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
		says: words{
			"The face is never the only way in. Who has a face here also holds a working card or code, and each door takes it.",
			"人脸绝不是唯一的进门方式。使用人脸的人同时持有可用的卡或密码，每扇门均可使用。",
		},
		counted: both(ofDoors, ofPeople),
		demands: []demand{{
			met:    everyFaceDoor(func(d DoorFacts) bool { return d.CardReader || d.Keypad || d.StaffedRelease }),
			wrong:  words{"A door that uses faces has no working card reader, keypad or staffed release.", "有使用人脸的门没有可用的读卡器、键盘或人工开门。"},
			remedy: words{"Repair the reader, or use the staffed release. Faces come back by themselves.", "请修复读卡器或启用人工开门，之后人脸自动恢复。"},
		}, {
			soon:   true, // Decide refuses these faces one by one
			met:    func(f *UnitFacts) bool { return f.People.FaceOnly == 0 },
			wrong:  words{"Some people with a face have no other working way in. Their face rests meanwhile.", "部分人脸用户没有其他可用的进门方式，其人脸暂停使用。"},
			remedy: words{"Give them a card or a code, or erase the face.", "请为其办理卡或密码，或删除其人脸。"},
		}},
	},
	{
		ID: RuleEqual, Source: "SPC 10, FRT 10 and 12", Protects: true,
		says: words{
			"Whoever uses a card or a code is served just as well: same doors, same hours, same time to pass, no questions.",
			"使用卡或密码的人享有同等待遇：同样的门、同样的时段、同样的通行时间，不另行询问。",
		},
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.Unequal == 0 },
			wrong:  words{"For some people the face opens now, and neither their card nor their code does.", "对部分人员，当前人脸可开门而其卡或密码不能。"},
			remedy: words{"Give their card or code the same doors and hours, or erase the face.", "请使其卡或密码享有同样的门与时段，或删除其人脸。"},
		}},
	},
	{
		ID: RuleNotice, Source: "PIPL 17 and 30, FRT 5 and 13, case 1", Protects: true,
		says: words{
			"Before anything is collected, people are told in plain words by whom, what for, how, what, for how long, why, what it means for them, and how to use their rights. A sign stands at the camera.",
			"收集之前，以通俗语言告知：谁处理、为何、如何、哪些数据、保存多久、必要性、对本人的影响，以及如何行使权利。摄像头旁设有提示标志。",
		},
		counted: both(ofDoors, ofPapers, ofPeople),
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return slices.Contains(f.Papers.Notice, "en") && slices.Contains(f.Papers.Notice, "zh")
			},
			wrong:  words{"There is no notice in force in both languages.", "尚无两种语言的生效告知书。"},
			remedy: words{"Fill in the notice in English and Chinese and put it in force.", "请填写中英文告知书并使其生效。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Papers.NoticeGaps == 0 },
			wrong:  words{"The notice leaves out something that it must say.", "告知书缺少必须告知的内容。"},
			remedy: words{"Fill in what the notice lists as empty, and put it in force anew.", "请补全告知书所列空缺项，并重新使其生效。"},
		}, {
			met:    everyFaceDoor(func(d DoorFacts) bool { return !d.Sign.IsZero() }),
			wrong:  words{"Nobody has confirmed that a sign stands at the camera.", "尚无人确认摄像头旁设有提示标志。"},
			remedy: words{"Print the sign, put it up at the camera, and confirm it.", "请打印标志，张贴在摄像头旁并确认。"},
		}, {
			soon: true,
			met: func(f *UnitFacts) bool {
				return everyFaceDoor(func(d DoorFacts) bool { return d.Sign.IsZero() || within(f.At, d.Sign, signEvery) })(f)
			},
			wrong:  words{"The sign at a camera was not looked at for half a year.", "摄像头旁的标志已半年未查看。"},
			remedy: words{"Look whether it still stands and can be read, and confirm it.", "请查看标志是否完好清晰并确认。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.People.OldNotice == 0 },
			wrong:  words{"Some people agreed to a notice that has been changed since.", "部分人员同意的告知书此后已变更。"},
			remedy: words{"Show them the new notice and ask for their consent to it.", "请向其出示新告知书并征得同意。"},
		}},
	},
	{
		ID: RuleConsent, Source: "PIPL 13, 14 and 29, FRT 6", Protects: true,
		says: words{
			"A face is enrolled only on the person's own, separate, voluntary yes to the very notice they were shown.",
			"仅在本人对所出示的告知书单独、自愿、明确同意后，方可登记人脸。",
		},
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.NoConsent == 0 },
			wrong:  words{"A face is stored without a consent to a notice that can be shown.", "存有未经同意或无法出示所同意告知书的人脸数据。"},
			remedy: words{"Erase that face. The person may consent anew.", "请删除该人脸，本人可重新同意。"},
		}},
	},
	{
		ID: RuleMinor, Source: "PIPL 31, FRT 7", Protects: true,
		says: words{
			"For a person under 14, a parent or guardian consents, and who that was is kept.",
			"未满十四周岁者，须由父母或其他监护人同意，并记录监护人关系。",
		},
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.NoGuardian == 0 },
			wrong:  words{"A face of somebody under 14 is stored without a guardian's consent.", "存有未经监护人同意的未满十四周岁者人脸数据。"},
			remedy: words{"Erase that face. A parent or guardian may consent anew.", "请删除该人脸，可由监护人重新同意。"},
		}},
	},
	{
		ID: RuleRefuse, Source: "NDS, FRT 12", Protects: true,
		says: words{
			"A no is a no: nobody is asked again, and nothing else changes for them.",
			"拒绝即为拒绝：不再次询问，其他待遇不变。",
		},
		counted: ofPeople,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.AskedAfterNo < askedOften },
			wrong:  words{"People are asked about face entry again and again after a no.", "多次在拒绝后又询问是否使用人脸。"},
			remedy: words{"A manager looks into it, speaks with the staff, and records that.", "请管理员查明情况、告诫员工并记录。"},
		}, {
			met: func(f *UnitFacts) bool {
				return f.People.AskedAfterNo == 0 || within(f.At, f.People.AskedFirst, inquireWithin)
			},
			wrong:  words{"Somebody was asked about face entry again after a no, and for a week nobody looked into it.", "有人在拒绝后又被询问是否使用人脸，且一周内无人查明。"},
			remedy: words{"A manager looks into it, speaks with the staff, and records that.", "请管理员查明情况、告诫员工并记录。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.People.AskedAfterNo == 0 },
			wrong:  words{"Somebody was asked about face entry again after a no.", "有人在拒绝后又被询问是否使用人脸。"},
			remedy: words{"A manager looks into it within a week and records what was found; otherwise faces go off.", "请管理员在一周内查明情况并记录，否则人脸将停用。"},
		}},
	},
	{
		ID: RuleWithdraw, Source: "PIPL 15, FRT 6", Protects: true,
		says: words{
			"Taking consent back is as easy as giving it: at the door with one's own card, or with the staff. The face stops at once and its data is destroyed.",
			"撤回同意与同意一样方便：在门口用本人的卡，或由工作人员办理。人脸立即停用，数据随即销毁。",
		},
		counted: both(ofDoors, ofPeople),
		demands: []demand{{
			met:    everyFaceDoor(func(d DoorFacts) bool { return d.Withdraw }),
			wrong:  words{"At a door that uses faces, nobody can withdraw with their own card.", "有使用人脸的门无法用本人的卡撤回同意。"},
			remedy: words{"Switch withdrawal at the door on, and repair the card reader.", "请启用门口撤回功能并修复读卡器。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.People.AfterNo == 0 },
			wrong:  words{"Face data of somebody who said no or withdrew is still stored.", "仍存有已拒绝或已撤回者的人脸数据。"},
			remedy: words{"Erase it now, and find out why that did not happen at once.", "请立即删除，并查明未及时删除的原因。"},
		}},
	},
	{
		// Late paperwork is for the staff to mend: faces off would not help who waits for an answer.
		ID: RuleRights, Source: "PIPL 44 to 50",
		says: words{
			"Whoever asks gets it within the visit: what is stored about them, a copy, a correction, a deletion, and each decision about them.",
			"本人提出请求的，当场办理：查阅、复制、更正、删除其信息，以及查看与其有关的每次判定。",
		},
		counted: ofDuties,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return f.Duties.AskedSince.IsZero() || f.At.Before(f.Calendar.AddWorkingDays(f.Duties.AskedSince, RightsDays))
			},
			wrong:  words{"A person has waited for more than 15 working days for an answer about their data.", "有人关于其信息的请求已超过15个工作日未答复。"},
			remedy: words{"Answer them today, and say why it took so long.", "请今日答复并说明延误原因。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Duties.AskedSince.IsZero() },
			wrong:  words{"A person waits for an answer about their data.", "有人正在等待关于其信息的答复。"},
			remedy: words{"Open their page and answer them.", "请打开其个人页面并答复。"},
		}},
	},
}
