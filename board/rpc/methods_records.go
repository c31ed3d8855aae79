package rpc

import (
	"context"
	"fmt"

	"menshen/board/desk"
	"menshen/policy"
)

// recordMethods answer from the audit log.
var recordMethods = map[string]handler{
	"records.decisions": method(decisions),
	"records.why":       method(why),
	"records.verify":    method(verify),
}

type decision struct {
	Number  uint64  `json:"number"`
	At      string  `json:"at"`
	Means   coded   `json:"means"`
	Granted bool    `json:"granted"`
	Reason  coded   `json:"reason"`
	Words   string  `json:"words"`         // the reason as a sentence
	Who     string  `json:"who,omitempty"` // the name, for a role that may see it; else the handle's beginning
	Person  handle  `json:"person,omitempty"`
	Told    string  `json:"told"` // how the door answered
	Release float64 `json:"release,omitempty"`
	Trace   []asked `json:"trace,omitempty"` // of records.why

	Outputs []switched `json:"outputs,omitempty"` // beside the door
}

// switched is what came of an output.
type switched struct {
	Output  string  `json:"output"`
	Granted bool    `json:"granted"`
	Reason  coded   `json:"reason"`
	Release float64 `json:"release,omitempty"` // seconds
	Trace   []asked `json:"trace,omitempty"`   // of records.why
}

// asked is one question of a decision.
type asked struct {
	Rule   coded  `json:"rule"`
	Pass   bool   `json:"pass"`
	Detail string `json:"detail,omitempty"`
}

func (c *call) decision(r desk.Record) decision {
	d := decision{Number: r.Seq, At: c.time(r.At), Means: word(c, r.Means), Granted: r.Grant, Reason: word(c, r.Reason),
		Words: c.say(r.Reason.Message()), Who: r.Who.Reveal(), Person: handleOf(r.Person), Told: r.Told,
		Release: r.Release.Seconds()}
	for _, o := range r.Outputs {
		d.Outputs = append(d.Outputs, switched{o.Output, o.Grant, word(c, o.Reason), o.Release.Seconds(), nil})
	}
	if d.Who == "" && !r.Person.IsZero() {
		d.Who = r.Person.String()
	}
	return d
}

type countParams struct {
	Count int `json:"count"` // 1 to 100
}

// decisions gives the last ones, the newest first.
func decisions(ctx context.Context, c *call, p countParams) ([]decision, error) {
	if p.Count < 1 || p.Count > 100 {
		return nil, badParams("count is 1 to 100")
	}
	found, err := c.desk.Decisions(ctx, c.who, p.Count)
	out := []decision{}
	for _, r := range found {
		out = append(out, c.decision(r))
	}
	return out, err
}

type numberParams struct {
	Number uint64 `json:"number"`
}

// why gives one decision with each question that was asked.
func why(ctx context.Context, c *call, p numberParams) (decision, error) {
	r, err := c.desk.Why(ctx, c.who, p.Number)
	if err != nil {
		return decision{}, err
	}
	d := c.decision(r)
	d.Trace = c.trace(r.Trace)
	for i, o := range r.Outputs {
		d.Outputs[i].Trace = c.trace(o.Trace)
	}
	return d, nil
}

func (c *call) trace(all []policy.Check) (out []asked) {
	for _, k := range all {
		out = append(out, asked{word(c, k.Rule), k.Pass, c.say(k.Message())})
	}
	return out
}

type verified struct {
	Entries  uint64 `json:"entries"`
	Whole    bool   `json:"whole"`
	FirstBad uint64 `json:"firstBad,omitempty"`
	Problem  string `json:"problem,omitempty"`
	Signed   string `json:"signed,omitempty"` // the last time
}

func verify(ctx context.Context, c *call, _ nothing) (verified, error) {
	v, err := c.desk.VerifyAudit(ctx, c.who)
	if err != nil {
		return verified{}, fmt.Errorf("verifying the audit log: %w", err)
	}
	return verified{v.Entries, v.OK, v.FirstBad, v.Problem, c.time(v.Signed)}, nil
}
