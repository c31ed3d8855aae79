package desk

import (
	"context"

	"menshen/internal/i18n"
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
		return i18n.Problem(i18n.E("desk.impulse-lock-cannot-held", "an impulse lock cannot be held open: it got one pulse"),
			i18n.M("desk.wedge-door-open-by", "wedge the door open by hand; the exit button, and open at the console, give a pulse each"))
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
		return i18n.Problem(i18n.E("desk.so-already", "it is so already"), i18n.M("desk.see-status", "see 'status'"))
	case kept != nil:
		return i18n.Problem(i18n.E("desk.in-force-not-kept", "in force, but not kept: %v", kept), i18n.M("desk.set-again-once-disk", "set it again once the disk answers, or it ends with a restart"))
	}
	return nil
}
