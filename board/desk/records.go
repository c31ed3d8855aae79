package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"menshen/board/config"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// Decisions gives the last n decisions, newest first.
func (d *Desk) Decisions(_ context.Context, s Session, n int) ([]Record, error) {
	by, err := d.allow(s, ReadsRecords)
	if err != nil {
		return nil, err
	}
	var out []Record
	for from := uint64(0); len(out) < n; {
		page, err := d.vault.Entries(from, 256, true)
		if err != nil {
			return nil, fmt.Errorf("reading the audit log: %w", err)
		}
		for _, e := range page {
			if e.Kind == audit.Decision && len(out) < n {
				out = append(out, d.shown(s, e))
			}
		}
		if len(page) < 256 || page[len(page)-1].Seq == 1 {
			break
		}
		from = page[len(page)-1].Seq - 1
	}
	d.recordDecisionsLookUp(by, out)
	return out, nil
}

// Why gives one decision with its trace.
func (d *Desk) Why(_ context.Context, s Session, seq uint64) (Record, error) {
	by, err := d.allow(s, ReadsRecords)
	if err != nil {
		return Record{}, err
	}
	page, err := d.vault.Entries(seq, 1, false)
	if err != nil {
		return Record{}, fmt.Errorf("reading the audit log: %w", err)
	}
	if seq == 0 || len(page) == 0 || page[0].Seq != seq || page[0].Kind != audit.Decision {
		return Record{}, ErrNoRecord
	}
	r := d.shown(s, page[0])
	d.recordDecisionsLookUp(by, []Record{r})
	return r, nil
}

// shown is an entry as a role may see it.
func (d *Desk) shown(s Session, e store.Entry) Record {
	r := Record{Seq: e.Seq, Decision: policy.Decision{At: e.At, Door: e.Door, Means: e.Means, Person: e.Person,
		CredentialID: e.CredentialID, Grant: e.Grant, Reason: e.Reason, Trace: e.Trace,
		Outputs: e.Outputs}}
	r.Told = d.signalled(r.Decision, s.Lang)
	if (s.Role == Manager || s.Role == Auditor) && !e.Person.IsZero() {
		if p, err := d.vault.Person(e.Person); err == nil {
			r.Who = p.Name
		}
	}
	return r
}

// VerifyAudit checks the whole log.
func (d *Desk) VerifyAudit(_ context.Context, s Session) (AuditState, error) {
	if _, err := d.allow(s, SeesStatus); err != nil {
		return AuditState{}, err
	}
	rep, err := d.vault.VerifyAudit()
	if err != nil {
		return AuditState{}, fmt.Errorf("reading the audit log: %w", err)
	}
	return AuditState{Entries: rep.Lines, OK: rep.OK, FirstBad: rep.FirstBad, Problem: rep.Problem,
		Signed: rep.Signed}, nil
}

// fewPeople is up to how many people a look-up is recorded for each of them.
// A longer list is one record.
const fewPeople = 5

// recordLookUp records a look-up of people: it is an act on their data (R-AUDIT).
func (d *Desk) recordLookUp(by store.Actor, people []policy.Person) {
	if len(people) > fewPeople {
		d.unit.Record(store.Entry{Kind: audit.PeopleListed, Actor: by,
			Detail: map[string]string{"people": strconv.Itoa(len(people))}})
		return
	}
	for _, p := range people {
		d.unit.Record(store.Entry{Kind: audit.LookedUp, Actor: by, Person: p.ID})
	}
}

// recordDecisionsLookUp records a look-up of decisions, once for each person in them.
func (d *Desk) recordDecisionsLookUp(by store.Actor, rs []Record) {
	seen := map[policy.PersonID]bool{{}: true}
	for _, r := range rs {
		if !seen[r.Person] {
			seen[r.Person] = true
			d.unit.Record(store.Entry{Kind: audit.DecisionsLookedUp, Actor: by, Person: r.Person})
		}
	}
}

// signalled says how this door shows a decision: by lamp and buzzer, where it has them.
func (d *Desk) signalled(x policy.Decision, lang i18n.Language) string {
	if !slices.ContainsFunc(d.cfg.Signals, func(s config.Signal) bool {
		return s.Role == "green" || s.Role == "red" || s.Role == "buzzer"
	}) {
		return lang.Say(i18n.M("desk.no-signals", "none, this door has no lamp and no buzzer"))
	}
	return lang.Say(x.Signal().Message())
}
