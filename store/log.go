package store

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"menshen/policy"
	"menshen/store/audit"
	"menshen/store/seal"
)

// Actor is who did something: Door, or an operator's id.
type Actor string

// Door is the unit itself.
const Door Actor = "door"

// Entry is one entry of the audit log, as far as it can still be read.
type Entry struct {
	Seq          uint64
	At           time.Time
	Kind         audit.Kind
	Actor        Actor
	Person       policy.PersonID // zero: no person, or one who was erased since
	Door         string
	Means        policy.Means
	Grant        bool // of a decision
	Reason       policy.Reason
	CredentialID string                // which credential; empty once the person is erased
	Detail       map[string]string     // figures and dates; never a name or a card number
	Trace        []policy.Check        // of a decision; empty once the person is erased
	Outputs      []policy.OutputAnswer // of a decision, of each output beside the door; their traces as above
	Facts        []byte                // what a decision was made of (package facts); empty as above, or of old
	Erased       bool                  // it was about a person who was erased since
}

// personal is the part of a line that is sealed under the person's key.
type personal struct {
	CredentialID string         `json:"key,omitempty"`
	Trace        []policy.Check `json:"trace,omitempty"`
	Facts        []byte         `json:"facts,omitempty"`
	// by output; an earlier version of the program reads over it
	Outputs map[string][]policy.Check `json:"outputs,omitempty"`
}

// clearFacts is the detail that holds facts which are about no known person, in base64.
const clearFacts = "facts"

// kept is a line as stored. The person is beside the line and not hashed,
// since an erasure removes it.
type kept struct {
	Line   []byte          `cbor:"line"`
	Person policy.PersonID `cbor:"person,omitempty"`
}

// Record writes an entry and returns its number when it is durable. [ErrSlow]: ctx ended first, the
// entry is written later. Zero At is the present time. The part that is about the person alone
// (CredentialID, Trace) is sealed under that person's key.
func (v *Vault) Record(ctx context.Context, e Entry) (seq uint64, err error) {
	return v.record(ctx, e, func(*tx) error { return nil })
}

// RecordDecision writes a decision and returns its number when it is durable. [ErrSlow]: ctx ended
// first, or the disk fails; the decision stays in memory and is written as soon as the disk
// answers (docs/decisions/0004). A card, PIN or pass that moved something is marked as used that
// day, and a use of one with a limit is counted.
func (v *Vault) RecordDecision(ctx context.Context, d policy.Decision) (seq uint64, err error) {
	return v.record(ctx, entryOf(d), func(t *tx) error {
		if !d.Moves() || d.CredentialID == "" {
			return nil
		}
		return t.markUsed(d.Person, d.CredentialID, d.At)
	})
}

// TakeBack records the refusal d in the place of a grant for which [Vault.RecordDecision]
// just gave [ErrSlow], and which did not open the door. The use of a visitor's pass that
// the grant counts is given back.
func (v *Vault) TakeBack(ctx context.Context, d policy.Decision) (seq uint64, err error) {
	return v.record(ctx, entryOf(d), func(t *tx) error { return t.countPassUse(d.Person, -1) })
}

// entryOf gives a decision as an entry. The handle of a visitor's pass is in clear: it has no owner
// under whose key it could be sealed, and says nothing about a person.
func entryOf(d policy.Decision) Entry {
	e := Entry{At: d.At, Kind: audit.Decision, Actor: Door, Person: d.Person, Door: d.Door, Means: d.Means,
		Grant: d.Grant, Reason: d.Reason, CredentialID: d.CredentialID, Trace: d.Trace, Facts: d.Facts,
		Outputs: d.Outputs, Detail: map[string]string{}}
	for _, o := range d.Outputs {
		e.Detail[clearOutput+o.Output] = o.Text()
	}
	if d.Release > 0 {
		e.Detail["release"] = d.Release.String()
	}
	if d.Duress {
		e.Detail["duress"] = "yes"
	}
	if d.Visit != nil {
		visitDetail(e.Detail, *d.Visit)
	}
	if pass := (policy.Pass{ID: d.Person}).CredentialID(); d.CredentialID == pass {
		e.Detail["pass"] = pass
	}
	return e
}

// record writes an entry, and runs also in the same transaction. The number comes through a
// channel, since the caller may be gone when it is known.
func (v *Vault) record(ctx context.Context, e Entry, also func(*tx) error) (uint64, error) {
	seq := make(chan uint64, 1)
	err := v.writer.do(ctx, func(t *tx) error {
		e := e
		// A clock that is not trusted dates no record.
		if c := v.inTx(t); e.At.IsZero() || !c.Trusted && e.At.After(c.Now) {
			e.At = c.Now
		} else if c.Floor.Sub(e.At) > FarJump { // it waited for the vault, and was dated before the clock was set
			e.At = c.Floor
		}
		n, err := t.log(e)
		if err != nil {
			return err
		}
		select { // from a run that was rolled back
		case <-seq:
		default:
		}
		seq <- n
		return also(t)
	}, true)
	if err != nil {
		return 0, fmt.Errorf("record %q: %w", e.Kind, err)
	}
	return <-seq, nil
}

// log appends a line in this transaction.
func (t *tx) log(e Entry) (uint64, error) {
	if y := e.At.Year(); y < 1970 || y > 9999 { // such a time cannot be encoded
		e.At = t.st.Floor
	}
	l := audit.Line{Seq: t.st.Audit.Seq + 1, At: e.At.UTC(), Kind: e.Kind, By: string(e.Actor), Door: e.Door,
		Means: string(e.Means), Why: string(e.Reason), Detail: e.Detail}
	if e.Kind == audit.Decision {
		l.Grant = &e.Grant
	}
	k := kept{Person: e.Person}
	var own personKeys
	switch err := t.get(keysBucket, e.Person[:], &t.r.seal, &own); {
	case err == nil:
		box, err := json.Marshal(personal{e.CredentialID, e.Trace, e.Facts, tracesOf(e.Outputs)})
		if err != nil {
			return 0, fmt.Errorf("encode entry: %w", err)
		}
		part := own.audit()
		l.Who = pseudonym(part, l.Seq)
		l.Sealed = part.Seal(t.linePlace(l.Seq), box)
	case errors.Is(err, ErrUnknown):
		k.Person = policy.PersonID{}
		l.Trace = traceOf(e.Trace)
		if len(e.Facts) > 0 && (e.Person.IsZero() || e.Detail["pass"] != "") { // not of one who was erased just now
			l.Detail = maps.Clone(e.Detail)
			l.Detail[clearFacts] = base64.StdEncoding.EncodeToString(e.Facts)
		}
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
func pseudonym(part *seal.Key, seq uint64) string {
	m := part.MAC([]byte("who"), key64(seq))
	return hex.EncodeToString(m[:16])
}

func (t *tx) linePlace(seq uint64) []byte {
	return append(append([]byte("menshen line"), t.r.Unit[:]...), key64(seq)...)
}

func key64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
func be(b []byte) uint64    { return binary.BigEndian.Uint64(b) }

// Entries gives up to n entries from number from on, to newer ones, or to older ones with
// newestFirst. from 0 is the oldest, or the newest with newestFirst. Damaged ones are left out; the
// error names them, and the others are given beside it.
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

// Acts calls f for every entry after number after, oldest first, and gives the number
// of the last one. It leaves out the part that is about a person alone, and is much
// quicker than [Vault.Entries].
func (v *Vault) Acts(after uint64, f func(Entry)) (last uint64, err error) {
	last = after
	err = v.view(func(t *tx) error {
		c := t.b.Bucket([]byte(auditBucket)).Cursor()
		for key, value := c.Seek(key64(after + 1)); key != nil; key, value = c.Next() {
			var k kept
			var l audit.Line
			if err := t.open(auditBucket, key, value, &t.r.seal, &k); err != nil {
				return fmt.Errorf("audit entry %d: %w", be(key), err)
			}
			if err := l.Decode(k.Line); err != nil {
				return fmt.Errorf("audit entry %d is %w: %w", be(key), ErrCorrupt, err)
			}
			last = be(key)
			f(Entry{Seq: l.Seq, At: l.At, Kind: l.Kind, Actor: Actor(l.By), Door: l.Door, Means: policy.Means(l.Means),
				Grant: l.Grant != nil && *l.Grant, Reason: policy.Reason(l.Why), Detail: l.Detail})
		}
		return nil
	})
	return last, err
}

// History calls f for every entry about a person, oldest first (R-RIGHTS). It reads the whole log.
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

// entry reads one line and, where the person's key still exists, the part that is about them.
func (t *tx) entry(key, value []byte, own map[policy.PersonID]*personKeys) (Entry, error) {
	var k kept
	var l audit.Line
	if err := t.open(auditBucket, key, value, &t.r.seal, &k); err != nil {
		return Entry{}, fmt.Errorf("audit entry %d: %w", be(key), err)
	}
	if err := l.Decode(k.Line); err != nil {
		return Entry{}, fmt.Errorf("audit entry %d is %w: %w", be(key), ErrCorrupt, err)
	}
	e := entryIn(&l)
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
	if ks == nil {
		return e, nil
	}
	if _, err := e.open(&l, k.Person, ks.audit(), t.linePlace(l.Seq)); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// entryIn gives what a line says in clear.
func entryIn(l *audit.Line) Entry {
	e := Entry{Seq: l.Seq, At: l.At, Kind: l.Kind, Actor: Actor(l.By), Door: l.Door, Means: policy.Means(l.Means),
		Reason: policy.Reason(l.Why), Detail: l.Detail, Grant: l.Grant != nil && *l.Grant, Erased: l.Who != ""}
	if text, ok := e.Detail[clearFacts]; ok {
		delete(e.Detail, clearFacts)
		e.Facts, _ = base64.StdEncoding.DecodeString(text) // text that is not base64 holds no facts
	}
	if l.Kind == audit.Decision {
		e.Outputs = outputsIn(l.Detail)
	}
	for _, c := range l.Trace {
		e.Trace = append(e.Trace, policy.Check(c))
	}
	return e
}

// open opens the part that is sealed under a person's key: false, when the line is not about them.
func (e *Entry) open(l *audit.Line, id policy.PersonID, part *seal.Key, place []byte) (bool, error) {
	if pseudonym(part, l.Seq) != l.Who {
		return false, nil
	}
	box, err := part.Open(place, l.Sealed)
	if err != nil {
		return false, fmt.Errorf("audit entry %d: personal part is %w", l.Seq, ErrCorrupt)
	}
	var p personal
	if err := json.Unmarshal(box, &p); err != nil {
		return false, fmt.Errorf("audit entry %d: personal part is %w", l.Seq, ErrCorrupt)
	}
	e.Person, e.Erased, e.CredentialID, e.Trace, e.Facts = id, false, p.CredentialID, p.Trace, p.Facts
	for i, o := range e.Outputs {
		e.Outputs[i].Trace = p.Outputs[o.Output]
	}
	return true, nil
}

// AuditReport is what a verification found.
type AuditReport = audit.Report
