package store

import (
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Wrong log-ins are counted (docs/decisions/0012): by line and name together, whether an account
// has the name or not, and by line alone. They are counted again from the audit log after a
// restart, so that a restart gives no new tries.

// Line is where log-ins come from: the serial line, or the control socket as one user of the
// machine. Guessing at one line does not lock a log-in at another.
type Line string

// Offline is the line of a program that opens the vault of a unit that is not running.
const Offline Line = "offline"

// limits say how many wrong tries within a time are free, and how long each further one locks:
// first, then doubled each time, up to most.
type limits struct {
	free                int
	within, first, most time.Duration
}

// The limits of a name at a line, and of a line whatever the names. A recovery code has 80 random
// bits and cannot be guessed: its limits are shorter, and only keep log and processor free.
var (
	secretLimits     = limits{free: 5, within: day, first: time.Minute, most: 15 * time.Minute}
	codeLimits       = limits{free: 5, within: day, first: time.Minute, most: 5 * time.Minute}
	secretLineLimits = limits{free: 20, within: time.Hour, first: time.Minute, most: 15 * time.Minute}
	codeLineLimits   = limits{free: 20, within: time.Hour, first: time.Minute, most: 5 * time.Minute}
)

const (
	day     = 24 * time.Hour
	overMax = 10 // tries beyond the free ones: by then the lock is as long as it gets
)

func (l limits) lock(wrong int) time.Duration {
	if over := wrong - l.free; over >= 0 {
		return min(l.first<<min(over, overMax), l.most)
	}
	return 0
}

// wrongTries are the times of wrong tries, oldest first, by [Options.Running].
type wrongTries []time.Duration

// recent gives the tries that still count.
func (w wrongTries) recent(l limits, now time.Duration) wrongTries {
	i := 0
	for i < len(w) && now-w[i] >= l.within {
		i++
	}
	return w[i:]
}

// until gives when the lockout ends; zero: there is none.
func (w wrongTries) until(l limits, now time.Duration) time.Duration {
	w = w.recent(l, now)
	if d := l.lock(len(w)); d > 0 {
		return w[len(w)-1] + d
	}
	return 0
}

func (w wrongTries) add(l limits, at time.Duration) wrongTries {
	w = append(slices.Clip(w.recent(l, at)), at)
	return w[max(0, len(w)-l.free-overMax):]
}

func (w wrongTries) remove(at time.Duration) wrongTries {
	if i := slices.Index(w, at); i >= 0 {
		return slices.Delete(w, i, i+1)
	}
	return w
}

// pair is what was tried for one name at one line.
type pair struct {
	line  Line
	who   Actor // whose name it is; empty: of no account
	wrong wrongTries
}

// tries are the wrong tries of one kind of secret that count. They are few, however many names are
// tried, since a line as a whole locks too.
type tries struct {
	name, line limits
	pairs      map[string]*pair // by handle
	lines      map[Line]wrongTries
}

// locked gives how long a pair, or its line, is still locked.
func (s *tries) locked(line Line, handle string, now time.Duration) time.Duration {
	until := s.lines[line].until(s.line, now)
	if p := s.pairs[handle]; p != nil {
		until = max(until, p.wrong.until(s.name, now))
	}
	return max(0, until-now)
}

// fail counts a wrong try, and forgets those that do not count any longer.
func (s *tries) fail(line Line, handle string, who Actor, now time.Duration) {
	if s.pairs == nil {
		s.pairs, s.lines = map[string]*pair{}, map[Line]wrongTries{}
	}
	for h, p := range s.pairs {
		if len(p.wrong.recent(s.name, now)) == 0 {
			delete(s.pairs, h)
		}
	}
	if s.pairs[handle] == nil {
		s.pairs[handle] = &pair{line: line}
	}
	p := s.pairs[handle]
	p.who, p.wrong = who, p.wrong.add(s.name, now)
	s.lines[line] = s.lines[line].add(s.line, now)
}

// takeBack removes a try that was counted and turned out to be right. Earlier ones still count.
func (s *tries) takeBack(line Line, handle string, at time.Duration) {
	if p := s.pairs[handle]; p != nil {
		p.wrong = p.wrong.remove(at)
	}
	s.lines[line] = s.lines[line].remove(at)
}

// clear forgets the wrong tries of a pair. Its line does not forget: otherwise an operator could
// go on guessing at the accounts of others.
func (s *tries) clear(handle string) { delete(s.pairs, handle) }

// forget is cleared for an account, at every line.
func (s *tries) forget(who Actor) {
	for h, p := range s.pairs {
		if who != "" && p.who == who {
			delete(s.pairs, h)
		}
	}
}

// logins are the wrong tries of a vault.
type logins struct {
	mu      sync.Mutex
	opened  time.Time     // when the vault was, …
	at      time.Duration // … by Options.Running
	counted bool          // those in the log
	secrets tries
	codes   tries // of recovery
}

// handle is the name of a pair in memory and in the log. Without the vault's keys it
// gives away neither line nor name.
func (r *ring) handle(line Line, name string) string {
	m := r.secrets.Lookup.MAC([]byte("log-in tries"), []byte(line), []byte(folded(name)))
	return hex.EncodeToString(m[:8])
}

// folded gives the same for all spellings of a name that [strings.EqualFold] takes as equal.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, strings.TrimSpace(name))
}
