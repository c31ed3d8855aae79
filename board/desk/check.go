package desk

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"time"

	"menshen/board/check"
	"menshen/board/compliance"
	"menshen/board/config"
	"menshen/board/host"
	"menshen/board/slots"
	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// Check takes who through the self-test of the door, which works on meanwhile (decision 54): exit
// and fire release it, cards open it. An earlier test of the same operator that was broken off is
// continued, unless afresh. The report is filed when the last step is over; one whose Ended is zero
// was broken off, by the installer or by the end of ctx or session. Errors: the door is not at
// rest, or being checked already, with the remedy.
func (d *Desk) Check(ctx context.Context, s Session, afresh bool, who check.Installer) (*check.Report, error) {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return nil, err
	}
	ctx, done := d.withSession(ctx, s)
	defer done()
	about, err := d.aboutCheck(s)
	if err != nil {
		return nil, err
	}
	lent, err := d.unit.BeginCheck(ctx, by)
	switch {
	case errors.Is(err, unit.ErrChecking):
		return nil, i18n.Problem(err, i18n.M("desk.one-check", "wait until that is over, or have it ended there"))
	case errors.Is(err, unit.ErrNotAtRest):
		return nil, i18n.Problem(err, i18n.M("desk.door-to-rest", "end it first: a door that is held cannot be tried"))
	case err != nil:
		return nil, err
	}
	defer lent.End()
	session := check.New(d.lentDoor(lent, by), by, about)
	session.Save = func(r *check.Report) error { return check.Keep(d.cfg.Unit.Dir, r, d.vault) }
	if err := d.resume(session, afresh, who); err != nil {
		return nil, err
	}
	switch err := session.Run(ctx, who); {
	case errors.Is(err, check.ErrStopped):
		return session.Report, sessionEnd(ctx)
	case err != nil:
		return nil, err
	}
	return session.Report, check.Finish(d.cfg.Unit.Dir, session.Report, d.vault, by)
}

// aboutCheck is the head of a report.
func (d *Desk) aboutCheck(s Session) (check.Report, error) {
	account, err := d.vault.Operator(s.Operator)
	if err != nil {
		return check.Report{}, fmt.Errorf("reading the operator's account: %w", err)
	}
	board, kernel := host.AboutThisMachine()
	id := d.vault.Unit()
	return check.Report{UnitID: hex.EncodeToString(id[:]), Board: board,
		Software: compliance.Software() + ", " + kernel, Config: d.cfg.SHA256(),
		Operator: account.Name, Role: string(account.Role)}, nil
}

// resume continues an earlier test, if there is one that fits.
func (d *Desk) resume(session *check.Session, afresh bool, who check.Installer) error {
	if afresh {
		return check.Drop(d.cfg.Unit.Dir)
	}
	was, err := check.Kept(d.cfg.Unit.Dir, session.Report, d.vault.PublicKey())
	switch {
	case errors.Is(err, check.ErrOld):
		who.Tell(i18n.Of(err))
	case err != nil:
		return err
	case was != nil:
		session.Resume(was)
	}
	return nil
}

// lentDoor is the door as the unit lends it for a self-test.
func (d *Desk) lentDoor(lent *unit.Checking, by store.Actor) check.Door {
	c := d.cfg
	door := check.Door{Config: c, Vault: lent, Lock: lent, Inputs: lent.Inputs(), Signals: lent.Signals(),
		Readers: lent.Readers(), Hush: lent.Hush, Now: lent.Now,
		Clock: func() (check.ClockFacts, error) {
			floor, err := d.vault.Floor()
			return check.ClockFacts{Source: d.source.From(), Now: d.now(), Floor: floor}, err
		},
		Disk:    func(ctx context.Context) (check.DiskFacts, error) { return check.Disk(ctx, c.Unit.Dir) },
		Outputs: lent.Outputs(),
	}
	if lent.Restarts() {
		door.Restart = lent.Restart
	}
	if k, err := config.ParseKeySource(c.Key.Source); err == nil {
		door.Key = check.KeyFacts{Kind: k.Kind, Apart: k.Kind != "file"}
	}
	if c.Faces.Enabled {
		door.Camera = func(ctx context.Context) (check.CameraFacts, error) { return d.tryCamera(ctx, by) }
	}
	if c.Faces.Enabled && c.Infrared.Source != "" {
		door.Infrared = func(ctx context.Context, done func(check.InfraredFacts) bool) error {
			return d.look(ctx, by, func(p eye.Picture, s eye.Status) bool {
				return p.Infrared != nil && p.Infrared.Light.Pair && done(check.InfraredOf(p.Infrared, s))
			})
		}
	}
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		door.Watchdog = check.AskSystemd
	}
	if m := slots.ThisMachine(); m.TwoSystems() {
		l := m.Loader()
		door.Loader = &check.LoaderFacts{Built: l.Built, Tries: l.Tries()}
	}
	return door
}

// How long the eye may take for its first picture, and how long it is then watched.
const (
	firstPicture = 10 * time.Second
	cameraLook   = 3 * time.Second
)

// tryCamera says how the eye and its camera work. Of the pictures only the size is kept.
func (d *Desk) tryCamera(ctx context.Context, by store.Actor) (f check.CameraFacts, err error) {
	ctx, cancel := context.WithTimeout(ctx, firstPicture+cameraLook)
	defer cancel()
	var until time.Time
	err = d.look(ctx, by, func(p eye.Picture, s eye.Status) bool {
		if until.IsZero() {
			until = time.Now().Add(cameraLook)
		}
		f.Width, f.Height = p.Camera.X, p.Camera.Y
		f.State, f.Detail, f.Confined = string(s.Camera), s.Detail, s.Confined.String()
		f.Models, f.Engine, f.FPS = s.Models, s.Engine, max(f.FPS, s.FPS)
		return time.Now().After(until)
	})
	return f, err
}

// look hands pictures of the camera to done until it gives true, and overwrites each. While it
// lasts, the camera is aimed: recorded, shown by its lamp, and no face is recognised.
func (d *Desk) look(ctx context.Context, by store.Actor, done func(eye.Picture, eye.Status) bool) error {
	pictures := d.unit.Pictures()
	if pictures == nil || d.unit.Unusable() {
		return i18n.E("desk.eye-not-there", "the camera's part of the program does not work: see the status")
	}
	over, err := d.unit.BeginAiming(ctx, by)
	if err != nil {
		return err
	}
	defer func() {
		d.unit.EndAiming(ctx)
		d.unit.Record(store.Entry{Kind: audit.AimingEnded, Actor: by, Detail: map[string]string{"pictures": "0"}})
	}()
	for {
		select {
		case p, ok := <-pictures:
			if !ok {
				return unit.ErrStopped
			}
			state, err := d.unit.State(ctx)
			enough := err == nil && state.Eye != nil && done(p, *state.Eye)
			p.Wipe()
			if enough || err != nil {
				return err
			}
		case <-over: // it was the picture of a face that was taken
			return unit.ErrTaking
		case <-ctx.Done():
			return ctx.Err()
		case <-d.unit.Stopped():
			return unit.ErrStopped
		}
	}
}
