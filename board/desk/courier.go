package desk

import (
	"context"
	"sync"
	"time"

	"menshen/site/fact"
	"menshen/site/record"
	"menshen/store"
)

// Courier is what the process may do that carries records between the doors of a site. It is no
// operator: it takes what is sealed, brings what is signed, and learns from that how many records
// each door has made. All else is closed to it. One call is answered after the other, so that all
// couriers together take one processor at most from the door.
type Courier struct {
	vault *store.Vault
	unit  Applier
	turn  sync.Mutex
}

// Applier is who applies records at a door: [unit.Unit].
type Applier interface {
	ApplySite(ctx context.Context, records [][]byte) (store.SiteApplied, error)
	Note(ctx context.Context, told uint64) (note []byte, change uint64, err error)
	HearNote(ctx context.Context, note []byte) error
}

// NewCourier gives the courier's part of a door.
func NewCourier(v *store.Vault, u Applier) *Courier { return &Courier{vault: v, unit: u} }

// DoorID is a door's whole handle.
type DoorID = fact.DoorID

// SiteHeads is how far this door has read.
type SiteHeads struct {
	Site  record.SiteID
	Here  fact.DoorID
	Heads map[fact.DoorID]uint64 // the number of the last record of each door, this one among them
}

// Heads tells how far this door has read. Errors: as of [Desk.Site].
func (c *Courier) Heads() (h SiteHeads, err error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	s, err := c.vault.Site()
	if err != nil {
		return h, explainSite(err)
	}
	h = SiteHeads{Site: s.ID, Here: s.Here, Heads: map[fact.DoorID]uint64{}}
	for _, x := range s.Doors {
		h.Heads[x.ID] = x.Seq
	}
	return h, nil
}

// waitMost is how long Wait waits.
const waitMost = 20 * time.Second

// Wait waits until this door has told another number of records than told, and gives it; after
// waitMost it gives told. Nobody else waits for it meanwhile. Errors: as of [Courier.Heads].
func (c *Courier) Wait(ctx context.Context, told uint64) (uint64, error) {
	ctx, stop := context.WithTimeout(ctx, waitMost)
	defer stop()
	for {
		next := c.vault.SiteTold()
		h, err := c.Heads()
		if now := h.Heads[h.Here]; err != nil || now != told {
			return now, err
		}
		select {
		case <-next:
		case <-ctx.Done():
			return told, nil
		}
	}
}

// Note waits until who came in at this door has changed, and gives a note of it for the others, as
// [unit.Unit.Note] does. Nobody else waits for it meanwhile.
func (c *Courier) Note(ctx context.Context, told uint64) (note []byte, change uint64, err error) {
	return c.unit.Note(ctx, told)
}

// HearNote takes another door's note, as [unit.Unit.HearNote] does.
func (c *Courier) HearNote(ctx context.Context, note []byte) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return explainSite(c.unit.HearNote(ctx, note))
}

// SiteRecord is a record as it travels.
type SiteRecord struct {
	Seq uint64
	Raw []byte
}

// Records gives records of one door from a number on: as many as fit into most bytes, and at least
// one where there is any.
func (c *Courier) Records(door fact.DoorID, from uint64, most int) (out []SiteRecord, err error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	all, err := c.vault.SiteRecords(door, from, most)
	for _, raw := range all {
		r, err := record.Parse(raw)
		if err != nil {
			return out, err
		}
		out = append(out, SiteRecord{r.Seq, raw})
	}
	return out, explainSite(err)
}

// Apply applies records of other doors, as [store.Vault.ApplySite] does.
func (c *Courier) Apply(ctx context.Context, records [][]byte) (store.SiteApplied, error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	got, err := c.unit.ApplySite(ctx, records)
	return got, explainSite(err)
}
