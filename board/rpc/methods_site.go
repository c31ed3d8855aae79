package rpc

import (
	"context"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

var siteMethods = map[string]handler{
	"site.doors":    method(siteDoors),
	"site.erasures": method(siteErasures),
	"site.orders":   method(siteOrders),
	"site.order":    method(giveOrder),
	"site.end":      method(endOrders),
	"site.managers": method(siteManagers),
	"site.manager":  method(setManager),
	"site.events":   method(siteEvents),
}

// siteDoor is a door of the site, as it is known at this one.
type siteDoor struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	Here  bool       `json:"here,omitempty"`  // it is this one
	Left  bool       `json:"left,omitempty"`  // it was sent away
	Seat  bool       `json:"seat,omitempty"`  // it is the manager's seat, and no door
	Heard string     `json:"heard,omitempty"` // when it was heard of last; absent: never, or it is this one
	Days  int        `json:"days,omitempty"`  // whole days since then
	State *doorState `json:"state,omitempty"` // absent: it has told none
	Faces int        `json:"faces"`           // people whose face is there
}

// doorState is how a door fares, as it told last.
type doorState struct {
	Told    string  `json:"told"` // by its own clock
	Version string  `json:"version"`
	Raised  []coded `json:"raised"`           // alarms, a lockdown
	Faults  []coded `json:"faults"`           // what does not work
	Due     int     `json:"due,omitempty"`    // erasures that it is still to do
	Image   string  `json:"image,omitempty"`  // version of the flashed system; absent: it has none
	Supply  *coded  `json:"supply,omitempty"` // "mains", "battery", …; absent: not watched

	NoPasses bool `json:"noPasses,omitempty"` // no visitor comes in there
}

// siteDoors lists the doors of the site. Errors: this door belongs to none ("desk.site-none").
func siteDoors(ctx context.Context, c *call, _ nothing) (listed, error) {
	s, err := c.desk.Site(ctx, c.who)
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "doors", s.Doors, func(x desk.SiteDoor) siteDoor {
		out := siteDoor{ID: x.ID, Name: x.Name, Here: x.Here, Left: x.Left, Seat: x.Seat,
			Heard: c.time(x.Heard),
			Days:  int(x.Ago.Hours() / 24), Faces: x.Faces}
		if x.State != nil {
			out.State = &doorState{Told: c.time(x.State.At), Version: x.State.Version, Raised: c.words(x.State.Raised),
				Faults: c.words(x.State.Faults), Due: x.State.Due, Image: x.State.Image,
				NoPasses: x.State.NoPasses}
			if x.State.Supply != "" {
				supply := word(c, x.State.Supply)
				out.State.Supply = &supply
			}
		}
		return out
	}), nil
}

// words are some words of the unit's vocabulary. It is not nil.
func (c *call) words(all []string) []coded {
	out := []coded{}
	for _, w := range all {
		out = append(out, coded{w, c.say(i18n.Word(w))})
	}
	return out
}

// siteErasure is an erasure, and what the doors of the site answered.
type siteErasure struct {
	What    coded    `json:"what"`             // "face", "person"
	Person  handle   `json:"person,omitempty"` // absent: they are erased
	At      string   `json:"at"`               // when this door learnt of it
	Before  bool     `json:"before,omitempty"` // this door joined later: not all answers are known here
	Answers []answer `json:"answers"`
}

type answer struct {
	Door    string `json:"door"`
	Here    bool   `json:"here,omitempty"`
	At      string `json:"at,omitempty"`      // absent: it has not answered yet
	Nothing bool   `json:"nothing,omitempty"` // there was nothing to erase
	Found   int    `json:"found,omitempty"`   // blocks that were found afterwards: 0 is the proof
}

type siteErasuresParams struct {
	Person handle `json:"person"` // the withdrawal of their face; absent: all that some door has not answered yet
}

// siteErasures lists erasures by which doors have answered them.
func siteErasures(ctx context.Context, c *call, p siteErasuresParams) (listed, error) {
	id, err := p.Person.orNobody()
	if err != nil {
		return listed{}, err
	}
	var all []desk.SiteErasure
	if id.IsZero() {
		var s desk.Site
		s, err = c.desk.Site(ctx, c.who)
		all = s.Open
	} else {
		var e desk.SiteErasure
		if e, err = c.desk.AnswersOf(ctx, c.who, id); len(e.Answers) > 0 {
			all = append(all, e)
		}
	}
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "erasures", all, func(e desk.SiteErasure) siteErasure {
		out := siteErasure{What: word(c, e.What), Person: handleOf(e.Person), At: c.time(e.At), Before: e.Before,
			Answers: []answer{}}
		for _, a := range e.Answers {
			out.Answers = append(out.Answers, answer{a.Door, a.Here, c.time(a.At), a.Nothing, a.Found})
		}
		return out
	}), nil
}

// siteOrder is a lockdown or an evacuation of the whole site that stands at this door.
type siteOrder struct {
	ID    string `json:"id"`
	Order coded  `json:"order"` // "lockdown", "evacuation"
	Door  string `json:"door"`  // where it was given
	By    string `json:"by,omitempty"`
	Heard string `json:"heard"` // when it was given or heard here
	Until string `json:"until"` // by its own time
}

func (c *call) siteOrder(o desk.SiteOrder) siteOrder {
	return siteOrder{o.ID, word(c, string(o.Kind)), o.Door, o.By, c.time(o.Heard), c.time(o.Ends)}
}

// siteOrders lists the orders of the whole site that stand here. Errors: as of site.doors.
func siteOrders(ctx context.Context, c *call, _ nothing) (listed, error) {
	s, err := c.desk.Site(ctx, c.who)
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "orders", s.Orders, c.siteOrder), nil
}

type giveOrderParams struct {
	Order string  `json:"order"` // "lockdown", "evacuation"
	For   float64 `json:"for"`   // seconds, at most a day; absent: a day
}

// giveOrder gives all doors of the site an order.
func giveOrder(ctx context.Context, c *call, p giveOrderParams) (siteOrder, error) {
	length := time.Duration(max(-1, min(p.For, 1e6)) * float64(time.Second)) // what is too long stays so
	o, err := c.desk.GiveOrder(ctx, c.who, desk.OrderKind(p.Order), length)
	if err != nil {
		return siteOrder{}, err
	}
	return c.siteOrder(o), nil
}

type endOrdersParams struct {
	Orders []string `json:"orders"` // their ids
}

// endOrders ends orders at all doors: those that were seen.
func endOrders(ctx context.Context, c *call, p endOrdersParams) (nothing, error) {
	return nothing{}, c.desk.EndOrders(ctx, c.who, p.Orders)
}

// manager is a key to which the doors seal what they tell their managers.
type manager struct {
	Key  string `json:"key"` // an age public key
	Name string `json:"name"`
}

// siteManagers lists the keys that count, the one that was named last first.
func siteManagers(ctx context.Context, c *call, _ nothing) (listed, error) {
	all, err := c.desk.Managers(ctx, c.who)
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "managers", all, func(m desk.ManagerKey) manager { return manager(m) }), nil
}

type managerParams struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Remove bool   `json:"remove"` // take the key away; name is not read
}

// setManager names a key for all doors of the site, or takes it away.
func setManager(ctx context.Context, c *call, p managerParams) (nothing, error) {
	var err error
	if p.Remove {
		_, err = c.desk.RemoveManager(ctx, c.who, p.Key)
	} else {
		_, err = c.desk.SetManager(ctx, c.who, p.Key, p.Name)
	}
	return nothing{}, err
}

// siteEvents gives the sealed batches of all doors that are kept here.
func siteEvents(ctx context.Context, c *call, _ nothing) (listed, error) {
	all, err := c.desk.SiteEvents(ctx, c.who)
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "batches", all, func(b desk.SiteBatch) desk.SiteBatch { return b }), nil
}
