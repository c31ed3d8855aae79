package dossier

import (
	"fmt"
	"strings"
	"time"

	"menshen/board/notice"
	"menshen/policy"
	"menshen/store/audit"
)

// Evidence gives what was found for a rule: counts, dates, hashes.
func (d *Data) Evidence(id policy.RuleID) []Words {
	e := evidence{d: d}
	if tell, ok := tells[id]; ok {
		tell(&e, &d.Facts)
	}
	return e.lines
}

// evidence gathers lines.
type evidence struct {
	d     *Data
	lines []Words
	at    time.Time // of the last "counted"
}

func (e *evidence) say(en, zh string, figures ...any) {
	e.lines = append(e.lines, Words{fmt.Sprintf(en, figures...), fmt.Sprintf(zh, figures...)})
}

// counted says when a group was counted, or that it was not, and reports which.
func (e *evidence) counted(at time.Time) bool {
	if at.IsZero() {
		e.say("Not counted.", "未核查。")
		return false
	}
	at = at.Truncate(time.Minute)
	if !at.Equal(e.at) { // several groups counted in the same minute are said once
		e.say("Counted %s.", "核查于 %s。", e.d.stamp(at))
		e.at = at
	}
	return true
}

// door says something of each door.
func (e *evidence) doors(tell func(d policy.DoorFacts) (en, zh string)) {
	if len(e.d.Facts.Doors) == 0 {
		e.say("The door was not looked at.", "未检查门。")
	}
	for _, d := range e.d.Facts.Doors {
		en, zh := tell(d)
		e.lines = append(e.lines, Words{d.Name + ": " + en + ".", d.Name + "：" + zh + "。"})
	}
}

// has lists what is there and what is not.
func has(names []string, there ...bool) string {
	var out []string
	for i, n := range names {
		out = append(out, n+" "+map[bool]string{true: "✓", false: "✗"}[there[i]])
	}
	return strings.Join(out, ", ")
}

// stamp is a moment in the dossier's zone.
func (d *Data) stamp(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(d.Made.Location()).Format("2006-01-02 15:04")
}

// tells is the evidence by rule.
var tells = map[policy.RuleID]func(e *evidence, f *policy.UnitFacts){
	policy.RuleAlt: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say("%d people have a face here; %d of them have no other working way in.", "登记人脸 %d 人；其中没有其他可用进门方式的 %d 人。", f.People.WithFace, f.People.FaceOnly)
		}
		e.doors(func(d policy.DoorFacts) (string, string) {
			return has([]string{"card reader", "keypad", "staffed release"}, d.CardReader, d.Keypad, d.StaffedRelease), has([]string{"读卡器", "键盘", "人工开门"}, d.CardReader, d.Keypad, d.StaffedRelease)
		})
	},
	policy.RuleEqual: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say("For each of the %d people with a face, the door's own decision was made once by face and once by each card or code, for the moment of counting: the face was better served for %d.",
				"对 %d 名登记人脸者，以核查时刻分别按人脸和按其每张卡、每个密码各判定一次：人脸更受优待的 %d 人。", f.People.WithFace, f.People.Unequal)
		}
	},
	policy.RuleNotice: func(e *evidence, f *policy.UnitFacts) {
		e.counted(f.Papers.At)
		for _, n := range e.d.Notices {
			if n.InForce {
				e.say("Notice in force in %q: SHA-256 %s.", "现行告知书（%s）：SHA-256 %s。", n.Lang, n.SHA256)
			}
		}
		if f.People.OldNotice > 0 {
			e.say("%d people agreed to earlier words.", "%d 人所同意的是此前版本。", f.People.OldNotice)
		}
		e.doors(func(d policy.DoorFacts) (string, string) {
			return "sign last seen " + e.d.stamp(d.Sign), "标志最近查看 " + e.d.stamp(d.Sign)
		})
	},
	policy.RuleConsent: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say("%d faces are stored, %d of them without a consent to a notice that can be shown.", "存有 %d 人的人脸，其中无可出示同意依据的 %d 人。", f.People.WithFace, f.People.NoConsent)
		}
		for _, n := range e.d.Notices {
			if n.People > 0 {
				e.say("%d of them agreed to the notice in %q with SHA-256 %s.", "其中 %d 人同意的告知书（%s）SHA-256 为 %s。", n.People, n.Lang, n.SHA256)
			}
		}
	},
	policy.RuleMinor: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say("Faces of people under 14 without a guardian's consent: %d.", "未满十四周岁且无监护人同意的人脸：%d。", f.People.NoGuardian)
		}
	},
	policy.RuleRefuse: func(e *evidence, f *policy.UnitFacts) {
		if !e.counted(f.People.At) {
			return
		}
		e.say("%d said no and %d withdrew. Asked again after that, and not looked into yet: %d times.", "拒绝 %d 人，撤回 %d 人；此后又被询问且尚未查明：%d 次。",
			e.d.Faces.States[string(policy.FaceRefused)], e.d.Faces.States[string(policy.FaceWithdrawn)], f.People.AskedAfterNo)
	},
	policy.RuleWithdraw: func(e *evidence, f *policy.UnitFacts) {
		e.say("%d people withdrew and still live here. Faces stored of somebody who said no or withdrew: %d.", "已撤回且仍在住 %d 人；仍存有已拒绝或已撤回者的人脸：%d。",
			e.d.Faces.States[string(policy.FaceWithdrawn)], f.People.AfterNo)
		e.doors(func(d policy.DoorFacts) (string, string) {
			return has([]string{"withdrawal at the door with one's own card"}, d.Withdraw), has([]string{"可在门口用本人卡撤回"}, d.Withdraw)
		})
	},
	policy.RuleRights: func(e *evidence, f *policy.UnitFacts) {
		e.say("Own pages shown: %d, copied for their owner: %d.", "显示本人页面 %d 次，为本人制作副本 %d 份。", e.d.acts(audit.OwnPageShown), e.d.acts(audit.OwnPageCopied))
		if !e.counted(f.Duties.At) {
			return
		}
		if f.Duties.AskedSince.IsZero() {
			e.say("Nobody waits for an answer.", "无人等待答复。")
		} else {
			e.say("Somebody waits for an answer since %s.", "有人自 %s 起等待答复。", e.d.stamp(f.Duties.AskedSince))
		}
	},
	policy.RuleErase: func(e *evidence, f *policy.UnitFacts) {
		e.say("%d erasures with a signed receipt; blocks of old ciphertext found again: %d; erasures without a scan: %d; receipts that do not verify: %d.",
			"有签名凭证的销毁 %d 次；再次发现的旧密文块 %d；未经扫描的 %d 次；签名不符的凭证 %d。", len(e.d.Receipts), e.d.Remains(), e.d.Unscanned(), e.d.BadReceipt)
		if e.counted(f.Store.At) && f.Store.EraseFrom.IsZero() {
			e.say("Nothing waits to be erased.", "没有等待销毁的数据。")
		} else if !f.Store.EraseFrom.IsZero() {
			e.say("Face data waits to be erased since %s.", "自 %s 起有人脸数据等待销毁。", e.d.stamp(f.Store.EraseFrom))
		}
	},
	policy.RuleStranger: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say("Templates that belong to nobody on record: %d.", "不属于任何登记人员的特征模板：%d。", f.People.Strays)
		}
		if e.counted(f.Machine.At) {
			e.say("Pictures of people found in the unit's folders: %d. "+has([]string{"Crashes and swap leave nothing on disk"}, f.Machine.DumpsOff)+".",
				"设备目录中发现的人员图像：%d。"+has([]string{"程序崩溃和内存交换不落盘"}, f.Machine.DumpsOff)+"。", f.Machine.Pictures)
		}
	},
	policy.RulePurpose: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Machine.At) {
			e.say("What the loaded models are for: %s.", "已加载模型的用途：%s。", strings.Join(f.Machine.Models, ", "))
		}
	},
	policy.RuleLocal: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Machine.At) {
			e.say("Internet sockets held by the unit's processes, by the kernel's own tables: %d. Remote-assistance programs found: %d. "+has([]string{"process that sees faces confined"}, f.Machine.Confined)+".",
				"按内核记录，设备进程持有的网络连接：%d。发现的远程协助软件：%d。"+has([]string{"处理人脸的进程已隔离"}, f.Machine.Confined)+"。", f.Machine.Sockets, f.Machine.RemoteTools)
		}
		if e.d.Confined != "" {
			e.say("It says of itself: %s.", "该进程自述：%s。", e.d.Confined)
		}
	},
	policy.RuleEncrypt: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Store.At) {
			line := func(a, b string) string { return has([]string{a, b}, f.Store.Sealed, f.Store.KeyApart) }
			e.lines = append(e.lines, Words{line("every record authenticates under its key", "key kept apart from the data") + ".", line("每条记录均通过其密钥校验", "密钥与数据分开") + "。"})
		}
	},
	policy.RuleAudit: func(e *evidence, f *policy.UnitFacts) {
		a := e.d.Audit
		if !a.OK {
			e.say("The log does NOT verify: %s.", "审计记录校验未通过：%s。", a.Problem)
			return
		}
		e.say("For this dossier all %d entries were recomputed and are whole.", "为制作本卷宗重新计算全部 %d 条记录，完整无缺。", a.Lines)
		if !a.Signed.IsZero() {
			e.say("Last signed %s.", "最近签名 %s。", e.d.stamp(a.Signed))
		}
	},
	policy.RuleRetain: func(e *evidence, f *policy.UnitFacts) {
		r := e.d.Retention
		e.say("Door events are kept for %d days, acts of staff for %d. Oldest entry %s.", "门禁事件保存 %d 天，工作人员操作记录保存 %d 天。最早一条 %s。", r.EventDays, r.ActDays, e.d.stamp(r.Oldest))
		e.say("Last purge %s, %d entries removed; overdue now: %d.", "最近清理 %s，移除 %d 条；目前逾期 %d 条。", e.d.stamp(r.LastRun), r.Removed, r.Overdue)
	},
	policy.RuleOperator: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Staff.At) {
			e.say("%d accounts; with one factor only: %d; without the commitment in force (version %s): %d; passwords that could be used again: %d; idle log-out after %.0f minutes.",
				"账户 %d 个；仅一种验证的 %d 个；未签署现行承诺（版本 %s）的 %d 个；可被再次使用的密码 %d 个；闲置 %.0f 分钟后退出。",
				f.Staff.Operators, f.Staff.OneFactor, e.d.Commitment, f.Staff.NoCommitment, f.Staff.Secrets, f.Staff.IdleLogout.Minutes())
			if f.Staff.LockOut {
				e.say("Wrong tries lock an account, for a while: tried.", "多次输错将暂时锁定账户：已实测。")
			}
		}
	},
	policy.RulePIA: func(e *evidence, f *policy.UnitFacts) {
		a := f.Papers.Assessment
		if a.At.IsZero() {
			e.say("None is on file.", "无存档。")
			return
		}
		line := func(n ...string) string { return has(n, a.Necessity, a.Impact, a.Risks, a.Measures) }
		e.lines = append(e.lines, Words{"Of " + e.d.stamp(a.At) + ", valid until " + e.d.stamp(a.ValidUntil) + ": " + line("necessity", "impact", "risks", "measures") + ".",
			"日期 " + e.d.stamp(a.At) + "，有效至 " + e.d.stamp(a.ValidUntil) + "：" + line("必要性", "影响", "风险", "措施") + "。"})
	},
	policy.RuleIncident: func(e *evidence, f *policy.UnitFacts) {
		if len(f.Duties.Incidents) == 0 && e.counted(f.Duties.At) {
			e.say("No incident on record.", "无事件记录。")
		}
		for _, i := range f.Duties.Incidents {
			e.say("Noticed %s, %d people; those affected told %s, authority told %s.", "发现于 %s，涉及 %d 人；告知受影响者 %s，报告主管部门 %s。",
				e.d.stamp(i.At), i.People, e.d.stamp(i.ToldPeople), e.d.stamp(i.ToldAuthority))
		}
	},
	policy.RuleFiling: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Duties.At) {
			e.say("%d people's faces over all doors of the site; filing begins at %d.", "本场所各门合计存储 %d 人的人脸；达到 %d 人须备案。", f.Duties.SiteFaces, policy.FilingAt)
		}
	},
	policy.RuleNoPrivate: func(e *evidence, _ *policy.UnitFacts) {
		e.doors(func(d policy.DoorFacts) (string, string) {
			f := notice.Facts{Place: string(d.Place)}
			return f.Where("en"), f.Where("zh")
		})
	},
	policy.RuleSafe: func(e *evidence, _ *policy.UnitFacts) {
		e.doors(func(d policy.DoorFacts) (string, string) {
			there := []bool{d.REX, d.FireInput, d.ExitByHand, d.SafeState}
			return has([]string{"request to exit", "fire input", "opens by hand from inside", "safe state declared"}, there...) + "; self-test " + e.d.stamp(d.Tested),
				has([]string{"出门按钮", "火警输入", "可从内手动开启", "已声明安全状态"}, there...) + "；自检 " + e.d.stamp(d.Tested)
		})
	},
}

// acts is how often a kind of act is on record.
func (d *Data) acts(kind audit.Kind) int {
	for _, a := range d.Acts {
		if a.Kind == kind {
			return a.Count
		}
	}
	return 0
}
