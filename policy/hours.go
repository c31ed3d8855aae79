package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Hours are who may come in when, as a site keeps them: the hours of its access groups, and the
// dates that count as another kind of day. Without any hours all people may come in at all hours.
// A value is never changed; the methods give another. Member names are stored.
type Hours struct {
	Access  []Access  `json:"access,omitempty"`
	Special []Special `json:"special,omitempty"`
	// Outputs are the hours of the outputs beside the door, by name; one without is for nobody.
	Outputs map[string][]Access `json:"outputs,omitempty"`
}

// Limits of what a site keeps, so that the settings in the audit log stay short.
const (
	maxRules      = 100
	maxSpans      = 20
	maxSpecial    = 400
	maxGroupBytes = 40
)

// Groups gives the names of the groups that have hours, each once, sorted.
func (h Hours) Groups() (names []string) {
	for _, r := range h.Access {
		if r.Group != "" {
			names = append(names, r.Group)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// In gives the hours with those of an output in the place of the door's, for the methods that read
// and change these. Empty: the door's own, and everything else.
func (h Hours) In(output string) Hours {
	if output == "" {
		return h
	}
	return Hours{Access: h.Outputs[output], Special: h.Special}
}

// WithIn gives the hours with what In gave, changed since, put back.
func (h Hours) WithIn(output string, part Hours) Hours {
	if output == "" {
		return part
	}
	all := maps.Clone(h.Outputs)
	delete(all, output)
	if len(part.Access) > 0 {
		if all == nil {
			all = map[string][]Access{}
		}
		all[output] = part.Access
	}
	h.Outputs = nil
	if len(all) > 0 {
		h.Outputs = all
	}
	return h
}

// Ever reports whether people of these groups may come in, or switch an output, at any time from t
// on. An output without hours is for nobody.
func (h Hours) Ever(zone *time.Location, output string, groups []string, t time.Time) bool {
	rules := h.In(output).Access
	return (output == "" || len(rules) > 0) && MayEver(rules, Calendar{Zone: zone, Special: h.Special}, groups, t)
}

// Of gives the rules of one group; "" is everybody.
func (h Hours) Of(group string) (rules []Access) {
	for _, r := range h.Access {
		if r.Group == group {
			rules = append(rules, r)
		}
	}
	return rules
}

// With gives the hours with these rules in the place of those of a group. Without rules the group
// has no hours any more.
func (h Hours) With(group string, rules ...Access) Hours {
	var all []Access
	at := -1
	for _, r := range h.Access {
		if r.Group != group {
			all = append(all, r)
		} else if at < 0 {
			at = len(all)
		}
	}
	if at < 0 {
		at = len(all)
	}
	for i := range rules {
		rules[i].Group = group
	}
	h.Access = slices.Insert(all, at, rules...)
	return h
}

// WithDay gives the hours with a special day, in the place of what its date was.
func (h Hours) WithDay(d Special) Hours {
	h.Special = append(h.without(d), d)
	return h
}

// WithoutDay gives the hours without the special day of a date. It reports false where there is
// none.
func (h Hours) WithoutDay(d Special) (Hours, bool) {
	n := len(h.Special)
	h.Special = h.without(d)
	return h, len(h.Special) < n
}

func (h Hours) without(d Special) []Special {
	return slices.DeleteFunc(slices.Clone(h.Special), func(o Special) bool { return o.Date() == d.Date() })
}

// Misfit is what is wrong with hours.
type Misfit string

// The misfits.
const (
	GroupName Misfit = "group name" // empty, too long, or with a comma, a space or a control character
	NoHours   Misfit = "no hours"   // a rule that never holds
	TooMany   Misfit = "too many"   // rules, spans or special days
)

// Check gives what is wrong with the hours, and of which group; empty: nothing.
func (h Hours) Check() (Misfit, string) {
	rules := h.Access
	for _, name := range slices.Sorted(maps.Keys(h.Outputs)) {
		rules = slices.Concat(rules, h.Outputs[name])
	}
	if len(rules) > maxRules || len(h.Special) > maxSpecial {
		return TooMany, ""
	}
	for _, r := range rules {
		switch {
		case r.Group != "" && !GroupNamed(r.Group):
			return GroupName, r.Group
		case len(r.Hours) == 0:
			return NoHours, r.Group
		case len(r.Hours) > maxSpans:
			return TooMany, r.Group
		}
	}
	return "", ""
}

// GroupNamed reports whether a group can be called so: it must be typed as one word, in a list with
// commas.
func GroupNamed(name string) bool {
	return name != "" && name != Everybody && len(name) <= maxGroupBytes && !strings.HasPrefix(name, "-") &&
		!strings.ContainsFunc(name, func(r rune) bool {
			return r <= ' ' || strings.ContainsRune(",，;\"'\x7f\u00a0\u3000\ufffd", r)
		})
}

// HoursChange is one difference between the hours before and after, in the words that are typed.
type HoursChange struct {
	Of       string // the group, "*" for everybody, or a date
	Was, Now string // empty: there were none, there are none
	Output   string // whose hours; empty: the door's, or a date
}

// Where is what changes, in one text: "cleaners", "garage: cleaners". No group is called so.
func (c HoursChange) Where() string {
	if c.Output == "" {
		return c.Of
	}
	return c.Output + inOutput + c.Of
}

// HoursChangeAt reads what Where gave.
func HoursChangeAt(where, was, now string) HoursChange {
	if output, of, found := strings.Cut(where, inOutput); found {
		return HoursChange{of, was, now, output}
	}
	return HoursChange{Of: where, Was: was, Now: now}
}

const inOutput = ": "

// Everybody is how a rule without a group is called where a group is named.
const Everybody = "*"

// Changes are all differences from was to h, groups first. zone is where a last day ends; nil: UTC.
func (h Hours) Changes(was Hours, zone *time.Location) (all []HoursChange) {
	add := func(output, of, before, after string) {
		if before != after {
			all = append(all, HoursChange{of, before, after, output})
		}
	}
	outputs := slices.AppendSeq(slices.Collect(maps.Keys(was.Outputs)), maps.Keys(h.Outputs))
	slices.Sort(outputs)
	for _, output := range slices.Concat([]string{""}, slices.Compact(outputs)) {
		was, h := was.In(output), h.In(output)
		names := slices.Concat(was.Groups(), h.Groups())
		slices.Sort(names)
		for _, g := range slices.Concat([]string{""}, slices.Compact(names)) {
			of := g
			if g == "" {
				of = Everybody
			}
			add(output, of, RulesText(was.Of(g), zone), RulesText(h.Of(g), zone))
		}
	}
	dates := map[string][2]string{}
	for i, days := range [2][]Special{was.Special, h.Special} {
		for _, d := range days {
			both := dates[d.Date()]
			both[i] = d.As.String()
			dates[d.Date()] = both
		}
	}
	var order []string
	for d := range dates {
		order = append(order, d)
	}
	slices.Sort(order)
	for _, d := range order {
		add("", d, dates[d][0], dates[d][1])
	}
	return all
}

// RulesText gives the rules of a group in one line: "mon-fri 07:00-09:00; sat 10:00-12:00 until
// 2026-12-31".
func RulesText(rules []Access, zone *time.Location) string {
	var all []string
	for _, r := range rules {
		s := r.Hours.String()
		if !r.Until.IsZero() {
			s += " until " + r.LastDay(zone)
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

// LastDay is the last day on which a rule counts: 2026-12-31. Empty: it has no end.
func (r Access) LastDay(zone *time.Location) string {
	if r.Until.IsZero() {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	return r.Until.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
}

// Date is the day of a special day, as it is written: 2026-10-01, or 10-01 for every year.
func (s Special) Date() string {
	if s.Year == 0 {
		return fmt.Sprintf("%02d-%02d", s.Month, s.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", s.Year, s.Month, s.Day)
}

// Kind says what kind of day a moment falls on.
func (c Calendar) Kind(t time.Time) Day {
	l := c.local(t)
	return c.kind(date{l.Year(), l.Month(), l.Day()})
}

// Minutes are the minutes of a day in which people of these groups may come in: true for each
// minute since midnight by the clock on the wall. t is any moment of the day.
func (h Hours) Minutes(c Calendar, groups []string, t time.Time) (open [24 * 60]bool) {
	l := c.local(t)
	noon := time.Date(l.Year(), l.Month(), l.Day(), 12, 0, 0, 0, l.Location()) // which no change of clocks takes away
	for at := noon.Add(-15 * time.Hour); at.Before(noon.Add(15 * time.Hour)); at = at.Add(time.Minute) {
		if at.Day() == noon.Day() && allowed(h.Access, c, groups, at) {
			open[at.Hour()*60+at.Minute()] = true
		}
	}
	return open
}
