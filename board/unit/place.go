package unit

import (
	"context"
	"slices"

	"menshen/board/config"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/policy"
)

// Place is where a session asks for a card.
type Place int

// The places.
const (
	Anywhere Place = iota // at any reader, also those at the door
	AtDesk                // at a reader that lies on a desk ([config.Reader.Desk])
)

// deskReader is a reader that lies on a desk.
type deskReader struct {
	away error // why it is not there now; nil: it is
}

// deskReaders are the readers of a configuration that lie on a desk, by name.
func deskReaders(c *config.Config) map[string]*deskReader {
	all := map[string]*deskReader{}
	for _, r := range c.Readers {
		if r.Desk() {
			all[r.Name] = &deskReader{}
		}
	}
	return all
}

// fromDesk takes what comes of a reader that lies on a desk. A card there is for whoever waits for
// one, and never for the door; a code or a key is for nobody. That the reader is unplugged is no
// fault.
func (u *Unit) fromDesk(r *deskReader, e hal.ReaderEvent) {
	if e.Fault != nil && !e.Frame {
		r.away = e.Fault
		return
	}
	r.away = nil
	switch {
	case e.Fault != nil:
		m := u.misreads[e.Reader]
		m.n++
		u.misreads[e.Reader] = m
		if i := u.waiterAt(true); i >= 0 {
			u.waiting[i].tell(e.Fault)
		}
	case e.Card != nil && wipes(*e.Card):
		u.wiped(*e.Card, e.At)
	case e.Card != nil:
		u.counts[e.Reader]++
		u.handOver(*e.Card, true)
	}
}

// handOver gives a card that was read at a desk, or at the door, to whoever waits for it; false:
// nobody does.
func (u *Unit) handOver(c hal.Card, desk bool) bool {
	i := u.waiterAt(desk)
	if i < 0 {
		return false
	}
	at := u.waiting[i].at
	u.waiting[i].card <- c
	u.waiting = slices.Delete(u.waiting, i, i+1)
	if at == Anywhere { // the door asked for it too
		g := u.front.guide.scene
		u.tell(policy.SignalWait, Manner{g.Lang, g.Unhurried}.scene(scene.Scene{Kind: scene.Waiting}))
	}
	return true
}

// waiterAt gives the index in waiting of who gets the next card at a desk, or at the door; -1:
// nobody.
func (u *Unit) waiterAt(desk bool) int {
	return slices.IndexFunc(u.waiting, func(w waiter) bool { return w.at == Anywhere || desk })
}

// Place says where cards are given to people now: at the desk, while a reader there is plugged in.
// So nobody's tap at the door is taken for the card of another.
func (u *Unit) Place(ctx context.Context) (at Place, err error) {
	err = u.do(ctx, func() {
		for _, r := range u.desks {
			if r.away == nil {
				at = AtDesk
			}
		}
	})
	return at, err
}

// ReadersAt are the readers of a place, in the order of the configuration.
func (u *Unit) ReadersAt(p Place) (all []hal.Reader) {
	for _, r := range u.hw.Readers {
		if p == Anywhere || u.desks[r.String()] != nil {
			all = append(all, r)
		}
	}
	return all
}
