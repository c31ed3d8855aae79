package desk

import (
	"context"

	"menshen/internal/i18n"
	"menshen/store"
)

// Lockdown begins or ends a lockdown of this door. One of the whole site stays, and the error says
// so.
func (d *Desk) Lockdown(ctx context.Context, s Session, on bool) error {
	return d.override(ctx, s, on, SiteLockdown, func(o *store.Overrides) { o.Lockdown = on })
}

// Evacuate begins or ends an evacuation of this door. One of the whole site stays, and the error
// says so. An impulse lock, which cannot be held open, gets one pulse, and the error says so.
func (d *Desk) Evacuate(ctx context.Context, s Session, on bool) error {
	err := d.override(ctx, s, on, SiteEvacuation, func(o *store.Overrides) { o.Evacuation = on })
	if err == nil && on {
		err = d.pulsed()
	}
	return err
}

// pulsed says of an evacuation what an impulse lock does; nil: the door stands open.
func (d *Desk) pulsed() error {
	if d.unit.HasImpulseLock() {
		return i18n.Problem(i18n.E("desk.impulse-lock-pulsed", "an impulse lock cannot be held open: it got one pulse"),
			i18n.M("desk.wedge-door",
				"wedge the door open by hand; the exit button, and open at the console, give a pulse each"))
	}
	return nil
}

// override changes the overrides. They apply at once, also when the disk does not take
// them; the error then says so.
func (d *Desk) override(ctx context.Context, s Session, on bool, kind OrderKind,
	change func(*store.Overrides)) error {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return err
	}
	changed, kept, err := d.unit.Override(ctx, by, change)
	if err == nil && !on {
		err = d.stillOrdered(ctx, kind)
	}
	switch {
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
