package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"

	"menshen/board/check"
	"menshen/internal/i18n"
	"menshen/store"
)

// restore fills the new vault from the backup of the unit that this one replaces, if it does. The
// stick may be plugged in only now.
func (f *firstStart) restore(ctx context.Context) error {
	if f.stick == "" {
		return nil
	}
	replaces, err := f.ui.Ask(ctx, check.Question{ID: "restore", Text: i18n.M("menshen.first-restore",
		"Does this unit take the place of another one, from its backup on a stick?")})
	if err != nil || !replaces {
		return err
	}
	for {
		err := f.restoreFromStick(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		f.ui.Tell(i18n.Of(err))
		again, err := f.ui.Ask(ctx, check.Question{ID: "again", Text: i18n.M("menshen.first-restore-again",
			"Try again? Without it the door begins empty.")})
		if err != nil || !again {
			return err
		}
	}
}

func (f *firstStart) restoreFromStick(ctx context.Context) error {
	found, err := lookOnSticks(f.stick)
	if err != nil {
		return err
	}
	b, err := f.chooseBackup(ctx, found)
	if err != nil {
		return err
	}
	f.ui.Tell(i18n.M("menshen.first-restores", "This backup is taken: %s, made %s.", b.name(), f.made(b)))
	receipts, others, err := receiptsOf(b, found.receipts)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		f.ui.Tell(i18n.M("menshen.first-other-receipts", "Receipts of another unit are left out: %s.",
			strings.Join(others, ", ")))
	}
	r := restoring{keeper: keeper{config: f.draft(), operator: f.name}, identity: b.key, receipts: receipts,
		lang: f.ui.Lang}
	return r.run(f.verb, b.file)
}

// chooseBackup has the installer choose where there is more than one. Enter takes the newest. Where
// they are of several units a number is needed.
func (f *firstStart) chooseBackup(ctx context.Context, found sticks) (backupOnStick, error) {
	all := found.backups
	for _, m := range found.unusable {
		f.ui.Tell(m)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	f.ui.Tell(i18n.M("menshen.first-backups", "There are %d backups, the newest first:", len(all)))
	several := slices.ContainsFunc(all, func(b backupOnStick) bool { return !b.head.Pub.Equal(all[0].head.Pub) })
	for i, b := range all {
		line := i18n.M("menshen.first-backup", "  %d  %s, made %s", i+1, b.name(), f.made(b))
		if several {
			line = i18n.M("menshen.first-backup-of", "%v, public key %x…", line, []byte(b.head.Pub[:4]))
		}
		f.ui.Tell(line)
	}
	ask := i18n.M("menshen.type-number", "1 to %d [%d] > ", len(all), 1)
	if several {
		f.ui.Tell(i18n.M("menshen.first-several-units", "They are of different units. The public key of the unit that "+
			"this one replaces stands in its commissioning report."))
		ask = i18n.M("menshen.first-number", "1 to %d > ", len(all))
	}
	for {
		answer, err := f.ui.Line(ctx, ask)
		if err != nil {
			return backupOnStick{}, err
		}
		if answer == "" && !several {
			return all[0], nil
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(all) {
			return all[n-1], nil
		}
		f.ui.Tell(i18n.M("menshen.first-no-such-backup", "There is no backup of that number."))
	}
}

// made tells when a backup was made, by the clock of the unit that made it.
func (f *firstStart) made(b backupOnStick) string {
	return b.head.At.In(f.conf.Site.Location()).Format("2006-01-02 15:04")
}

// sticks is what sticks have for a unit that takes the place of another one.
type sticks struct {
	backups  []backupOnStick // at least one, the newest first
	unusable []i18n.Message  // why others cannot be taken
	receipts []string        // files of them
}

// backupOnStick is a backup with a key that opens it. The head is what the backup says of itself:
// on a stick the time of a file says little. Its signature is checked when it is restored.
type backupOnStick struct {
	file, key string
	head      store.BackupHead
}

func (b backupOnStick) name() string { return filepath.Base(b.file) }

// lookOnSticks looks in the folder of a stick, or of several sticks, each in a folder of its own.
// It is an error if no key there opens a backup.
func lookOnSticks(folder string) (sticks, error) {
	files, keys := filesOn(folder, ".age"), filesOn(folder, ".key")
	if len(files) == 0 || len(keys) == 0 {
		return sticks{}, i18n.E("menshen.first-no-backup", "On the sticks that are plugged in: %d backups (.age), "+
			"%d keys (.key). There must be a backup, the manager's key for it, and the receipts (.jsonl) if there are "+
			"any, in the top folder of a stick with FAT or exFAT.", len(files), len(keys))
	}
	s := sticks{receipts: filesOn(folder, ".jsonl")}
	for _, file := range files {
		if b, err := openBy(file, keys); err == nil {
			s.backups = append(s.backups, b)
		} else {
			s.unusable = append(s.unusable,
				i18n.M("menshen.first-unusable", "%s cannot be taken: %v", b.name(), why(err)))
		}
	}
	if len(s.backups) == 0 {
		return sticks{}, &i18n.Error{What: i18n.List(i18n.Verbatim("\n"), s.unusable...)}
	}
	slices.SortStableFunc(s.backups, func(a, b backupOnStick) int { return b.head.At.Compare(a.head.At) })
	return s, nil
}

// filesOn gives the files with that ending, but none that a computer hides (macOS puts one beside
// each), and no copies of people's own pages, which 'stick' at the console brings too.
func filesOn(folder, ending string) (all []string) {
	for _, pattern := range []string{"*", "*/*"} {
		found, _ := filepath.Glob(filepath.Join(folder, pattern+ending))
		all = append(all, found...)
	}
	return slices.DeleteFunc(all, func(file string) bool {
		name := filepath.Base(file)
		return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".html.age")
	})
}

// openBy tries the keys. Errors: [store.ErrBackupKey] if none of them is the backup's, and those of
// [store.ReadBackupHead].
func openBy(file string, keys []string) (backupOnStick, error) {
	b := backupOnStick{file: file}
	for _, b.key = range keys {
		err := withBackup(file, b.key, func(f io.ReadSeeker, id age.Identity) (err error) {
			b.head, err = store.ReadBackupHead(f, id)
			return err
		})
		if !errors.Is(err, store.ErrBackupKey) && !errors.Is(err, errNoAgeKey) {
			return b, err
		}
	}
	return b, store.ErrBackupKey
}

// why says why a backup cannot be taken.
func why(err error) i18n.Message {
	switch {
	case errors.Is(err, store.ErrBackupKey):
		return i18n.M("menshen.first-another-key", "no key on the stick opens it.")
	case errors.Is(err, store.ErrNewer):
		return i18n.M("menshen.first-newer-backup",
			"it is of a later version of the program: flash the card with that one.")
	}
	return i18n.M("menshen.first-damaged-backup", "it is damaged, or is not a backup.")
}

// receiptsOf gives the files with receipts of the unit that made the backup, and the names of the
// others. A file with receipts of both is given too: the restore says which does not count.
func receiptsOf(b backupOnStick, files []string) (of, others []string, err error) {
	for _, file := range files {
		all, err := readReceipts(file)
		switch {
		case err != nil:
			return nil, nil, err
		case slices.ContainsFunc(all, func(r store.Receipt) bool { return r.Verify(b.head.Pub) }):
			of = append(of, file)
		default:
			others = append(others, filepath.Base(file))
		}
	}
	return of, others, nil
}
