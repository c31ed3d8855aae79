package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"menshen/policy"
)

// TestOrderOver: when an order of the whole site is over at a door, whatever the clocks show.
func TestOrderOver(t *testing.T) {
	begin := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	at := func(h float64) time.Time { return begin.Add(time.Duration(h * float64(time.Hour))) }
	trusted, doubted := policy.Clock{Trusted: true}, policy.Clock{}
	two := policy.Order{For: 2 * time.Hour, Until: at(2), Heard: begin, Dated: true}
	with := func(change func(*policy.Order)) policy.Order { o := two; change(&o); return o }
	behind := with(func(o *policy.Order) { o.Heard, o.Dated = at(-9e3), false })
	undated := with(func(o *policy.Order) { o.Until = time.Time{} })
	neither := with(func(o *policy.Order) { o.Until, o.Heard, o.Dated = time.Time{}, at(-9e3), false })
	late := with(func(o *policy.Order) { o.Heard = at(168) })
	ahead := with(func(o *policy.Order) { o.Until = at(9e5) })
	year := with(func(o *policy.Order) { o.For, o.Until = 9000*time.Hour, at(9000) })
	run := func(o policy.Order) policy.Order { o.Passed = 2 * time.Hour; return o }
	for what, tt := range map[string]struct {
		order policy.Order
		clock policy.Clock
		now   time.Time
		over  bool
	}{
		"in its time":                         {two, trusted, at(1.9), false},
		"when it is over":                     {two, trusted, at(2), true},
		"heard a week later":                  {late, trusted, at(168), true},
		"so, by a clock that is behind":       {behind, doubted, at(-9e3), false},
		"that clock, two hours on":            {behind, doubted, at(-8998), true},
		"then the right time comes":           {behind, trusted, at(1), false},
		"… and the order is over":             {behind, trusted, at(3), true},
		"given by a clock that nobody trusts": {undated, trusted, at(1.9), false},
		"that one, for two hours":             {undated, trusted, at(2), true},
		"… when the right time comes":         {neither, trusted, at(1), false},
		"… and two hours of running are over": {run(neither), trusted, at(1), true},
		"given years ahead":                   {ahead, trusted, at(2), true},
		"given for a year":                    {year, trusted, at(24), true},
		"for no time at all":                  {with(func(o *policy.Order) { o.For = -1 }), doubted, begin, true},
		"the clock is set back":               {two, trusted, at(-50), false},
		"that, and two hours of running":      {run(two), doubted, at(-48), true},
	} {
		if over := tt.order.Over(tt.clock, tt.now); over != tt.over {
			t.Errorf("%s: over %v: %+v", what, over, tt.order)
		}
		if ends := tt.order.Ends(tt.clock, tt.now); ends.After(tt.now) == tt.over {
			t.Errorf("%s: ends %v, now %v", what, ends, tt.now)
		}
	}
}

// TestOrderEnds: nothing keeps an order standing for longer than a day in which the program runs,
// and it ends when it says.
func TestOrderEnds(t *testing.T) {
	begin := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	hours := func(t *rapid.T, what string) time.Duration {
		return time.Duration(rapid.IntRange(-100, 100).Draw(t, what)) * time.Hour
	}
	rapid.Check(t, func(t *rapid.T) {
		o := policy.Order{For: hours(t, "for"), Heard: begin.Add(hours(t, "heard"))}
		o.Dated = rapid.Bool().Draw(t, "dated")
		if rapid.Bool().Draw(t, "until is known") {
			o.Until = begin.Add(hours(t, "until"))
		}
		c, now := policy.Clock{Trusted: rapid.Bool().Draw(t, "trusted")}, begin.Add(hours(t, "now"))
		o.Passed = max(hours(t, "passed"), 0)
		if o.Over(c, now) {
			return
		}
		ends := o.Ends(c, now)
		if ends.Sub(now)+o.Passed > policy.LongestOrder {
			t.Fatalf("%+v stands until %v", o, ends)
		}
		o.Passed += ends.Sub(now)
		if !o.Over(c, ends) {
			t.Fatalf("%+v is not over at %v", o, ends)
		}
	})
}
