package osdp

import (
	"reflect"
	"time"
)

// mostQueued is how many commands wait for their turns.
const mostQueued = 16

// pick chooses a command of a session. What is to be told takes every other turn at most, so that a
// lamp that blinks delays no tap by more than one.
func (s *station) pick(now time.Time) Command {
	_, polled := s.command.(Poll)
	if s.file != nil && s.file.alone(polled) {
		return s.file.next()
	}
	if !polled {
		return Poll{}
	}
	if len(s.queue) > 0 && (s.file == nil || now.Before(s.file.due) || !s.queued) {
		c := s.queue[0]
		s.queue, s.queued = s.queue[1:], true
		return c
	}
	s.queued = false
	if s.file != nil && !now.Before(s.file.due) {
		return s.file.next()
	}
	if now.Sub(s.asked) >= stateEvery {
		s.asked, s.states = now, append(s.Abilities.states(), AskLocal{})
	}
	if len(s.states) > 0 {
		c := s.states[0]
		s.states = s.states[1:]
		return c
	}
	return Poll{}
}

// send queues a command. false: there is no session, or the queue is full.
func (s *station) send(c Command) bool {
	if s.phase != up {
		return false
	}
	for i, was := range s.queue {
		if sameTarget(was, c) {
			s.queue[i] = c
			return true
		}
	}
	if len(s.queue) == mostQueued {
		return false
	}
	s.queue = append(s.queue, c)
	return true
}

// sameTarget reports whether the second command makes the first one needless.
func sameTarget(a, b Command) bool {
	if reflect.TypeOf(a) != reflect.TypeOf(b) {
		return false
	}
	switch a := a.(type) {
	case LEDs:
		b := b.(LEDs)
		return len(a) == 1 && len(b) == 1 && a[0].Reader == b[0].Reader && a[0].Number == b[0].Number
	case Out:
		b := b.(Out)
		return len(a) == 1 && len(b) == 1 && a[0].Output == b[0].Output
	case Text:
		return a.Row == b.(Text).Row
	case Buzzer:
		return true
	}
	return false
}
