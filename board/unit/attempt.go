package unit

import (
	"context"
	"errors"
	"time"

	"menshen/hal"
	"menshen/hal/scene"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
	"menshen/store/facts"
)

// fromReader takes a card, a code, a button or a fault of a reader.
func (u *Unit) fromReader(e hal.ReaderEvent) {
	if r := u.desks[e.Reader]; r != nil {
		u.fromDesk(r, e)
		return
	}
	switch {
	case e.Fault != nil && e.Frame:
		u.misread(e)
	case e.Fault != nil:
		u.fault("reader "+e.Reader, e.Fault)
	case e.Recovered:
		u.recovered("reader " + e.Reader)
	case e.Card != nil:
		u.recovered("reader " + e.Reader)
		u.counts[e.Reader]++
		u.card(*e.Card, e.At)
	case e.Code != "":
		u.code(e.Code, e.At)
	case e.Button != 0:
		u.key(e.Button, e.At)
	}
}

// key takes a key of a keypad: of a code, or of the notice that somebody reads.
func (u *Unit) key(b hal.Button, at time.Time) {
	if u.turnsPage(b) {
		return
	}
	u.signAt(at)
	pin := u.keypad.press(b, u.steady())
	switch {
	case pin == nil:
	case string(pin) == noticeKey:
		u.readNotice()
	default:
		u.decideTyped(pin, at)
	}
	clear(pin)
}

// misread takes a frame that is not a card's or a code's: a card held badly, a phone, noise. The
// person is asked to tap again. One is recorded a minute for each reader.
func (u *Unit) misread(e hal.ReaderEvent) {
	if i := u.waiterAt(false); i >= 0 {
		u.waiting[i].tell(e.Fault)
	} else {
		u.signAt(e.At)
		u.hand.refused = true // in effect
	}
	m := u.misreads[e.Reader]
	m.n++
	if e.At.Sub(m.recorded) >= time.Minute {
		m.recorded = e.At
		u.Record(store.Entry{At: e.At, Kind: audit.Misread,
			Detail: map[string]string{"device": "reader " + e.Reader, "fault": e.Fault.Error()}})
		u.tell(policy.SignalTap, next(scene.TapAgain))
	}
	u.misreads[e.Reader] = m
}

// misreads are the misread frames of one reader.
type misreads struct {
	n        int
	recorded time.Time // the last record
}

// card gives a card to the call that waits for one ([Unit.NextCard]), and otherwise to the door.
func (u *Unit) card(c hal.Card, at time.Time) {
	if wipes(c) {
		u.wiped(c, at)
		return
	}
	if u.handOver(c, false) {
		return
	}
	u.signAt(at)
	u.credential(policy.ByCard, policy.CardKind, c.Credential(), c.Carried, at)
}

// credential decides on something that a person presented other than a face. carried is what a card
// carries besides; nil: nothing.
func (u *Unit) credential(by policy.Means, kind policy.CredentialKind, secret []byte, carried *hal.Carried,
	at time.Time) {
	a := u.attempt(by, at)
	switch p, id, err := u.vault.FindCredential(kind, secret); {
	case err == nil:
		a.Person, a.CredentialID = &p, id
	case errors.Is(err, store.ErrWaiting):
		a.Site.NoVault = true
	case !errors.Is(err, store.ErrUnknown):
		u.vaultFault(err)
	}
	template := u.openCarried(&a, carried)
	u.fill(&a)
	if policy.Decide(a).WantsFace() {
		u.lookAfterCard(*a.Person, a.CredentialID, template, at)
	} else {
		clear(template)
		u.conclude(a)
	}
	u.followWithdrawal(a)
}

// attempt is an attempt with the state of the unit filled in.
func (u *Unit) attempt(by policy.Means, at time.Time) policy.Attempt {
	site := u.rules.site
	site.FacesOff = u.facesOff().String()
	site.Durable, site.NoVault = !u.slow, u.storeless
	site.Fire, site.Evacuation = u.door.Fire, u.door.Evacuation
	site.FaceLockout, site.KeypadLockout = u.tries.faces.Lockout(u.steady()), u.tries.codes.Lockout(u.steady())
	site.Down, site.Missed = u.brokenKinds(), u.faces.missed
	return policy.Attempt{
		At:    at.In(u.rules.site.Calendar.Zone), // traces are read on the wall clock
		Clock: u.clock(), Door: u.cfg.Unit.Name, Means: by, Site: site,
	}
}

// decide decides, and adds the facts for the record.
func (u *Unit) decide(a policy.Attempt) policy.Decision {
	d := policy.Decide(a)
	d.Facts = facts.Of(a, d, u.rules.id)
	return d
}

// conclude decides, records the decision and, once that is durable, carries it out. When the disk
// does not answer in time, everything but a face and a counted pass still opens: its record is kept
// in memory and written as soon as the disk does (decision 0004).
func (u *Unit) conclude(a policy.Attempt) policy.Decision {
	u.fill(&a)
	if a.Person != nil && a.Means != policy.ByFace {
		u.hand.by(a.Person.ID)
	}
	d := u.decide(a)
	if d.Grant {
		d.Visit = u.visitOf(a, d.At)
	}
	if u.strange.counted(d, a) {
		u.noteVisit(d)
		u.tellDecision(0, d)
		u.answer(a, d)
		return d
	}
	ctx, cancel := context.WithTimeout(context.Background(), u.slowDisk)
	defer cancel()
	seq, err := u.vault.RecordDecision(ctx, d)
	u.noteDurable(err)
	if err != nil && d.Moves() {
		d = u.decideUnrecorded(ctx, a, d, err)
	}
	u.tellDecision(seq, d)
	u.tries.count(u.site.conf.Keypad.Limits(), d, u.steady())
	u.noteVisit(d)
	u.site.noteDecision(d, a, u.doorConf.HasContact && !u.door.Blind)
	if d.Duress {
		u.duress(d)
	}
	if d.Grant {
		u.step(policy.DoorEvent{At: d.At, Kind: policy.EvRelease, For: d.Release, Reason: d.Reason})
		u.invite(a, d)
	}
	u.switchOutputs(d)
	u.answer(a, d)
	return d
}

// decideUnrecorded decides again on what was granted and could not be recorded in time. The record
// of a refusal follows the other in memory, and takes it back.
func (u *Unit) decideUnrecorded(ctx context.Context, a policy.Attempt, granted policy.Decision,
	why error) policy.Decision {
	a.Site.Durable = false
	d := u.decide(a)
	switch {
	case d.Moves():
		return granted
	case errors.Is(why, store.ErrSlow):
		_, _ = u.vault.TakeBack(ctx, d)
	default:
		_, _ = u.vault.RecordDecision(ctx, d)
	}
	return d
}

// noteDurable keeps whether the audit log answers in time, and says so when that changes.
func (u *Unit) noteDurable(err error) {
	u.slow = err != nil
	if err != nil {
		u.slowAt = u.steady()
		u.vaultFault(err)
	} else {
		u.recovered("vault")
	}
}

// doubtDisk is how long after its last delay the disk is not relied on.
const doubtDisk = 10 * time.Second

// trustDisk ends the doubt in a disk that was slow, once nothing has waited for it for doubtDisk.
// Without it the next visitor would be refused, however long ago that was.
func (u *Unit) trustDisk() {
	switch {
	case !u.slow:
	case u.vault.Backlog() > 0:
		u.slowAt = u.steady()
	case u.steady()-u.slowAt >= doubtDisk:
		u.noteDurable(nil)
	}
}

// Release opens the door for an operator, with a recorded reason.
func (u *Unit) Release(ctx context.Context, by store.Actor, reason string) (d policy.Decision, err error) {
	err = u.do(ctx, func() {
		u.Record(store.Entry{Kind: audit.DoorOpened, Actor: by, Detail: map[string]string{"reason": reason}})
		d = u.conclude(u.attempt(policy.ByConsole, u.now()))
		u.answered(by, BellOpen)
	})
	return d, err
}
