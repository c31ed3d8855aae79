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

// Evacuate begins or ends an evacuation. An impulse lock, which cannot be held open, gets one
// pulse, and the error says so.
func (d *Desk) Evacuate(ctx context.Context, s Session, on bool) error {
	err := d.override(ctx, s, func(o *store.Overrides) { o.Evacuation = on })
	if err == nil && on && d.unit.HasImpulseLock() {
		return i18n.Problem(i18n.E("desk.impulse-lock-pulsed", "an impulse lock cannot be held open: it got one pulse"),
			i18n.M("desk.wedge-door",
				"wedge the door open by hand; the exit button, and open at the console, give a pulse each"))
	}
	return err
}

// override changes the overrides. They apply at once, also when the disk does not take
// them; the error then says so.
func (d *Desk) override(ctx context.Context, s Session, change func(*store.Overrides)) error {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	switch changed, kept, err := d.unit.Override(ctx, by, change); {
	case err != nil:
		return err
	case !changed:
		return i18n.Problem(i18n.E("desk.override-unchanged", "it is already so"),
			i18n.M("desk.see-status", "see 'status'"))
	case kept != nil:
		return i18n.Problem(i18n.E("desk.override-not-stored", "in force, but not stored: %v", kept),
			i18n.M("desk.set-override-again", "set it again when the disk answers, or it ends at the next start"))
	}
	return nil
}
