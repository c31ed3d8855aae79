package policy

import (
	"menshen/internal/i18n"
	"slices"
	"time"
)

// EraseWithin is the backstop: face data that has no purpose any more is gone by then, whatever stood in the way.
const EraseWithin = 15 * 24 * time.Hour

// Daily is how often the log is verified and old records are purged, with an hour's grace.
const Daily = 25 * time.Hour

// purposes are all that a model in the unit may be for (R-PURPOSE).
var purposes = []string{"detect", "landmark", "embed", "liveness", "eye"}

// lawOfData is what happens to data.
var lawOfData = []Rule{
	{
		ID: RuleErase, Source: "PIPL 47, FRT 8, SPC 12, NDS, case 1", Protects: true,
		says:    i18n.M("policy.when-purpose-ends-face", "When the purpose ends, face data is destroyed: at once, within 15 days at the latest, in every copy on the unit."),
		counted: ofStore,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return f.Store.EraseFrom.IsZero() || within(f.At, f.Store.EraseFrom, EraseWithin)
			},
			wrong:  i18n.M("policy.face-data-should-gone", "Face data that should be gone has been kept for more than 15 days."),
			remedy: i18n.M("policy.erase-now-if-fails", "Erase it now; if that fails, replace the storage and destroy the old one."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Store.EraseFrom.IsZero() },
			wrong:  i18n.M("policy.face-data-waits-erased", "Face data waits to be erased."),
			remedy: i18n.M("policy.look-stores-faults-unit", "Look at the store's faults; the unit tries again by itself."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Store.EraseFailed == 0 },
			wrong:  i18n.M("policy.after-erasure-remains-were", "After an erasure, remains were found."),
			remedy: i18n.M("policy.erase-again-if-remains", "Erase again; if remains are found again, replace the storage and destroy the old one."),
		}},
	},
	{
		ID: RuleStranger, Source: "PIPL 6, FRT 4, GB/T 35273-2020 6.3, case 1", Protects: true,
		says:    i18n.M("policy.people-who-not-enrolled", "Of people who are not enrolled nothing is kept, and of the enrolled no pictures."),
		counted: both(ofPeople, ofMachine),
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.People.Strays == 0 },
			wrong:  i18n.M("policy.face-data-stored-belongs", "Face data is stored that belongs to no person on record."),
			remedy: i18n.M("policy.erase-find-out-where", "Erase it, and find out where it came from."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.Pictures == 0 },
			wrong:  i18n.M("policy.pictures-people-lie-units", "Pictures of people lie in the unit's folders."),
			remedy: i18n.M("policy.delete-them-find-out", "Delete them, and find out where they came from."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.DumpsOff || f.Bench },
			wrong:  i18n.M("policy.crash-or-swap-could", "A crash, or swap, could write faces in memory to disk."),
			remedy: i18n.M("policy.switch-core-dumps-swap", "Switch core dumps and swap off."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Machine.DumpsOff || !f.Bench },
			wrong:  i18n.M("policy.bench-unit-on-machine", "This is a bench unit on a machine where a crash, or swap, could write memory to disk."),
			remedy: i18n.M("policy.before-real-use-switch", "Before real use, switch core dumps and swap off, and end the bench mode."),
		}},
	},
	{
		ID: RulePurpose, Source: "PIPL 6 and 28, case 2", Protects: true,
		says:    i18n.M("policy.unit-finds-out-one", "The unit finds out one thing: is this an enrolled, consenting person at this door now. No age, no sex, no mood, no counting."),
		counted: ofMachine,
		demands: []demand{{
			met: func(f *UnitFacts) bool {
				return !slices.ContainsFunc(f.Machine.Models, func(m string) bool { return !slices.Contains(purposes, m) })
			},
			wrong:  i18n.M("policy.model-loaded-serves-another", "A model is loaded that serves another purpose."),
			remedy: i18n.M("policy.take-out-model-manifest", "Take it out of the model manifest and delete its file."),
		}},
	},
	{
		ID: RuleLocal, Source: "FRT 8, case 1", Protects: true,
		says:    i18n.M("policy.face-data-stays-unit", "Face data stays in the unit. The unit opens no internet connection, and cannot be reached from outside."),
		counted: ofMachine,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Machine.Sockets == 0 },
			wrong:  i18n.M("policy.process-unit-holds-internet", "A process of the unit holds an internet socket."),
			remedy: i18n.M("policy.stop-unit-have-software", "Stop the unit, and have the software checked before it runs again."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.RemoteTools == 0 || f.Bench },
			wrong:  i18n.M("policy.remote-assistance-program-was", "A remote-assistance program was found."),
			remedy: i18n.M("policy.remove", "Remove it."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Machine.Confined || f.Bench },
			wrong:  i18n.M("policy.process-sees-faces-not", "The process that sees faces is not confined."),
			remedy: i18n.M("policy.use-kernel-with-landlock", "Use a kernel with Landlock (Linux 5.13 or newer), and look at the unit's faults."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Machine.RemoteTools == 0 && f.Machine.Confined || !f.Bench },
			wrong:  i18n.M("policy.bench-unit-on-machine-with", "This is a bench unit on a machine with a remote-assistance program, or that cannot confine the process that sees faces."),
			remedy: i18n.M("policy.before-real-use-take", "Before real use, take another machine or mend this one, and end the bench mode."),
		}},
	},
	{
		ID: RuleEncrypt, Source: "PIPL 51, FRT 14, case 1", Protects: true,
		says:    i18n.M("policy.face-data-personal-data", "Face data and personal data are encrypted where they are stored, and the key does not lie beside them."),
		counted: ofStore,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Store.Sealed },
			wrong:  i18n.M("policy.records-were-found-not", "Records were found that are not encrypted."),
			remedy: i18n.M("policy.check-store-restore-backup", "Check the store; restore a backup into a new one if it is damaged."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Store.KeyApart || f.Bench },
			wrong:  i18n.M("policy.key-lies-clear-beside", "The key lies in clear beside the data."),
			remedy: i18n.M("policy.change-key-source-sealed", "Change the key source to a sealed credential, a TPM or a passphrase."),
		}, {
			soon:   true,
			met:    func(f *UnitFacts) bool { return f.Store.KeyApart || !f.Bench },
			wrong:  i18n.M("policy.bench-unit-with-its", "This is a bench unit with its key beside the data: not for data of real people."),
			remedy: i18n.M("policy.before-real-use-change", "Before real use, change the key source and end the bench mode."),
		}},
	},
	{
		ID: RuleAudit, Source: "PIPL 54 and 55, FRT 14", Protects: true,
		says:    i18n.M("policy.every-decision-every-act", "Every decision and every act on personal data is recorded so that tampering shows."),
		counted: ofStore,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return f.Store.AuditWhole },
			wrong:  i18n.M("policy.audit-log-does-not", "The audit log does not verify."),
			remedy: i18n.M("policy.export-log-keep-unit", "Export the log, keep the unit as it is, and open an incident."),
		}, {
			met:    func(f *UnitFacts) bool { return within(f.At, f.Store.AuditChecked, Daily) },
			wrong:  i18n.M("policy.audit-log-was-not", "The audit log was not verified for more than a day."),
			remedy: i18n.M("policy.verify-now", "Verify it now."),
		}},
	},
	{
		// Entries kept for too long are the staff's to mend; they hold no face data.
		ID: RuleRetain, Source: "PIPL 19, FRT 8",
		says:    i18n.M("policy.each-kind-record-kept", "Each kind of record is kept no longer than it was set, and purged daily."),
		counted: ofStore,
		demands: []demand{{
			met:    func(f *UnitFacts) bool { return within(f.At, f.Store.Purged, Daily) },
			wrong:  i18n.M("policy.old-records-were-not", "Old records were not purged for more than a day."),
			remedy: i18n.M("policy.run-purge-look-stores", "Run the purge, and look at the store's faults."),
		}, {
			met:    func(f *UnitFacts) bool { return f.Store.Overdue == 0 },
			wrong:  i18n.M("policy.records-older-than-their", "Records are older than their retention allows."),
			remedy: i18n.M("policy.run-purge", "Run the purge."),
		}},
	},
}
