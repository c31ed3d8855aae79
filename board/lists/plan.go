package lists

import (
	"slices"
	"strings"
	"time"

	"menshen/hal"
	"menshen/internal/i18n"
	"menshen/policy"
)

// Here is what a list is compared with.
type Here struct {
	People []policy.Person
	// Holder tells who holds a card, or held it until it was revoked. found false: no person.
	Holder func(hal.Card) (id policy.PersonID, revoked, found bool, err error)
	// Groups refuses access groups that do not exist; those that a person has may stay.
	Groups func(groups, had []string) error
	// NeverIn reports whether no rule of the site gives a person hours.
	NeverIn func(policy.Person) bool
	// NeedsAES reports whether no card of a list counts for a person, since it is no AES card; nil:
	// they all do.
	NeedsAES func(policy.Person) bool
	Now      time.Time
	Zone     *time.Location
	Lang     string // of new people for whom the list says none
}

// Verdict is what an import would do with a line.
type Verdict string

// The verdicts. A list with a refused line is not imported.
const (
	Adds    Verdict = "added"
	Changes Verdict = "changed"
	Same    Verdict = "same"    // all of it is there already
	Doubled Verdict = "doubled" // the same line stands above
	Refused Verdict = "refused"
)

// Plan is what an import would do.
type Plan struct {
	File     [32]byte
	Encoding string
	Unread   []policy.Private // headings of columns that are not known
	Lines    []Line
	ShutOut  int // how many of those added or changed could never come in
	NotAES   int // how many get a card that does not count for them, since it is no AES card
}

// Line is one line of a plan.
type Line struct {
	Line    int
	Does    Verdict
	Name    policy.Private
	Home    policy.Private // apartment
	Why     []i18n.Message // of a refused or doubled line; of an added one, what to look at
	Changes []Change
	Cards   []hal.Card // that are given

	Was policy.Person // with a zero ID: there is none
	Is  policy.Person
}

// Change is one value of a line that changes.
type Change struct {
	Of      Column
	Was, Is policy.Private
}

// Count counts the lines of a verdict.
func (p *Plan) Count(v Verdict) (n int) {
	for _, l := range p.Lines {
		if l.Does == v {
			n++
		}
	}
	return n
}

// Acts are the lines that an import carries out.
func (p *Plan) Acts() (all []Line) {
	for _, l := range p.Lines {
		if l.Does == Adds || l.Does == Changes {
			all = append(all, l)
		}
	}
	return all
}

// planner compares one list with who is there.
type planner struct {
	Here
	byKey    map[string][]int // name and apartment → places in People
	byName   map[string][]int
	byHandle map[string][]int
	lineOf   map[string]int // who is meant → line that means them
	sums     map[string][32]byte
	cardIn   map[string]int // credential → line
}

// Plan says what importing the list would do. The error is that of [Here.Holder].
func (l *List) Plan(h Here) (*Plan, error) {
	p := planner{Here: h, byKey: map[string][]int{}, byName: map[string][]int{}, byHandle: map[string][]int{},
		lineOf: map[string]int{}, sums: map[string][32]byte{}, cardIn: map[string]int{}}
	for i, x := range h.People {
		p.byKey[key(x.Name, x.Apartment)] = append(p.byKey[key(x.Name, x.Apartment)], i)
		p.byName[key(x.Name, "")] = append(p.byName[key(x.Name, "")], i)
		p.byHandle[x.ID.String()] = append(p.byHandle[x.ID.String()], i)
	}
	plan := &Plan{File: l.File, Encoding: l.Encoding, Unread: l.Unread}
	for _, row := range l.Rows {
		line, err := p.line(row)
		if err != nil {
			return nil, err
		}
		plan.Lines = append(plan.Lines, line)
		if (line.Does == Adds || line.Does == Changes) && h.NeverIn(line.Is) {
			plan.ShutOut++
		}
		if len(line.Cards) > 0 && h.NeedsAES != nil && h.NeedsAES(line.Is) {
			plan.NotAES++
		}
	}
	return plan, nil
}

// key is who is meant by a name and an apartment, however they are spelled.
func key(name, apartment policy.Private) string {
	return strings.ToLower(oneLine(name.Reveal()) + "\x00" + oneLine(apartment.Reveal()))
}

func (p *planner) line(row Row) (Line, error) {
	line := Line{Line: row.Line, Name: row.Name, Home: row.Apartment, Why: slices.Clone(row.Wrong)}
	refuse := func(why i18n.Message) { line.Why = append(line.Why, why) }
	if isExample(row.Name) {
		refuse(i18n.M("lists.example-left", "it is the example of the template: delete it"))
	}
	who := ""
	if len(line.Why) == 0 {
		at, why := p.find(row)
		switch {
		case !why.IsZero():
			refuse(why)
		case at >= 0:
			line.Was, who = p.People[at], string(p.People[at].ID[:])
		default:
			who = key(row.Name, row.Apartment)
		}
	}
	if first, there := p.lineOf[who]; there && who != "" {
		if p.sums[who] == row.sum {
			refuse(i18n.M("lists.line-twice", "it is the same as line %d", first))
			line.Does = Doubled
			return line, nil
		}
		refuse(i18n.M("lists.person-twice", "line %d has this person already, with other values", first))
	} else if who != "" {
		p.lineOf[who], p.sums[who] = row.Line, row.sum
	}
	if len(line.Why) == 0 {
		p.compare(&line, row, refuse)
		if err := p.cards(&line, row, refuse); err != nil {
			return Line{}, err
		}
	}
	switch {
	case len(line.Why) > 0:
		line.Does = Refused
	case line.Was.ID.IsZero():
		line.Does = Adds
		if len(p.byName[key(row.Name, "")]) > 0 {
			line.Why = append(line.Why, i18n.M("lists.same-name",
				"a person of this name is here already, elsewhere: for a move write their handle"))
		}
	case len(line.Changes) > 0 || len(line.Cards) > 0:
		line.Does = Changes
	default:
		line.Does = Same
	}
	return line, nil
}

// find finds the person that a line means, -1 for a new one.
func (p *planner) find(row Row) (at int, why i18n.Message) {
	found := p.byKey[key(row.Name, row.Apartment)]
	if row.Handle != "" {
		found = p.byHandle[row.Handle]
	}
	switch {
	case len(found) == 1:
		return found[0], why
	case len(found) > 1:
		return 0, i18n.M("lists.several-people", "%d people fit: write the handle of one of them", len(found))
	case row.Handle != "":
		return 0, i18n.M("lists.no-such-handle", "no person has this handle")
	case row.Apartment == "" && len(p.byName[key(row.Name, "")]) > 0:
		return 0, i18n.M("lists.write-apartment",
			"a person of this name is here already: write the apartment or the handle")
	}
	return -1, why
}

// compare makes line.Is of what the row says, and lists what changes.
func (p *planner) compare(line *Line, row Row, refuse func(i18n.Message)) {
	was := line.Was
	is := was
	note := func(c Column, before, after string) {
		if before != after {
			line.Changes = append(line.Changes, Change{c, policy.Private(before), policy.Private(after)})
		}
	}
	differ := func(a, b policy.Private) bool { // by a handle, spelling can be corrected
		return key(a, "") != key(b, "") || row.Handle != "" && a.Reveal() != oneLine(b.Reveal())
	}
	if differ(row.Name, was.Name) {
		note(Name, was.Name.Reveal(), row.Name.Reveal())
		is.Name = row.Name
	}
	if row.Apartment != "" && differ(row.Apartment, was.Apartment) {
		note(Apartment, was.Apartment.Reveal(), row.Apartment.Reveal())
		is.Apartment = row.Apartment
	}
	if first := p.firstDay(was); row.From.Given && p.written(row.From) != first {
		note(From, first, p.written(row.From))
		is.From = row.From.At
	}
	if last := p.lastDay(was); row.Until.Given && p.written(row.Until) != last {
		note(Until, last, p.written(row.Until))
		if is.Until = row.Until.At; !is.Until.IsZero() {
			is.Until = is.Until.AddDate(0, 0, 1)
		}
		if !is.Until.IsZero() && !p.Now.Before(is.Until) {
			refuse(i18n.M("lists.lease-over", "the lease has already ended"))
		}
	}
	if !is.From.IsZero() && !is.Until.IsZero() && !is.From.Before(is.Until) {
		refuse(i18n.M("lists.lease-backwards", "the lease ends before it begins"))
	}
	if row.HasGroups && !slices.Equal(row.Groups, slices.Sorted(slices.Values(was.Groups))) {
		note(Groups, strings.Join(was.Groups, ", "), strings.Join(row.Groups, ", "))
		is.Groups = row.Groups
		if err := p.Groups(row.Groups, was.Groups); err != nil {
			refuse(i18n.Of(err))
		}
	}
	if was.ID.IsZero() && row.Lang == "" {
		row.Lang = p.Lang
	}
	if row.Lang != "" && row.Lang != was.Lang {
		note(Language, was.Lang, row.Lang)
		is.Lang = row.Lang
	}
	line.Is, line.Name, line.Home = is, is.Name, is.Apartment
}

// firstDay and lastDay are the ends of a lease as they are written; empty: no limit.
func (p *planner) firstDay(x policy.Person) string { return dayOf(x.From, p.Zone) }
func (p *planner) lastDay(x policy.Person) string  { return lastDay(x.Until, p.Zone) }

func (p *planner) written(d Day) string { return dayOf(d.At, p.Zone) }

func dayOf(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

func lastDay(until time.Time, zone *time.Location) string {
	if until.IsZero() {
		return ""
	}
	return dayOf(until.Add(-time.Nanosecond), zone)
}

// cards finds the cards that the person does not hold yet. A number is never repeated.
func (p *planner) cards(line *Line, row Row, refuse func(i18n.Message)) error {
	for i, c := range row.Cards {
		secret := string(c.Credential())
		first, listed := p.cardIn[secret]
		if listed && first == row.Line {
			continue
		}
		p.cardIn[secret] = row.Line
		holder, revoked, found, err := p.Holder(c)
		switch {
		case err != nil:
			return err
		case listed:
			refuse(i18n.M("lists.card-twice", "card %d: line %d has it already", i+1, first))
		case found && revoked:
			refuse(i18n.M("lists.card-revoked", "card %d: it was revoked; give it again with 'card'", i+1))
		case found && holder != line.Was.ID:
			refuse(i18n.M("lists.card-of-another", "card %d: it belongs to another person", i+1))
		case !found:
			line.Cards = append(line.Cards, c)
		}
	}
	return nil
}
