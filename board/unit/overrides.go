package unit

import (
	"context"

	"menshen/policy"
	"menshen/store"
)

// loadOverrides takes up the overrides and orders of the site that were in force when the program
// ended.
func (u *Unit) loadOverrides() (err error) {
	if u.site.overrides, err = u.vault.Overrides(); err != nil {
		return err
	}
	if err := u.loadOrders(); err != nil {
		return err
	}
	u.site.overridesKnown = true
	return nil
}

// applyOverrides brings the door to the overrides, orders of the site and key switches in force.
func (u *Unit) applyOverrides() {
	now := u.now()
	if on := u.site.evacuation(); on != u.door.Evacuation {
		u.step(policy.DoorEvent{At: now, Kind: either(on, policy.EvEvacuateOn, policy.EvEvacuateOff)})
	}
	if u.site.lockdown() {
		u.step(policy.DoorEvent{At: now, Kind: policy.EvLockdown})
	}
	u.keepHours(now)
}

// Override changes the overrides, records that and applies them, also when the disk does not take
// them, or not yet: then they end with the program, and kept says why. Where change leaves them as
// they are, they are kept again if they were not; changed is false if nothing was to do.
func (u *Unit) Override(ctx context.Context, by store.Actor, change func(*store.Overrides)) (changed bool,
	kept, err error) {
	err = u.do(ctx, func() {
		was := u.site.overrides
		change(&u.site.overrides)
		if now := u.site.overrides; now != was {
			changed = true
			u.recordOverrides(by, now, "")
			u.applyOverrides()
		}
	})
	if err != nil {
		return changed, nil, err
	}
	u.keeping.Lock()
	defer u.keeping.Unlock()
	var now store.Overrides // with what another operator changed meanwhile
	if err := u.do(ctx, func() { now = u.site.overrides }); err != nil {
		return changed, nil, err
	}
	if kept, err := u.vault.Overrides(); err == nil && kept == now {
		return changed, nil, nil
	}
	return true, u.vault.SetOverrides(by, now), nil
}

// HasImpulseLock reports whether the lock is an impulse lock, which cannot be held open.
func (u *Unit) HasImpulseLock() bool { return u.doorConf.Impulse }
