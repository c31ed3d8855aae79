package check

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"menshen/board/commission"
	"menshen/internal/i18n"
	"menshen/internal/i18n/catalogue"
	"menshen/policy"
	"menshen/store"
)

// ErrStopped is what [Session.Run] returns when the installer stopped, or ctx ended, before the
// last step. Session.Report has the steps so far.
var ErrStopped = errors.New("the check was stopped")

// Patience is how long a task at the door may take. Shorter times, such as a lamp's blink, are
// fractions of it, so that a test which sets a shorter patience is quick.
const Patience = time.Minute

// Session is one check of one door, made with [New].
type Session struct {
	Report   *Report
	Patience time.Duration
	Save     func(*Report) error // called after each step; nil: nothing is kept

	door   Door
	plan   []Step
	lock   Lock
	strike *strike // the lock, where no unit runs; else nil
	lines  *lines
}

// New makes a session for a door. about has the head of its report: operator, unit, software.
func New(d Door, by store.Actor, about Report) *Session {
	about.Format, about.Unit, about.Location = commission.Format, d.Config.Unit.Name, d.Config.Unit.Location
	about.Lock = commission.LockKind(d.Config.Relay.FailSafe)
	if about.Began.IsZero() {
		about.Began = d.now()
	}
	s := &Session{Report: &about, Patience: Patience, door: d, plan: Plan(d), lock: d.Lock, lines: newLines(d.Inputs)}
	if d.Lock == nil {
		_, contact := d.Inputs["contact"]
		s.strike = &strike{vault: d.Vault, actor: by, name: d.Config.Unit.Name, rex: d.Config.Door.Release.D(),
			relay: d.Relay, again: d.Restart,
			conf: policy.DoorConfig{HasContact: contact, Impulse: impulse(d.Config),
				RelockOnOpen: d.Config.Door.RelockOnOpen}}
		s.lock = s.strike
	}
	for _, p := range s.plan {
		r := Result{ID: p.ID, Title: catalogue.Both(p.Title), Expect: catalogue.Both(p.Expect), Safety: p.Safety,
			Verdict: Open}
		if !p.absent.IsZero() {
			r.Verdict, r.Why = Absent, catalogue.Both(p.absent)
		}
		about.Steps = append(about.Steps, r)
	}
	return s
}

// Resume takes over what an earlier session of the same door found. What passed stays; what
// failed is tried again. What was skipped stays skipped if that session was broken off, and is
// tried again if it had ended.
func (s *Session) Resume(earlier *Report) {
	s.Report.Began = earlier.Began
	for i := range s.Report.Steps {
		now := &s.Report.Steps[i]
		was := earlier.Step(now.ID)
		if was == nil || now.Verdict == Absent {
			continue
		}
		switch {
		case was.Verdict == Passed, was.Verdict == Skipped && earlier.Ended.IsZero():
			*now = *was
		case was.Verdict == Failed:
			now.Tries = was.Tries
		}
	}
}

// Run takes the installer through the steps that are open. However it ends, it leaves the lock at
// rest, and the relay closed where no unit runs.
func (s *Session) Run(ctx context.Context, who Installer) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	tell, rest := func(change) {}, s.lock.Secure
	if s.strike != nil {
		watching.Go(func() { s.strike.keepTime(ctx) })
		tell, rest = s.strike.input, s.strike.rest
	}
	followed := s.lines.follow(ctx, tell)
	defer func() {
		cancel()
		followed()
		watching.Wait()
		err = errors.Join(err, rest())
	}()
	for i := 0; i < len(s.plan); {
		if r := s.Report.Steps[i]; r.Verdict != Open {
			if r.Verdict == Absent {
				who.Tell(named(s.plan[i].Title, s.plan[i].absent))
			}
			i++
			continue
		}
		choice, err := s.take(ctx, who, i)
		switch {
		case ctx.Err() != nil:
			return ErrStopped
		case err != nil:
			return err
		case choice == Stop:
			return ErrStopped
		case choice == Again:
			if i = s.before(i); i < 0 {
				i = 0
			}
			s.Report.Steps[i].Verdict = Open
		default:
			i++
		}
		if err := s.save(); err != nil {
			return err
		}
	}
	s.Report.Ended = s.door.now()
	return s.save()
}

// before gives the number of the last step before i that this door has; -1: none.
func (s *Session) before(i int) int {
	for i--; i >= 0 && s.Report.Steps[i].Verdict == Absent; i-- {
	}
	return i
}

func (s *Session) save() error {
	if s.Save == nil {
		return nil
	}
	if err := s.Save(s.Report); err != nil {
		return fmt.Errorf("keeping the state of the check: %w", err)
	}
	return nil
}

// take goes through one step, as often as the installer wants. The choice
// Again means the step before.
func (s *Session) take(ctx context.Context, who Installer, i int) (Choice, error) {
	step, result := s.plan[i], &s.Report.Steps[i]
	choice, err := s.begin(ctx, who, i)
	if err != nil || choice == Stop || choice == Again {
		return choice, err
	}
	if choice == Skip {
		why := i18n.M("check.skipped-by-installer", "Skipped by the installer.")
		if step.Safety {
			why = i18n.M("check.skipped-safety-step",
				"Skipped by the installer. People's safety depends on it: the door does not count as tested.")
		}
		result.Verdict, result.Why, result.At = Skipped, catalogue.Both(why), s.door.now()
		_, err := who.Done(ctx, *result)
		return Go, err
	}
	for {
		if err := s.try(ctx, who, step, result); err != nil {
			return Stop, err
		}
		choice, err := who.Done(ctx, *result)
		for err == nil && choice == Look {
			if err = s.show(ctx, who, step); err == nil {
				choice, err = who.Done(ctx, *result)
			}
		}
		if err != nil || choice != Again {
			return choice, err
		}
	}
}

// begin shows a step. To skip a step on which people's safety depends takes a second answer.
func (s *Session) begin(ctx context.Context, who Installer, i int) (Choice, error) {
	for {
		choice, err := who.Begin(ctx, i+1, len(s.plan), s.plan[i])
		if err == nil && choice == Look {
			if err = s.show(ctx, who, s.plan[i]); err != nil {
				return Stop, err
			}
			continue
		}
		if err != nil || choice != Skip || !s.plan[i].Safety {
			return choice, err
		}
		sure, err := who.Ask(ctx, Question{"skip it", i18n.M("check.skip-safety-step",
			"People's safety depends on this step. Without it the door does not count as tested. "+
				"Skip it all the same?")})
		if err != nil || sure {
			return choice, err
		}
	}
}

// show lets the installer look at what comes. Nothing of it is kept. The error is of what ends the
// session.
func (s *Session) show(ctx context.Context, who Installer, step Step) error {
	if step.look == nil {
		return nil
	}
	err := step.look(ctx, &run{Session: s, Installer: who, began: s.door.now()})
	var p *Problem
	if errors.As(err, &p) {
		who.Tell(named(p.What, p.Remedy))
		err = nil
	}
	return err
}

// try runs a step once and keeps its result; a step that failed is not an error. Afterwards the
// lock is at rest, unless fire or the exit button releases it. An error ends the session.
func (s *Session) try(ctx context.Context, who Installer, step Step, result *Result) error {
	s.lines.forget()
	r := &run{Session: s, Installer: who, began: s.door.now()}
	err := step.run(ctx, r)
	if lock := s.lock.Secure(); err == nil && lock != nil {
		err = problem(i18n.M("check.relay-or-record-failed", "The relay or its record failed: %v", lock),
			i18n.M("check.repair-what-it-says", "Repair what it says."))
	}
	result.Values, result.Remark, result.At = r.values, catalogue.Both(r.remark), r.began
	result.Tries++
	result.Why, result.Remedy = catalogue.Words{}, catalogue.Words{}
	var p *Problem
	switch {
	case errors.As(err, &p):
		result.Verdict, result.Why, result.Remedy = Failed, catalogue.Both(p.What), catalogue.Both(p.Remedy)
	case err != nil:
		return err
	default:
		result.Verdict = Passed
	}
	return nil
}
