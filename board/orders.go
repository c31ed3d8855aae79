package board

import (
	"context"
	"errors"
	"fmt"

	"menshen/board/console"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// loadOverrides takes up the overrides that were in force when the program ended.
func (u *Unit) loadOverrides() (err error) {
	if u.site.overrides, err = u.vault.Overrides(); err != nil {
		return err
	}
	u.site.overridesKnown = true
	return nil
}

// applyOverrides brings the door to the overrides and key switches in force.
func (u *Unit) applyOverrides() {
	now := u.now()
	if o := u.site.overrides; o.Evacuation != u.door.Evacuation {
		u.step(policy.DoorEvent{At: now, Kind: either(o.Evacuation, policy.EvEvacuateOn, policy.EvEvacuateOff)})
	}
	if u.site.lockdown() {
		u.step(policy.DoorEvent{At: now, Kind: policy.EvLockdown})
	}
	u.keepHours(now)
}

var _ console.Overrides = (*Desk)(nil)

// Lockdown begins or ends a lockdown.
func (d *Desk) Lockdown(ctx context.Context, s console.Session, on bool) error {
	return d.override(ctx, s, func(o *store.Overrides) bool { was := o.Lockdown; o.Lockdown = on; return was != on })
}

// Evacuate begins or ends an evacuation. A lock that cannot be held open gets its pulse, and the operator is told that this is all.
func (d *Desk) Evacuate(ctx context.Context, s console.Session, on bool) error {
	err := d.override(ctx, s, func(o *store.Overrides) bool { was := o.Evacuation; o.Evacuation = on; return was != on })
	if err == nil && on && d.u.doorConf.Impulse {
		return problem(errors.New(words(s.Lang, "an impulse lock cannot be held open: it got one pulse", "脉冲锁无法保持开启：只发出了一个脉冲")),
			words(s.Lang, "wedge the door open by hand; the exit button, and open at the console, give a pulse each", "请人工将门固定在打开位置；出门按钮和控制台 open 每次发出一个脉冲"))
	}
	return err
}

// override changes the overrides. They are in force at once, also when the disk does not take them: then they end with the program, and the
// operator is told.
func (d *Desk) override(ctx context.Context, s console.Session, change func(*store.Overrides) bool) error {
	by, err := d.allow(s, opensDoor)
	if err != nil {
		return err
	}
	var now store.Overrides
	changed := false
	err = d.u.do(ctx, func() {
		if changed = change(&d.u.site.overrides); changed {
			now = d.u.site.overrides
			d.u.record(store.Entry{Kind: audit.Override, Actor: by, Detail: map[string]string{
				"lockdown": either(now.Lockdown, "on", "off"), "evacuation": either(now.Evacuation, "on", "off")}})
			d.u.applyOverrides()
		}
	})
	if err != nil {
		return err
	}
	if !changed {
		return problem(errors.New("it is so already"), "see 'status'")
	}
	if err := d.u.vault.SetOverrides(by, now); err != nil {
		return problem(fmt.Errorf("in force, but not kept: %w", err), "set it again once the disk answers, or it ends with a restart")
	}
	return nil
}
