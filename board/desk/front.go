package desk

import (
	"context"
	"errors"
	"time"

	"menshen/board/unit"
	"menshen/hal/scene"
	"menshen/policy"
)

// What people at the door are told while an operator serves them, and the bell. The door is told a
// kind and a manner; whether it has a display makes no difference to what is done.

// Bell is a call from the door that waits for somebody.
type Bell struct {
	At     time.Time
	Rings  int
	Coming bool // somebody said that they come
}

// BellAnswer is what an operator says to a call.
type BellAnswer = unit.BellAnswer

// The answers to a call.
const (
	BellComing = unit.BellComing
	BellOpen   = unit.BellOpen
	BellNobody = unit.BellNobody
)

// AnswerBell answers a call. With BellOpen the door opens once, by the decision that is given.
// Errors: [unit.ErrNotRung].
func (d *Desk) AnswerBell(ctx context.Context, s Session, a BellAnswer) (policy.Decision, error) {
	by, err := d.allow(s, OpensDoor)
	if err != nil {
		return policy.Decision{}, err
	}
	return d.unit.AnswerBell(ctx, by, a)
}

// ShowNotice has the door show the notice to a person, in their language, until the next step or
// for some minutes. The zero person ends that.
func (d *Desk) ShowNotice(ctx context.Context, s Session, id policy.PersonID) error {
	if _, err := d.allow(s, TakesFaces); err != nil {
		return err
	}
	if id.IsZero() {
		return d.unit.Lead(ctx, unit.Manner{}, scene.Ready, 0)
	}
	p, err := d.vault.Person(id)
	if err != nil {
		return explain(err)
	}
	return d.unit.Lead(ctx, unit.MannerOf(p), scene.Notice, 0)
}

// lead has the door tell a step, also where the operator has just hung up. A unit that stops tells
// nothing.
func (d *Desk) lead(ctx context.Context, m unit.Manner, k scene.Kind, within time.Duration) {
	_ = d.unit.Lead(context.WithoutCancel(ctx), m, k, within)
}

// tellEnrolled has the door tell what came of an enrolment. Where another person's face is being
// taken it is theirs.
func (d *Desk) tellEnrolled(ctx context.Context, m unit.Manner, again bool, err error) {
	switch {
	case errors.Is(err, unit.ErrTaking):
	case err != nil:
		d.lead(ctx, m, scene.NotStored, 0)
	default:
		d.lead(ctx, m, either(again, scene.Grown, scene.Stored), 0)
	}
}

// patient is how long a person has to act at the door.
func patient(p policy.Person) time.Duration {
	if p.LongOpen {
		return 2 * AsksAtTheDoor
	}
	return AsksAtTheDoor
}
