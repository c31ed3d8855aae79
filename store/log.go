package store

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"crypto/ed25519"

	"menshen/policy"
	"menshen/store/audit"
)

// Actor is who did something: Door, or an operator's id.
type Actor string

// Door is the unit itself.
const Door Actor = "door"

// Entry is one line of the audit log, as far as it can still be read.
type Entry struct {
	Seq    uint64
	At     time.Time
	Kind   string // "decision", "relay", "person added", "face erased", "log-in", …
	Actor  Actor
	Person policy.PersonID // zero: nobody, or somebody who was erased since
	Door   string
	Means  policy.Means
	Grant  bool // of a decision
	Reason policy.Reason
	KeyID  string            // which credential; empty once the person is erased
	Detail map[string]string // figures and dates; never a name or a number of a card
	Trace  []policy.Check    // of a decision; empty once the person is erased
	Erased bool              // it was about a person who was erased since
}

// personal is the part of a line that is sealed under the person's key.
type personal struct {
	KeyID string         `json:"key,omitempty"`
	Trace []policy.Check `json:"trace,omitempty"`
}

// kept is a line as it lies in the vault. Whose it is, is written beside the line and not hashed: an erasure drops it.
type kept struct {
	Line   []byte          `cbor:"line"`
	Person policy.PersonID `cbor:"person,omitempty"`
}

// Record writes an entry and returns its number when it is durable; when ctx ends first, ErrSlow: it is written later.
// Zero At is the present time. What the entry says of its person alone (KeyID, Trace) is sealed under that person's key.
func (v *Vault) Record(ctx context.Context, e Entry) (seq uint64, err error) {
	err = v.writer.do(ctx, func(t *tx) error {
		if e.At.IsZero() {
			e.At = v.now(t)
		}
		n, err := t.log(e)
		seq = n
		return err
	}, true)
	if err != nil {
		return 0, fmt.Errorf("record %q: %w", e.Kind, err)
	}
	return seq, nil
}

// RecordDecision writes a decision. It is durable when this returns nil. When ctx ends first, or the disk fails, the decision stays in
// memory, is written as soon as the disk answers, and ErrSlow is returned (design decision 4).
// A granted card, PIN or pass is marked as used that day.
func (v *Vault) RecordDecision(ctx context.Context, d policy.Decision) (seq uint64, err error) {
	e := Entry{At: d.At, Kind: "decision", Actor: Door, Person: d.Person, Door: d.Door, Means: d.Means,
		Grant: d.Grant, Reason: d.Reason, KeyID: d.KeyID, Trace: d.Trace}
	if d.Release > 0 {
		e.Detail = map[string]string{"release": d.Release.String()}
	}
	result := make(chan uint64, 1)
	err = v.writer.do(ctx, func(t *tx) error {
		n, err := t.log(e)
		if err != nil {
			return err
		}
		if d.Grant && d.KeyID != "" {
			err = t.used(d.Person, d.KeyID, d.At)
		}
		select {
		case <-result:
		default:
		}
		result <- n
		return err
	}, true)
	if err != nil {
		return 0, fmt.Errorf("record decision: %w", err)
	}
	return <-result, nil
}

// log appends a line in this transaction.
func (t *tx) log(e Entry) (uint64, error) {
	l := audit.Line{Seq: t.st.Audit.Seq + 1, At: e.At.UTC(), Kind: e.Kind, By: string(e.Actor), Door: e.Door,
		Means: string(e.Means), Why: string(e.Reason), Detail: e.Detail}
	if e.Kind == "decision" {
		l.Grant = &e.Grant
	}
	k := kept{Person: e.Person}
	var own personKeys
	switch err := t.get(keysBucket, e.Person[:], &t.r.seal, &own); {
	case err == nil:
		box, err := json.Marshal(personal{e.KeyID, e.Trace})
		if err != nil {
			return 0, fmt.Errorf("encode entry: %w", err)
		}
		l.Who = pseudonym(&own, l.Seq)
		l.Sealed = own.audit().Seal(t.linePlace(l.Seq), box)
	case errors.Is(err, ErrUnknown):
		k.Person = policy.PersonID{}
		l.Trace = traceOf(e.Trace)
	default:
		return 0, err
	}
	var err error
	if k.Line, err = l.Encode(); err != nil {
		return 0, fmt.Errorf("encode entry: %w", err)
	}
	if err := t.put(auditBucket, key64(l.Seq), &t.r.seal, &k); err != nil {
		return 0, err
	}
	t.st.Audit.Seq, t.st.Audit.Head = l.Seq, t.st.Audit.Head.Next(k.Line)
	if l.At.After(t.st.Floor) {
		t.st.Floor = l.At
	}
	return l.Seq, nil
}

func traceOf(cs []policy.Check) []audit.Check {
	var out []audit.Check
	for _, c := range cs {
		out = append(out, audit.Check(c))
	}
	return out
}

// pseudonym is the name under which a person appears in one line.
func pseudonym(k *personKeys, seq uint64) string {
	m := k.audit().MAC([]byte("who"), key64(seq))
	return hex.EncodeToString(m[:16])
}

func (t *tx) linePlace(seq uint64) []byte {
	return append(append([]byte("menshen line"), t.r.Unit[:]...), key64(seq)...)
}

func key64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
func be(b []byte) uint64    { return binary.BigEndian.Uint64(b) }

// Entries gives up to n entries, beginning with number from (0: the end that comes first) and going on to newer ones, or to older ones with newestFirst.
// Damaged ones are left out, and named in the error beside the others.
func (v *Vault) Entries(from uint64, n int, newestFirst bool) ([]Entry, error) {
	var out []Entry
	err := v.view(func(t *tx) error {
		c := t.b.Bucket([]byte(auditBucket)).Cursor()
		next := c.Next
		key, value := c.First()
		if newestFirst {
			next = c.Prev
			key, value = c.Last()
		}
		if from > 0 {
			key, value = c.Seek(key64(from))
			if newestFirst && (key == nil || be(key) > from) {
				key, value = c.Prev()
			}
		}
		own := map[policy.PersonID]*personKeys{}
		var damaged []error
		for ; key != nil && len(out) < n; key, value = next() {
			e, err := t.entry(key, value, own)
			if err != nil {
				damaged = append(damaged, err)
				continue
			}
			out = append(out, e)
		}
		return errors.Join(damaged...)
	})
	return out, err
}

// History calls f for every entry about somebody, oldest first (R-RIGHTS). It reads the whole log.
func (v *Vault) History(id policy.PersonID, f func(Entry) error) error {
	err := v.view(func(t *tx) error {
		own := map[policy.PersonID]*personKeys{}
		return t.each(auditBucket, func(key, value []byte) error {
			e, err := t.entry(key, value, own)
			if err != nil || e.Person != id {
				return err
			}
			return f(e)
		})
	})
	if err != nil {
		return fmt.Errorf("history of person %s: %w", id, err)
	}
	return nil
}

// entry reads one line and, where the person's key still exists, what it says of them.
func (t *tx) entry(key, value []byte, own map[policy.PersonID]*personKeys) (Entry, error) {
	var k kept
	var l audit.Line
	if err := t.open(auditBucket, key, value, &t.r.seal, &k); err != nil {
		return Entry{}, fmt.Errorf("audit entry %d: %w", be(key), err)
	}
	if err := l.Decode(k.Line); err != nil {
		return Entry{}, fmt.Errorf("audit entry %d is %w: %w", be(key), ErrCorrupt, err)
	}
	e := Entry{Seq: l.Seq, At: l.At, Kind: l.Kind, Actor: Actor(l.By), Door: l.Door, Means: policy.Means(l.Means),
		Reason: policy.Reason(l.Why), Detail: l.Detail, Grant: l.Grant != nil && *l.Grant, Erased: l.Who != ""}
	for _, c := range l.Trace {
		e.Trace = append(e.Trace, policy.Check(c))
	}
	if l.Who == "" || k.Person.IsZero() {
		return e, nil
	}
	ks, seen := own[k.Person]
	if !seen {
		ks = new(personKeys)
		if err := t.get(keysBucket, k.Person[:], &t.r.seal, ks); errors.Is(err, ErrUnknown) {
			ks = nil
		} else if err != nil {
			return Entry{}, err
		}
		own[k.Person] = ks
	}
	if ks == nil || pseudonym(ks, l.Seq) != l.Who {
		return e, nil
	}
	box, err := ks.audit().Open(t.linePlace(l.Seq), l.Sealed)
	if err != nil {
		return Entry{}, fmt.Errorf("audit entry %d: personal part is %w", l.Seq, ErrCorrupt)
	}
	var p personal
	if err := json.Unmarshal(box, &p); err != nil {
		return Entry{}, fmt.Errorf("audit entry %d: personal part is %w", l.Seq, ErrCorrupt)
	}
	e.Person, e.Erased, e.KeyID, e.Trace = k.Person, false, p.KeyID, p.Trace
	return e, nil
}

// AuditReport is what a verification found.
type AuditReport = audit.Report

// VerifyAudit recomputes the whole chain and compares its end with the sealed state. The error is of reading; a broken chain is in the report.
func (v *Vault) VerifyAudit() (AuditReport, error) {
	var rep AuditReport
	err := v.view(func(t *tx) error {
		c := t.st.Audit
		k := audit.NewChecker(c.First, c.Base)
		pub := t.r.sign().Public().(ed25519.PublicKey)
		err := t.chain(func(n uint64, line []byte, g *audit.Gap, err error) error {
			switch {
			case err != nil:
				k.Bad(n, err.Error())
			case g != nil:
				k.Gap(g, pub)
			default:
				k.Line(line)
			}
			return nil
		})
		if err != nil {
			return err
		}
		rep = k.End(c.Seq, c.Head)
		return nil
	})
	return rep, err
}

// chain calls f for every line and gap, in order. A line that cannot be read is given as an error.
func (t *tx) chain(f func(n uint64, line []byte, g *audit.Gap, err error) error) error {
	gaps, err := t.gaps()
	if err != nil {
		return err
	}
	next := t.st.Audit.First
	upTo := func(n uint64) error { // gaps before line n
		for g := gaps[next]; g != nil && next < n; g = gaps[next] {
			if err := f(next, nil, g, nil); err != nil {
				return err
			}
			next = g.To + 1
		}
		return nil
	}
	err = t.each(auditBucket, func(key, value []byte) error {
		if len(key) != 8 {
			return f(next, nil, nil, fmt.Errorf("a record that is no line: %w", ErrCorrupt))
		}
		if err := upTo(be(key)); err != nil {
			return err
		}
		next = be(key) + 1
		var k kept
		err := t.open(auditBucket, key, value, &t.r.seal, &k)
		return f(be(key), k.Line, nil, err)
	})
	if err != nil {
		return err
	}
	return upTo(t.st.Audit.Seq + 1)
}

// ExportAudit writes the log as text, a line an entry, ending with a signed checkpoint. Nothing in it opens without the keys of
// the people concerned. See VerifyExport. A line that is damaged is left out; the error names it when all others are written.
func (v *Vault) ExportAudit(w io.Writer) error {
	return v.view(func(t *tx) error { return exportTo(w, t, v.now(t)) })
}

func exportTo(w io.Writer, t *tx, now time.Time) error {
	c := t.st.Audit
	out, err := audit.NewExport(w, audit.Header{Unit: t.r.Unit, First: c.First, Base: c.Base, At: now}, t.r.sign())
	if err != nil {
		return err
	}
	var damaged []error
	err = t.chain(func(n uint64, line []byte, g *audit.Gap, err error) error {
		switch {
		case err != nil:
			damaged = append(damaged, fmt.Errorf("audit entry %d: %w", n, err))
			return nil
		case g != nil:
			return out.Gap(g)
		}
		return out.Line(line)
	})
	if err != nil {
		return err
	}
	// What is signed is the end of the log itself, not of what could be written.
	return errors.Join(append(damaged, out.Close(c.Seq, c.Head, now))...)
}

// VerifyExport checks an export, on any machine, against the unit's public key. A report with OK false names the first bad line.
func VerifyExport(r io.Reader, pub ed25519.PublicKey) (AuditReport, error) {
	return audit.Verify(r, pub)
}
