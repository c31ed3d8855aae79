package console

import (
	"context"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

// Overrides are for an emergency: an operator locks or unlocks the door for all. An override holds
// until an operator ends it, also over a restart. One of the whole site holds at all doors, until
// an operator at any of them ends it, or its time is over.
type Overrides interface {
	// Lockdown keeps the door locked for all but exit, fire, staffed release
	// and operators, or ends that.
	Lockdown(ctx context.Context, s desk.Session, on bool) error
	// Evacuate unlocks the door for all, as fire does, or ends that.
	Evacuate(ctx context.Context, s desk.Session, on bool) error
	// GiveOrder has all doors of the site do so for a time; 0: as long as may be.
	GiveOrder(ctx context.Context, s desk.Session, kind desk.OrderKind, length time.Duration) (desk.SiteOrder, error)
	// EndOrders ends orders of the whole site: those that were seen.
	EndOrders(ctx context.Context, s desk.Session, ids []string) error
}

func overrideCommands() []command {
	return []command{
		{name: "lockdown", usage: "on|off [--site [--for TIME]]", right: desk.OrdersSite, needs: has[Overrides],
			run: lockdown.run,
			about: i18n.M("console.help-lockdown",
				"lock the door for all; exit, fire and the staffed release still open it; with --site all doors "+
					"of the site, for a time such as 2h, and a day at most"),
			example: "lockdown on"},
		{name: "evacuate", usage: "on|off [--site [--for TIME]]", right: desk.OrdersSite, needs: has[Overrides],
			run: evacuation.run,
			about: i18n.M("console.help-evacuate", "unlock the door for all, as in a fire; with --site all doors "+
				"of the site, for a time such as 2h, and a day at most"),
			example: "evacuate on"},
	}
}

// emergency is one of the two, at this door and at all.
type emergency struct {
	verb       string
	kind       desk.OrderKind
	here       func(Overrides, context.Context, desk.Session, bool) error
	sure, done i18n.Message
	surely     i18n.Message // of all doors, as is all
	all        func(until string) i18n.Message
}

var lockdown = emergency{verb: "lockdown", kind: desk.SiteLockdown, here: Overrides.Lockdown,
	sure:   i18n.M("console.lockdown-sure", "Keep everybody out until the lockdown is ended?"),
	done:   i18n.M("console.lockdown-on", "The door is locked down. To end it: lockdown off"),
	surely: i18n.M("console.site-lockdown-sure", "Keep everybody out at all doors of the site?"),
	all: func(until string) i18n.Message {
		return i18n.M("console.site-lockdown-on", "All doors are locked down, each as soon as it hears of it, "+
			"until %s. To end it: lockdown off --site", until)
	}}

var evacuation = emergency{verb: "evacuate", kind: desk.SiteEvacuation, here: Overrides.Evacuate,
	sure:   i18n.M("console.evacuate-sure", "Unlock the door for everybody until the evacuation is ended?"),
	done:   i18n.M("console.evacuation-on", "The door stands open. To end it: evacuate off"),
	surely: i18n.M("console.site-evacuate-sure", "Unlock all doors of the site for everybody?"),
	all: func(until string) i18n.Message {
		return i18n.M("console.site-evacuation-on", "All doors stand open, each as soon as it hears of it, "+
			"until %s. To end it: evacuate off --site", until)
	}}

// run begins or ends it.
func (e emergency) run(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "site", "for=")
	if err != nil {
		return err
	}
	on := a.rest() == "on"
	if !on && a.rest() != "off" || a.has("for") && !(on && a.has("site")) {
		return c.misuse(e.verb)
	}
	switch {
	case on && a.has("site"):
		return c.orderSite(ctx, e, a.options["for"])
	case a.has("site"):
		return c.endSite(ctx, e)
	case on:
		if err := c.confirmOrStop(e.sure); err != nil {
			return err
		}
	}
	if err := e.here(c.desk.(Overrides), ctx, c.who, on); err != nil {
		return err
	}
	if on {
		c.say(e.done)
	} else {
		c.say(i18n.M("console.override-ended", "Ended."))
	}
	return nil
}

// orderSite gives all doors an order. length is as typed; empty: as long as may be.
func (c *console) orderSite(ctx context.Context, e emergency, length string) error {
	var d time.Duration
	if length != "" {
		var err error
		if d, err = time.ParseDuration(length); err != nil || d <= 0 {
			return c.misuse(e.verb)
		}
	}
	if err := c.confirmOrStop(e.surely); err != nil {
		return err
	}
	o, err := c.desk.(Overrides).GiveOrder(ctx, c.who, e.kind, d)
	if o.ID != "" { // it is given, also where the lock cannot follow
		c.say(e.all(c.time(o.Ends)))
	}
	return err
}

// endSite ends the orders of a kind that are listed: one that comes meanwhile stands.
func (c *console) endSite(ctx context.Context, e emergency) error {
	found, err := c.desk.(Sites).Site(ctx, c.who)
	if err != nil {
		return err
	}
	orders := slices.DeleteFunc(found.Orders, func(o desk.SiteOrder) bool { return o.Kind != e.kind })
	var ids []string
	for _, o := range orders {
		ids = append(ids, o.ID)
	}
	if err := c.desk.(Overrides).EndOrders(ctx, c.who, ids); err != nil {
		return err
	}
	c.sayOrders(orders)
	c.say(i18n.M("console.site-order-ended", "Ended at this door, and at each other one when it hears of it."))
	return nil
}

// sayOrders lists orders of the whole site.
func (c *console) sayOrders(all []desk.SiteOrder) {
	for _, o := range all {
		m := i18n.M("console.site-order", "%v of all doors, given at %s, known here since %s, until %s",
			i18n.Word(string(o.Kind)), o.Door, c.time(o.Heard), c.time(o.Ends))
		if o.By != "" {
			m = i18n.M("console.site-order-by", "%v of all doors, given here by %s at %s, until %s",
				i18n.Word(string(o.Kind)), o.By, c.time(o.Heard), c.time(o.Ends))
		}
		c.say(i18n.Join(i18n.Verbatim("! "), m))
	}
}
