package rpc

import (
	"context"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// passMethods give passes to visitors.
var passMethods = map[string]handler{
	"passes.list":  method(listPasses),
	"passes.add":   method(addPass),
	"passes.print": method(printPass),
	"passes.end":   method(endPass),
}

// pass is a pass in a list.
type pass struct {
	Number string `json:"number"`
	Host   string `json:"host,omitempty"` // who invited; absent: staff, or who was erased since
	By     string `json:"by"`             // who made it
	From   string `json:"from"`
	Until  string `json:"until"`
	Uses   int    `json:"uses"`
	Used   int    `json:"used"`
	State  coded  `json:"state"` // why the door refuses it now; an empty code: it opens

	Doors []passDoor `json:"doors,omitempty"` // that it is for; absent: this one alone
}

// passDoor is a door that a pass is for, and what it holds of it.
type passDoor struct {
	Door string `json:"door"`
	Here bool   `json:"here,omitempty"`
	Left int    `json:"left"`           // uses that it has, and no other, as far as this door knows
	None bool   `json:"none,omitempty"` // it takes no passes, as it told last
}

func passDoors(p desk.Pass) (out []passDoor) {
	for _, x := range p.Doors {
		out = append(out, passDoor{x.Name, x.Here, x.Left, x.None})
	}
	return out
}

type passesParams struct {
	Host handle `json:"host"` // those of one person, which open or will; absent: all that are kept
}

// listPasses gives passes by their end. The look-up of their hosts is recorded.
func listPasses(ctx context.Context, c *call, p passesParams) (listed, error) {
	var all []desk.PassState
	host, err := p.Host.orNobody()
	if err != nil {
		return listed{}, err
	}
	if host.IsZero() {
		all, err = c.desk.ListPasses(ctx, c.who)
	} else {
		all, err = c.desk.PassesOf(ctx, c.who, host)
	}
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "passes", all, func(p desk.PassState) pass {
		return pass{Number: p.ID, Host: p.Host.Reveal(), By: p.By, From: c.time(p.From), Until: c.time(p.Until),
			Uses: p.Uses, Used: p.Used, State: coded{string(p.State), c.say(i18n.Word(p.Says()))},
			Doors: passDoors(p.Pass)}
	}), nil
}

type addPassParams struct {
	Host handle  `json:"host"` // who invites; absent: staff
	From string  `json:"from"` // absent: now
	For  float64 `json:"for"`  // seconds that it is valid
	Uses int     `json:"uses"`

	Doors []string `json:"doors"` // of the site, that it is for; absent: this one alone
}

// madePass is a pass that was just made. Digits and code are told this once.
type madePass struct {
	Number string   `json:"number"`
	From   string   `json:"from"`
	Until  string   `json:"until"`
	Uses   int      `json:"uses"`
	Digits string   `json:"digits,omitempty"` // for the keypad, as they are read: "204 117 380"
	QR     []string `json:"qr,omitempty"`     // rows of modules, "1" is dark, without the quiet zone

	Doors []passDoor `json:"doors,omitempty"`
}

func addPass(ctx context.Context, c *call, p addPassParams) (madePass, error) {
	host, err := p.Host.orNobody()
	if err != nil {
		return madePass{}, err
	}
	from, err := c.moment(p.From)
	if err != nil {
		return madePass{}, err
	}
	if from.IsZero() {
		from = c.desk.Now()
	}
	seconds := max(0, min(p.For, policy.MaxPass.Seconds()+60)) // what a duration holds; more is refused
	until := from.Add(time.Duration(seconds) * time.Second)
	made, err := c.desk.AddPass(ctx, c.who, host, from, until, p.Uses, p.Doors...)
	if err != nil {
		return madePass{}, err
	}
	c.files.Lock()
	c.made.Code.Wipe()
	c.made = made
	c.files.Unlock()
	out := madePass{Number: made.ID, From: c.time(made.From), Until: c.time(made.Until), Uses: made.Uses,
		Digits: made.Code.Grouped(), Doors: passDoors(made)}
	for _, row := range made.QR {
		text := make([]byte, len(row))
		for x, dark := range row {
			if text[x] = '0'; dark {
				text[x] = '1'
			}
		}
		out.QR = append(out.QR, string(text))
	}
	return out, nil
}

type printParams struct {
	Number string `json:"number"` // of the pass that this visit made last
	Label  bool   `json:"label"`  // for a label of 62 by 100 mm; else A4
}

type printed struct {
	File file `json:"file"`
}

// printPass writes the pass that was made last as a page to print: no other can be shown again.
func printPass(ctx context.Context, c *call, p printParams) (printed, error) {
	if err := c.mustKeepPeople(); err != nil {
		return printed{}, err
	}
	c.files.Lock()
	defer c.files.Unlock()
	if p.Number == "" || p.Number != c.made.ID {
		return printed{}, i18n.Problem(i18n.E("rpc.pass-not-last", "only the pass that was made last can be printed"),
			i18n.M("rpc.make-another-pass", "make another one, and end this one"))
	}
	path, err := c.desk.PrintPass(ctx, c.who, c.made, p.Label)
	return printed{fileAt(path)}, err
}

type passParams struct {
	Number string `json:"number"`
}

func endPass(ctx context.Context, c *call, p passParams) (nothing, error) {
	return nothing{}, c.desk.EndPass(ctx, c.who, p.Number)
}

// orNobody is the id of a handle, the zero one where there is none.
func (h handle) orNobody() (policy.PersonID, error) {
	if h == "" {
		return policy.PersonID{}, nil
	}
	return h.id()
}
