package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"menshen/board/slots"
	"menshen/board/unit"
	"menshen/board/update"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// Updates is root's side of updates, as the desk needs it; *update.Client is one.
type Updates interface {
	State() (update.State, error)
	Do(ctx context.Context, r update.Request, progress func(update.Answer)) (update.Answer, error)
	// OpenTaken opens what the last [update.Take] brought; it is gone when it is closed.
	OpenTaken() (io.ReadCloser, error)
}

// oneSystem is a unit with one system.
type oneSystem struct{}

func (oneSystem) State() (update.State, error) { return update.State{}, slots.ErrOneSystem }

func (oneSystem) Do(context.Context, update.Request, func(update.Answer)) (update.Answer, error) {
	return update.Answer{}, slots.ErrOneSystem
}

func (oneSystem) OpenTaken() (io.ReadCloser, error) { return nil, slots.ErrOneSystem }

// Offer is an update that can be installed.
type Offer struct {
	Version, Running string
	Signer           string // as the certificate names them; root checked the signature
	Again            bool   // the same version runs already
	Written          bool   // it is in the other slot already, and waits for its trial; Signer is not told
	Migrates         bool   // it changes the vault's layout once it is kept: there is no way back then
}

// LookForUpdate tells what waits for its trial, or what the stick holds. Errors: why it cannot be
// installed, with the remedy.
func (d *Desk) LookForUpdate(ctx context.Context, s Session) (Offer, error) {
	if _, err := d.allow(s, UpdatesUnit); err != nil {
		return Offer{}, err
	}
	state, err := d.updateState(ctx)
	if err != nil {
		return Offer{}, err
	}
	o := Offer{Running: string(state.Version)}
	if n := state.Newest; n != nil && n.Stage == slots.Written {
		o.Version, o.Written = string(n.Version), true
		return o, nil
	}
	a, err := d.askRoot(ctx, update.Request{Do: update.Look}, nil)
	if err != nil {
		return Offer{}, err
	}
	if a.Bundle == nil {
		return Offer{}, refusal(update.Answer{Refused: update.Failed, Detail: "no answer"})
	}
	b := a.Bundle
	o.Version, o.Signer, o.Again = string(b.Version), b.Signer, b.Version.Compare(state.Version) == 0
	o.Migrates = b.Layout > store.Layout()
	return o, nil
}

// InstallUpdate writes what was offered to the slot that does not run; the door works meanwhile.
// step tells how far it is, in percent. The act is recorded before it begins.
func (d *Desk) InstallUpdate(ctx context.Context, s Session, o Offer, step Progress) error {
	by, err := d.allow(s, UpdatesUnit)
	if err != nil {
		return err
	}
	if _, err = d.updateState(ctx); err == nil && o.Migrates {
		err = d.needBackup()
	}
	if err == nil {
		err = d.recordAct(ctx, audit.UpdateBegun, by, map[string]string{"version": o.Version, "from": o.Running,
			"signer": o.Signer})
	}
	if err != nil {
		return err
	}
	installing := s.Lang.Say(i18n.M("desk.update-installing", "installing"))
	install := update.Request{Do: update.Install, Version: slots.Version(o.Version)}
	a, err := d.askRoot(ctx, install, func(a update.Answer) {
		if a.Percent > 0 {
			step(Step{Text: installing, Done: a.Percent, Wanted: 100})
		}
	})
	if err != nil {
		d.unit.Record(store.Entry{Kind: audit.UpdateFailed, Actor: by, Detail: map[string]string{"version": o.Version,
			"what": cmp.Or(string(a.Refused), err.Error())}})
	}
	return err
}

// TryUpdate restarts the unit with the system in the other slot, once.
func (d *Desk) TryUpdate(ctx context.Context, s Session, o Offer) error {
	by, err := d.allow(s, UpdatesUnit)
	if err != nil {
		return err
	}
	if _, err := d.updateState(ctx); err != nil {
		return err
	}
	state, err := d.unit.State(ctx)
	if err == nil {
		err = d.recordAct(ctx, audit.UpdateTried, by, map[string]string{"version": o.Version, "from": o.Running})
	}
	if err != nil {
		return err
	}
	_, err = d.askRoot(ctx, update.Request{Do: update.Try, Faulty: slices.Sorted(maps.Keys(Troubles(state)))}, nil)
	return err
}

func (d *Desk) recordAct(ctx context.Context, kind audit.Kind, by store.Actor, detail map[string]string) error {
	_, err := d.vault.Record(ctx, store.Entry{At: d.now(), Kind: kind, Actor: by, Door: d.cfg.Unit.Name,
		Detail: detail})
	return err
}

// updateState gives the state of the two systems, when an update may be made: not on a unit with
// one system, not on an old boot loader, not while the door is in use.
func (d *Desk) updateState(ctx context.Context) (update.State, error) {
	state, err := d.updates.State()
	switch {
	case errors.Is(err, slots.ErrOneSystem):
		return state, i18n.Problem(i18n.E("desk.one-system", "this unit has one system only"),
			i18n.M("desk.update-with-apt", "update it with apt, as root"))
	case err != nil:
		return state, fmt.Errorf("reading the state of the two systems: %w", err)
	case state.Refused != "":
		return state, refusal(update.Answer{Refused: state.Refused})
	}
	now, err := d.unit.State(ctx)
	if err != nil {
		return state, err
	}
	if why := inUse(now); !why.IsZero() {
		return state, &i18n.Error{What: why, Remedy: i18n.M("desk.update-later",
			"wait until the door is closed and nobody is before it, then try again")}
	}
	return state, nil
}

// inUse says for what the door is needed now; the zero message: it rests.
func inUse(s unit.State) i18n.Message {
	switch {
	case s.Door != "" && s.Door != policy.Locked || s.Unlocked:
		return i18n.M("desk.door-not-locked", "the door is not closed and locked")
	case s.Lockdown:
		return i18n.M("desk.in-lockdown", "the door is in lockdown")
	case s.Faces.There != unit.Absent:
		return i18n.M("desk.person-at-door", "a person is at the door")
	case s.Codes.Lockout > 0 || s.Faces.Lockout > 0:
		return i18n.M("desk.lockout-now", "after wrong tries the door is in a lockout, which a restart would end")
	case s.Aiming:
		return i18n.M("desk.camera-is-aimed", "the camera is being aimed")
	}
	return i18n.Message{}
}

// Troubles are the parts of a unit that do not work, each with what is wrong: what the trial of an
// update is judged by. The supply, the processor and the storage are no part of a system.
func Troubles(s unit.State) map[string]string {
	all := maps.Clone(s.Faults)
	if all == nil {
		all = map[string]string{}
	}
	for _, device := range machineDevices {
		delete(all, device)
	}
	if s.Storeless && all["store"] == "" {
		all["store"] = "the vault is not open"
	}
	for _, in := range s.Inputs {
		if in.Err != nil {
			all["input "+in.Role] = in.Err.Error()
		}
	}
	if e := s.Eye; e != nil && (e.State != eye.Running || e.Mode != eye.Off && e.Camera != eye.CameraOK) {
		all["camera"] = fmt.Sprintf("%s, %s %s", e.State, e.Camera, e.Detail)
	}
	return all
}

// backupWithin is how old a backup may be when an update changes the vault's layout.
const backupWithin = 24 * time.Hour

// needBackup refuses unless a backup was made of late.
func (d *Desk) needBackup() error {
	since := d.now().Add(-backupWithin)
	for from := uint64(0); ; {
		entries, err := d.vault.Entries(from, 500, true)
		if err = d.unit.RecordDamage(err); err != nil {
			return err
		}
		for _, e := range entries {
			if e.Kind == audit.BackupMade && !e.At.Before(since) {
				return nil
			}
		}
		if n := len(entries); n == 0 || entries[n-1].At.Before(since) || entries[n-1].Seq <= 1 {
			return i18n.Problem(i18n.E("desk.update-needs-backup",
				"this update changes the layout of the vault, and no backup "+
					"was made within a day"), i18n.M("desk.make-backup-first", "a manager makes one with 'backup'"))
		}
		from = entries[len(entries)-1].Seq - 1
	}
}

// askRoot asks, and gives a refusal as an error.
func (d *Desk) askRoot(ctx context.Context, r update.Request, progress func(update.Answer)) (update.Answer, error) {
	a, err := d.updates.Do(ctx, r, progress)
	switch {
	case errors.Is(err, slots.ErrOneSystem), ctx.Err() != nil:
		return a, err
	case err != nil:
		return a, i18n.Problem(
			i18n.E("desk.update-service-silent", "the service for updates does not answer: %v", err),
			i18n.M("desk.restart-and-retry", "switch the unit off and on, and try again"))
	case a.Refused != "":
		return a, refusal(a)
	}
	return a, nil
}

// refusal says why root did not do something.
func refusal(a update.Answer) error {
	otherStick := i18n.M("desk.update-get-right-one", "get the update again from who publishes it")
	var what *i18n.Error
	remedy := i18n.M("desk.update-stick-remedy",
		"put the one update file, NAME.raucb, onto a USB stick with FAT or exFAT, and plug it into the unit")
	switch a.Refused {
	case update.Sticks, update.Unknown, update.Broken:
		return stickRefusal(a)
	case update.NoStick:
		what = i18n.E("desk.update-no-stick", "there is no USB stick that can be read")
	case update.NoBundle:
		what = i18n.E("desk.update-no-bundle", "there is no update on the stick")
	case update.Several:
		what = i18n.E("desk.update-several", "there are several updates on the stick")
	case update.NotSigned:
		what, remedy = i18n.E("desk.update-not-signed",
			"the update is damaged, or is not signed by a key that this unit trusts (%s)", a.Detail), otherStick
	case update.OtherKind:
		what, remedy = i18n.E("desk.update-other-kind", "the update is for another kind of unit"), otherStick
	case update.Changed:
		what, remedy = i18n.E("desk.update-changed",
			"the stick now holds another update than the one that was shown"),
			i18n.M("desk.update-look-again", "type 'update' again and look at what it says")
	case slots.RefusedOld:
		what, remedy = i18n.E("desk.update-too-old", "the update is older than one that this unit had before"),
			otherStick
	case slots.RefusedVersion:
		what, remedy = i18n.E("desk.update-no-version", "the update does not tell its version"), otherStick
	case slots.RefusedOnTrial:
		what, remedy = i18n.E("desk.update-on-trial", "the system that runs is itself on trial"),
			i18n.M("desk.update-wait-trial", "wait ten minutes: then it is kept or taken back")
	case slots.RefusedFirmware:
		what, remedy = i18n.E("desk.update-old-firmware",
			"the boot loader in the board's EEPROM is too old to try an update safely"),
			i18n.M("desk.update-eeprom",
				"renew it with the Raspberry Pi Imager (Misc utility images, Bootloader), then try again")
	case slots.RefusedNothing:
		what, remedy = i18n.E("desk.update-nothing-waits", "no update waits for its trial"),
			i18n.M("desk.update-look-again", "type 'update' again and look at what it says")
	default:
		what, remedy = i18n.E("desk.update-failed", "the update failed: %s", a.Detail),
			i18n.M("desk.update-try-again",
				"the unit runs as before; try again, with another stick if it happens again")
	}
	return i18n.Problem(what, remedy)
}

// updateFacts says which system runs, and what came of the newest update.
func (d *Desk) updateFacts(lang i18n.Language) []Fact {
	state, err := d.updates.State()
	switch {
	case errors.Is(err, slots.ErrOneSystem):
		return nil
	case err != nil:
		return []Fact{{Name: "system", Fault: err.Error()}}
	}
	f := Fact{Name: "system", State: string(state.Version)}
	n := state.Newest
	switch {
	case state.OnTrial && n != nil && n.Why != "":
		f.Fault = lang.Say(i18n.M("desk.system-on-trial-bad", "on trial, and not in order: %s", n.Why))
	case state.OnTrial:
		f.State += lang.Say(i18n.M("desk.system-on-trial", ", on trial"))
	case state.TakenBack != "" && n != nil:
		f.Fault = lang.Say(i18n.M("desk.system-taken-back", "the update to %s was tried and taken back: %v",
			string(n.Version),
			takenBack(state.TakenBack, n.Why)))
	case n != nil && n.Stage == slots.Written:
		f.State += lang.Say(i18n.M("desk.system-waits", "; the update to %s waits for its trial ('update')",
			string(n.Version)))
	}
	return []Fact{f}
}

// takenBack says why an update was taken back.
func takenBack(c slots.Cause, why string) i18n.Message {
	switch c {
	case slots.NeverStarted:
		return i18n.M("desk.update-never-started", "it did not start, or the board's boot loader is too old")
	case slots.NotHealthy:
		return i18n.M("desk.update-not-healthy", "not everything worked: %s", why)
	case slots.StoppedLater:
		return i18n.M("desk.update-stopped-later", "it was kept, and later did not start three times")
	}
	return i18n.M("desk.update-did-not-finish", "it stopped before it could be kept")
}
