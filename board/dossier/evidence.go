package dossier

import (
	"strings"
	"time"

	"menshen/board/notice"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store/audit"
)

// Evidence gives what was found for a rule: counts, dates, hashes.
func (d *Data) Evidence(id policy.RuleID) []catalogue.Words {
	e := evidence{d: d}
	if tell, ok := tells[id]; ok {
		tell(&e, &d.Facts)
	}
	return e.lines
}

// evidence gathers lines.
type evidence struct {
	d     *Data
	lines []catalogue.Words
	at    time.Time // of the last "counted"
}

func (e *evidence) say(m i18n.Message) { e.lines = append(e.lines, catalogue.Both(m)) }

// counted says when a group was counted, or that it was not, and reports which.
func (e *evidence) counted(at time.Time) bool {
	if at.IsZero() {
		e.say(i18n.M("dossier.not-counted", "Not counted."))
		return false
	}
	at = at.Truncate(time.Minute)
	if !at.Equal(e.at) { // several groups counted in the same minute are said once
		e.say(i18n.M("dossier.counted", "Counted %s.", e.d.stamp(at)))
		e.at = at
	}
	return true
}

// doors says something of each door.
func (e *evidence) doors(tell func(d policy.DoorFacts) i18n.Message) {
	if len(e.d.Facts.Doors) == 0 {
		e.say(i18n.M("dossier.door-not-looked-at", "The door was not looked at."))
	}
	for _, d := range e.d.Facts.Doors {
		e.say(i18n.M("dossier.of-door", "%s: %v.", d.Name, tell(d)))
	}
}

// part is something that is there or not.
type part struct {
	name  i18n.Message
	there bool
}

// has lists what is there and what is not.
func has(parts ...part) i18n.Message {
	var all []i18n.Message
	for i, p := range parts {
		if i > 0 {
			all = append(all, i18n.Verbatim(", "))
		}
		all = append(all, p.name, i18n.Verbatim(map[bool]string{true: " ✓", false: " ✗"}[p.there]))
	}
	return i18n.Join(all...)
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
			e.say(i18n.M("dossier.people-with-face", "People with a face here: %d; without another working way in: %d.",
				f.People.WithFace, f.People.FaceOnly))
		}
		e.doors(func(d policy.DoorFacts) i18n.Message {
			return has(
				part{i18n.M("dossier.card-reader", "card reader"), d.CardReader},
				part{i18n.M("dossier.keypad", "keypad"), d.Keypad},
				part{i18n.M("dossier.staffed-release", "staffed release"), d.StaffedRelease},
			)
		})
	},
	policy.RuleEqual: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say(i18n.M("dossier.face-better-served",
				"For each person with a face (%d) the door's own decision was made once by face and once by each card "+
					"and PIN, for the moment of counting. People whose face was better served: %d.",
				f.People.WithFace, f.People.Unequal))
		}
		e.waits()
	},
	policy.RuleNotice: func(e *evidence, f *policy.UnitFacts) {
		e.counted(f.Papers.At)
		for _, n := range e.d.Notices {
			if n.InForce {
				e.say(i18n.M("dossier.notice-in-force", "Notice in force in %q: SHA-256 %s.", n.Lang, n.SHA256))
			}
		}
		if f.People.OldNotice > 0 {
			e.say(i18n.M("dossier.earlier-notice", "People who agreed to an earlier notice: %d.", f.People.OldNotice))
		}
		e.doors(func(d policy.DoorFacts) i18n.Message {
			return i18n.M("dossier.sign-last-seen", "sign last seen %s", e.d.stamp(d.Sign))
		})
	},
	policy.RuleConsent: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say(i18n.M("dossier.faces-without-consent",
				"Faces stored: %d; without a consent to a notice that can be shown: %d.",
				f.People.WithFace, f.People.NoConsent))
			if f.People.OnCard > 0 {
				e.say(i18n.M("dossier.faces-on-cards", "Faces on their owners' own cards, and not stored: %d. They "+
					"count in what is said of consent and of other ways in, and not among the faces stored (R-FILING).",
					f.People.OnCard))
			}
			e.say(i18n.M("dossier.learning", "People who agreed, by a consent of its own, that the door learns their "+
				"face from visits: %d.", f.People.Learning))
		}
		for _, n := range e.d.Notices {
			if n.People > 0 {
				e.say(i18n.M("dossier.agreed-to-notice", "Agreed to the notice in %q with SHA-256 %s: %d.",
					n.Lang, n.SHA256, n.People))
			}
		}
	},
	policy.RuleMinor: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say(i18n.M("dossier.faces-of-minors", "Faces of people under 14 without a guardian's consent: %d.",
				f.People.NoGuardian))
		}
	},
	policy.RuleRefuse: func(e *evidence, f *policy.UnitFacts) {
		if !e.counted(f.People.At) {
			return
		}
		e.say(i18n.M("dossier.refused-withdrew",
			"Refused: %d; withdrew: %d. Asked again after that, and not looked into yet: %d.",
			e.d.Faces.States[string(policy.FaceRefused)], e.d.Faces.States[string(policy.FaceWithdrawn)],
			f.People.AskedAfterNo))
	},
	policy.RuleWithdraw: func(e *evidence, f *policy.UnitFacts) {
		e.say(i18n.M("dossier.withdrew-still-here",
			"People who withdrew and still live here: %d. Faces stored of people who refused or withdrew: %d.",
			e.d.Faces.States[string(policy.FaceWithdrawn)], f.People.AfterNo))
		e.doors(func(d policy.DoorFacts) i18n.Message {
			own := i18n.M("dossier.withdrawal-at-door", "withdrawal at the door with one's own card")
			return has(part{own, d.Withdraw})
		})
	},
	policy.RuleRights: func(e *evidence, f *policy.UnitFacts) {
		e.say(i18n.M("dossier.own-pages", "Own pages shown: %d, copied for their owner: %d.",
			e.d.acts(audit.OwnPageShown), e.d.acts(audit.OwnPageCopied)))
		if !e.counted(f.Duties.At) {
			return
		}
		if f.Duties.AskedSince.IsZero() {
			e.say(i18n.M("dossier.no-request-waits", "No request waits for an answer."))
		} else {
			e.say(i18n.M("dossier.request-waits-since", "A request has waited for an answer since %s.",
				e.d.stamp(f.Duties.AskedSince)))
		}
	},
	policy.RuleErase: func(e *evidence, f *policy.UnitFacts) {
		e.say(i18n.M("dossier.receipts-of-erasures",
			"Erasures with a signed receipt: %d; blocks of old ciphertext found again: %d; "+
				"erasures without a scan: %d; receipts that do not verify: %d.",
			len(e.d.Receipts), e.d.Remains(), e.d.Unscanned(), e.d.BadReceipt))
		if e.counted(f.Store.At) && f.Store.EraseFrom.IsZero() {
			e.say(i18n.M("dossier.nothing-waits", "Nothing waits to be erased."))
		} else if !f.Store.EraseFrom.IsZero() {
			e.say(i18n.M("dossier.face-data-waits", "Face data has waited to be erased since %s.",
				e.d.stamp(f.Store.EraseFrom)))
		}
		if f.People.Shared > 0 {
			e.say(i18n.M("dossier.faces-shared", "People whose face may go to other doors, which they named: %d. A "+
				"template is sealed for each of these doors alone. Until such a door has heard of a withdrawal, and "+
				"erased it, which its receipt proves, a copy on its way can be opened by that door alone.",
				f.People.Shared))
		}
	},
	policy.RuleStranger: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.People.At) {
			e.say(i18n.M("dossier.stray-templates", "Templates of no person on record: %d.", f.People.Strays))
		}
		if e.counted(f.Machine.At) {
			noDumps := part{i18n.M("dossier.no-dumps", "Crashes and swap leave nothing on disk"), f.Machine.DumpsOff}
			e.say(i18n.M("dossier.pictures-found", "Pictures of people found in the unit's folders: %d. %v.",
				f.Machine.Pictures, has(noDumps)))
		}
	},
	policy.RulePurpose: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Machine.At) {
			e.say(i18n.M("dossier.models-loaded", "What the loaded models are for: %s.",
				strings.Join(f.Machine.Models, ", ")))
		}
	},
	policy.RuleLocal: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Machine.At) {
			confined := part{i18n.M("dossier.eye-confined", "process that sees faces confined"), f.Machine.Confined}
			e.say(i18n.M("dossier.sockets-held",
				"Internet sockets held by the unit's processes, by the kernel's own tables: %d. "+
					"Remote-assistance programs found: %d. %v.",
				f.Machine.Sockets, f.Machine.RemoteTools, has(confined)))
		}
		if e.counted(f.Machine.At) {
			if f.Machine.Carrier {
				e.say(i18n.M("dossier.carrier", "The program menshen-site is installed beside it: it may carry sealed "+
					"records to the other doors of the building, and has no key to any."))
			} else {
				e.say(i18n.M("dossier.no-carrier",
					"The program that carries sealed records to other doors (menshen-site) is not installed."))
			}
		}
		if e.d.Confined != "" {
			e.say(i18n.M("dossier.eye-says", "In that process's own words: %s.", e.d.Confined))
		}
	},
	policy.RuleEncrypt: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Store.At) {
			sealed := i18n.M("dossier.records-authenticate", "every record authenticates under its key")
			apart := i18n.M("dossier.key-apart", "key kept apart from the data")
			e.say(i18n.M("dossier.encryption", "%v.", has(part{sealed, f.Store.Sealed}, part{apart, f.Store.KeyApart})))
		}
	},
	policy.RuleAudit: func(e *evidence, f *policy.UnitFacts) {
		a := e.d.Audit
		if !a.OK {
			e.say(i18n.M("dossier.log-fails", "The log does NOT verify: %s.", a.Problem))
			return
		}
		e.say(i18n.M("dossier.log-recomputed", "For this dossier all %d entries were recomputed and are whole.",
			a.Lines))
		if !a.Signed.IsZero() {
			e.say(i18n.M("dossier.last-signed", "Last signed %s.", e.d.stamp(a.Signed)))
		}
	},
	policy.RuleRetain: func(e *evidence, f *policy.UnitFacts) {
		r := e.d.Retention
		e.say(i18n.M("dossier.kept-for-days",
			"Door events are kept for %d days, acts of staff for %d. Oldest entry %s.",
			r.EventDays, r.ActDays, e.d.stamp(r.Oldest)))
		e.say(i18n.M("dossier.last-purge", "Last purge %s, entries removed: %d; overdue now: %d.",
			e.d.stamp(r.LastRun), r.Removed, r.Overdue))
	},
	policy.RuleOperator: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Staff.At) {
			e.say(i18n.M("dossier.accounts",
				"Accounts: %d; with one factor only: %d; without the commitment in force (version %s): %d; "+
					"passwords that could be used again: %d; idle log-out after %.0f minutes.",
				f.Staff.Operators, f.Staff.OneFactor, e.d.Commitment, f.Staff.NoCommitment,
				f.Staff.Secrets, f.Staff.IdleLogout.Minutes()))
			if f.Staff.LockOut {
				e.say(i18n.M("dossier.log-in-lockout", "Wrong tries lock an account for a while; this was tried."))
			}
		}
	},
	policy.RulePIA: func(e *evidence, f *policy.UnitFacts) {
		a := f.Papers.Assessment
		if a.At.IsZero() {
			e.say(i18n.M("dossier.none-on-file", "None is on file."))
			return
		}
		parts := has(
			part{i18n.M("dossier.necessity", "necessity"), a.Necessity},
			part{i18n.M("dossier.impact", "impact"), a.Impact},
			part{i18n.M("dossier.risks", "risks"), a.Risks},
			part{i18n.M("dossier.measures", "measures"), a.Measures},
		)
		e.say(i18n.M("dossier.assessment-of", "Of %s, valid until %s: %v.",
			e.d.stamp(a.At), e.d.stamp(a.ValidUntil), parts))
	},
	policy.RuleIncident: func(e *evidence, f *policy.UnitFacts) {
		if len(f.Duties.Incidents) == 0 && e.counted(f.Duties.At) {
			e.say(i18n.M("dossier.no-incident", "No incident on record."))
		}
		for _, i := range f.Duties.Incidents {
			e.say(i18n.M("dossier.incident-noticed",
				"Noticed %s, people concerned: %d; people told %s, authority told %s.",
				e.d.stamp(i.At), i.People, e.d.stamp(i.ToldPeople), e.d.stamp(i.ToldAuthority)))
		}
	},
	policy.RuleFiling: func(e *evidence, f *policy.UnitFacts) {
		if e.counted(f.Duties.At) {
			e.say(i18n.M("dossier.faces-of-site",
				"People with a face, over all doors of the site: %d; filing begins at %d.",
				f.Duties.SiteFaces, policy.FilingAt))
		}
	},
	policy.RuleNoPrivate: func(e *evidence, _ *policy.UnitFacts) {
		e.doors(func(d policy.DoorFacts) i18n.Message {
			return notice.Facts{Place: string(d.Place)}.Where()
		})
	},
	policy.RuleSafe: func(e *evidence, _ *policy.UnitFacts) {
		e.doors(func(d policy.DoorFacts) i18n.Message {
			parts := has(
				part{i18n.M("dossier.rex", "request to exit"), d.REX},
				part{i18n.M("dossier.fire-input", "fire input"), d.FireInput},
				part{i18n.M("dossier.exit-by-hand", "opens by hand from inside"), d.ExitByHand},
				part{i18n.M("dossier.safe-state", "safe state declared"), d.SafeState},
			)
			return i18n.M("dossier.safe-exit", "%v; self-test %s", parts, e.d.stamp(d.Tested))
		})
		e.power()
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
