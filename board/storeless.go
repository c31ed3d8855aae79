package board

import (
	"context"
	"errors"
	"slices"
	"time"

	"menshen/internal/screen"
	"menshen/policy"
	"menshen/store"
)

// The unit works without its vault as far as that can be answered for (decision 0021): exit, fire and the staffed release open; cards and codes are
// nobody's; what is recorded waits in memory. Here the vault is tried again, and what it holds is taken up when it opens.

const (
	vaultFirst = 10 * time.Second // how long the start waits for the vault; a disk that hangs must not keep anybody in
	vaultAgain = 5 * time.Second  // between two tries
)

var errNoAnswer = errors.New("the disk does not answer; the vault is taken up when it does")

// within gives f's error, or errNoAnswer when f takes longer than d; f then goes on.
func within(d time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return errNoAnswer
	}
}

// part takes up a part of what the vault holds. It runs on the loop.
type part func() error

// takeUp takes up what was not taken up yet: the overrides first, so that a lockdown holds before any card opens.
func (u *Unit) takeUp() error {
	if u.vaultWaits() {
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

// vaultWaits reports whether the vault is not open yet.
func (u *Unit) vaultWaits() bool {
	_, err := u.vault.Floor()
	return errors.Is(err, store.ErrWaiting)
}

// keepVault opens a vault that did not open at the start, and does what the disk refused, until nothing is left and ctx ends.
func (u *Unit) keepVault(ctx context.Context) {
	for noticed := false; ctx.Err() == nil; pause(ctx, vaultAgain) {
		err := u.vault.Mend(ctx)
		if !noticed && !errors.Is(err, store.ErrWaiting) {
			notices := u.ensureNotices()
			noticed, err = notices == nil, errors.Join(err, notices)
		}
		if ctx.Err() != nil {
			return
		}
		_ = u.do(ctx, func() { u.vaultIs(err) })
	}
}

// vaultIs takes note of how the vault is; err is of Mend. It runs on the loop.
func (u *Unit) vaultIs(err error) {
	was := u.faults["store"]
	if len(u.untaken) > 0 && !errors.Is(err, store.ErrWaiting) {
		err = errors.Join(err, u.takeUp())
		u.applyOverrides()
	}
	if err == nil {
		u.recovered("store")
	} else {
		u.fault("store", errors.New(screen.OneLine(advise(err, u.cfg))))
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
		u.signals.rest(u.resting())
	}
}

// resting is what the lamp shows when nothing is to be said.
func (u *Unit) resting() policy.Signal {
	if u.faults["store"] != "" {
		return policy.SignalFault
	}
	return policy.SignalReady
}

// vaultFault keeps an error of the vault as a fault, unless it only says that the vault is not open or cannot be written: that is shown already.
func (u *Unit) vaultFault(err error) {
	if !errors.Is(err, store.ErrWaiting) && !errors.Is(err, store.ErrReadOnly) {
		u.fault("vault", err)
	}
}

// noLogIn tells whoever wants to log in what is wrong with the vault, without which it cannot be said who they are. Nothing of what it holds is told.
func (d *Desk) noLogIn(ctx context.Context, lang string, err error) error {
	why := screen.OneLine(advise(err, d.u.cfg))
	_ = d.u.do(ctx, func() {
		if now := d.u.faults["store"]; now != "" {
			why = now
		}
	})
	return problem(errors.New(words(lang, "nobody can log in: ", "暂时无法登录：")+why),
		words(lang, "repair it beside the running door ('menshen vault --help'); exit button, fire line and staffed release work meanwhile",
			"可在门禁运行时修复（见 menshen vault --help）；出门按钮、消防联动和人工放行照常工作"))
}
