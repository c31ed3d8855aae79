package policy

import "time"

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
		says: words{
			"Each member of staff has an account of their own with two factors, has promised confidentiality, and is logged out when idle. No password is stored.",
			"每名员工使用本人账户和双重验证，已签署保密承诺，闲置自动退出。不保存密码。",
		},
		counted: ofStaff,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Staff.Operators > 0 },
			wrong:  words{"There is no operator.", "没有操作员。"},
			remedy: words{"Make the first operator.", "请创建首个操作员。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Staff.OneFactor == 0 || f.Bench },
			wrong:  words{"An operator's account opens with one factor.", "有操作员账户仅需一种验证。"},
			remedy: words{"Give that operator a card as second factor, or block the account.", "请为其配置卡作为第二验证，或停用账户。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Staff.OneFactor == 0 || !f.Bench },
			wrong:  words{"This is a bench unit with an operator's account that opens with one factor.", "此为测试设备，有操作员账户仅需一种验证。"},
			remedy: words{"Before real use, give each operator a card as second factor, and end the bench mode.", "正式使用前请为每名操作员配置卡作为第二验证，并关闭测试模式。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Staff.NoCommitment == 0 },
			wrong:  words{"An operator has not accepted the confidentiality commitment in force.", "有操作员未签署现行保密承诺。"},
			remedy: words{"Let them accept it when they log in, or block the account.", "请其登录时签署，或停用账户。"},
		}, {
			met:    func(f *UnitFacts) bool { return f.Staff.Secrets == 0 },
			wrong:  words{"A password is stored, or came with the unit.", "存有密码或使用出厂密码。"},
			remedy: words{"Change it, and delete where it is stored.", "请更改密码并删除存储处。"},
		}, {
			met: func(f *UnitFacts) bool {
				return f.Staff.LockOut && f.Staff.IdleLogout > 0 && f.Staff.IdleLogout <= IdleLogoutMax
			},
			wrong:  words{"Accounts are not locked after wrong tries, or stay logged in for more than 5 idle minutes.", "输错后账户未锁定，或闲置超过5分钟未退出。"},
			remedy: words{"Set the idle log-out to 5 minutes or less, and the lock-out on.", "请将闲置退出设为5分钟以内，并启用锁定。"},
		}},
	},
	{
		ID: RulePIA, Source: "PIPL 55 and 56, FRT 9", Protects: true,
		says: words{
			"Faces are used only with an impact assessment on file: necessity, impact, risks, measures. It is redone on change, and kept for 3 years.",
			"仅在已备有个人信息保护影响评估（必要性、影响、风险、措施）时使用人脸；有变化时重新评估，保存三年。",
		},
		counted: ofPapers,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				a := f.Papers.Assessment
				return !a.At.IsZero() && a.Necessity && a.Impact && a.Risks && a.Measures
			},
			wrong:  words{"There is no complete impact assessment on file.", "没有完整的影响评估。"},
			remedy: words{"Write all four parts of it, and put it on file with its author and date.", "请完成四个部分，注明作者和日期后存档。"},
		}, {
			met:    ofAssessment(func(a Assessment, now time.Time) bool { return now.Before(a.ValidUntil) }),
			wrong:  words{"The impact assessment has run out.", "影响评估已过期。"},
			remedy: words{"Redo it.", "请重新评估。"},
		}, {
			met:    ofAssessment(func(a Assessment, _ time.Time) bool { return !a.Changed.After(a.At) }),
			wrong:  words{"Something changed, or happened, since the impact assessment.", "影响评估之后情况有变或发生事件。"},
			remedy: words{"Redo it with the change in view.", "请结合变化重新评估。"},
		}, {
			soon:   true,
			met:    ofAssessment(func(a Assessment, now time.Time) bool { return now.Add(renewEarly).Before(a.ValidUntil) }),
			wrong:  words{"The impact assessment runs out within 30 days.", "影响评估将在30日内到期。"},
			remedy: words{"Redo it in time.", "请及时重新评估。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Papers.Assessment.LostEarly == 0 },
			wrong:  words{"An earlier assessment was not kept for three years.", "以往的影响评估未保存满三年。"},
			remedy: words{"Put a copy of it back on file.", "请将其副本重新存档。"},
		}},
	},
	{
		// The report is what helps people then, not a closed camera.
		ID: RuleIncident, Source: "PIPL 57, NDS",
		says: words{
			"On a suspected leak, those affected and the authority are told at once, within 8 hours where more than 100,000 people are concerned.",
			"疑似泄露时，立即告知受影响者并报告主管部门；涉及十万人以上的，须在8小时内报告。",
		},
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
			wrong:  words{"There is an incident that was not reported yet.", "有事件尚未报告。"},
			remedy: words{"Send both letters of the incident now, and record when.", "请立即发出两份通知并记录时间。"},
		}},
	},
	{
		ID: RuleFiling, Source: "FRT 15", Protects: true,
		says: words{
			"From 100,000 people's faces on a site, it is filed with the cyberspace authority of the province within 30 working days.",
			"一处场所存储人脸达到十万人的，30个工作日内向省级以上网信部门备案。",
		},
		counted: ofDuties,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				d := f.Duties
				return d.SiteFaces < FilingAt || d.Filed || !d.ReachedAt.IsZero() && f.At.Before(f.Calendar.AddWorkingDays(d.ReachedAt, FilingDays))
			},
			wrong:  words{"The site has 100,000 people's faces or more and was not filed in time.", "场所人脸数量已达十万人且未按时备案。"},
			remedy: words{"File with the cyberspace authority, and record that.", "请向网信部门备案并记录。"},
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Duties.SiteFaces < FilingSoon || f.Duties.Filed },
			wrong:  words{"The site has 80,000 people's faces or more.", "场所人脸数量已达八万人。"},
			remedy: words{"Prepare the filing; erase faces that are not needed any more.", "请准备备案材料，并删除不再需要的人脸。"},
		}},
	},
	{
		ID: RuleNoPrivate, Source: "FRT 13", Protects: true,
		says: words{
			"No camera in a private place: no guest room, bathroom, changing room or toilet.",
			"不在私密空间安装：客房、浴室、更衣室、卫生间。",
		},
		counted: ofDoors,
		demands: []demand{{
			met:    everyFaceDoor(func(d DoorFacts) bool { return d.Place.Public() }),
			wrong:  words{"A door that uses faces leads to a private place, or to one that was not declared.", "有使用人脸的门通向私密空间或未声明的场所。"},
			remedy: words{"Use cards only there, or declare the place.", "该处请仅使用卡，或声明场所类型。"},
		}},
	},
	{
		// Faces off would make no exit safer. The unit raises this as a fault.
		ID: RuleSafe, Source: "building codes",
		says: words{
			"Nobody is ever locked in: exit always works, fire always releases, and without the program the lock goes to its declared safe state.",
			"任何人不会被锁在里面：出门始终可用，火警始终开门，程序停止时锁具回到声明的安全状态。",
		},
		counted: ofDoors,
		demands: []demand{{
			met:    everyDoor(func(d DoorFacts) bool { return d.REX || d.ExitByHand }),
			wrong:  words{"At a door, the request to exit does not work.", "有门的出门按钮不可用。"},
			remedy: words{"Repair it now. Until then the door stays unlocked or guarded.", "请立即修复；修复前请保持门不上锁或派人值守。"},
		}, {
			met:    everyDoor(func(d DoorFacts) bool { return d.FireInput || d.ExitByHand }),
			wrong:  words{"At a door, the fire input does not work.", "有门的火警输入不可用。"},
			remedy: words{"Connect the fire line, or fit a handle that opens from inside without current.", "请接入火警线路，或安装断电可从内开启的把手。"},
		}, {
			met:    everyDoor(func(d DoorFacts) bool { return d.SafeState }),
			wrong:  words{"Where a lock goes without the program is not declared.", "未声明程序停止时锁具的状态。"},
			remedy: words{"Declare it fail-safe or fail-secure in the configuration.", "请在配置中声明断电开锁或断电上锁。"},
		}, {
			soon:   true,
			met:    everyDoor(func(d DoorFacts) bool { return !d.Tested.IsZero() }),
			wrong:  words{"A door was never tested by the installer's self-test.", "有门从未通过安装自检。"},
			remedy: words{"Run the self-test at the door.", "请在门前运行自检。"},
		}},
	},
}
