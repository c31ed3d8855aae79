package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"menshen/policy"
	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store/audit"
)

// A lockdown or an evacuation of the whole site is given at one door, and told the others. It
// stands until a door that knows of it ends it, or its own time is over at the door that looks
// (docs/decisions/0074). When that is so is for the program to say, which knows how long it has
// run: see [policy.Order].

// SiteOrder is an order of the whole site, as this door knows it.
type SiteOrder struct {
	fact.Order
	Heard time.Time `cbor:"heard"`           // in this door's time; of one given here, when
	Dated bool      `cbor:"dated,omitempty"` // which could be trusted
	By    Actor     `cbor:"by,omitempty"`    // who gave it here; it is told to no other door
	Over  bool      `cbor:"over,omitempty"`  // its time is over here; or it was ended here alone
}

// Stands reports whether no door has ended the order, and nobody has found its time over here.
func (o *SiteOrder) Stands() bool { return o.Ended.IsZero() && !o.Over }

// Time is what the order's own time depends on. Passed is left to whoever knows it.
func (o *SiteOrder) Time() policy.Order {
	return policy.Order{For: o.For, Until: o.Until, Heard: o.Heard, Dated: o.Dated}
}

// orderKept is for how long an order is kept after its own time is over, by a clock that can be
// trusted. A door that forgot it does not begin it again when it is told late: its time is over.
const orderKept = 30 * 24 * time.Hour

// long reports whether the order has been over for so long that it is forgotten.
func (o *SiteOrder) long(c Clock) bool {
	over := o.Until
	if over.IsZero() {
		over = o.Heard.Add(o.For)
	}
	return c.Destroys() && c.Now.Sub(over) >= orderKept
}

func orderKey(at fact.Stamp) []byte {
	return append(append([]byte("order"), key64(at.Count)...), at.Door[:]...)
}

// SiteOrders gives the orders that stand, the earliest first. A vault without a site has none; one
// that was sent away keeps those that it knew.
func (v *Vault) SiteOrders() (all []SiteOrder, err error) {
	err = v.view(func(t *tx) error {
		known, err := t.siteOrders()
		all = slices.DeleteFunc(known, func(o SiteOrder) bool { return !o.Stands() })
		return err
	})
	return all, err
}

// siteOrders gives all orders that are kept, in the order of their stamps.
func (t *tx) siteOrders() (all []SiteOrder, err error) {
	err = t.eachOf("order", func(key, value []byte) error {
		var o SiteOrder
		err := t.open(siteBucket, key, value, &t.r.seal, &o)
		all = append(all, o)
		return err
	})
	return all, err
}

// GiveOrder gives all doors of the site an order, for at most [policy.LongestOrder]. [ErrNoSite].
func (v *Vault) GiveOrder(a Actor, kind fact.OrderKind, length time.Duration) (SiteOrder, error) {
	var o SiteOrder
	err := v.act(func(t *tx) error {
		s, err := t.inSite()
		if err != nil {
			return err
		}
		c := v.inTx(t)
		o = SiteOrder{Heard: c.Now, Dated: c.Trusted, By: a,
			Order: fact.Order{At: s.next(t.r.Unit, 0), Kind: kind, For: min(length, policy.LongestOrder)}}
		if c.Trusted {
			o.Until = c.Now.UTC().Add(o.For)
		}
		s.tellOrder(o.Order)
		return errors.Join(t.forgetOrders(c), t.putOrder(&o),
			v.noteOrder(t, audit.SiteOrderGiven, a, &o, map[string]string{"for": o.For.String()}))
	})
	if err != nil {
		return o, fmt.Errorf("give an order to the site: %w", err)
	}
	return o, nil
}

// EndOrders ends some orders at all doors: those that whoever ends them has seen. A door that was
// sent away ends them at itself alone. It gives how many stood until now. [ErrNoSite].
func (v *Vault) EndOrders(a Actor, which []fact.Stamp) (n int, err error) {
	return v.endOrders(a, which, "ended", func(o *SiteOrder, s *telling, here fact.DoorID) {
		if o.Over = s == nil; !o.Over {
			o.Ended = s.next(here, o.At.Count)
		}
	})
}

// OrdersOver says that the time of some orders is over at this door. Of those that it gave itself
// it tells the others, which may have no clock of their own.
func (v *Vault) OrdersOver(which []fact.Stamp) error {
	_, err := v.endOrders(Door, which, "time", func(o *SiteOrder, s *telling, here fact.DoorID) {
		if o.Over = true; s != nil && o.At.Door == here {
			o.Ended = s.next(here, o.At.Count)
		}
	})
	return err
}

func (v *Vault) endOrders(a Actor, which []fact.Stamp, why string,
	end func(*SiteOrder, *telling, fact.DoorID)) (n int, err error) {
	err = v.act(func(t *tx) error {
		n = 0
		if _, err := t.seat(); err != nil {
			return err
		}
		s, err := t.teller()
		if err != nil {
			return err
		}
		all, err := t.siteOrders()
		for i := range all {
			o := &all[i]
			if err != nil || !o.Stands() || !slices.Contains(which, o.At) {
				continue
			}
			end(o, s, t.r.Unit)
			if n, o.By = n+1, ""; !o.Ended.IsZero() {
				s.tellOrder(o.Order)
			}
			err = errors.Join(t.putOrder(o), v.noteOrder(t, audit.SiteOrderEnded, a, o, map[string]string{"why": why}))
		}
		return err
	})
	if err != nil {
		return n, fmt.Errorf("end orders of the site: %w", err)
	}
	return n, nil
}

func (t *tx) putOrder(o *SiteOrder) error { return t.put(siteBucket, orderKey(o.At), &t.r.seal, o) }

// noteOrder records what became of an order.
func (v *Vault) noteOrder(t *tx, kind audit.Kind, a Actor, o *SiteOrder, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["order"], detail["door"] = string(o.Kind), doorDetail(o.At.Door)["door"]
	_, err := t.log(Entry{At: v.now(t), Kind: kind, Actor: a, Detail: detail})
	return err
}

// orders takes what another door told of orders.
func (a *applier) orders(told []fact.Order, r *record.Record) error {
	if len(told) == 0 {
		return nil
	}
	c := a.v.inTx(a.t)
	if err := a.t.forgetOrders(c); err != nil {
		return err
	}
	for _, o := range told {
		if !o.Whole() {
			continue
		}
		if err := a.order(o, r, c); err != nil {
			return err
		}
	}
	return nil
}

// order joins what was told of an order with what is known here. One that is over for long is not
// kept.
func (a *applier) order(told fact.Order, r *record.Record, c Clock) error {
	t := a.t
	is := SiteOrder{Order: told, Heard: c.Now, Dated: c.Trusted}
	var was SiteOrder
	switch err := t.get(siteBucket, orderKey(told.At), &t.r.seal, &was); {
	case errors.Is(err, ErrUnknown):
	case err != nil:
		return err
	default:
		is = was
		is.Order = was.Merge(told)
		if is.Order.Equal(was.Order) {
			return nil
		}
	}
	t.telling.heard(max(told.At.Count, told.Ended.Count))
	if is.long(c) {
		return nil
	}
	kind := audit.SiteOrderTold
	if !is.Ended.IsZero() {
		kind, is.By = audit.SiteOrderEnded, ""
	}
	a.done.Orders = true
	return errors.Join(t.putOrder(&is), a.v.noteOrder(t, kind, Door, &is, a.from(r)))
}

// forgetOrders forgets those that are over for long.
func (t *tx) forgetOrders(c Clock) error {
	all, err := t.siteOrders()
	for _, o := range all {
		if err == nil && o.long(c) {
			err = t.del(siteBucket, orderKey(o.At))
		}
	}
	return err
}

// tellOrder tells what is known of an order.
func (s *telling) tellOrder(o fact.Order) {
	if s.orders == nil {
		s.orders = map[fact.Stamp]fact.Order{}
	}
	s.orders[o.At] = o
}

// tellOrders tells all orders that are kept, also those that ended: whoever hears of one late must
// not begin it.
func (t *tx) tellOrders() error {
	all, err := t.siteOrders()
	for _, o := range all {
		t.telling.tellOrder(o.Order)
	}
	return err
}
