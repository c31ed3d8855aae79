package desk

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"menshen/board/lists"
	"menshen/internal/i18n"
	"menshen/policy"
	"menshen/store"
	"menshen/store/audit"
)

// List is what can be written as a spreadsheet reads it. None has face data.
type List string

// The lists, and who may have them.
const (
	PeopleList   List = "people"
	VisitorList  List = "visitors"
	DecisionList List = "decisions"
	CounterList  List = "counters"
	WaitList     List = "waits"    // at the door, by week and means
	PeopleToFill List = "template" // of people, to fill in
)

var listRights = map[List]Right{PeopleList: ReadsPeople, VisitorList: ReadsPeople, DecisionList: ReadsRecords,
	CounterList: ReadsRecords, WaitList: ReadsRecords, PeopleToFill: KeepsPeople}

// ExportList writes a list into the unit's out folder, in the operator's language, and gives its
// path and the number of rows.
func (d *Desk) ExportList(ctx context.Context, s Session, of List) (path string, rows int, err error) {
	if _, err := d.mayHave(s, of); err != nil {
		return "", 0, err
	}
	path, err = d.out.WriteList(d.now(), string(of), func(w io.Writer) error {
		rows, err = d.WriteList(ctx, s, of, w)
		return err
	})
	return path, rows, d.adviseOut(err)
}

// WriteList is [Desk.ExportList] to any writer. That it is written is recorded first.
func (d *Desk) WriteList(ctx context.Context, s Session, of List, w io.Writer) (rows int, err error) {
	by, err := d.mayHave(s, of)
	if err != nil {
		return 0, err
	}
	if of == PeopleToFill { // nothing of the unit is in it but a group's name
		return 1, d.writeTemplate(w, s.Lang)
	}
	if _, err := d.vault.Record(ctx, store.Entry{Kind: audit.ListExported, Actor: by,
		Detail: map[string]string{"list": string(of)}}); err != nil {
		return 0, err
	}
	switch of {
	case PeopleList:
		people, err := d.vault.People()
		if err = d.unit.RecordDamage(err); err != nil {
			return 0, fmt.Errorf("reading the people: %w", err)
		}
		return lists.People(w, people, s.Lang, d.cfg.Site.Location())
	case VisitorList:
		return d.writeVisitors(ctx, s, w)
	case DecisionList:
		return d.writeDecisions(s, w)
	case WaitList:
		return d.writeWaits(ctx, s, w)
	}
	return d.writeCounters(ctx, s, w)
}

// mayHave is allow for a list.
func (d *Desk) mayHave(s Session, of List) (store.Actor, error) {
	right, known := listRights[of]
	if !known {
		right = KeepsPeople
	}
	by, err := d.allow(s, right)
	if err == nil && !known {
		err = i18n.Problem(i18n.E("desk.no-such-list", "there is no such list"),
			i18n.M("desk.lists-are", "there are people, visitors, decisions, counters, waits and a template"))
	}
	return by, err
}

func (d *Desk) writeTemplate(w io.Writer, lang i18n.Language) error {
	numbers, err := cardNumbers(d.cfg)
	if err != nil {
		return err
	}
	x := lists.Examples{Until: d.now().In(d.cfg.Site.Location()).AddDate(1, 0, 0), Card: numbers.Example()}
	h, err := d.hours()
	if err != nil {
		return err
	}
	if groups := d.cfg.Site.Groups(h.Hours); len(groups) > 0 {
		x.Group = groups[0]
	}
	return lists.Template(w, lang, x)
}

func (d *Desk) writeVisitors(ctx context.Context, s Session, w io.Writer) (int, error) {
	all, err := d.ListPasses(ctx, s)
	if err != nil {
		return 0, err
	}
	return lists.Write(w, []i18n.Message{i18n.M("desk.col-pass", "pass"), i18n.M("desk.col-host", "host"),
		i18n.M("desk.col-from", "from"), i18n.M("desk.col-until", "until"), i18n.M("desk.col-uses", "uses"),
		i18n.M("desk.col-used", "used"), i18n.M("desk.col-state", "state"), i18n.M("desk.col-by", "made by")},
		s.Lang, func(yield func([]string) bool) {
			for _, p := range all {
				state := policy.Reason("opens")
				if p.State != "" {
					state = p.State
				}
				if !yield([]string{p.ID, p.Host.Reveal(), d.written(p.From), d.written(p.Until), strconv.Itoa(p.Uses),
					strconv.Itoa(p.Used), s.Lang.Say(i18n.Word(string(state))), p.By}) {
					return
				}
			}
		})
}

// written is a time as lists have it, at the site.
func (d *Desk) written(t time.Time) string { return t.In(d.cfg.Site.Location()).Format(time.DateTime) }

// writeDecisions writes all decisions that are kept, oldest first, with names for the roles that
// may see people.
func (d *Desk) writeDecisions(s Session, w io.Writer) (int, error) {
	names := ReadsPeople.Of(s.Role)
	heads := []i18n.Message{i18n.M("desk.col-number", "number"), i18n.M("desk.col-time", "time"),
		i18n.M("desk.col-door", "door"), i18n.M("desk.col-means", "means"), i18n.M("desk.col-answer", "answer"),
		i18n.M("desk.col-reason", "reason")}
	if names {
		heads = append(heads, lists.Handle.Heading(), lists.Name.Heading(), lists.Apartment.Heading())
	}
	people := map[policy.PersonID]policy.Person{}
	if names {
		all, err := d.vault.People()
		if err = d.unit.RecordDamage(err); err != nil {
			return 0, fmt.Errorf("reading the people: %w", err)
		}
		for _, p := range all {
			people[p.ID] = p
		}
	}
	var failed error
	n, err := lists.Write(w, heads, s.Lang, func(yield func([]string) bool) {
		for e := range d.decisions(&failed) {
			row := []string{strconv.FormatUint(e.Seq, 10), d.written(e.At), e.Door,
				s.Lang.Say(i18n.Word(string(e.Means))), s.Lang.Say(either(e.Grant, granted, denied)),
				s.Lang.Say(i18n.Word(string(e.Reason)))}
			if names {
				row = append(row, "", "", "")
				if p, ok := people[e.Person]; ok {
					copy(row[6:], []string{p.ID.String(), p.Name.Reveal(), p.Apartment.Reveal()})
				}
			}
			if !yield(row) {
				return
			}
		}
	})
	if err == nil {
		err = failed
	}
	return n, err
}

var granted, denied = i18n.M("desk.granted", "granted"), i18n.M("desk.denied", "denied")

// decisions are the entries of decisions, oldest first.
func (d *Desk) decisions(failed *error) iter.Seq[store.Entry] {
	const some = 256
	return func(yield func(store.Entry) bool) {
		for from := uint64(1); ; {
			page, err := d.vault.Entries(from, some, false)
			if err != nil {
				*failed = fmt.Errorf("reading the audit log: %w", err)
				return
			}
			for _, e := range page {
				if e.Kind == audit.Decision && !yield(e) {
					return
				}
			}
			if len(page) < some {
				return
			}
			from = page[len(page)-1].Seq + 1
		}
	}
}

// writeCounters writes what is counted: at the readers since the start, and decisions by means and
// reason for as long as they are kept. No person and no face is counted (R-PURPOSE).
func (d *Desk) writeCounters(ctx context.Context, s Session, w io.Writer) (int, error) {
	state, err := d.unit.State(ctx)
	if err != nil {
		return 0, err
	}
	var rows [][]string
	add := func(of, what string, n uint64) {
		rows = append(rows, []string{s.Lang.Say(i18n.Word(of)), what, strconv.FormatUint(n, 10)})
	}
	for _, r := range state.Readers {
		for _, c := range r.Counts {
			add("reader "+r.Name, s.Lang.Say(i18n.Word(c.Of)), c.N)
		}
	}
	counted := map[string]uint64{}
	var failed error
	for e := range d.decisions(&failed) {
		says := []string{s.Lang.Say(i18n.Word(string(e.Means))), s.Lang.Say(either(e.Grant, granted, denied))}
		if !e.Grant {
			says = append(says, s.Lang.Say(i18n.Word(string(e.Reason))))
		}
		counted[strings.Join(says, s.Lang.Say(i18n.Comma))]++
	}
	if failed != nil {
		return 0, failed
	}
	for _, what := range slices.Sorted(maps.Keys(counted)) {
		add("decision", what, counted[what])
	}
	return lists.Write(w, []i18n.Message{i18n.M("desk.col-of", "of"), i18n.M("desk.col-what", "what"),
		i18n.M("desk.col-count", "count")}, s.Lang, slices.Values(rows))
}

// writeWaits writes how long people waited, in seconds, with the bounds of each interval in columns
// of their own; empty: it has no such bound.
func (d *Desk) writeWaits(ctx context.Context, s Session, w io.Writer) (int, error) {
	all, err := d.Waits(ctx, s)
	if err != nil {
		return 0, err
	}
	from, to := i18n.M("desk.col-at-least", "at least"), i18n.M("desk.col-at-most", "at most")
	heads := []i18n.Message{i18n.M("desk.col-week", "week"), i18n.M("desk.col-means", "means"),
		i18n.M("desk.col-openings", "openings"), i18n.M("desk.col-median", "median, seconds"), from, to,
		i18n.M("desk.col-p90", "nine of ten within, seconds"), from, to,
		i18n.M("desk.col-retried", "tried again, share"), from, to, i18n.M("desk.col-verdict", "cards and faces")}
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
	bounds := func(q policy.Quantile) []string {
		row := []string{number(q.Value.Seconds()), number(q.Low.Seconds()), ""}
		if !q.Open {
			row[2] = number(q.High.Seconds())
		}
		return row
	}
	return lists.Write(w, heads, s.Lang, func(yield func([]string) bool) {
		for _, week := range all.Weeks {
			for _, by := range week.Served {
				r := by.Retried
				row := slices.Concat([]string{week.Name(), s.Lang.Say(i18n.Word(string(by.Means))), strconv.Itoa(by.N)},
					bounds(by.Median), bounds(by.P90), []string{number(r.Value()), number(r.Low), number(r.High),
						s.Lang.Say(week.Verdict.Message())})
				if !yield(row) {
					return
				}
			}
		}
	})
}
