package unit

import (
	"context"
	"strconv"
	"time"

	"menshen/hal/scene"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// bell is a call from the door that was not answered, or whose answer is on its way (decision 59).
// However often it rings meanwhile it is one call. It lives in memory: who rang does not wait for a
// program to start again. Times are of Unit.steady.
type bell struct {
	began  time.Time // zero: nobody calls
	coming bool      // somebody said so
	until  time.Duration
	rings  int
}

const (
	answerWithin = time.Minute     // then the door says that nobody could
	comesWithin  = 3 * time.Minute // for who said that they come
)

// BellAnswer is what staff say to a call.
type BellAnswer string

// The answers; audit logs hold the words.
const (
	BellComing BellAnswer = "coming" // they come to the door
	BellOpen   BellAnswer = "open"   // the door is opened
	BellNobody BellAnswer = "nobody" // nobody can come now

	bellButton BellAnswer = "staff button" // they pressed the staffed release
)

// ErrNotRung says that there is no call to answer.
var ErrNotRung = i18n.E("unit.not-rung", "nobody is waiting at the bell")

// BellState is a call that waits.
type BellState struct {
	At     time.Time
	Rings  int
	Coming bool
}

func (b *bell) rung() bool { return !b.began.IsZero() }

func (b *bell) scene() scene.Scene {
	return scene.Scene{Kind: either(b.coming, scene.Coming, scene.Called)}
}

// ring takes a ring of the bell.
func (u *Unit) ring(at time.Time) {
	b := &u.front.bell
	if b.rings++; b.rung() {
		return
	}
	u.Record(store.Entry{At: at, Kind: audit.Bell})
	*b = bell{began: at, until: u.steady() + answerWithin, rings: 1}
	u.signals.say(policy.SignalCalled)
}

// AnswerBell answers a call: with BellOpen the door opens, as by Release. d is that decision.
// Errors: ErrNotRung; those of [Unit.do].
func (u *Unit) AnswerBell(ctx context.Context, by store.Actor, a BellAnswer) (d policy.Decision, err error) {
	var refused error
	err = u.do(ctx, func() {
		b := &u.front.bell
		switch {
		case !b.rung():
			refused = ErrNotRung
		case a == BellOpen:
			d = u.conclude(u.attempt(policy.ByConsole, u.now()))
			u.answered(by, a)
		case a == BellComing:
			u.noteAnswer(by, a)
			b.coming, b.until = true, u.steady()+comesWithin
			u.signals.say(policy.SignalWait)
		default:
			u.answered(by, BellNobody)
			u.tell(policy.SignalRefused, scene.Scene{Kind: scene.Nobody})
		}
	})
	if err == nil {
		err = refused
	}
	return d, err
}

// answered ends a call, if there is one.
func (u *Unit) answered(by store.Actor, a BellAnswer) {
	if b := &u.front.bell; b.rung() {
		u.noteAnswer(by, a)
		*b = bell{}
	}
}

func (u *Unit) noteAnswer(by store.Actor, a BellAnswer) {
	u.Record(store.Entry{Kind: audit.BellAnswered, Actor: by, Detail: map[string]string{
		"answer": string(a), "rings": strconv.Itoa(u.front.bell.rings)}})
}

// watchBell ends a call that nobody answered, or whose answer has come or not.
func (u *Unit) watchBell() {
	b := &u.front.bell
	if !b.rung() || u.steady() < b.until {
		return
	}
	if !b.coming {
		u.Record(store.Entry{Kind: audit.BellUnanswered, Detail: map[string]string{"rings": strconv.Itoa(b.rings)}})
		u.tell(policy.SignalRefused, scene.Scene{Kind: scene.Nobody})
	}
	*b = bell{}
}
