package rpc

import (
	"context"
	"math"

	"menshen/internal/i18n"
	"menshen/policy"
)

// waitLog is how long people waited at the door, by the audit log as far as it is kept.
type waitLog struct {
	Weeks []waitWeek `json:"weeks"`          // oldest first
	Old   int        `json:"old,omitempty"`  // openings of before this was measured, in no week
	Open  int        `json:"open,omitempty"` // at a door that was unlocked already, in no week
}

type waitWeek struct {
	Week    string     `json:"week"` // "2026-W45"
	SoFar   bool       `json:"soFar,omitempty"`
	Verdict coded      `json:"verdict"` // "alike", "card waits longer", "card refused more", "too few"
	Served  []servedBy `json:"served"`
}

// servedBy is one means in one week.
type servedBy struct {
	Means    coded    `json:"means"` // "card", "pin", "pass", "face", "card+face"
	Openings int      `json:"openings"`
	Median   quantile `json:"median"`
	P90      quantile `json:"p90"`
	Retried  share    `json:"retried"` // openings before which a try was refused
}

// quantile is in milliseconds, with an interval of 99%.
type quantile struct {
	Value int64  `json:"value"`
	Low   int64  `json:"low"`
	High  *int64 `json:"high,omitempty"` // absent: so few openings give no upper bound
}

// share is of 1, with an interval of 99%.
type share struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func lawWaits(ctx context.Context, c *call, _ nothing) (waitLog, error) {
	all, err := c.desk.Waits(ctx, c.who)
	if err != nil {
		return waitLog{}, err
	}
	out := waitLog{Weeks: []waitWeek{}, Old: all.Old, Open: all.Open}
	for _, w := range all.Weeks {
		week := waitWeek{Week: w.Name(), SoFar: !w.Full, Served: []servedBy{},
			Verdict: coded{string(w.Verdict), c.say(w.Verdict.Message())}}
		for _, s := range w.Served {
			week.Served = append(week.Served, servedBy{coded{string(s.Means), c.say(i18n.Word(string(s.Means)))}, s.N,
				quantileOf(s.Median), quantileOf(s.P90), shareOf(s.Retried)})
		}
		out.Weeks = append(out.Weeks, week)
	}
	return out, nil
}

func quantileOf(q policy.Quantile) quantile {
	out := quantile{Value: q.Value.Milliseconds(), Low: q.Low.Milliseconds()}
	if high := q.High.Milliseconds(); !q.Open {
		out.High = &high
	}
	return out
}

func shareOf(s policy.Share) share {
	thousandths := func(v float64) float64 { return math.Round(1000*v) / 1000 }
	return share{thousandths(s.Value()), thousandths(s.Low), thousandths(s.High)}
}
