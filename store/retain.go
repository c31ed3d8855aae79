package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"menshen/store/audit"
)

// Retention is how long entries of the audit log are kept, by their kind (R-RETAIN).
type Retention struct {
	Events time.Duration `cbor:"events"` // what happened at the door: decisions, relay, door states, refused log-ins
	Acts   time.Duration `cbor:"acts"`   // what staff did, and what was done with personal data
}

// DefaultRetention is 90 days for events, as in the rule, and 3 years for
// acts, as for impact assessments.
var DefaultRetention = Retention{Events: 90 * 24 * time.Hour, Acts: 3 * 365 * 24 * time.Hour}

// renewEvery is how often pruning ends with a new epoch, after which pruned entries cannot
// be read from free pages any more. It is not daily, since a new epoch writes the whole
// file, which wears the flash.
const renewEvery = 7 * 24 * time.Hour

// eventKinds are the kinds of entry that Retention.Events is for, when the door
// made them; all others are acts. So is a start that says which settings were in force: the
// decisions made under them are younger, and cannot be made again without.
var eventKinds = map[audit.Kind]bool{audit.Decision: true, audit.Relay: true, audit.OutputSwitched: true,
	audit.Alarm: true, audit.Quiet: true,
	audit.Bell: true, audit.BellAnswered: true, audit.BellUnanswered: true, audit.Misread: true,
	audit.StrangeTries: true, audit.Tamper: true, audit.TamperOver: true,
	audit.MainsLost: true, audit.MainsBack: true, audit.BatteryLow: true, audit.BatteryGood: true,
	audit.Fault: true, audit.FaultOver: true, audit.UnitStarted: true, audit.UnitStopped: true}

// refusals are the kinds for which Retention.Events is too, whoever tried: nothing was done with
// personal data, the lockout counts one day back, and who guesses must not fill the disk for years.
var refusals = map[audit.Kind]bool{audit.LogInRefused: true, audit.LogInCardRefused: true,
	audit.RecoveryRefused: true, audit.UnlockRefused: true}

// InForce is the detail of an entry that holds the settings by which the unit decides from then on
// (package facts).
const InForce = "settings"

func (r Retention) of(l *audit.Line) time.Duration {
	if l.By == string(Door) && eventKinds[l.Kind] && l.Detail[InForce] == "" || refusals[l.Kind] {
		return r.Events
	}
	return r.Acts
}

// runEvery is how often [Vault.Prune] is called, with an hour's grace.
const runEvery = 25 * time.Hour

// due is the age at which an entry is removed: before its retention ends, so that none is too old
// before the next run.
func (r Retention) due(l *audit.Line) time.Duration { return early(r.of(l)) }

func early(keep time.Duration) time.Duration { return keep - min(runEvery, keep/2) }

// retentionState lies in the settings bucket.
type retentionState struct {
	Retention
	LastRun time.Time `cbor:"lastrun"`
	Removed uint64    `cbor:"removed"` // by the last run
	Renewed time.Time `cbor:"renewed"`
}

// RetentionReport is what a console shows of retention.
type RetentionReport struct {
	Retention Retention
	LastRun   time.Time // zero: never
	Removed   uint64    // entries and passes, by the last run
	Overdue   uint64    // expired entries that are still there; must be 0
	Oldest    time.Time // oldest entry kept
	Readable  bool      // pruned entries may still lie readable in free pages, until the next new epoch
}

var retentionKey = []byte("retention")

func (t *tx) retention() (retentionState, error) {
	s := retentionState{Retention: DefaultRetention}
	err := t.get(settingBucket, retentionKey, &t.r.seal, &s)
	if errors.Is(err, ErrUnknown) {
		err = nil
	}
	return s, err
}

// SetRetention changes how long entries are kept: each at least a day.
// The next [Vault.Prune] uses it.
func (v *Vault) SetRetention(a Actor, r Retention) error {
	if r.Events < 24*time.Hour || r.Acts < 24*time.Hour {
		return errors.New("set retention: less than a day")
	}
	err := v.act(func(t *tx) error {
		s, err := t.retention()
		if err != nil {
			return err
		}
		s.Retention = r
		if err := t.put(settingBucket, retentionKey, &t.r.seal, &s); err != nil {
			return err
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.RetentionChanged, Actor: a,
			Detail: map[string]string{"events": r.Events.String(), "acts": r.Acts.String()}})
		return err
	})
	if err != nil {
		return fmt.Errorf("set retention: %w", err)
	}
	return nil
}

// Retention gives how long entries are kept.
func (v *Vault) Retention() (r Retention, err error) {
	err = v.view(func(t *tx) error {
		s, err := t.retention()
		r = s.Retention
		return err
	})
	return r, err
}

// RetentionReport gives the periods, the last run, and the number of expired entries.
func (v *Vault) RetentionReport() (RetentionReport, error) {
	var rep RetentionReport
	err := v.view(func(t *tx) error {
		s, err := t.retention()
		if err != nil {
			return err
		}
		rep = RetentionReport{Retention: s.Retention, LastRun: s.LastRun, Removed: s.Removed,
			Readable: s.LastRun.After(s.Renewed) && s.Removed > 0}
		now := v.now(t)
		young := now.Add(-min(s.Events, s.Acts))
		dates := dater{t: t, now: now}
		return stopped(t.lines(func(n uint64, l *audit.Line, _ []byte) error {
			at, err := dates.of(n, l.At)
			if err != nil {
				return err
			}
			if rep.Oldest.IsZero() {
				rep.Oldest = at
			}
			if now.Sub(at) > s.of(l) {
				rep.Overdue++
			} else if at.After(young.Add(24 * time.Hour)) {
				return errStop
			}
			return nil
		}))
	})
	return rep, err
}

// Prune removes entries that expire before the next run, visitors' passes a day after their end,
// and what is kept of before an import that can no longer be undone; it gives the number of
// entries. It is to be called daily; the door works meanwhile. [ErrClock]: the time is not certain.
// Signed gaps keep the chain verifiable. Once a week it ends with a new epoch, which makes what was
// removed unreadable for good.
func (v *Vault) Prune(ctx context.Context, a Actor) (removed uint64, err error) {
	var renewed time.Time
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		var n uint64
		err := v.act(func(t *tx) error {
			if !v.inTx(t).Destroys() {
				return ErrClock
			}
			s, err := t.retention()
			if err != nil {
				return err
			}
			if n, more, err = t.prune(v.now(t), s.Retention); err != nil {
				return err
			}
			passes, err := t.prunePasses(v.now(t))
			if err != nil {
				return err
			}
			n += passes
			if err := t.dropOldImport(v.now(t)); err != nil {
				return err
			}
			if err := t.dropOldEvents(v.now(t), s.Events); err != nil {
				return err
			}
			renewed = s.Renewed
			s.LastRun, s.Removed = v.now(t), removed+n
			if err := t.put(settingBucket, retentionKey, &t.r.seal, &s); err != nil || more || s.Removed == 0 {
				return err
			}
			_, err = t.log(Entry{At: v.now(t), Kind: audit.EntriesPruned, Actor: a,
				Detail: map[string]string{"entries": fmt.Sprint(s.Removed)}})
			return err
		})
		if err != nil {
			return removed, fmt.Errorf("prune: %w", err)
		}
		removed += n
	}
	rep, err := v.RetentionReport()
	if err == nil && rep.Readable && v.Clock().Now.Sub(renewed) >= renewEvery {
		err = v.Rotate(ctx, a, "pruned entries")
	}
	return removed, err
}

// Rotate moves the vault to a new root key and a new file. What was
// deleted before becomes unreadable.
func (v *Vault) Rotate(ctx context.Context, a Actor, why string) error {
	err := v.renew(ctx, forget{}, func(t *tx) error {
		s, err := t.retention()
		if err != nil {
			return err
		}
		s.Renewed = v.now(t)
		if err := t.put(settingBucket, retentionKey, &t.r.seal, &s); err != nil {
			return err
		}
		_, err = t.log(Entry{At: v.now(t), Kind: audit.KeysRotated, Actor: a,
			Detail: map[string]string{"why": why, "epoch": fmt.Sprint(t.r.Epoch)}})
		return err
	})
	if err != nil {
		return fmt.Errorf("rotate keys: %w", err)
	}
	return nil
}

// pruneMost is how many entries one transaction removes at most.
const pruneMost = 2000

// prune removes expired lines, oldest first, and signs the gaps that they leave between others.
func (t *tx) prune(now time.Time, r Retention) (removed uint64, more bool, err error) {
	gaps, err := t.gaps()
	if err != nil {
		return 0, false, err
	}
	c := t.st.Audit
	head := c.Base
	var run *audit.Gap // expired lines and older gaps that follow each other
	grown := false     // by lines that were removed now
	extend := func(from, to uint64, after audit.Hash) {
		if run == nil {
			run = &audit.Gap{Unit: t.r.Unit, From: from, Before: head}
		}
		run.To, run.After, head = to, after, after
	}
	flush := func() error {
		g := run
		run = nil
		switch {
		case g == nil || !grown:
			return nil
		case g.From == c.First:
			t.st.Audit.First, t.st.Audit.Base = g.To+1, g.After
		default:
			g.At = now
			g.Sign(t.r.sign())
			if err := t.put(gapBucket, key64(g.From), &t.r.seal, g); err != nil {
				return err
			}
		}
		grown = false
		for from := range gaps { // those that the run took in
			if from >= g.From && from <= g.To && (from != g.From || g.From == c.First) {
				if err := t.del(gapBucket, key64(from)); err != nil {
					return err
				}
			}
		}
		return nil
	}
	young := now.Add(-early(min(r.Events, r.Acts)))
	dates := dater{t: t, now: now}
	for n := c.First; n <= c.Seq; {
		if g := gaps[n]; g != nil {
			extend(g.From, g.To, g.After)
			n = g.To + 1
			continue
		}
		var k kept
		var l audit.Line
		if err := t.get(auditBucket, key64(n), &t.r.seal, &k); err != nil {
			return removed, false, fmt.Errorf("audit entry %d: %w", n, err)
		}
		if err := l.Decode(k.Line); err != nil {
			return removed, false, fmt.Errorf("audit entry %d is %w: %w", n, ErrCorrupt, err)
		}
		at, err := dates.of(n, l.At)
		if err != nil {
			return removed, false, err
		}
		expired := now.Sub(at) > r.due(&l)
		if expired && removed == pruneMost {
			more = true
			break
		}
		if !expired {
			if err := flush(); err != nil {
				return removed, false, err
			}
			if at.After(young.Add(24 * time.Hour)) {
				return removed, false, nil // lines may be a little out of order, but not by a day
			}
			head = head.Next(k.Line)
			n++
			continue
		}
		if err := t.del(auditBucket, key64(n)); err != nil {
			return removed, false, err
		}
		extend(n, n, head.Next(k.Line))
		grown = true
		removed++
		n++
	}
	return removed, more, flush()
}

// dater tells how old lines are. A line with a date in the future was dated by a clock that was
// ahead; it is at least as old as the next line with a past date.
type dater struct {
	t   *tx
	now time.Time
	to  uint64    // lines up to this one …
	at  time.Time // … are at least as old as this
}

// of gives the date of line n, whose own date is at.
func (d *dater) of(n uint64, at time.Time) (time.Time, error) {
	if !at.After(d.now) {
		return at, nil
	}
	if n <= d.to {
		return d.at, nil
	}
	d.to, d.at = d.t.st.Audit.Seq, d.now
	err := d.t.linesFrom(n+1, func(seq uint64, l *audit.Line, _ []byte) error {
		if l.At.After(d.now) {
			return nil
		}
		d.to, d.at = seq-1, l.At
		return errStop
	})
	return d.at, stopped(err)
}

// gaps gives the gaps by their first number.
func (t *tx) gaps() (map[uint64]*audit.Gap, error) {
	out := map[uint64]*audit.Gap{}
	err := t.each(gapBucket, func(key, value []byte) error {
		g := new(audit.Gap)
		if err := t.open(gapBucket, key, value, &t.r.seal, g); err != nil {
			return err
		}
		g.Unit = t.r.Unit
		out[g.From] = g
		return nil
	})
	return out, err
}

var errStop = errors.New("stop")

func stopped(err error) error {
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// lines calls f for every line that is kept, oldest first.
func (t *tx) lines(f func(seq uint64, l *audit.Line, raw []byte) error) error {
	return t.linesFrom(0, f)
}

// linesFrom is lines from number n on.
func (t *tx) linesFrom(n uint64, f func(seq uint64, l *audit.Line, raw []byte) error) error {
	b := t.b.Bucket([]byte(auditBucket))
	if b == nil {
		return fmt.Errorf("bucket %s is missing: %w", auditBucket, ErrCorrupt)
	}
	c := b.Cursor()
	for key, value := c.Seek(key64(n)); key != nil; key, value = c.Next() {
		var k kept
		var l audit.Line
		if err := t.open(auditBucket, key, value, &t.r.seal, &k); err != nil {
			return fmt.Errorf("audit entry %d: %w", be(key), err)
		}
		if err := l.Decode(k.Line); err != nil {
			return fmt.Errorf("audit entry %d is %w: %w", be(key), ErrCorrupt, err)
		}
		if err := f(be(key), &l, k.Line); err != nil {
			return err
		}
	}
	return nil
}
