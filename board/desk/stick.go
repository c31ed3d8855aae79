package desk

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"menshen/board/outbox"
	"menshen/board/slots"
	"menshen/board/update"
	"menshen/internal/i18n"
	"menshen/store"
	"menshen/store/audit"
)

// StickFile is a file that is on a stick, or went onto it.
type StickFile struct {
	Name string
	Size int64     // bytes
	At   time.Time // as the stick tells; zero for one that went onto it
	As   string    // its name on the stick, where another file has this one; empty: Name
}

// CopyToStick has root copy files of the out folder onto the USB stick, those with these names or
// with none all. It tells how many of them are on it then, and which were copied now. Each was
// read back from the stick, and is recorded with its SHA-256.
func (d *Desk) CopyToStick(ctx context.Context, s Session, names []string, step Progress) (files int,
	went []StickFile, err error) {
	by, err := d.allow(s, ReadsPeople)
	if err != nil {
		return 0, nil, err
	}
	names, err = d.mayCarry(s, names)
	if err != nil || names != nil && len(names) == 0 {
		return 0, nil, err
	}
	copying := s.Lang.Say(i18n.M("desk.stick-copying", "copying to the stick, and reading back"))
	a, err := d.askStick(ctx, update.Request{Do: update.Give, Names: names}, func(a update.Answer) {
		step(Step{Text: copying, Done: a.Percent, Wanted: 100})
	})
	for _, f := range a.Went {
		err = errors.Join(err, d.recordCarried(ctx, audit.FileCarriedOut, by, f))
		went = append(went, StickFile{Name: f.Name, Size: f.Size, As: f.As})
	}
	return a.Files, went, err
}

// mayCarry leaves out of the names what an operator may not take along: a printed pass opens the
// door, so it goes with who may make one. No names are all, and stay so where nothing is left out.
// Errors: a pass is named.
func (d *Desk) mayCarry(s Session, names []string) ([]string, error) {
	now, err := d.session(s)
	if err != nil || KeepsPeople.Of(now.Role) {
		return names, err
	}
	if slices.ContainsFunc(names, outbox.IsPass) {
		_, err := d.allow(s, KeepsPeople)
		return nil, err
	}
	if len(names) > 0 {
		return names, nil
	}
	all, err := d.out.Names()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, outbox.IsPass), nil
}

// ListStick tells which files are in the top folder of the stick, the newest first, and how many
// more there are that are not shown.
func (d *Desk) ListStick(ctx context.Context, s Session) (found []StickFile, more int, err error) {
	if _, err := d.allow(s, ReadsPeople); err != nil {
		return nil, 0, err
	}
	a, err := d.askStick(ctx, update.Request{Do: update.List}, nil)
	for _, f := range a.Found {
		found = append(found, StickFile{Name: f.Name, Size: f.Size, At: f.At})
	}
	return found, a.Left, err
}

// openStick has root take one file from the stick, at most limit bytes large, and records it. It is
// in memory only, and is gone when it is closed.
func (d *Desk) openStick(ctx context.Context, by store.Actor, name string, limit int64) (io.ReadCloser, error) {
	a, err := d.askStick(ctx, update.Request{Do: update.Take, Names: []string{name}, Limit: limit}, nil)
	if err != nil {
		return nil, err
	}
	if a.Taken == nil {
		return nil, stickRefusal(update.Answer{Refused: update.Failed, Detail: "no answer"})
	}
	f, err := d.updates.OpenTaken()
	if err != nil {
		return nil, err
	}
	if err := d.recordCarried(ctx, audit.FileBroughtIn, by, *a.Taken); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// recordCarried records what went or came, also for an operator who is gone by then.
func (d *Desk) recordCarried(ctx context.Context, kind audit.Kind, by store.Actor, f update.File) error {
	return d.recordAct(context.WithoutCancel(ctx), kind, by, map[string]string{"file": f.Name, "sha256": f.SHA256,
		"bytes": strconv.FormatInt(f.Size, 10)})
}

// stickWithin is how long a stick may take to tell what is on it, or to give a file.
const stickWithin = 2 * time.Minute

// askStick asks root for something that a stick is needed for, and gives a refusal as an error.
func (d *Desk) askStick(ctx context.Context, r update.Request, progress func(update.Answer)) (update.Answer, error) {
	if !d.cfg.Stick.Enabled {
		return update.Answer{}, stickRefusal(update.Answer{Refused: update.StickOff})
	}
	if r.Do != update.Give {
		within, stop := context.WithTimeout(ctx, stickWithin)
		defer stop()
		ctx = within
	}
	a, err := d.updates.Do(ctx, r, progress)
	switch {
	case errors.Is(err, slots.ErrOneSystem):
		return a, i18n.Problem(i18n.E("desk.stick-by-root", "on this unit root copies the files"),
			i18n.M("desk.stick-from-folder", "they are in %s", d.out.Dir))
	case errors.Is(err, context.DeadlineExceeded):
		return a, stickRefusal(update.Answer{Refused: update.Broken, Detail: "no answer"})
	case err != nil:
		return a, i18n.Problem(
			i18n.E("desk.stick-service-silent", "the service menshen-update, which opens sticks, does not answer: %v",
				err),
			i18n.M("desk.restart-and-retry", "switch the unit off and on, and try again"))
	case a.Refused != "":
		return a, stickRefusal(a)
	}
	return a, nil
}

// stickRefusal says why nothing was read from a stick, or not all was written.
func stickRefusal(a update.Answer) error {
	another := i18n.M("desk.stick-another", "try again, with another stick if it happens again")
	fat := i18n.M("desk.stick-use-fat", "use one with FAT or exFAT")
	switch a.Refused {
	case update.NoStick:
		return i18n.Problem(i18n.E("desk.stick-none", "there is no USB stick"),
			i18n.M("desk.stick-plug-in", "plug one with FAT or exFAT into the unit, and try again after some seconds"))
	case update.Sticks:
		return i18n.Problem(i18n.E("desk.stick-several", "several USB sticks are plugged in"),
			i18n.M("desk.stick-leave-one", "pull out all but the one that is meant"))
	case update.Unknown:
		return i18n.Problem(i18n.E("desk.stick-unknown", "the stick has no file system that can be read here"), fat)
	case update.OnlyRead:
		return i18n.Problem(i18n.E("desk.stick-only-read", "the stick has ext4, which is only read here"), fat)
	case update.InUse:
		return i18n.Problem(i18n.E("desk.stick-in-use", "the stick is mounted already, by hand or by another program"),
			i18n.M("desk.stick-unmount", "unmount it as root, or pull it out and plug it in again"))
	case update.Protected:
		return i18n.Problem(i18n.E("desk.stick-protected", "the stick is write-protected"),
			i18n.M("desk.stick-switch", "move its switch, or use another stick"))
	case update.Full:
		return i18n.Problem(i18n.E("desk.stick-full", "there is not enough room on the stick (%s)", a.Detail),
			i18n.M("desk.stick-make-room", "delete something from it on another machine, or use another stick"))
	case update.Broken:
		return i18n.Problem(i18n.E("desk.stick-broken", "the stick was pulled out, or is damaged (%s)", a.Detail),
			another)
	case update.Differs:
		return i18n.Problem(i18n.E("desk.stick-differs",
			"what was read back from the stick is not what was written (%s)", a.Detail),
			i18n.M("desk.stick-throw-away", "use another stick; this one is not to be trusted"))
	case update.NoFile:
		return i18n.Problem(i18n.E("desk.stick-no-file", "there is no file of that name"),
			i18n.M("desk.stick-look", "'stick list' shows what is on the stick"))
	case update.NotPlain:
		return i18n.Problem(i18n.E("desk.stick-not-plain", "that is not a plain file in the top folder of the stick"),
			i18n.M("desk.stick-look", "'stick list' shows what is on the stick"))
	case update.TooLarge:
		return i18n.Problem(i18n.E("desk.stick-too-large", "the file is too large (%s)", a.Detail),
			i18n.M("desk.stick-smaller", "bring it in parts, or check that it is the right file"))
	case update.StickOff:
		return i18n.Problem(i18n.E("desk.stick-off", "on this unit no files are carried on USB sticks"),
			i18n.M("desk.stick-on", "root allows it with enabled = true under [stick] in door.toml"))
	}
	return i18n.Problem(i18n.E("desk.stick-failed", "not all was copied: %s", a.Detail), another)
}
