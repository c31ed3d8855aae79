package check

import (
	"context"
	"fmt"
	"sync"
	"time"

	"menshen/hal"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// slowDisk is how long a move of the relay waits for its record at most; then the relay moves all
// the same (docs/decisions/0004).
const slowDisk = 150 * time.Millisecond

// strike is the lock where no unit runs. It has the unit's own state machine, so that exit and fire
// release the lock as they do at a running unit. Nothing else moves the relay, but Door.Restart.
type strike struct {
	vault Vault
	actor store.Actor
	name  string // of the door, for the records
	conf  policy.DoorConfig
	rex   time.Duration                     // how long the exit button releases
	again func() (unlocked bool, err error) // Door.Restart

	mu    sync.Mutex
	relay hal.Output
	door  policy.Door
	moves []move
	err   error // of the last move, of the relay or its record
}

// move is one change of the relay.
type move struct {
	At     time.Time // when the line had its level
	Unlock bool
	Why    policy.Reason
}

// Release implements Lock.
func (s *strike) Release(d time.Duration) error {
	s.step(policy.DoorEvent{Kind: policy.EvRelease, For: d, Reason: policy.ReasonCheck})
	return s.failure()
}

// Secure implements Lock.
func (s *strike) Secure() error {
	s.step(policy.DoorEvent{Kind: policy.EvLockdown})
	return s.failure()
}

// input takes a change of an input to the state machine.
func (s *strike) input(c change) {
	switch {
	case c.Faulty:
		s.lineFails(c.Role)
	case c.Role == "rex" && c.Active:
		s.step(policy.DoorEvent{Kind: policy.EvRelease, For: s.rex, Reason: policy.ReasonREX})
	case c.Role == "staff" && c.Active:
		s.step(policy.DoorEvent{Kind: policy.EvRelease, For: s.rex, Reason: policy.ReasonStaff})
	case c.Role == "fire" && c.Active:
		s.step(policy.DoorEvent{Kind: policy.EvFireOn, Reason: policy.ReasonFire})
	case c.Role == "fire":
		s.step(policy.DoorEvent{Kind: policy.EvFireOff, Reason: policy.ReasonFire})
	case c.Role == "contact" && c.Active:
		s.step(policy.DoorEvent{Kind: policy.EvOpened})
	case c.Role == "contact":
		s.step(policy.DoorEvent{Kind: policy.EvClosed})
	}
}

// keepTime ends releases at their time, until ctx ends.
func (s *strike) keepTime(ctx context.Context) {
	t := time.NewTicker(5 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		s.mu.Lock()
		due := s.door.Next(s.conf)
		s.mu.Unlock()
		if !due.IsZero() && !time.Now().Before(due) {
			s.step(policy.DoorEvent{Kind: policy.EvTick})
		}
	}
}

// step takes the state machine through an event, and records and makes the moves that follow. Lamps
// and the buzzer do not follow: they have steps of their own.
func (s *strike) step(e policy.DoorEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.At = time.Now()
	var effects []policy.Effect
	s.door, effects = s.door.Step(s.conf, e)
	for _, do := range effects {
		if do.Kind != policy.DoUnlock && do.Kind != policy.DoLock {
			continue
		}
		if do.Kind == policy.DoLock && e.Kind == policy.EvLockdown {
			do.Reason = policy.ReasonCheck
		}
		s.err = s.record(do.Reason, string(do.Kind))
		if err := s.relay.Set(do.Kind == policy.DoUnlock); err != nil {
			s.err = err
			continue
		}
		s.moves = append(s.moves, move{time.Now(), do.Kind == policy.DoUnlock, do.Reason})
	}
}

// record writes the reason of a move before it is made.
func (s *strike) record(why policy.Reason, to string) error {
	ctx, cancel := context.WithTimeout(context.Background(), slowDisk)
	defer cancel()
	_, err := s.vault.Record(ctx, store.Entry{Kind: audit.Relay, Actor: s.actor, Door: s.name, Reason: why,
		Detail: map[string]string{"to": to}})
	return err
}

// Restart implements Lock.
func (s *strike) Restart() (unlocked bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.record(policy.ReasonCheck, "line given back and taken again"); err != nil {
		return false, fmt.Errorf("recording the restart: %w", err)
	}
	unlocked, err = s.again()
	if err == nil && s.door.Unlocked { // exit or fire, meanwhile
		err = s.relay.Set(true)
	}
	return unlocked, err
}

// Since implements Lock.
func (s *strike) Since(t time.Time, unlock bool) (at time.Time, why policy.Reason, moved bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.moves {
		if m.Unlock == unlock && !m.At.Before(t) {
			return m.At, m.Why, true
		}
	}
	return at, why, false
}

// Unlocked implements Lock.
func (s *strike) Unlocked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.door.Unlocked
}

func (s *strike) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// rest ends a release and closes the relay, which leaves it in its safe state. A fail-secure lock
// is then locked even in a fire, since no program follows the fire input any more.
func (s *strike) rest() error {
	s.step(policy.DoorEvent{Kind: policy.EvLockdown})
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.relay.Close()
}
