package unit

import (
	"context"
	"errors"
	"slices"
	"time"

	"menshen/internal/screen"
	"menshen/policy"
	"menshen/store"
	"menshen/store/keys"
)

// The unit works without its vault as far as that can be answered for (decision 0021): exit, fire
// and the staffed release open; all cards and codes are denied; records wait in memory. Here the
// vault is tried again, and what it holds is taken up when it opens.

// The time between two tries; and where the vault's key is about to come, since the machine boots
// and udev has not made the key's device ready yet.
const (
	vaultAgain = 5 * time.Second
	keyAgain   = 500 * time.Millisecond
)

// part takes up a part of what the vault holds. It runs on the loop.
type part func() error

// takeUp takes up what was not taken up yet: the overrides first, so that a lockdown
// holds before any card opens.
func (u *Unit) takeUp() error {
	if u.vault.Waits() {
		return store.ErrWaiting
	}
	var errs []error
	u.untaken = slices.DeleteFunc(u.untaken, func(take part) bool {
		err := take()
		errs = append(errs, err)
		return err == nil
	})
	u.storeless = false
	return errors.Join(errs...)
}

// keepVault opens a vault that did not open at the start, and does what the disk refused, until
// nothing is left and ctx ends.
func (u *Unit) keepVault(ctx context.Context) {
	for ctx.Err() == nil {
		again, err := vaultAgain, u.vault.Mend(ctx)
		if ctx.Err() != nil {
			return
		}
		if u.keyComes(err) {
			again = keyAgain
		} else {
			_ = u.do(ctx, func() { u.noteVault(err) })
		}
		pause(ctx, again)
	}
}

// keyComes reports whether err, of Mend, only says that the key's device is not ready while the
// machine boots. That is no fault: cards are denied, and it is over in a moment.
func (u *Unit) keyComes(err error) bool { return errors.Is(err, keys.ErrNoDevice) && u.boots() }

// noteVault takes note of how the vault is; err is of Mend. It runs on the loop.
func (u *Unit) noteVault(err error) {
	was, waited := u.faults["store"], u.storeless
	if len(u.untaken) > 0 && !errors.Is(err, store.ErrWaiting) {
		err = errors.Join(err, u.takeUp())
		u.applyOverrides()
	}
	if err == nil {
		u.recovered("store")
	} else {
		u.fault("store", errors.New(screen.OneLine(u.advise(err))))
	}
	switch now := u.faults["store"]; {
	case now == was && u.storeless == waited:
		return
	case now == "":
		u.log.Info("vault open and in order", "dir", u.cfg.Unit.Dir)
	default:
		u.log.Error("the vault is not in order", "why", now)
	}
	if !u.faces.aiming {
		u.signals.setResting(u.resting())
	}
}

// resting is what the lamp shows when nothing is to be said.
func (u *Unit) resting() policy.Signal {
	if u.storeless || u.faults["store"] != "" {
		return policy.SignalFault
	}
	return policy.SignalReady
}

// vaultFault keeps an error of the vault as a fault, unless it only says that the vault is not open
// or cannot be written: that is shown already.
func (u *Unit) vaultFault(err error) {
	if !errors.Is(err, store.ErrWaiting) && !errors.Is(err, store.ErrReadOnly) {
		u.fault("vault", err)
	}
}
