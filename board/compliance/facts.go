package compliance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/board/host"
	"menshen/board/papers"
	"menshen/policy"
)

// counted is the unit's own state in figures, as the law asks for them. What people, papers, store,
// staff and machine are like is counted beside the loop and kept here; what the door is like at
// this moment the loop publishes.
type counted struct {
	one sync.Mutex // one count at a time
	log logCount

	mu      sync.Mutex
	facts   policy.UnitFacts // all but doors, and what depends on the eye as it is now
	machine host.Facts
	file    papers.File
	now     moment
	version uint64 // grows with each change of the above
}

// moment is what only the loop knows, and what changes within a moment.
type moment struct {
	doors []policy.DoorFacts
	down  []policy.CredentialKind
}

// CountAll counts everything, with each record of the vault read and the whole log verified.
func (k *Keeper) CountAll(ctx context.Context) error {
	k.counted.one.Lock()
	defer k.counted.one.Unlock()
	var p proof
	var wait sync.WaitGroup
	wait.Go(func() { p = k.prove() }) // takes as long as all the rest together
	c, err := k.countState(ctx)
	m, machineErr := k.countMachine()
	wait.Wait()
	k.counted.mu.Lock()
	defer k.counted.mu.Unlock()
	k.counted.keep(c)
	p.into(&k.counted.facts.Store)
	if machineErr == nil {
		k.counted.keepMachine(m, k.now(), models(k.cfg))
	}
	return errors.Join(err, machineErr, p.err)
}

// Recount counts what an act can have changed.
func (k *Keeper) Recount(ctx context.Context) error {
	k.counted.one.Lock()
	defer k.counted.one.Unlock()
	c, err := k.countState(ctx)
	k.counted.mu.Lock()
	defer k.counted.mu.Unlock()
	k.counted.keep(c)
	return err
}

// recountSoon has the next round count again what an act can have changed.
func (k *Keeper) recountSoon() {
	k.counted.one.Lock()
	defer k.counted.one.Unlock()
	k.counted.log.changed = true
}

// lookAgain looks at the machine only.
func (k *Keeper) lookAgain() error {
	m, err := k.countMachine()
	if err != nil {
		return err
	}
	k.counted.mu.Lock()
	defer k.counted.mu.Unlock()
	k.counted.keepMachine(m, k.now(), models(k.cfg))
	return nil
}

// keep takes over the groups that were counted; one that could not be counted stays as old as it
// was, until that is too old.
func (c *counted) keep(s state) {
	c.version++
	if s.people != nil {
		c.facts.People = *s.people
	}
	if s.papers != nil {
		c.facts.Papers, c.facts.Duties, c.file = *s.papers, *s.duties, s.file
	}
	if s.staff != nil {
		c.facts.Staff = *s.staff
	}
	if s.waits != nil {
		c.facts.Waits = *s.waits
	}
	if s.store != nil {
		was := c.facts.Store
		s.store.Sealed, s.store.AuditWhole, s.store.AuditChecked = was.Sealed, was.AuditWhole, was.AuditChecked
		c.facts.Store = *s.store
	}
}

func (c *counted) keepMachine(m host.Facts, at time.Time, models []string) {
	c.version++
	c.machine = m
	c.facts.Machine = policy.MachineFacts{At: at, Sockets: m.Sockets, RemoteTools: len(m.Remote), Carrier: m.Carrier,
		Pictures: m.Pictures, Models: models}
}

// state is one count; nil is what could not be counted.
type state struct {
	people *policy.PeopleFacts
	papers *policy.PaperFacts
	duties *policy.DutyFacts
	staff  *policy.StaffFacts
	store  *policy.StoreFacts
	waits  *policy.WaitFacts
	file   papers.File
}

func (k *Keeper) countState(ctx context.Context) (s state, err error) {
	now := k.now()
	var errs []error
	failed := func(what string, err error) bool {
		if err != nil {
			errs = append(errs, fmt.Errorf("counting %s: %w", what, err))
		}
		return err != nil
	}
	if err := ctx.Err(); err != nil {
		return s, err
	}
	file, err := k.File()
	filed := !failed("papers", err)
	logged := !failed("acts", k.counted.log.read(k.vault))
	if logged {
		weeks, err := k.weeks(now)
		if w := policy.WaitsSay(weeks, now); !failed("waits", err) {
			s.waits = &w
		}
	}
	people, waits, err := k.countPeople(now)
	if !failed("people", err) && filed && logged {
		people.AskedAfterNo, people.AskedFirst = k.counted.log.countAskedAfterNo(file.Inquired)
		s.people = &people
	}
	if st, err := k.countStore(now, waits); !failed("the store", err) {
		s.store = &st
	}
	if st, err := k.countStaff(now); !failed("staff", err) {
		s.staff = &st
	}
	if filed && logged && s.people != nil {
		n, uncounted := k.countFaces(s.people.WithFace)
		failed("faces of the site", uncounted)
		if uncounted == nil {
			file.Filing, err = k.fileReached(file.Filing, n, now)
			failed("the filing", err)
		}
		s.file = file
		p, err := k.countPapers(now, file)
		d := k.countDuties(now, file, n)
		if !failed("papers", err) && uncounted == nil {
			s.papers, s.duties = &p, &d
		}
	}
	return s, errors.Join(errs...)
}
