package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"menshen/board/unit"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/site/fact"
	"menshen/store"
)

// OrderKind is what an order has every door of the site do.
type OrderKind = fact.OrderKind

// The kinds.
const (
	SiteLockdown   = fact.Lockdown
	SiteEvacuation = fact.Evacuation
)

// SiteOrder is a lockdown or an evacuation of the whole site that stands at this door.
type SiteOrder struct {
	ID    string
	Kind  OrderKind
	Door  string    // the name of the door where it was given
	By    string    // who gave it here; empty: it was given at another door
	Heard time.Time // when it was given or heard here
	Ends  time.Time // by its own time, if no door ends it before
}

func known(k OrderKind) bool { return k == SiteLockdown || k == SiteEvacuation }

// LeastOrder is the shortest time for which an order is given.
const LeastOrder = time.Minute

// GiveOrder has all doors of the site lock down or stand open, this one at once. length is from
// [LeastOrder] to [policy.LongestOrder]; zero: as long as may be. Errors: this door belongs to no
// site; length; the disk does not take it. An impulse lock gets one pulse in an evacuation, and the
// error says so, as of [Desk.Evacuate].
func (d *Desk) GiveOrder(ctx context.Context, s Session, kind OrderKind, length time.Duration) (SiteOrder, error) {
	by, err := d.allow(s, OrdersSite)
	if err != nil {
		return SiteOrder{}, err
	}
	if !known(kind) {
		return SiteOrder{}, i18n.Problem(i18n.E("desk.no-such-order", "there is no such order"),
			i18n.M("desk.orders-are", "it is a lockdown or an evacuation"))
	}
	if length == 0 {
		length = policy.LongestOrder
	}
	if length < LeastOrder || length > policy.LongestOrder {
		return SiteOrder{}, i18n.Problem(
			i18n.E("desk.order-length", "an order cannot be given for so long, or so short"),
			i18n.M("desk.order-length-is", "write a time from a minute to a day, such as 30m or 2h"))
	}
	o, err := d.unit.GiveOrder(ctx, by, kind, length)
	if err != nil {
		return SiteOrder{}, explainOrder(err)
	}
	site, err := d.vault.Site()
	if err != nil {
		return SiteOrder{}, explainSite(err)
	}
	out, err := d.siteOrder(o, site, s.Lang)
	if err == nil && kind == SiteEvacuation {
		err = d.pulsed()
	}
	return out, err
}

// EndOrders ends orders at all doors of the site: those with these IDs, which an operator has seen.
// One that was given elsewhere meanwhile stands. Errors: none of them stands any more.
func (d *Desk) EndOrders(ctx context.Context, s Session, ids []string) error {
	by, err := d.allow(s, OrdersSite)
	if err != nil {
		return err
	}
	stand, err := d.unit.SiteOrders(ctx)
	if err != nil {
		return err
	}
	var which []fact.Stamp
	for _, o := range stand {
		if slices.Contains(ids, orderID(o.At)) {
			which = append(which, o.At)
		}
	}
	n := 0
	if len(which) > 0 {
		if n, err = d.unit.EndOrders(ctx, by, which); err != nil {
			return explainOrder(err)
		}
	}
	if n == 0 {
		return i18n.Problem(i18n.E("desk.order-over", "no such order stands any more"),
			i18n.M("desk.order-see", "'site' lists those that do"))
	}
	return nil
}

// orderID is how staff and the page name an order.
func orderID(at fact.Stamp) string { return fmt.Sprintf("%016x%s", at.Count, shortDoor(at.Door)) }

// siteOrders gives the orders that stand here.
func (d *Desk) siteOrders(ctx context.Context, in store.Site, lang i18n.Language) (out []SiteOrder, err error) {
	all, err := d.unit.SiteOrders(ctx)
	for _, o := range all {
		if !known(o.Kind) {
			continue // of a later version: it does nothing here
		}
		shown, err := d.siteOrder(o, in, lang)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return out, err
}

func (d *Desk) siteOrder(o unit.SiteOrder, in store.Site, lang i18n.Language) (SiteOrder, error) {
	out := SiteOrder{ID: orderID(o.At), Kind: o.Kind, Door: shortDoor(o.At.Door), Heard: o.Heard, Ends: o.Ends}
	if i := slices.IndexFunc(in.Doors, func(x store.SiteDoor) bool { return x.ID == o.At.Door }); i >= 0 {
		out.Door = in.Doors[i].Name
	}
	if o.By == "" {
		return out, nil
	}
	names, err := d.actors(lang)
	out.By = names[o.By]
	return out, err
}

// stillOrdered says that an order of the site keeps the door as it is, though this door's own was
// ended; nil: none does.
func (d *Desk) stillOrdered(ctx context.Context, kind OrderKind) error {
	all, err := d.unit.SiteOrders(ctx)
	if err != nil || !slices.ContainsFunc(all, func(o unit.SiteOrder) bool { return o.Kind == kind }) {
		return err
	}
	if kind == SiteLockdown {
		return i18n.Problem(
			i18n.E("desk.site-locked-down", "a lockdown of the whole site stands, and keeps this door so"),
			i18n.M("desk.end-site-lockdown", "'lockdown off --site' ends it at all doors"))
	}
	return i18n.Problem(
		i18n.E("desk.site-evacuated", "an evacuation of the whole site stands, and keeps this door so"),
		i18n.M("desk.end-site-evacuation", "'evacuate off --site' ends it at all doors"))
}

// explainOrder says of an error what to do in its place: an order that the disk does not take
// cannot be told to other doors.
func explainOrder(err error) error {
	if told := explainSite(err); told != err {
		return told
	}
	return i18n.Problem(i18n.E("desk.order-not-stored", "the order was not stored: %v", err),
		i18n.M("desk.order-each", "give it at each door without '--site', or again when the disk answers"))
}
