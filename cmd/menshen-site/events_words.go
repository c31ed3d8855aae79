package main

import (
	"menshen/internal/i18n"
	"menshen/store/audit"
)

// happenings say what happened, by its kind in the door's audit log.
var happenings = map[audit.Kind]i18n.Message{
	audit.Alarm:             i18n.M("told.alarm", "alarm"),
	audit.Quiet:             i18n.M("told.quiet", "alarm over"),
	audit.Tamper:            i18n.M("told.tamper", "the unit's case was opened"),
	audit.TamperOver:        i18n.M("told.tamper-over", "the unit's case is closed again"),
	audit.LockdownSwitchOn:  i18n.M("told.lockdown-key-on", "lockdown by the key switch"),
	audit.LockdownSwitchOff: i18n.M("told.lockdown-key-off", "the key switch ended the lockdown"),
	audit.Override:          i18n.M("told.orders", "orders at this door"),
	audit.SiteOrderGiven:    i18n.M("told.site-order-given", "an order to all doors"),
	audit.SiteOrderEnded:    i18n.M("told.site-order-ended", "an order to all doors is over"),
	audit.MainsLost:         i18n.M("told.mains-lost", "mains lost, it runs on its battery"),
	audit.MainsBack:         i18n.M("told.mains-back", "mains back"),
	audit.BatteryLow:        i18n.M("told.battery-low", "battery low"),
	audit.BatteryGood:       i18n.M("told.battery-good", "battery in order"),
	audit.Fault:             i18n.M("told.fault", "fault"),
	audit.FaultOver:         i18n.M("told.fault-over", "fault over"),
	audit.UnitStarted:       i18n.M("told.unit-started", "the unit started"),
	audit.UnitStopped:       i18n.M("told.unit-stopped", "the unit was stopped"),
	audit.TimeFloorSet:      i18n.M("told.time-floor-set", "the time was set back"),
	audit.DoorOpened:        i18n.M("told.door-opened", "opened by staff at the desk"),
	audit.OutputByHand:      i18n.M("told.output-by-hand", "an output was switched by staff"),
	audit.HoursChanged:      i18n.M("told.hours-changed", "the hours were changed"),
	audit.UpdateBegun:       i18n.M("told.update-begun", "an update is being installed"),
	audit.UpdateFailed:      i18n.M("told.update-failed", "an update was refused or failed"),
	audit.UpdateTried:       i18n.M("told.update-tried", "an update is on trial"),
	audit.UpdateKept:        i18n.M("told.update-kept", "an update was kept"),
	audit.UpdateTakenBack:   i18n.M("told.update-taken-back", "an update was taken back"),
	audit.ReaderFileEnded:   i18n.M("told.reader-file-ended", "a reader was sent new firmware"),
	audit.FaceErased:        i18n.M("told.face-erased", "a face was erased"),
	audit.PersonRemoved:     i18n.M("told.person-removed", "a person was erased"),
	audit.PeopleImported:    i18n.M("told.people-imported", "people were imported"),
	audit.ImportUndone:      i18n.M("told.import-undone", "an import was undone"),
	audit.ListExported:      i18n.M("told.list-exported", "a list was exported"),
	audit.LogExported:       i18n.M("told.audit-exported", "the audit log was exported"),
	audit.BackupMade:        i18n.M("told.backup-made", "a backup was made"),
	audit.BackupRestored:    i18n.M("told.backup-restored", "a backup was restored"),
	audit.KeysRotated:       i18n.M("told.keys-rotated", "the vault has a new key"),
	audit.KeySourceChanged:  i18n.M("told.key-source-changed", "the vault's key is kept elsewhere now"),
	audit.VaultMigrated:     i18n.M("told.vault-migrated", "the vault has a new layout"),
	audit.RetentionChanged:  i18n.M("told.retention-changed", "the retention was changed"),
	audit.PaperFiled:        i18n.M("told.paper-filed", "a paper was filed"),
	audit.PaperRemoved:      i18n.M("told.paper-removed", "a paper was removed"),
	audit.NoticeChanged:     i18n.M("told.notice-changed", "the notice was changed"),
	audit.OperatorAdded:     i18n.M("told.operator-added", "an operator was added"),
	audit.OperatorChanged:   i18n.M("told.operator-changed", "an operator was changed"),
	audit.OperatorBlocked:   i18n.M("told.operator-blocked", "an operator was blocked"),
	audit.LogInRefused:      i18n.M("told.log-in-refused", "a log-in was refused"),
	audit.LogInCardRefused:  i18n.M("told.log-in-card-refused", "a card at log-in was refused"),
	audit.RecoveryCodeMade:  i18n.M("told.recovery-code-made", "a recovery code was made"),
	audit.RecoveryRefused:   i18n.M("told.recovery-refused", "a recovery was refused"),
	audit.Recovered:         i18n.M("told.recovered", "an operator was let in again by a recovery code"),
	audit.SiteFounded:       i18n.M("told.site-founded", "the site was founded"),
	audit.SiteJoined:        i18n.M("told.site-joined", "the door joined the site"),
	audit.DoorAdmitted:      i18n.M("told.door-admitted", "a door was admitted to the site"),
	audit.DoorSentAway:      i18n.M("told.door-sent-away", "a door was sent away from the site"),
	audit.SiteChainBroken:   i18n.M("told.site-chain-broken", "its vault was put back to an older state"),
	audit.ManagerKeySet:     i18n.M("told.manager-key-set", "a manager's key was named"),
	audit.ManagerKeyRemoved: i18n.M("told.manager-key-removed", "a manager's key was taken away"),
}

// things are what an alarm is of, where the vocabulary has no word.
var things = map[string]i18n.Message{
	"duress":     i18n.M("told.of-duress", "duress"),
	"evacuation": i18n.M("told.of-evacuation", "evacuation"),
}
