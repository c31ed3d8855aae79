package store

import (
	"fmt"
	"slices"
	"time"

	"menshen/store/audit"
)

// The details of an entry by which it counts. A success that clears a pair bears the handle; the
// first of two factors clears nothing and bears none.
const (
	atLine   = "line"
	atHandle = "counted"
)

// begin notes when the vault was opened: up to then the clock tells how long ago a try was, and from then
// on the one that nobody sets.
func (l *logins) begin(now time.Time, running time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened.IsZero() {
		l.opened, l.at = now, running
	}
}

// recount counts again what the log holds of the last day, once. Entries of earlier programs say
// nothing of their line and do not count. The caller holds mu.
func (l *logins) recount(t *tx) error {
	if l.counted {
		return nil
	}
	type found struct {
		*audit.Line
		age time.Duration
	}
	var back []found
	var age time.Duration // when the vault was opened: at least, and never less than that of a newer entry
	read := 0
	err := t.linesBack(func(line *audit.Line) bool {
		read++
		if age = max(age, l.opened.Sub(line.At)); age >= day || read > recountMost {
			return false
		}
		if tells[line.Kind] {
			back = append(back, found{line, age})
		}
		return true
	})
	if err != nil {
		return err
	}
	l.secrets = tries{name: secretLimits, line: secretLineLimits}
	l.codes = tries{name: codeLimits, line: codeLineLimits}
	for _, f := range slices.Backward(back) {
		l.count(f.Line, l.at-f.age)
	}
	l.counted = true
	return nil
}

// recountMost is how many entries are read for it: more than a day of a busy door.
const recountMost = 20_000

// tells are the kinds of entry that say something of tries.
var tells = map[audit.Kind]bool{audit.LogIn: true, audit.LogInRefused: true, audit.LogInCard: true,
	audit.LogInCardRefused: true, audit.LogInWithoutCard: true, audit.Recovery: true, audit.RecoveryRefused: true, audit.OperatorSecretChanged: true, audit.Recovered: true}

// count takes one entry of the log into account.
func (l *logins) count(e *audit.Line, at time.Duration) {
	line, handle := Line(e.Detail[atLine]), e.Detail[atHandle]
	who := Actor(e.By)
	if who == Door {
		who = ""
	}
	switch e.Kind {
	case audit.OperatorSecretChanged, audit.Recovered:
		l.secrets.forget(Actor(e.Detail["operator"]))
	case audit.LogInRefused, audit.LogInCardRefused, audit.RecoveryRefused:
		if handle != "" {
			l.of(e.Kind).fail(line, handle, who, at)
		}
	default:
		l.of(e.Kind).cleared(handle)
	}
}

// of is where a kind of entry counts.
func (l *logins) of(k audit.Kind) *tries {
	if k == audit.Recovery || k == audit.RecoveryRefused {
		return &l.codes
	}
	return &l.secrets
}

// linesBack calls f for every line that is kept, newest first, until it says false. Damaged lines
// are left out.
func (t *tx) linesBack(f func(*audit.Line) bool) error {
	b := t.b.Bucket([]byte(auditBucket))
	if b == nil {
		return fmt.Errorf("bucket %s is missing: %w", auditBucket, ErrCorrupt)
	}
	c := b.Cursor()
	for key, value := c.Last(); key != nil; key, value = c.Prev() {
		var k kept
		l := new(audit.Line)
		if t.open(auditBucket, key, value, &t.r.seal, &k) == nil && l.Decode(k.Line) == nil && !f(l) {
			break
		}
	}
	return nil
}

// lockOuts fills in how often each account was tried in vain.
func (v *Vault) lockOuts(t *tx, all []Operator) error {
	v.logins.mu.Lock()
	defer v.logins.mu.Unlock()
	if err := v.logins.recount(t); err != nil {
		return err
	}
	now, running := v.now(t), v.o.Running()
	for i := range all {
		n, until := v.logins.lockedOut(Actor(all[i].ID), running)
		if all[i].Failures = n; n >= secretLimits.free {
			all[i].LockedTill = now.Add(until - running)
		}
	}
	return nil
}

// lockedOut tells how often an account's name was tried in vain, at the line where it is locked
// longest, and until when it is, or was, locked there.
func (l *logins) lockedOut(who Actor, now time.Duration) (wrong int, until time.Duration) {
	for _, p := range l.secrets.pairs {
		if p.who == who {
			wrong, until = max(wrong, len(p.wrong.recent(l.secrets.name, now))), max(until, p.wrong.until(l.secrets.name, now))
		}
	}
	return wrong, until
}

// LocksOut reports whether wrong tries lock a log-in for a while, and never for good: tried on a
// name that is nobody's, since guessing at a real one would lock somebody out, and seen in the real
// accounts, none of which may have failed so often without a lock (R-OPERATOR).
func LocksOut(all []Operator) bool {
	s := tries{name: secretLimits, line: secretLineLimits}
	fail := func(n int) time.Duration {
		for range n {
			s.fail("", "", "", 0)
		}
		return s.locked("", "", 0)
	}
	if first, last := fail(secretLimits.free), fail(100); first <= 0 || last < first || last > secretLimits.most {
		return false
	}
	for _, o := range all {
		if o.Failures >= secretLimits.free && o.LockedTill.IsZero() {
			return false
		}
	}
	return true
}
