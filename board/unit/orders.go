package unit

import (
	"context"
	"slices"
	"time"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/store"
	"menshen/store/audit"
)

// standing is an order of the whole site that the vault takes to stand.
type standing struct {
	store.SiteOrder
	learned time.Duration // by Unit.steady
}

// SiteOrder is an order of the whole site that stands at this door.
type SiteOrder struct {
	store.SiteOrder
	Ends time.Time // by its own time
}

// GiveOrder gives all doors of the site an order, as [store.Vault.GiveOrder] does; this door
// follows it when GiveOrder returns.
func (u *Unit) GiveOrder(ctx context.Context, by store.Actor, kind fact.OrderKind,
	length time.Duration) (o SiteOrder, err error) {
	if o.SiteOrder, err = u.vault.GiveOrder(by, kind, length); err != nil {
		return o, err
	}
	o.Ends = o.Time().Ends(u.clock(), u.now())
	return o, u.KeepOrders(context.WithoutCancel(ctx))
}

// EndOrders ends some orders at all doors, as [store.Vault.EndOrders] does.
func (u *Unit) EndOrders(ctx context.Context, by store.Actor, which []fact.Stamp) (n int, err error) {
	if n, err = u.vault.EndOrders(by, which); err != nil {
		return n, err
	}
	return n, u.KeepOrders(context.WithoutCancel(ctx))
}

// SiteOrders gives the orders of the whole site that stand here, the earliest first.
func (u *Unit) SiteOrders(ctx context.Context) (all []SiteOrder, err error) {
	err = u.do(ctx, func() {
		c, now := u.clock(), u.now()
		for _, o := range u.site.orders {
			if t := u.timeOf(o); !t.Over(c, now) {
				all = append(all, SiteOrder{o.SiteOrder, t.Ends(c, now)})
			}
		}
	})
	return all, err
}

// KeepOrders takes up the orders of the whole site that the vault knows, and has the vault note
// those whose time is over.
func (u *Unit) KeepOrders(ctx context.Context) error {
	u.ordering.Lock()
	defer u.ordering.Unlock()
	for {
		all, err := u.vault.SiteOrders()
		if err != nil {
			return err
		}
		var over []fact.Stamp
		err = u.do(ctx, func() {
			u.noteOrders(all)
			u.keepOrders()
			over = u.overOrders()
		})
		if err != nil || len(over) == 0 {
			return err
		}
		if err := u.vault.OrdersOver(over); err != nil {
			return err
		}
	}
}

// loadOrders takes up the orders that stood when the program ended.
func (u *Unit) loadOrders() error {
	all, err := u.vault.SiteOrders()
	if err == nil {
		u.noteOrders(all)
		u.site.ordered = u.ordered()
	}
	return err
}

// noteOrders takes over what the vault knows. It runs on the loop.
func (u *Unit) noteOrders(all []store.SiteOrder) {
	was := u.site.orders
	u.site.orders = nil
	for _, o := range all {
		learned := u.steady()
		if i := slices.IndexFunc(was, func(w standing) bool { return w.At == o.At }); i >= 0 {
			learned = was[i].learned
		}
		u.site.orders = append(u.site.orders, standing{o, learned})
	}
}

func (u *Unit) timeOf(o standing) policy.Order {
	t := o.Time()
	t.Passed = u.steady() - o.learned
	return t
}

// overOrders are those whose time is over.
func (u *Unit) overOrders() (over []fact.Stamp) {
	for _, o := range u.site.orders {
		if u.timeOf(o).Over(u.clock(), u.now()) {
			over = append(over, o.At)
		}
	}
	return over
}

// ordered is what the orders come to at this door: at a seat, and of a kind that is not known here,
// to nothing.
func (u *Unit) ordered() (now store.Overrides) {
	if len(u.site.orders) == 0 || u.cfg.Seat() {
		return now
	}
	over := u.overOrders()
	for _, o := range u.site.orders {
		if !slices.Contains(over, o.At) {
			now.Lockdown = now.Lockdown || o.Kind == fact.Lockdown
			now.Evacuation = now.Evacuation || o.Kind == fact.Evacuation
		}
	}
	return now
}

// keepOrders brings the door to the orders, where they come to something else than before. It runs
// on the loop, and needs neither network nor vault.
func (u *Unit) keepOrders() {
	now := u.ordered()
	if now == u.site.ordered {
		return
	}
	u.site.ordered = now
	u.recordOverrides(store.Door, now, "site")
	u.applyOverrides()
}

// recordOverrides records what was set for all people at the door. why is empty where an operator
// set it here.
func (u *Unit) recordOverrides(by store.Actor, now store.Overrides, why string) {
	detail := map[string]string{"lockdown": either(now.Lockdown, "on", "off"),
		"evacuation": either(now.Evacuation, "on", "off")}
	if why != "" {
		detail["why"] = why
	}
	u.Record(store.Entry{Kind: audit.Override, Actor: by, Detail: detail})
}
