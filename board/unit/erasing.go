package unit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"menshen/hal/scene"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// What ends by itself, at the door: a face that its owner withdraws with their card (R-WITHDRAW),
// what is stored of a person whose lease is over (R-ERASE), and what another door of the site ended
// or erased. The face is out of the index, and
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
	told  bool          // what another door erased could not be destroyed
	nudge chan struct{} // buffered: there is something new

	telling *sync.Mutex // held while what other doors erased is destroyed
}

// erasure is one of them: of a face, or of all that is stored about a person.
type erasure struct {
	person bool   // all of it, unless the lease is extended before it is done
	asked  string // why the face ends whatever the lease says; empty: it ends with the lease
	since  time.Time
	atDoor bool // its owner stands there and waits for the signal
	manner Manner
	late   bool // they were told that it is not done yet
}

func newErasures() erasures {
	return erasures{of: map[policy.PersonID]erasure{}, nudge: make(chan struct{}, 1), telling: new(sync.Mutex)}
}

// followWithdrawal follows the gesture by which a person withdraws their face at
// the door ([policy.Withdrawal]).
func (u *Unit) followWithdrawal(a policy.Attempt) {
	var g policy.Gesture
	switch u.back, g = u.back.Tap(a); g {
	case policy.AskBack:
		u.Record(store.Entry{At: a.At, Kind: audit.WithdrawalAsked, Person: a.Person.ID})
		within := policy.WithdrawWithin(*a.Person)
		u.signals.say(policy.SignalAsk)
		u.show(MannerOf(*a.Person).scene(scene.Scene{Kind: scene.Asking, Within: within}), within)
	case policy.TakeBack:
		u.endFace(a.Person.ID, erasure{asked: "withdrawn at the door", since: a.At, atDoor: true,
			manner: MannerOf(*a.Person)})
	case policy.NoGesture:
		u.explainWithdrawal(a)
	}
}

// heardFor is how long a person who was told aloud how their face is taken back is not told aloud
// again when they tap once. They read it at every tap, and hear it as soon as they tap twice.
const heardFor = 30 * 24 * time.Hour

// explainWithdrawal adds to the scene of a tap how its owner takes their face back (R-WITHDRAW).
func (u *Unit) explainWithdrawal(a policy.Attempt) {
	taps, of := u.back.Progress()
	f := &u.front
	if taps == 0 || !f.fresh || a.Means != policy.ByCard && a.Means != policy.ByCardFace {
		return
	}
	f.last.MayWithdraw = true
	at, heard := f.heard[a.Person.ID]
	if taps == 1 && heard && u.steady()-at < heardFor {
		return
	}
	f.last.Done, f.last.Wanted = taps, of
	if f.last.Kind == scene.Opened {
		f.heard[a.Person.ID] = u.steady()
	}
}

// endFace ends a face now and has its data destroyed.
func (u *Unit) endFace(id policy.PersonID, e erasure) {
	u.dropFace(id)
	if old, is := u.due.of[id]; is { // the earlier date counts, the wider erasure, and what was asked for
		e.since, e.person, e.atDoor = old.since, e.person || old.person, e.atDoor || old.atDoor
		e.late = old.late
		e.asked = cmp.Or(e.asked, old.asked)
	}
	u.due.of[id] = e
	u.due.hurry()
}

// hurry has what is due destroyed now.
func (d *erasures) hurry() {
	select {
	case d.nudge <- struct{}{}:
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
		_ = u.EraseTold(ctx) // a failure is a fault, which is shown
	}
}

// erase destroys a face, or all of a person. [store.ErrStays]: nothing, the lease was extended.
func (u *Unit) erase(id policy.PersonID, e erasure) (err error) {
	switch {
	case e.person:
		err = u.eraseLapsed(id)
	case e.asked != "":
		_, err = u.TakeBack(store.Door, id, e.asked)
	default:
		err = u.endLapsedFace(id)
	}
	switch {
	case errors.Is(err, store.ErrUnknown):
		return nil // another call was quicker
	case errors.Is(err, store.ErrStays) && e.person:
		e.person = false
		return u.erase(id, e)
	}
	return err
}

// leaseEnd is the reason on the receipts.
const leaseEnd = "lease end"

func (u *Unit) eraseLapsed(id policy.PersonID) error {
	lapsed := u.lapsed(u.cfg.Site.ForgetAfter.D())
	switch p, err := u.vault.Person(id); {
	case err != nil:
		return err
	case !lapsed(p): // before their copies are deleted
		return store.ErrStays
	}
	if err := u.out.DropCopies(id); err != nil {
		return err
	}
	_, err := u.vault.RemoveLapsed(store.Door, id, leaseEnd, lapsed)
	return err
}

func (u *Unit) endLapsedFace(id policy.PersonID) error {
	p, err := u.vault.Person(id)
	if err != nil {
		return err
	}
	lapsed := u.lapsed(0)
	if p.Face.State == policy.FaceEnrolled {
		_, err = u.vault.EraseLapsedFace(store.Door, id, leaseEnd, lapsed)
		return err
	}
	now := u.now()
	return u.vault.ChangePerson(store.Door, id, audit.ConsentWithdrawn, func(p *policy.Person) error {
		if !lapsed(*p) {
			return store.ErrStays
		}
		*p = policy.Withdraw(*p, now)
		return nil
	})
}

// lapsed tells of a person whether their lease has been over for so long, by a clock that may
// destroy.
func (u *Unit) lapsed(after time.Duration) func(policy.Person) bool {
	c := u.vault.Clock()
	return func(p policy.Person) bool {
		return c.Destroys() && !p.Until.IsZero() && !c.Now.Before(p.Until.Add(after))
	}
}

// TakeBack ends a consent in the vault, and destroys what was stored by it. The
// receipt is empty where nothing was. Cards that carry the face are overwritten if they come.
func (u *Unit) TakeBack(by store.Actor, id policy.PersonID, why string) (store.Receipt, error) {
	p, err := u.vault.Person(id)
	if err != nil {
		return store.Receipt{}, err
	}
	if p.Face.State == policy.FaceEnrolled {
		if p.Face.OnCard {
			u.wipeCards(id)
		}
		return u.vault.EraseFace(by, id, why)
	}
	now := u.now()
	return store.Receipt{At: now}, u.vault.ChangePerson(by, id, audit.ConsentWithdrawn, func(p *policy.Person) error {
		*p = policy.Withdraw(*p, now)
		return nil
	})
}

// noteErased tells what came of an erasure. The face of a person who stays opens the door again.
func (u *Unit) noteErased(id policy.PersonID, e erasure, err error) {
	if errors.Is(err, store.ErrStays) {
		delete(u.faces.dropped, id)
		err = u.relearn(id)
	}
	if err != nil {
		u.notDestroyed(err)
		if e.atDoor && !e.late {
			e.late = true
			u.due.of[id] = e
			u.show(e.manner.scene(scene.Scene{Kind: scene.NotErased}), e.manner.patience(lasting[scene.NotErased]))
		}
		return
	}
	delete(u.due.of, id)
	if e.atDoor {
		u.tell(policy.SignalErased, e.manner.scene(scene.Scene{Kind: scene.Erased}))
	}
	u.allDestroyed()
}

// noteTold tells what came of destroying what other doors erased.
func (u *Unit) noteTold(err error) {
	was := u.due.told
	if u.due.told = err != nil; err != nil {
		u.notDestroyed(err)
	} else if was {
		u.allDestroyed()
	}
}

func (u *Unit) notDestroyed(err error) {
	u.fault("erasure", fmt.Errorf("%w; it is tried again every minute, and the face opens nothing meanwhile", err))
}

func (u *Unit) allDestroyed() {
	if len(u.due.of) == 0 && !u.due.told {
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
	if !u.vault.Clock().Destroys() {
		return // whose lease is over is refused all the same; a clock that may be wrong must not destroy anything
	}
	over, forgotten := u.lapsed(0), u.lapsed(u.cfg.Site.ForgetAfter.D())
	for _, p := range people {
		switch {
		case forgotten(p):
			u.endFace(p.ID, erasure{person: true, since: p.Until})
		case over(p) && p.HasFace():
			u.endFace(p.ID, erasure{since: p.Until})
		}
	}
}
