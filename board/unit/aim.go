package unit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/recognizer/eye"
	"menshen/store"
	"menshen/store/audit"
)

// Why the camera cannot be aimed now.
var (
	ErrAiming     = i18n.E("unit.already-aiming", "the camera is being aimed already")
	ErrCameraLamp = i18n.E("unit.camera-lamp", "the camera's lamp does not work")
	ErrNoRecord   = errors.New("the picture is not shown, because that cannot be recorded now")
)

// BeginAiming sets the eye and the lamps, and waits until that is durable in the audit log: only
// then Pictures may be shown. While it lasts the camera's lamp is on, the door's lamp and buzzer
// say so, and no face is recognised. Who is taking a person's face may see what the camera sees of
// it: over is closed when that has ended, and is nil otherwise. Errors: ErrTaking, ErrAiming,
// ErrCameraLamp, ErrNoRecord.
func (u *Unit) BeginAiming(ctx context.Context, by store.Actor) (over <-chan struct{}, err error) {
	var refused error
	err = u.do(ctx, func() {
		f := &u.faces
		switch {
		case f.taking != nil && f.taking.by != by:
			refused = ErrTaking
		case f.aiming:
			refused = ErrAiming
		default:
			f.aiming = true
			u.setOutputs(u.now())
			if lamp := u.outputs.camera; lamp != nil && !u.outputs.on[lamp] {
				f.aiming = false
				refused = ErrCameraLamp
				return
			}
			u.signals.setResting(policy.SignalAiming)
			if f.taking != nil {
				over = f.taking.over
			}
		}
	})
	if err = errors.Join(err, refused); err != nil {
		return nil, err
	}
	within, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	begun := store.Entry{At: u.now(), Kind: audit.AimingBegun, Actor: by, Door: u.cfg.Unit.Name}
	u.tellRecord(begun)
	if _, err = u.vault.Record(within, begun); err != nil {
		u.EndAiming(ctx)
		return nil, fmt.Errorf("%w: %w", ErrNoRecord, err)
	}
	return over, nil
}

// EndAiming ends it, also after ctx has ended.
func (u *Unit) EndAiming(ctx context.Context) {
	_ = u.do(context.WithoutCancel(ctx), func() { // where the loop has ended nothing looks any more
		u.faces.aiming = false
		u.signals.setResting(u.resting())
	})
}

// Pictures are the eye's while the camera is aimed; the receiver wipes
// them. Nil: there is no camera.
func (u *Unit) Pictures() <-chan eye.Picture {
	if u.eye == nil {
		return nil
	}
	return u.eye.Pictures()
}
