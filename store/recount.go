package store

import (
	"fmt"
	"slices"
	"time"

	"menshen/store/audit"
)

// The details of an entry by which it counts. An entry of a success that clears a pair has its
// handle; that of the first of two factors clears nothing and has none.
const (
	atLine   = "line"
	atHandle = "counted"
)

// setOpened notes when the vault was opened, by both clocks. The age of earlier tries is told by
// the clock, that of later ones by [Options.Running].
func (l *logins) setOpened(now time.Time, running time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened.IsZero() {
		l.opened, l.at = now, running
	}
}

// recount counts the tries that the log has of the last day, once. Entries of earlier versions do
// not name a line, and do not count. The caller holds mu.
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
		if countedKinds[line.Kind] {
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

// recountMost is how many entries are read for it at most: more than a busy door makes in a day.
const recountMost = 20_000

// countedKinds are the kinds of entry that say something of tries.
var countedKinds = map[audit.Kind]bool{audit.LogIn: true, audit.LogInRefused: true, audit.LogInCard: true,
	audit.LogInCardRefused: true, audit.LogInWithoutCard: true, audit.Recovery: true, audit.RecoveryRefused: true,
	audit.OperatorSecretChanged: true, audit.Recovered: true}

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
		l.of(e.Kind).clear(handle)
	}
}

// of gives the tries in which a kind of entry counts.
func (l *logins) of(k audit.Kind) *tries {
	if k == audit.Recovery || k == audit.RecoveryRefused {
		return &l.codes
	}
	return &l.secrets
}

// linesBack calls f for every line that is kept, newest first, until f returns
// false. Damaged lines are left out.
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

// lockOuts fills in the wrong tries of each account.
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

// lockedOut gives the wrong tries with an account's name, at the line where it is locked longest,
// and until when it is, or was, locked there.
func (l *logins) lockedOut(who Actor, now time.Duration) (wrong int, until time.Duration) {
	for _, p := range l.secrets.pairs {
		if p.who == who {
			wrong = max(wrong, len(p.wrong.recent(l.secrets.name, now)))
			until = max(until, p.wrong.until(l.secrets.name, now))
		}
	}
	return wrong, until
}

// LocksOut reports whether wrong tries lock a log-in for a while, and never for good (R-OPERATOR).
// It tries a name that no account has, so that no operator is locked out, and checks that no
// account has so many wrong tries without a lock.
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
