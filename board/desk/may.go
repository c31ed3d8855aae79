package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"menshen/internal/i18n"
	"menshen/policy"
)

// Entry is whether a person could come in at a moment.
type Entry struct {
	Person policy.Person
	At     time.Time
	May    bool
	Why    policy.Decision // the answer to the best of the ways
	Ways   []policy.Way
	Second bool      // two people are needed: only together with another
	Next   time.Time // where May is false: when they could, within a week; zero: not then

	Outputs []OutputEntry // beside the door, in the order of the configuration
}

// OutputEntry is whether a person could switch an output.
type OutputEntry struct {
	Output string
	May    bool
	Means  []policy.Means // by which they could
	Why    policy.Reason  // where May is false: of the way that comes furthest; empty: they have none
}

// Switches reports whether they could switch any output.
func (e Entry) Switches() bool {
	return slices.ContainsFunc(e.Outputs, func(o OutputEntry) bool { return o.May })
}

// May tells whether a person could come in at a time, or now for the zero time, and by what.
// Nothing is tried and no attempt is recorded.
func (d *Desk) May(ctx context.Context, s Session, id policy.PersonID, at time.Time) (Entry, error) {
	if _, err := d.allow(s, ReadsHours); err != nil {
		return Entry{}, err
	}
	p, err := d.vault.Person(id)
	if err = d.unit.RecordDamage(err); err != nil {
		return Entry{}, explain(err)
	}
	q, err := d.unit.Would(ctx, at)
	if err != nil {
		return Entry{}, err
	}
	a := q.Of(p)
	e := entryOf(a)
	if !e.May {
		e.Next = policy.NextEntry(a)
	}
	return e, nil
}

// Who gives the people who could come in or switch an output at a time, or now for the zero time,
// by apartment, then name. The look-up is itself recorded.
func (d *Desk) Who(ctx context.Context, s Session, at time.Time) ([]Entry, error) {
	by, err := d.allow(s, ReadsHours)
	if err != nil {
		return nil, err
	}
	people, err := d.vault.People()
	if err = d.unit.RecordDamage(err); err != nil {
		return nil, fmt.Errorf("reading the people: %w", err)
	}
	q, err := d.unit.Would(ctx, at)
	if err != nil {
		return nil, err
	}
	var out []Entry
	var found []policy.Person
	for _, p := range people {
		if e := entryOf(q.Of(p)); e.May || e.Switches() {
			out, found = append(out, e), append(found, p)
		}
	}
	d.recordLookUp(by, found)
	return out, nil
}

func entryOf(a policy.Attempt) Entry {
	ways := policy.May(a)
	may, why := policy.MayEnter(ways)
	e := Entry{Person: *a.Person, At: why.At, May: may, Why: why, Ways: ways, Second: a.Site.TwoPersons > 0}
	for _, o := range a.Site.Outputs {
		e.Outputs = append(e.Outputs, outputEntry(o.Name, ways))
	}
	return e
}

func outputEntry(name string, ways []policy.Way) OutputEntry {
	e, furthest := OutputEntry{Output: name}, -1
	for _, w := range ways {
		d := policy.OutputAnswer{Reason: w.Decision.Reason} // where it was not asked about: the door's
		for _, o := range w.Decision.Outputs {
			if o.Output == name {
				d = o
			}
		}
		if d.Grant {
			e.May = true
			if !slices.Contains(e.Means, w.Means) {
				e.Means = append(e.Means, w.Means)
			}
		} else if len(d.Trace) > furthest {
			e.Why, furthest = d.Reason, len(d.Trace)
		}
	}
	return e
}

// WhyNot says about a person why they could not come in.
func WhyNot(r policy.Reason) i18n.Message {
	if m, ok := notIn[r]; ok {
		return m
	}
	return i18n.Word(string(r))
}

var notIn = map[policy.Reason]i18n.Message{
	policy.ReasonLockdown:     i18n.M("console.not-in-lockdown", "the door is locked down"),
	policy.ReasonNoVault:      i18n.M("console.not-in-no-vault", "the vault is not open"),
	policy.ReasonRevoked:      i18n.M("console.not-in-revoked", "what they have is revoked"),
	policy.ReasonExpired:      i18n.M("console.not-in-expired", "what they have has expired"),
	policy.ReasonBlocked:      i18n.M("console.not-in-blocked", "they are blocked"),
	policy.ReasonLeaseAhead:   i18n.M("console.not-in-lease-ahead", "the lease is not yet valid"),
	policy.ReasonLeaseOver:    i18n.M("console.not-in-lease-over", "the lease has expired"),
	policy.ReasonHours:        i18n.M("console.not-in-hours", "outside the hours of their access groups"),
	policy.ReasonPassback:     i18n.M("console.not-in-passback", "they came in a moment ago (anti-passback)"),
	policy.ReasonEmergency:    i18n.M("console.not-in-emergency", "there is a fire or an evacuation"),
	policy.ReasonCardRequired: i18n.M("console.not-in-card-required", "a face alone does not do: with the card"),
	policy.ReasonInterlock:    i18n.M("console.not-in-interlock", "the other door is open"),
}
