package unit

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// What ends by itself, at the door: a face that its owner withdraws with their card (R-WITHDRAW),
// and what is stored of a person whose lease is over (R-ERASE). The face is out of the index, and
// opens nothing, in the same event; its data is destroyed beside the loop, and again every minute
// for as long as the disk refuses.

const (
	leasesEvery = 10 * time.Minute
	leasesFirst = 20 * time.Second
	eraseAgain  = time.Minute
)

// erasures are what is still to be destroyed. The map is the loop's own.
type erasures struct {
	of    map[policy.PersonID]erasure
	nudge chan struct{} // buffered: there is something new
}

// erasure is one of them: of a face, or of all that is stored about a person.
type erasure struct {
	person bool
	why    string
	since  time.Time
	atDoor bool // its owner stands there and waits for the signal
}

func newErasures() erasures {
	return erasures{of: map[policy.PersonID]erasure{}, nudge: make(chan struct{}, 1)}
}

// followWithdrawal follows the gesture by which a person withdraws their face at
// the door ([policy.Withdrawal]).
func (u *Unit) followWithdrawal(a policy.Attempt) {
	var g policy.Gesture
	switch u.back, g = u.back.Tap(a); g {
	case policy.AskBack:
		u.Record(store.Entry{At: a.At, Kind: audit.WithdrawalAsked, Person: a.Person.ID})
		u.signals.say(policy.SignalAsk)
	case policy.TakeBack:
		u.endFace(a.Person.ID, erasure{why: "withdrawn at the door", since: a.At, atDoor: true})
	}
}

// endFace ends a face now and has its data destroyed.
func (u *Unit) endFace(id policy.PersonID, e erasure) {
	u.dropFace(id)
	if old, is := u.due.of[id]; is { // the earlier date counts, and the wider erasure
		e.since, e.person = old.since, e.person || old.person
	}
	u.due.of[id] = e
	select {
	case u.due.nudge <- struct{}{}:
	default:
	}
}

// eraseDue destroys what is due, until ctx ends.
func (u *Unit) eraseDue(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-u.due.nudge:
		case <-time.After(eraseAgain):
		}
		var due map[policy.PersonID]erasure
		_ = u.do(ctx, func() { due = maps.Clone(u.due.of) })
		for id, e := range due {
			if ctx.Err() != nil {
				return
			}
			err := u.erase(id, e)
			_ = u.do(ctx, func() { u.noteErased(id, e, err) })
		}
	}
}

// erase destroys a face, or all of a person.
func (u *Unit) erase(id policy.PersonID, e erasure) (err error) {
	if e.person {
		if err := u.out.DropCopies(id); err != nil {
			return err
		}
		_, err = u.vault.RemovePerson(store.Door, id, e.why)
	} else {
		_, err = u.TakeBack(store.Door, id, e.why)
	}
	if errors.Is(err, store.ErrUnknown) {
		return nil // another call was quicker
	}
	return err
}

// TakeBack ends a consent in the vault, and destroys what was stored by it. The
// receipt is empty where nothing was.
func (u *Unit) TakeBack(by store.Actor, id policy.PersonID, why string) (store.Receipt, error) {
	p, err := u.vault.Person(id)
	if err != nil {
		return store.Receipt{}, err
	}
	if p.Face.State == policy.FaceEnrolled {
		return u.vault.EraseFace(by, id, why)
	}
	now := u.now()
	return store.Receipt{At: now}, u.vault.ChangePerson(by, id, audit.ConsentWithdrawn, func(p *policy.Person) error {
		*p = policy.Withdraw(*p, now)
		return nil
	})
}

// noteErased tells what came of an erasure.
func (u *Unit) noteErased(id policy.PersonID, e erasure, err error) {
	if err != nil {
		u.fault("erasure", fmt.Errorf("%w; it is tried again every minute, and the face opens nothing meanwhile", err))
		return
	}
	delete(u.due.of, id)
	if e.atDoor {
		u.signals.say(policy.SignalErased)
	}
	if len(u.due.of) == 0 {
		u.recovered("erasure")
	}
}

// watchLeases looks whose lease is over, until ctx ends.
func (u *Unit) watchLeases(ctx context.Context) {
	for wait := leasesFirst; ; wait = leasesEvery {
		if pause(ctx, wait); ctx.Err() != nil {
			return
		}
		people, err := u.vault.People() // damaged records are told of by their own check
		if err == nil || len(people) > 0 {
			_ = u.do(ctx, func() { u.endLeases(people) })
		}
	}
}

// endLeases ends the faces of people whose lease is over, and all that is stored of them once the
// site's time for that is over too.
func (u *Unit) endLeases(people []policy.Person) {
	c := u.vault.Clock()
	if !c.Destroys() {
		return // whose lease is over is refused all the same; a clock that may be wrong must not destroy anything
	}
	now := c.Now
	for _, p := range people {
		switch {
		case p.Until.IsZero() || now.Before(p.Until):
		case !now.Before(p.Until.Add(u.cfg.Site.ForgetAfter.D())):
			u.endFace(p.ID, erasure{person: true, why: "lease end", since: p.Until})
		case p.HasFace():
			u.endFace(p.ID, erasure{why: "lease end", since: p.Until})
		}
	}
}
