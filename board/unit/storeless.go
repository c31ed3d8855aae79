package unit

import (
	"context"
	"errors"
	"slices"
	"time"

	"menshen/internal/screen"
	"menshen/policy"
	"menshen/store"
)

// The unit works without its vault as far as that can be answered for (decision 0021): exit, fire
// and the staffed release open; all cards and codes are denied; records wait in memory. Here the
// vault is tried again, and what it holds is taken up when it opens.

// vaultAgain is the time between two tries.
const vaultAgain = 5 * time.Second

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
	for ; ctx.Err() == nil; pause(ctx, vaultAgain) {
		err := u.vault.Mend(ctx)
		if ctx.Err() != nil {
			return
		}
		_ = u.do(ctx, func() { u.noteVault(err) })
	}
}

// noteVault takes note of how the vault is; err is of Mend. It runs on the loop.
func (u *Unit) noteVault(err error) {
	was := u.faults["store"]
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
	case now == was:
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
	if u.faults["store"] != "" {
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
