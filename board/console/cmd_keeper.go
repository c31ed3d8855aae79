package console

import (
	"context"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

func keeperCommands() []command {
	return []command{
		{name: "unlock", right: desk.UnlocksFaces, needs: has[Keeper], run: unlockFaces,
			about:   i18n.M("console.help-unlock", "unlock the faces with their passphrase"),
			example: "unlock"},
		{name: "passphrase", usage: "set|remove", right: desk.TakesFaces, needs: has[Keeper], run: setPassphrase,
			about:   i18n.M("console.help-passphrase", "put the faces behind a passphrase, or remove it"),
			example: "passphrase set"},
		{name: "backup", usage: "AGE-PUBLIC-KEY [--without-faces]", right: desk.KeepsPeople,
			needs: has[Keeper], run: backup,
			about:   i18n.M("console.help-backup", "write a backup that only the holder of a key can read"),
			example: "backup age12mpdhzn3dkws5r5k3qqwcgn80gn8kmdagggm2chzffwa6tr9jyeswyld6c --without-faces"},
		{name: "export", usage: "[people|visitors|decisions|counters|waits] [--template]", right: desk.ReadsRecords,
			needs: has[Keeper], run: export,
			about: i18n.M("console.help-export-lists", "write a file: the signed audit log, for "+
				"'menshen audit verify'; a list for a spreadsheet; or one to fill in for import"),
			example: "export people"},
		{name: "rotate", usage: "REASON", right: desk.KeepsPeople, needs: has[Keeper], run: rotate,
			about:   i18n.M("console.help-rotate", "move the vault to a new key and a new file"),
			example: "rotate a copy of the disk was found"},
		{name: "retention", usage: "[run] [--json]", right: desk.ReadsPeople, needs: has[Keeper], run: retention,
			about: i18n.M("console.help-retention",
				"show what is kept for how long, and what is overdue; run removes it"),
			example: "retention run"},
		{name: "receipts", usage: "[--json | --file]", right: desk.ReadsPeople, needs: has[Keeper], run: receipts,
			about:   i18n.M("console.help-receipts", "show the signed receipts of all erasures"),
			example: "receipts"},
		{name: "check", needs: has[Keeper], run: checkVault,
			about:   i18n.M("console.help-check", "read every record of the vault and name those that are damaged"),
			example: "check"},
	}
}

func unlockFaces(ctx context.Context, c *console, _ []string) error {
	pass, err := c.askSecret(i18n.M("console.ask-faces-passphrase", "Passphrase of the faces: "))
	if err != nil {
		return err
	}
	defer pass.Wipe()
	if err := c.desk.(Keeper).UnlockFaces(ctx, c.who, pass); err != nil {
		return err
	}
	c.say(i18n.M("console.faces-work", "Faces work."))
	return nil
}

func setPassphrase(ctx context.Context, c *console, words []string) error {
	if len(words) != 1 || words[0] != "set" && words[0] != "remove" {
		return c.misuse("passphrase")
	}
	var pass desk.Secret
	if words[0] == "set" {
		var err error
		if pass, err = c.newSecret(i18n.M("console.ask-new-passphrase",
			"New passphrase, 8 characters or more: ")); err != nil {
			return err
		}
		defer pass.Wipe()
	} else if err := c.confirmOrStop(i18n.M("console.passphrase-remove-sure",
		"Without a passphrase, faces work again by themselves after a power cut. Remove it?")); err != nil {
		return err
	}
	if err := c.desk.(Keeper).SetPassphrase(ctx, c.who, pass); err != nil {
		return err
	}
	c.say(i18n.M("console.done", "Done."))
	return nil
}

func backup(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "without-faces")
	if err != nil {
		return err
	}
	if len(a.words) != 1 {
		return c.misuse("backup")
	}
	path, err := c.desk.(Keeper).Backup(ctx, c.who, a.words[0], !a.has("without-faces"))
	if err != nil {
		return err
	}
	c.say(i18n.M("console.backup-written", "Backup written to %s", path))
	c.sayCarry(path)
	return nil
}

func exportAudit(ctx context.Context, c *console) error {
	path, key, err := c.desk.(Keeper).ExportAudit(ctx, c.who)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.audit-log-written", "Audit log written to %s", path))
	c.say(i18n.M("console.audit-log-verify", "To verify it on any machine: menshen audit verify FILE --key %s", key))
	c.say(i18n.M("console.keep-export", "Keep this file: --expect FILE checks a later one against it."))
	c.sayCarry(path)
	return nil
}

func rotate(ctx context.Context, c *console, words []string) error {
	if len(words) == 0 {
		return c.misuse("rotate")
	}
	c.say(i18n.M("console.rotate-warning",
		"The old key is destroyed: copies of the file made before can no longer be read."))
	if err := c.confirmOrStop(i18n.M("console.rotate-sure", "Rotate?")); err != nil {
		return err
	}
	if err := c.desk.(Keeper).Rotate(ctx, c.who, strings.Join(words, " ")); err != nil {
		return err
	}
	c.say(i18n.M("console.rotated", "The vault has a new key; the old one is destroyed."))
	return nil
}

func retention(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json")
	if err != nil {
		return err
	}
	run := a.rest() == "run"
	if len(a.words) > 0 && !run {
		return c.misuse("retention")
	}
	r, err := c.desk.(Keeper).Retention(ctx, c.who, run)
	if err != nil {
		return err
	}
	const day = 24 * time.Hour
	t := table{cols: []column{
		{"events", i18n.M("console.events-kept-days", "door events kept, days")},
		{"acts", i18n.M("console.acts-kept-days", "acts of staff kept, days")},
		{"oldest", i18n.M("console.oldest-entry", "oldest entry")},
		{"run", i18n.M("console.last-run", "last run")},
		{"removed", i18n.M("console.last-removed", "removed then")},
		{"overdue", i18n.M("console.overdue", "overdue")},
	}}
	t.add(int(r.Events/day), int(r.Acts/day), moment(r.Oldest), moment(r.LastRun), r.Removed, r.Overdue)
	return c.show(t, a.has("json"))
}

func receipts(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "json", "file")
	if err != nil {
		return err
	}
	if a.has("file") {
		path, err := c.desk.(Keeper).WriteReceipts(ctx, c.who)
		if err != nil {
			return err
		}
		c.say(i18n.M("console.receipts-written", "Receipts written to %s; keep them beside the backups.", path))
		c.sayCarry(path)
		return nil
	}
	all, err := c.desk.(Keeper).Receipts(ctx, c.who)
	if err != nil {
		return err
	}
	if a.has("json") {
		for _, r := range all {
			c.print(r.JSON)
		}
		return nil
	}
	t := table{cols: []column{
		{"number", i18n.M("console.number", "number")},
		{"at", i18n.M("console.time", "time")},
		{"what", i18n.M("console.erased-what", "what")},
		{"why", i18n.M("console.why", "why")},
		{"sought", i18n.M("console.blocks-sought", "blocks sought")},
		{"found", i18n.M("console.found", "found")},
		{"signed", i18n.M("console.signed", "signed")},
	}}
	for _, r := range all {
		t.add(r.Number, moment(r.At), word(r.What), word(r.Why), r.Sought, r.Found, r.Signed)
	}
	return c.show(t, false)
}

func checkVault(ctx context.Context, c *console, _ []string) error {
	note, err := c.desk.(Keeper).CheckVault(ctx, c.who)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.every-record-whole", "Every record is whole."))
	if note != "" {
		c.paragraphs(note)
	}
	return nil
}
