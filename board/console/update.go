package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// Updater installs another system from a stick.
type Updater interface {
	// LookForUpdate tells what can be installed, or what waits for its trial.
	LookForUpdate(ctx context.Context, s desk.Session) (desk.Offer, error)
	// InstallUpdate writes it beside the system that runs; step tells how far it is.
	InstallUpdate(ctx context.Context, s desk.Session, o desk.Offer, step desk.Progress) error
	// TryUpdate restarts the unit with it, once. The unit keeps it if everything works.
	TryUpdate(ctx context.Context, s desk.Session, o desk.Offer) error
}

func updateCommands() []command {
	return []command{
		{name: "update", right: desk.UpdatesUnit, needs: has[Updater], run: updateUnit,
			about:   i18n.M("console.help-update", "install a new version of the whole system from a USB stick"),
			example: "update"},
	}
}

// updateUnit shows what the stick holds, installs it, and restarts the unit to try it, asking
// before each.
func updateUnit(ctx context.Context, c *console, words []string) error {
	if len(words) > 0 {
		return c.misuse("update")
	}
	d := c.desk.(Updater)
	o, err := d.LookForUpdate(ctx, c.who)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.update-running", "Running: %s", o.Running))
	if o.Written {
		c.say(i18n.M("console.update-written", "Installed, and not yet tried: %s", o.Version))
		return c.tryUpdate(ctx, d, o)
	}
	c.say(i18n.M("console.update-on-stick", "On the stick: %s, signed by %s", o.Version, o.Signer))
	if o.Again {
		c.say(i18n.M("console.update-same", "It is the same version as the one that runs."))
	}
	if o.Migrates {
		c.say(i18n.M("console.update-migrates",
			"It changes the layout of the vault. Once it is kept, the version before "+
				"does not open the vault any more."))
	}
	if err := c.confirmOrStop(i18n.M("console.update-install-sure",
		"Install it? It takes some minutes; the door works meanwhile.")); err != nil {
		return err
	}
	if err := d.InstallUpdate(ctx, c.who, o, c.step); err != nil {
		return err
	}
	c.say(i18n.M("console.update-installed", "Installed. The unit must restart to try it."))
	return c.tryUpdate(ctx, d, o)
}

// tryUpdate asks, and restarts the unit.
func (c *console) tryUpdate(ctx context.Context, d Updater, o desk.Offer) error {
	c.say(i18n.M("console.update-restart-warning",
		"For about a minute no card opens the door; the exit works if it is wired to the lock. If not "+
			"everything works after the restart, the version before comes back by itself within ten minutes."))
	if err := c.confirmOrStop(i18n.M("console.update-restart-sure", "Restart now?")); err != nil {
		return err
	}
	if err := d.TryUpdate(ctx, c.who, o); err != nil {
		return err
	}
	c.say(i18n.M("console.update-restarting", "The unit restarts. Log in again in a few minutes: 'status' then says "+
		"whether the update was kept."))
	return nil
}
