package rpc

import (
	"context"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/policy"
)

// leaseMethods tell of leases that end, and extend several at once.
var leaseMethods = map[string]handler{
	"leases.list":   method(listLeases),
	"leases.of":     method(leaseOf),
	"leases.extend": method(extendLeases),
}

// soon is how far ahead leases are looked at where no day is given.
const soon = 30 * 24 * time.Hour

// lease is one that ends, and what ends with it.
type lease struct {
	Person    person `json:"person"`
	Ends      string `json:"ends"` // the first moment after it
	Cards     int    `json:"cards"`
	PINs      int    `json:"pins"`
	Face      bool   `json:"face,omitempty"` // it is erased with the lease
	Forgotten string `json:"forgotten"`      // when all that is stored about them is erased
}

func (c *call) lease(l desk.Lease) lease {
	return lease{c.person(l.Person, c.desk.Now()), c.time(l.Ends), l.Cards, l.PINs, l.Face, c.time(l.Forgotten)}
}

type leasesParams struct {
	By string `json:"by"` // which end by this time; a day: by its end; empty: within 30 days
}

// listLeases gives leases in the order of their ends. The look-up is recorded.
func listLeases(ctx context.Context, c *call, p leasesParams) (listed, error) {
	all, err := c.leasesBy(ctx, p.By)
	if err != nil {
		return listed{}, err
	}
	return list(ctx, c, "leases", all, c.lease), nil
}

func (c *call) leasesBy(ctx context.Context, s string) ([]desk.Lease, error) {
	by, err := c.dayEnd(s)
	if err != nil {
		return nil, err
	}
	if by.IsZero() {
		by = c.desk.Now().Add(soon)
	}
	return c.desk.Leases(ctx, c.who, by)
}

type leaseParams struct {
	Person handle `json:"person"`
	Ends   string `json:"ends"` // if it ended then
}

// leaseOf tells what would end with a person's lease if it ended at a time.
func leaseOf(ctx context.Context, c *call, p leaseParams) (lease, error) {
	ends, err := c.dayEnd(p.Ends)
	if err != nil {
		return lease{}, err
	}
	one, err := c.personOf(ctx, p.Person)
	if err != nil {
		return lease{}, err
	}
	l, err := c.desk.LeaseOf(ctx, c.who, one, ends)
	return c.lease(l), err
}

// extendParams name people, or all whose lease ends by a time, which may be more than a line holds.
type extendParams struct {
	People []handle `json:"people"`
	By     string   `json:"by"`
	Count  int      `json:"count"` // how many that are, as leases.list told; else nothing is done
	Until  string   `json:"until"` // the new end; empty: none
}

// extendLeases gives leases one new end: all of them or none.
func extendLeases(ctx context.Context, c *call, p extendParams) (listed, error) {
	if err := c.mustKeepPeople(); err != nil {
		return listed{}, err
	}
	until, err := c.dayEnd(p.Until)
	if err != nil {
		return listed{}, err
	}
	ids := make([]policy.PersonID, len(p.People))
	for i, h := range p.People {
		if ids[i], err = h.id(); err != nil {
			return listed{}, err
		}
	}
	if p.By != "" {
		all, err := c.leasesBy(ctx, p.By)
		switch {
		case err != nil:
			return listed{}, err
		case len(ids) > 0:
			return listed{}, badParams("people or by, not both")
		case len(all) != p.Count:
			return listed{}, i18n.Problem(i18n.E("rpc.leases-changed", "%d leases end by then, and not %d", len(all),
				p.Count), i18n.M("rpc.list-leases-again", "somebody changed one meanwhile: read the list again"))
		}
		for _, l := range all {
			ids = append(ids, l.Person.ID)
		}
	}
	return listed{len(ids)}, c.desk.ExtendLeases(ctx, c.who, ids, until)
}
