package rpc

import (
	"context"
	"slices"

	"menshen/board/desk"
	"menshen/policy"
)

// entryMethods tell who could come in at a moment, and why not. Nothing is tried.
var entryMethods = map[string]handler{
	"entry.may": method(mayEnter),
	"entry.who": method(whoMayEnter),
}

type mayParams struct {
	Person handle `json:"person"`
	At     string `json:"at"` // empty: now
}

// entry is whether a person could come in, and by what.
type entry struct {
	Person person `json:"person"`
	At     string `json:"at"`
	May    bool   `json:"may"`
	Reason coded  `json:"reason"`           // of the best of the ways
	Words  string `json:"words,omitempty"`  // why not: "outside the hours of their access groups"
	Second bool   `json:"second,omitempty"` // only together with a second person
	Next   string `json:"next,omitempty"`   // from when on they could, within a week
	Ways   []way  `json:"ways"`             // none: they have no card, PIN or face

	Outputs []mayOutput `json:"outputs,omitempty"` // beside the door
}

// mayOutput is whether a person could switch an output.
type mayOutput struct {
	Output string  `json:"output"`
	May    bool    `json:"may"`
	Means  []coded `json:"means"`           // by which they could
	Words  string  `json:"words,omitempty"` // why not
}

func (c *call) mayOutput(o desk.OutputEntry) mayOutput {
	out := mayOutput{Output: o.Output, May: o.May, Means: []coded{}}
	for _, m := range o.Means {
		out.Means = append(out.Means, word(c, m))
	}
	if !o.May {
		out.Words = c.say(desk.WhyNot(o.Why))
	}
	return out
}

// way is one thing that the person could present, and the answer to it.
type way struct {
	Means      coded   `json:"means"`
	Credential string  `json:"credential,omitempty"` // its id
	Label      string  `json:"label,omitempty"`
	Opens      bool    `json:"opens"`
	Reason     coded   `json:"reason"`
	Words      string  `json:"words,omitempty"`
	Trace      []asked `json:"trace"`
}

func mayEnter(ctx context.Context, c *call, p mayParams) (entry, error) {
	id, err := p.Person.id()
	if err != nil {
		return entry{}, err
	}
	at, err := c.moment(p.At)
	if err != nil {
		return entry{}, err
	}
	e, err := c.desk.May(ctx, c.who, id, at)
	if err != nil {
		return entry{}, err
	}
	out := entry{Person: c.person(e.Person, c.desk.Now()), At: c.time(e.At), May: e.May, Reason: word(c, e.Why.Reason),
		Words: c.whyNot(e.Why), Second: e.Second, Next: c.time(e.Next), Ways: []way{}}
	for _, w := range e.Ways {
		out.Ways = append(out.Ways, c.way(e.Person, w))
	}
	out.Outputs = some(e.Outputs, 0, len(e.Outputs), c.mayOutput)
	return out, nil
}

func (c *call) way(p policy.Person, w policy.Way) way {
	d := w.Decision
	out := way{Means: word(c, w.Means), Credential: w.CredentialID, Opens: d.Grant, Reason: word(c, d.Reason),
		Words: c.whyNot(d)}
	for _, k := range p.Credentials {
		if k.ID == w.CredentialID {
			out.Label = k.Label
		}
	}
	for _, k := range d.Trace {
		out.Trace = append(out.Trace, asked{word(c, k.Rule), k.Pass, c.say(k.Message())})
	}
	return out
}

type whoParams struct {
	At string `json:"at"` // empty: now
	portion
}

type whoPart struct {
	At     string     `json:"at"`
	People []mayComer `json:"people"`
	All    int        `json:"all"`
	Second bool       `json:"second,omitempty"` // each only together with a second person
}

type mayComer struct {
	someone
	Means []coded `json:"means"` // by which they could; none: they could switch an output alone

	Outputs []string `json:"outputs,omitempty"` // that they could switch
}

// whoMayEnter gives the people who could come in or switch an output, by apartment and name. The
// look-up is recorded.
func whoMayEnter(ctx context.Context, c *call, p whoParams) (whoPart, error) {
	at, err := c.moment(p.At)
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return whoPart{}, err
	}
	all, err := c.desk.Who(ctx, c.who, at)
	if err != nil {
		return whoPart{}, err
	}
	if at.IsZero() {
		at = c.desk.Now()
	}
	out := whoPart{At: c.time(at), People: some(all, p.From, p.Count, c.mayComer), All: len(all)}
	out.Second = len(all) > 0 && all[0].Second
	return out, nil
}

// whyNot is a reason as it is told about a person; empty for a grant.
func (c *call) whyNot(d policy.Decision) string {
	if d.Grant {
		return ""
	}
	return c.say(desk.WhyNot(d.Reason))
}

func (c *call) mayComer(e desk.Entry) mayComer {
	out := mayComer{someone: someoneOf(e.Person), Means: []coded{}}
	for _, w := range e.Ways {
		if by := word(c, w.Means); w.Decision.Grant && !slices.Contains(out.Means, by) {
			out.Means = append(out.Means, by)
		}
	}
	for _, o := range e.Outputs {
		if o.May {
			out.Outputs = append(out.Outputs, o.Output)
		}
	}
	return out
}
