package console

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// Managers tells the managers of the site what happens at its doors, sealed to their keys.
type Managers interface {
	// Managers lists their keys.
	Managers(ctx context.Context, s desk.Session) ([]desk.ManagerKey, error)
	// SetManager names a key, for all doors.
	SetManager(ctx context.Context, s desk.Session, key, name string) (int, error)
	// RemoveManager takes a key away.
	RemoveManager(ctx context.Context, s desk.Session, words string) (desk.ManagerKey, error)
	// WriteSiteEvents writes what all doors told into a file, for the holder of a key.
	WriteSiteEvents(ctx context.Context, s desk.Session, via desk.Via, step desk.Progress) (desk.EventsWritten, error)
}

func managersCommands() []command {
	return []command{
		{name: "managers", usage: "[NAME KEY | NAME --remove | --events [--folder]] [--json]", needs: has[Managers],
			right: desk.ReadsRecords, run: managers,
			about: i18n.M("console.help-managers",
				"show the managers' keys, to which all doors of the site seal what happens at them; name a key or "+
					"take one away; write what the doors told onto a stick, for 'menshen-site events'"),
			example: "managers office age12mpdhzn3dkws5r5k3qqwcgn80gn8kmdagggm2chzffwa6tr9jyeswyld6c"},
	}
}

func managers(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "folder", "json", "remove", "events")
	if err != nil {
		return err
	}
	d := c.desk.(Managers)
	switch n := len(a.words); {
	case n == 0 && a.has("events"):
		return c.writeEvents(ctx, d, a.has("folder"))
	case n == 0:
		return c.showManagers(ctx, d, a.has("json"))
	case n == 1 && a.has("remove"):
		return c.removeManager(ctx, d, a.words[0])
	case n == 2:
		return c.setManager(ctx, d, a.words[0], a.words[1])
	}
	return c.misuse("managers")
}

func (c *console) showManagers(ctx context.Context, d Managers, asJSON bool) error {
	all, err := d.Managers(ctx, c.who)
	if err != nil {
		return err
	}
	if len(all) == 0 && !asJSON {
		c.say(i18n.M("console.no-managers", "No manager's key is named: the doors tell nobody what happens at them."))
		return nil
	}
	t := table{cols: []column{
		{"name", i18n.M("console.manager-name", "name")},
		{"key", i18n.M("console.manager-key", "key")},
	}}
	for _, m := range all {
		t.add(m.Name, m.Key)
	}
	return c.show(t, asJSON)
}

func (c *console) setManager(ctx context.Context, d Managers, name, key string) error {
	c.say(i18n.M("console.manager-means", "Whoever has the secret half of this key will read of alarms, faults, "+
		"orders and erasures at all doors of the site; of nobody's comings and goings."))
	if err := c.confirmOrStop(i18n.M("console.manager-sure", "Name it?")); err != nil {
		return err
	}
	n, err := d.SetManager(ctx, c.who, key, name)
	if err != nil {
		return err
	}
	c.say(i18n.N(n, "console.manager-set", "Named. What happens is sealed to %d key.",
		"Named. What happens is sealed to %d keys.", n))
	return nil
}

func (c *console) removeManager(ctx context.Context, d Managers, words string) error {
	m, err := d.RemoveManager(ctx, c.who, words)
	if err != nil {
		return err
	}
	c.say(i18n.M("console.manager-removed", "The key of %s was taken away. What was sealed to it before stays "+
		"readable to it.", m.Name))
	return nil
}

func (c *console) writeEvents(ctx context.Context, d Managers, folder bool) error {
	via := desk.ByStick
	if folder {
		via = desk.ByFolder
	}
	w, err := d.WriteSiteEvents(ctx, c.who, via, c.step)
	if err != nil {
		return err
	}
	for _, m := range w.Missing {
		n := int(m.Batches)
		c.say(i18n.N(n, "console.events-missing", "! %d batch of %s is missing here.",
			"! %d batches of %s are missing here.", n, m.Door))
	}
	if w.Path == "" {
		c.say(i18n.M("console.site-on-stick", "On the stick: %s. It can be pulled out.", w.File))
	} else {
		c.say(i18n.M("console.site-in-folder", "Written: %s", w.Path))
	}
	c.say(i18n.M("console.events-then", "The holder of a manager's key reads it: menshen-site events --key KEYFILE %s",
		w.File))
	return nil
}
