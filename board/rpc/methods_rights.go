package rpc

import (
	"context"

	"menshen/board/desk"
	"menshen/board/rights"
)

// rightsMethods show a person all that is stored about them.
var rightsMethods = map[string]handler{
	"people.stored": method(storedOf),
	"people.copy":   method(copyOf),
}

// storedFact is something that is stored, never the data itself.
type storedFact struct {
	Name  string `json:"name"`
	State string `json:"state"`
}

// act is what somebody did with a person's data.
type act struct {
	At   string `json:"at"`
	By   string `json:"by"` // an operator's name, or the unit
	What string `json:"what"`
}

// stored is what the events before it have not told.
type stored struct {
	Facts     []storedFact `json:"facts"`
	Notice    string       `json:"notice,omitempty"` // the words that the person agreed to
	Decisions int          `json:"decisions"`
	Acts      int          `json:"acts"`
}

// storedOf tells all that is stored about a person; the decisions and the acts come in events
// before the answer. That it was shown is recorded.
func storedOf(ctx context.Context, c *call, p personParams) (stored, error) {
	id, err := p.Person.id()
	if err != nil {
		return stored{}, err
	}
	page, err := c.desk.Stored(ctx, c.who, id)
	if err != nil {
		return stored{}, err
	}
	out := stored{Facts: []storedFact{}, Notice: page.Notice}
	for _, f := range page.Stored {
		out.Facts = append(out.Facts, storedFact{f.Name, f.State})
	}
	out.Decisions = list(ctx, c, "decisions", page.Decisions, func(d rights.Decision) decision {
		return c.decision(desk.Record{Seq: d.Seq, Decision: d.Decision, Who: page.Person.Name, Told: d.Told})
	}).Count
	out.Acts = list(ctx, c, "acts", page.Acts, func(a rights.Done) act { return act{c.time(a.At), a.By, a.What} }).Count
	return out, nil
}

type copyParams struct {
	Person handle `json:"person"`
	For    string `json:"for"` // an age public key; empty: a passphrase is made
}

type copied struct {
	File       file   `json:"file"`
	Until      string `json:"until"`                // when the unit deletes it
	Passphrase string `json:"passphrase,omitempty"` // told once
}

// copyOf writes what people.stored tells into an encrypted file, in the person's language.
func copyOf(ctx context.Context, c *call, p copyParams) (copied, error) {
	id, err := p.Person.id()
	if err != nil {
		return copied{}, err
	}
	got, err := c.desk.Copy(ctx, c.who, id, p.For)
	if err != nil {
		return copied{}, err
	}
	defer got.Passphrase.Wipe()
	return copied{fileAt(got.Path), c.time(got.Until), string(got.Passphrase)}, nil
}
