package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/site/fact"
	"menshen/store"
)

// site is several doors of one building. Each is a world of its own, with a unit and a vault, and
// its truth is what that door has heard. People come to any of them. What happens at two doors at
// once happens one after the other here, so a door's time may be some minutes ahead of another's.
type site struct {
	plan    *Plan
	doors   []*siteDoor
	acts    []*act
	carried time.Time // when the carrier went round last
	began   time.Time // when it was drawn last who is cut off
	rounds  int       // until all were equal
	orders  []*siteOrder
	passes  []*sitePass
	carrier
}

// siteDoor is one of the doors.
type siteDoor struct {
	*world
	n       int
	id      fact.DoorID
	heard   map[*act]bool
	pending map[*act]bool // which may be here, or have to be asked for again
	away    time.Time     // until when the door is cut off
	late    [][]byte      // records that are under way to it
	answers answers
}

// carryEvery is how often the carrier goes round.
const carryEvery = time.Hour

// siteKinds are what happens at the doors of a site. Faults of clocks, disks and backups are for a
// door alone, as is what changes nothing that another door is told of.
var siteKinds = []Kind{MovesIn, ComesHome, GoesOut, GetsFace, Refuses, GivesFaceUp, StaffEnds, LosesCard, ThiefTries,
	PhotoShown, AsksRemoval, Tailgates, StrangerCard, Stranger, BreaksIn, FireDrill, OnTheDot, Blocked, Unblocked,
	LeaseChanges, Assesses, PowerCut, PowerOff, BrownOut, ContactChatter, SiteLocksDown, SitePass}

func newSite(p *Plan) (*site, error) {
	s := &site{plan: p, carrier: carrier{rnd: rand.New(rand.NewPCG(p.Seed, carrierOf))}}
	told := newHistory()
	for n := range p.doors {
		own := *p
		own.Seed, own.asks = p.Seed<<8|uint64(n+1), forOne
		w, err := newWorld(&own)
		if err != nil {
			return nil, err
		}
		w.history, w.called = told, fmt.Sprintf("door %d: ", n+1)
		for i := range w.people { // the same people at every door
			w.people[i].base = newFace(p.Seed, i, i/2)
		}
		s.doors = append(s.doors, &siteDoor{world: w, n: n, heard: map[*act]bool{}, pending: map[*act]bool{}})
	}
	return s, nil
}

// live runs the plan at all doors.
func (s *site) live(ctx context.Context, dir string, progress func(float64)) error {
	if err := s.build(dir); err != nil {
		return fmt.Errorf("building the site: %w", err)
	}
	defer func() {
		for _, d := range s.doors {
			_ = d.door.vault.Close()
			d.door.Unit.Close()
		}
	}()
	for i, h := range s.plan.All {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if progress != nil && i%64 == 0 {
			progress(float64(i) / float64(len(s.plan.All)))
		}
		if !slices.Contains(siteKinds, h.Kind) {
			continue
		}
		s.passUntil(h.At)
		at := s.doors[rand.New(rand.NewPCG(s.plan.Seed, doorOf+uint64(h.N))).IntN(len(s.doors))]
		s.happen(at, h)
	}
	s.passUntil(s.plan.end())
	s.comeTogether()
	for _, d := range s.doors {
		d.undergo(d.atTheEnd)
		d.undergo(d.checkReplay)
	}
	return nil
}

// Where the streams of random numbers of the site begin.
const (
	doorOf    = 6e9
	carrierOf = 7e9
)

// build makes the doors, and has the first admit the others.
func (s *site) build(dir string) error {
	for _, d := range s.doors {
		own := filepath.Join(dir, fmt.Sprint("door", d.n))
		if err := os.Mkdir(own, 0o700); err != nil {
			return err
		}
		d.disk.path = filepath.Join(own, "vault", "vault.db")
		if err := d.build(own); err != nil {
			return err
		}
		d.id = d.door.vault.Unit()
	}
	first := s.doors[0].door.vault
	if err := first.FoundSite(store.Door, "door 1"); err != nil {
		return err
	}
	for _, d := range s.doors[1:] {
		request, code, err := d.door.vault.RequestSite(fmt.Sprint("door ", d.n+1))
		if err != nil {
			return err
		}
		answer, code, err := first.AdmitDoor(store.Door, request, code)
		if err != nil {
			return err
		}
		if err := d.door.vault.JoinSite(store.Door, answer, code); err != nil {
			return err
		}
	}
	s.carried, s.began = s.doors[0].clock.now, s.doors[0].clock.now
	for _, d := range s.doors {
		d.answers = newAnswers(d.n, len(s.doors), d.clock.now)
		d.adopts = func() { s.starts(d) }
		d.trusts = func() bool { return d.clock.now.Sub(d.answers.last()) <= faceTrust }
		d.atDesk("the manager accepts the commitment", nil, func(context.Context, desk.Session) error { return nil })
		d.housekeep()
	}
	return nil
}

// passUntil lets time go by at all doors, and the carrier go round.
func (s *site) passUntil(end time.Time) {
	for {
		next := s.carried.Add(carryEvery)
		if next.After(end) {
			next = end
		}
		for _, d := range s.doors {
			if d.clock.now.Before(next) {
				d.undergo(func() { d.passUntil(next) })
			}
		}
		if next.Before(s.carried.Add(carryEvery)) {
			return
		}
		s.carried = next
		s.goRound()
	}
}

// happen lets one thing take place at a door, and notes what the others will hear of it.
func (s *site) happen(d *siteDoor, h Happening) {
	if h.Who >= 0 && !s.mayHappen(d, h) {
		return
	}
	was := make([]person, len(d.people))
	for i, p := range d.people {
		was[i] = *p
	}
	told := piece{first: d.head() + 1}
	d.now, d.rnd = h, rand.New(rand.NewPCG(s.plan.Seed, uint64(h.N)+2))
	d.pace = rand.New(rand.NewPCG(s.plan.Seed, paceOf+uint64(h.N)))
	d.Happened[h.Kind]++
	d.undergo(func() {
		switch h.Kind {
		case SiteLocksDown:
			s.lockDown(d)
		case SitePass:
			s.givePass(d, d.people[h.Who])
		default:
			d.happen(h)
		}
	})
	d.noteFaults()
	told.last = d.head()
	s.note(d, was, told)
	if h.Kind == SiteLocksDown {
		s.noteOrders(d, told)
	}
}

// head is how many records the door has told.
func (d *siteDoor) head() uint64 {
	heads, err := d.door.vault.SiteHeads()
	if err != nil {
		d.fail(nothingLost, "%v", err)
	}
	return heads[d.id]
}

// mayHappen reports whether it is known at the door of whom it is. A lease, a card or a block is
// changed where all earlier changes were heard; which of two changes counts that did not know of
// each other is for the tests of the facts. Everybody is entered once.
func (s *site) mayHappen(d *siteDoor, h Happening) bool {
	p := d.people[h.Who]
	switch {
	case h.Kind == MovesIn:
		return !slices.ContainsFunc(s.acts, func(a *act) bool { return a.who == h.Who })
	case p.unsure:
		return false
	case slices.Contains([]Kind{LosesCard, LeaseChanges, Blocked, Unblocked}, h.Kind):
		for _, a := range s.acts {
			if a.who == h.Who && !d.heard[a] {
				return false
			}
		}
	}
	return true
}
