package rpc

import (
	"context"

	"menshen/board/desk"
	"menshen/internal/i18n"
)

var siteMethods = map[string]handler{
	"site.doors": method(siteDoors),
}

// siteDoor is a door of the site, as it is known at this one.
type siteDoor struct {
	ID    string     `json:"id"`
	Name  string     `json:"name"`
	Here  bool       `json:"here,omitempty"`  // it is this one
	Left  bool       `json:"left,omitempty"`  // it was sent away
	Heard string     `json:"heard,omitempty"` // when it was heard of last; absent: never, or it is this one
	Days  int        `json:"days,omitempty"`  // whole days since then
	State *doorState `json:"state,omitempty"` // absent: it has told none
}

// doorState is how a door fares, as it told last.
type doorState struct {
	Told    string  `json:"told"` // by its own clock
	Version string  `json:"version"`
	Raised  []coded `json:"raised"`        // alarms, a lockdown
	Faults  []coded `json:"faults"`        // what does not work
	Due     int     `json:"due,omitempty"` // erasures that it is still to do
}

// siteDoors lists the doors of the site. Errors: this door belongs to none ("desk.site-none").
func siteDoors(ctx context.Context, c *call, _ nothing) (listed, error) {
	s, err := c.desk.Site(ctx, c.who)
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "doors", s.Doors, func(x desk.SiteDoor) siteDoor {
		out := siteDoor{ID: x.ID, Name: x.Name, Here: x.Here, Left: x.Left, Heard: c.time(x.Heard),
			Days: int(x.Ago.Hours() / 24)}
		if x.State != nil {
			out.State = &doorState{Told: c.time(x.State.At), Version: x.State.Version, Raised: c.words(x.State.Raised),
				Faults: c.words(x.State.Faults), Due: x.State.Due}
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
