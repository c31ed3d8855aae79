package policy

import (
	"slices"
	"time"

	"menshen/internal/i18n"
)

// EraseWithin is the backstop: face data that has no purpose any more is gone by
// then, whatever stood in the way.
const EraseWithin = 15 * 24 * time.Hour

// Daily is how often the log is verified and old records are purged, with an hour's grace.
const Daily = 25 * time.Hour

// purposes are all that a model in the unit may be for (R-PURPOSE).
var purposes = []string{"detect", "landmark", "embed", "liveness", "eye"}

// lawOfData is what happens to data.
var lawOfData = []Rule{
	{
		ID: RuleErase, Source: "PIPL 47, FRT 8, SPC 12, NDS, case 1", Protects: true,
		says: i18n.M("policy.rule-erase", "When the purpose ends, face data is destroyed: at once, within 15 "+
			"days at the latest, in every copy on the unit."),
		counted: ofStore,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return f.Store.EraseFrom.IsZero() || within(f.At, f.Store.EraseFrom, EraseWithin)
			},
			wrong: i18n.M("policy.erase-late", "Face data that should be gone has been kept for more than 15 days."),
			remedy: i18n.M("policy.erase-late-remedy",
				"Erase it now; if that fails, replace the storage and destroy the old one."),
		}, {
			soon:  true,
			met:   func(f *UnitFacts) bool { return f.Store.EraseFrom.IsZero() },
			wrong: i18n.M("policy.erase-waiting", "Face data waits to be erased."),
			remedy: i18n.M("policy.erase-waiting-remedy",
				"Look at the vault's faults; the unit tries again by itself."),
		}, {
			met:   func(f *UnitFacts) bool { return f.Store.EraseFailed == 0 },
			wrong: i18n.M("policy.erase-remains", "After an erasure, remains were found."),
			remedy: i18n.M("policy.erase-remains-remedy",
				"Erase again; if remains are found again, replace the storage and destroy the old one."),
		}},
	},
	{
		ID: RuleStranger, Source: "PIPL 6, FRT 4, GB/T 35273-2020 6.3, case 1", Protects: true,
		says: i18n.M("policy.rule-stranger",
			"Of people who are not enrolled nothing is kept, and of the enrolled no pictures."),
		counted: both(ofPeople, ofMachine),
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.Strays == 0 },
			wrong:  i18n.M("policy.stranger-stray-face", "Face data is stored that belongs to no person on record."),
			remedy: i18n.M("policy.stranger-stray-face-remedy", "Erase it, and find out where it came from."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.Pictures == 0 },
			wrong:  i18n.M("policy.stranger-pictures", "Pictures of people lie in the unit's folders."),
			remedy: i18n.M("policy.stranger-pictures-remedy", "Delete them, and find out where they came from."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.DumpsOff || f.Bench },
			wrong:  i18n.M("policy.stranger-dumps", "A crash, or swap, could write faces in memory to disk."),
			remedy: i18n.M("policy.stranger-dumps-remedy", "Switch core dumps and swap off."),
		}, {
			soon: true,
			met:  func(f *UnitFacts) bool { return f.Machine.DumpsOff || !f.Bench },
			wrong: i18n.M("policy.stranger-dumps-bench",
				"This is a bench unit on a machine where a crash, or swap, could write memory to disk."),
			remedy: i18n.M("policy.stranger-dumps-bench-remedy",
				"Before real use, switch core dumps and swap off, and end the bench mode."),
		}},
	},
	{
		ID: RulePurpose, Source: "PIPL 6 and 28, case 2", Protects: true,
		says: i18n.M("policy.rule-purpose", "The unit finds out one thing: is this an enrolled, consenting "+
			"person at this door now. No age, no sex, no mood, no counting."),
		counted: ofMachine,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return !slices.ContainsFunc(f.Machine.Models, func(m string) bool {
					return !slices.Contains(purposes, m)
				})
			},
			wrong: i18n.M("policy.purpose-other-model", "A model is loaded that serves another purpose."),
			remedy: i18n.M("policy.purpose-other-model-remedy",
				"Take it out of the model manifest and delete its file."),
		}},
	},
	{
		ID: RuleLocal, Source: "FRT 8, case 1", Protects: true,
		says: i18n.M("policy.rule-local", "Face data stays in the unit. The unit opens no internet connection, "+
			"and cannot be reached from outside. Where doors of one building are connected, a program beside the unit "+
			"carries sealed records of who may come in, on the building's own network only; no face is among them."),
		counted: ofMachine,
		demands: []demand{{
			met:   func(f *UnitFacts) bool { return f.Machine.Sockets == 0 },
			wrong: i18n.M("policy.local-socket", "A process of the unit holds an internet socket."),
			remedy: i18n.M("policy.local-socket-remedy",
				"Stop the unit, and have the software checked before it runs again."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.RemoteTools == 0 || f.Bench },
			wrong:  i18n.M("policy.local-remote-tool", "A remote-assistance program was found."),
			remedy: i18n.M("policy.local-remote-tool-remedy", "Remove it."),
		}, {
			met:   func(f *UnitFacts) bool { return f.Machine.Confined || f.Bench },
			wrong: i18n.M("policy.local-not-confined", "The process that sees faces is not confined."),
			remedy: i18n.M("policy.local-not-confined-remedy",
				"Use a kernel with Landlock (Linux 5.13 or newer), and look at the unit's faults."),
		}, {
			soon: true,
			met:  func(f *UnitFacts) bool { return f.Machine.RemoteTools == 0 && f.Machine.Confined || !f.Bench },
			wrong: i18n.M("policy.local-bench", "This is a bench unit on a machine with a remote-assistance "+
				"program, or that cannot confine the process that sees faces."),
			remedy: i18n.M("policy.local-bench-remedy",
				"Before real use, take another machine or mend this one, and end the bench mode."),
		}},
	},
	{
		ID: RuleEncrypt, Source: "PIPL 51, FRT 14, case 1", Protects: true,
		says: i18n.M("policy.rule-encrypt",
			"Face data and personal data are encrypted where they are stored, and the key does not lie beside them."),
		counted: ofStore,
		demands: []demand{{
			met:   func(f *UnitFacts) bool { return f.Store.Sealed },
			wrong: i18n.M("policy.encrypt-plain-records", "Records were found that are not encrypted."),
			remedy: i18n.M("policy.encrypt-plain-records-remedy",
				"Check the vault; if it is damaged, restore a backup into a new one."),
		}, {
			met:   func(f *UnitFacts) bool { return f.Store.KeyApart || f.Bench },
			wrong: i18n.M("policy.encrypt-key-beside", "The key lies in clear beside the data."),
			remedy: i18n.M("policy.encrypt-key-beside-remedy",
				"Change the key source to a sealed credential, a TPM or a passphrase."),
		}, {
			soon: true,
			met:  func(f *UnitFacts) bool { return f.Store.KeyApart || !f.Bench },
			wrong: i18n.M("policy.encrypt-key-beside-bench",
				"This is a bench unit with its key beside the data: not for data of real people."),
			remedy: i18n.M("policy.encrypt-key-beside-bench-remedy",
				"Before real use, change the key source and end the bench mode."),
		}},
	},
	{
		ID: RuleAudit, Source: "PIPL 54 and 55, FRT 14", Protects: true,
		says: i18n.M("policy.rule-audit", "Every decision and every act on personal data is recorded so that "+
			"tampering shows."),
		counted: ofStore,
		demands: []demand{{
			met:   func(f *UnitFacts) bool { return f.Store.AuditWhole },
			wrong: i18n.M("policy.audit-broken", "The audit log does not verify."),
			remedy: i18n.M("policy.audit-broken-remedy",
				"Export the log, keep the unit as it is, and open an incident."),
		}, {
			met:    func(f *UnitFacts) bool { return within(f.At, f.Store.AuditChecked, Daily) },
			wrong:  i18n.M("policy.audit-not-verified", "The audit log has not been verified for more than a day."),
			remedy: i18n.M("policy.audit-not-verified-remedy", "Verify it now."),
		}},
	},
	{
		// Entries kept for too long hold no face data: faces stay on, and the staff mend it.
		ID: RuleRetain, Source: "PIPL 19, FRT 8",
		says: i18n.M("policy.rule-retain",
			"Each kind of record is kept no longer than was set, and purged daily."),
		counted: ofStore,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return within(f.At, f.Store.Purged, Daily) },
			wrong:  i18n.M("policy.retain-not-purged", "Old records have not been purged for more than a day."),
			remedy: i18n.M("policy.retain-not-purged-remedy", "Run the purge, and look at the vault's faults."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Store.Overdue == 0 },
			wrong:  i18n.M("policy.retain-overdue", "Records are older than their retention allows."),
			remedy: i18n.M("policy.retain-overdue-remedy", "Run the purge."),
		}},
	},
}
