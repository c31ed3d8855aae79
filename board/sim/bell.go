package sim

import (
	"context"
	"slices"
	"time"

	"menshen/board/desk"
	"menshen/hal"
	"menshen/hal/scene"
	"menshen/policy"
)

// call is who rang and waits, as the world knows it (decision 59).
type call struct {
	until   time.Time   // when it must be over
	entries []time.Time // in the log, of ringing alone, since staff answered last
}

const (
	answerWithin = time.Minute
	comesWithin  = 3 * time.Minute
)

// rings is somebody at the bell: once or without end, answered or not.
func (w *world) rings(*person) {
	w.ring()
	for w.rnd.IntN(2) == 0 {
		w.pass(w.between(200*time.Millisecond, 5*time.Second))
		w.ring()
	}
	answer := []desk.BellAnswer{"", desk.BellComing, desk.BellOpen, desk.BellNobody}[w.rnd.IntN(4)]
	if answer == "" {
		for range w.rnd.IntN(60) {
			w.ring()
			w.pass(w.between(200*time.Millisecond, 5*time.Second))
		}
	} else if w.clock.now.Add(45 * time.Second).Before(w.call.until) {
		w.pass(w.between(time.Second, 30*time.Second))
		w.answersBell(answer)
	}
	if answer == desk.BellComing && w.clock.now.Add(2*time.Minute).Before(w.call.until) && w.rnd.IntN(2) == 0 {
		w.pass(w.between(time.Second, time.Minute))
		w.answersBell(desk.BellOpen)
	}
	w.pass(comesWithin + 5*time.Second)
	if s, err := w.door.Unit.State(context.Background()); err != nil || s.Bell != nil {
		w.fail(callsEnd, "a call goes on: %+v, %v", s.Bell, err)
	}
}

// ring presses the bell, and lets it go.
func (w *world) ring() {
	w.tell("the bell is rung")
	if !w.clock.now.Before(w.call.until) {
		w.call.until = w.clock.now.Add(answerWithin)
	}
	for _, on := range []bool{true, false} {
		w.door.bell.on = on
		w.driver.Device(hal.InputEvent{At: w.clock.host(), Input: "bell", Active: on})
		w.settle()
	}
}

// answersBell has staff answer a call. To whom they open, the door opens.
func (w *world) answersBell(a desk.BellAnswer) {
	const what = "the bell is answered"
	at := w.seat(nil)
	if !w.atConsole(what, at, "bell "+string(a)) {
		w.atDesk(what, nil, func(ctx context.Context, s desk.Session) error {
			_, err := at.AnswerBell(ctx, s, a)
			return err
		})
	}
	if w.model.because == string(policy.ReasonConsole) && w.model.unlocked(w.clock.now) {
		w.walkThrough()
	}
}

// AnswerBell answers a call.
func (s *seat) AnswerBell(ctx context.Context, by desk.Session, a desk.BellAnswer) (policy.Decision, error) {
	s.w.decisions = nil
	d, err := s.Desk.AnswerBell(ctx, by, a)
	if err != nil {
		return d, err
	}
	s.acts++
	now := s.w.clock.now
	s.w.call = call{until: now}
	if a == desk.BellComing {
		s.w.call.until = now.Add(comesWithin)
	}
	if d.Grant {
		s.w.model.grant(now, release, policy.ReasonConsole)
	}
	return d, nil
}

// noteCall counts an entry that ringing makes by itself.
func (w *world) noteCall() {
	c, now := &w.call, w.clock.now
	c.entries = slices.DeleteFunc(c.entries, func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	if c.entries = append(c.entries, now); len(c.entries) > 2 {
		w.fail(callsEnd, "ringing made %d entries in a minute", len(c.entries))
	}
}

// checkCall holds that the door does not go on telling of a call that is over.
func (w *world) checkCall() {
	calls := w.front.told.Kind == scene.Called || w.front.told.Kind == scene.Coming
	if late := w.clock.now.Sub(w.call.until); calls && late > time.Second {
		w.fail(callsEnd, "the door tells %q %v after the call", w.front.told.Title().String(), late)
	}
}
