package desk

import (
	"context"
	"errors"
	"fmt"

	"menshen/store"
)

// Lockdown begins or ends a lockdown.
func (d *Desk) Lockdown(ctx context.Context, s Session, on bool) error {
	return d.override(ctx, s, func(o *store.Overrides) { o.Lockdown = on })
}

// Evacuate begins or ends an evacuation. A lock that cannot be held open gets its pulse, and the operator is told that this is all.
func (d *Desk) Evacuate(ctx context.Context, s Session, on bool) error {
	err := d.override(ctx, s, func(o *store.Overrides) { o.Evacuation = on })
	if err == nil && on && d.unit.Pulses() {
		return problem(errors.New(words(s.Lang, "an impulse lock cannot be held open: it got one pulse", "脉冲锁无法保持开启：只发出了一个脉冲")),
			words(s.Lang, "wedge the door open by hand; the exit button, and open at the console, give a pulse each", "请人工将门固定在打开位置；出门按钮和控制台 open 每次发出一个脉冲"))
	}
	return err
}

// override changes the overrides. They apply at once, also when the disk does not take them: then the operator is told.
func (d *Desk) override(ctx context.Context, s Session, change func(*store.Overrides)) error {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	switch changed, kept, err := d.unit.Override(ctx, by, change); {
	case err != nil:
		return err
	case !changed:
		return problem(errors.New("it is so already"), "see 'status'")
	case kept != nil:
		return problem(fmt.Errorf("in force, but not kept: %w", kept), "set it again once the disk answers, or it ends with a restart")
	}
	return nil
}
