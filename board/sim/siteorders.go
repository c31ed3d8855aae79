package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/board/unit"
	"menshen/hal"
	"menshen/policy"
	"menshen/site/fact"
)

// What staff order of all doors at once, and visitors whose pass is for all of them.

// siteOf begins the numbers of what is planned for a site alone, siteMost a day.
const (
	siteOf   = 2e6
	siteMost = 8
)

// forAllDoors plans what a day brings to all doors of a site.
func (p *Plan) forAllDoors(r *rand.Rand, day int) {
	for i, k := range []Kind{SiteLocksDown, SiteLocksDown, SitePass, SitePass} {
		at, who := during(r, p.midnight(day), 7, 22), -1
		if k == SitePass {
			who = r.IntN(homes)
		}
		if !at.Before(p.Begin) && at.Before(p.end()) {
			p.All = append(p.All, Happening{N: siteOf + siteMost*day + i, At: at, Kind: k, Who: who})
		}
	}
}

// news is something that one door told.
type news struct {
	door  *siteDoor
	told  piece
	heard map[*siteDoor]bool
	asked map[*siteDoor]bool // it may have come, and could perhaps not be opened
}

// reaches notes that a door may have heard of it. shows: its own word is that it has.
func (n *news) reaches(d *siteDoor, heads map[fact.DoorID]uint64, sure, shows bool) {
	at := heads[n.door.id]
	switch {
	case at < n.told.first:
	case shows, sure && at >= n.told.last && !n.asked[d]:
		n.heard[d] = true
	default:
		n.asked[d] = true
	}
}

// siteOrder is an order to lock all doors down.
type siteOrder struct {
	at    fact.Stamp
	ends  time.Time // by its own time
	given news
	over  *news // nil: nobody ended it
}

// siteLocked reports whether an order to lock all doors down stands here.
func (w *world) siteLocked() bool {
	return slices.ContainsFunc(w.orders, func(o *siteOrder) bool { return w.unitTime().Before(o.ends) })
}

// lockDown has staff at a door lock all doors down, or end that where it stands.
func (s *site) lockDown(d *siteDoor) {
	stands := slices.ContainsFunc(d.orders, func(o *siteOrder) bool { return d.unitTime().Before(o.ends) })
	if stands {
		d.atDesk("the lockdown of all doors is over", nil, func(ctx context.Context, by desk.Session) error {
			is, err := d.door.Desk.Site(ctx, by)
			var ids []string
			for _, o := range is.Orders {
				ids = append(ids, o.ID)
			}
			if err == nil {
				err = d.door.Desk.EndOrders(ctx, by, ids)
			}
			return err
		})
		return
	}
	length := d.between(20*time.Minute, 5*time.Hour).Round(time.Minute)
	d.atDesk("all doors are locked down", nil, func(ctx context.Context, by desk.Session) error {
		_, err := d.door.Desk.GiveOrder(ctx, by, desk.SiteLockdown, length)
		return err
	})
}

// noteOrders notes what a door, at which an order was given or ended, tells the others of it.
func (s *site) noteOrders(d *siteDoor, by piece) {
	stand, err := d.door.Unit.SiteOrders(context.Background())
	if err != nil {
		d.fail(siteHeard, "%v", err)
	}
	told := func() news { return news{d, by, map[*siteDoor]bool{d: true}, map[*siteDoor]bool{}} }
	for _, o := range stand {
		if !slices.ContainsFunc(s.orders, func(x *siteOrder) bool { return x.at == o.At }) {
			s.orders = append(s.orders, &siteOrder{at: o.At, ends: o.Ends, given: told()})
			s.tally.Orders++
		}
	}
	for _, o := range s.orders {
		if o.given.heard[d] && o.over == nil && d.unitTime().Before(o.ends) && !isAmong(stand, o) {
			n := told()
			o.over = &n
		}
	}
	s.standing(d)
}

func isAmong(all []unit.SiteOrder, o *siteOrder) bool {
	return slices.ContainsFunc(all, func(x unit.SiteOrder) bool { return x.At == o.at })
}

// hearOrders notes which orders, and which ends of them, a door heard of. Of a record that it could
// perhaps not open its own word is taken.
func (s *site) hearOrders(d *siteDoor, heads map[fact.DoorID]uint64, sure bool) {
	stand, err := d.door.Unit.SiteOrders(context.Background())
	if err != nil {
		d.fail(siteHeard, "%v", err)
	}
	for _, o := range s.orders {
		here := isAmong(stand, o)
		o.given.reaches(d, heads, sure, here)
		if o.over != nil {
			o.over.reaches(d, heads, sure, !here)
		}
		lacks := o.given.heard[d] && (o.over == nil || !o.over.heard[d]) && d.unitTime().Before(o.ends)
		if lacks && !here {
			d.fail(siteHeard, "an order to lock all doors down does not stand here")
		}
	}
	s.standing(d)
}

// standing works out which orders stand at a door.
func (s *site) standing(d *siteDoor) {
	d.orders = nil
	for _, o := range s.orders {
		if o.given.heard[d] && (o.over == nil || !o.over.heard[d]) {
			d.orders = append(d.orders, o)
		}
	}
}

// sitePass is a pass for all doors, with a visitor who tries it at one after the other.
type sitePass struct {
	desk.Pass
	digits string
	host   int // of the people
	opened int // at all doors
}

// givePass has a host's visitor get a pass for all doors.
func (s *site) givePass(d *siteDoor, p *person) {
	if !p.known || !d.inLease(p) {
		return
	}
	var names []string
	for _, x := range s.doors {
		names = append(names, fmt.Sprint("door ", x.n+1))
	}
	uses := len(s.doors) + d.rnd.IntN(6)
	length := d.between(4*time.Hour, 60*time.Hour).Round(time.Minute)
	d.atDesk("a pass for all doors is made", p, func(ctx context.Context, by desk.Session) error {
		made, err := d.door.Desk.AddPass(ctx, by, p.id, d.clock.now, d.clock.now.Add(length), uses, names...)
		if err == nil {
			s.passes = append(s.passes, &sitePass{Pass: made, digits: string(made.Code), host: p.n})
			s.tally.Passes++
		}
		return err
	})
}

// visitorsCome has the visitors try their passes, and forgets those whose pass ended long ago.
func (s *site) visitorsCome() {
	s.passes = slices.DeleteFunc(s.passes, func(p *sitePass) bool { return s.carried.Sub(p.Until) > 24*time.Hour })
	for _, p := range s.passes {
		if d := s.doors[s.rnd.IntN(len(s.doors))]; s.rnd.IntN(3) == 0 {
			d.undergo(func() { s.tries(d, p) })
		}
	}
}

// tries is a visitor at a door. A pass may open less often than it has uses, where they lie at
// other doors; never more often, and not for a host who may not come in themselves.
func (s *site) tries(d *siteDoor, p *sitePass) {
	host := d.people[p.host]
	w := d.world
	w.rnd, w.pace, w.host = s.rnd, s.rnd, host
	if w.wrongAtMost(time.Hour+longestLockout) >= 5 {
		return
	}
	var last hal.ReaderEvent
	for _, b := range []byte("*" + strings.TrimSpace(p.digits) + "#") {
		for last.Button = 0; last.Button == 0; {
			if last, _ = w.pulses(buttonBits(b)); last.Button != 0 && b != '#' {
				w.driver.Device(last)
				w.settle()
			}
		}
	}
	w.decisions, last.At = nil, w.clock.host()
	w.driver.Device(last)
	w.drain()
	is := w.decided()
	if is == nil {
		w.fail(decided, "nothing came of a pass")
	}
	if countsWrong(*is) {
		w.noteWrong(wrongCode{is.At, w.clock.now, w.clock.now, true})
	}
	if is.Grant {
		s.opens(d, p, host, is)
	}
	w.settle()
	w.pass(10 * time.Second)
}

// opens checks a grant by a pass for all doors.
func (s *site) opens(d *siteDoor, p *sitePass, host *person, is *policy.Decision) {
	now := d.unitTime()
	d.model.grant(d.clock.now, release, is.Reason)
	p.opened++
	s.tally.Openings++
	switch {
	case p.opened > p.Uses:
		d.fail(passCounted, "it has %d uses, and opened %d times", p.Uses, p.opened)
	case d.lockedDown():
		d.fail(endedDenied, "a pass opened in lockdown")
	case !now.Before(p.Until):
		d.fail(endedDenied, "a pass opened after its end")
	case host.gone, host.known && (host.blocked || host.over(now)):
		d.fail(endedDenied, "a pass opened whose host may not come in")
	}
}
