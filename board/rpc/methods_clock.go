package rpc

import (
	"context"

	"menshen/board/desk"
)

// clockMethods tell and set the unit's time.
var clockMethods = map[string]handler{
	"clock.get": method(getClock),
	"clock.set": method(setClock),
	"clock.confirm": method(func(ctx context.Context, c *call, _ nothing) (nothing, error) {
		return nothing{}, c.desk.ConfirmTime(ctx, c.who)
	}),
}

type clock struct {
	Now   string `json:"now"`
	Zone  string `json:"zone"`            // the site's
	From  coded  `json:"from"`            // where the time comes from
	Doubt string `json:"doubt,omitempty"` // why nothing is destroyed by date, and what to do
}

func getClock(ctx context.Context, c *call, _ nothing) (clock, error) {
	s, err := c.desk.Clock(ctx, c.who)
	return clock{c.time(s.Now), c.o.Location.String(), coded{s.From, c.say(desk.ClockFrom(s.From))}, s.Doubt}, err
}

type timeParams struct {
	At string `json:"at"` // with an offset, or in the site's zone
}

func setClock(ctx context.Context, c *call, p timeParams) (clock, error) {
	t, err := c.moment(p.At)
	if err == nil && t.IsZero() {
		err = badParams("at is a time")
	}
	if err != nil {
		return clock{}, err
	}
	if err := c.desk.SetTime(ctx, c.who, t); err != nil {
		return clock{}, err
	}
	return getClock(ctx, c, nothing{})
}
