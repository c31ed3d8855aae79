package policy

import (
	"slices"
	"time"
)

// Day is a kind of day: a weekday, or a holiday.
type Day int

// The days, numbered as time.Weekday numbers them.
const (
	Sunday Day = iota
	Monday
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
	Holiday
)

// Span is a time of day on some kinds of day: "Mon-Fri 07:00-23:00". One that ends at or before its
// beginning runs past midnight and belongs to the day on which it began: "Sat 22:00-06:00" ends on
// Sunday morning, even if Sunday is a holiday.
//
// It goes by the clock on the wall. In the night that loses an hour, a span inside that hour does
// not happen; in the night that gains one, a span inside the doubled hour happens twice.
type Span struct {
	Days     []Day
	From, To int // minutes since midnight, 0…1440
}

// Schedule is a list of spans; it holds in any of them.
type Schedule []Span

// Always is the schedule without an end.
var Always = Schedule{{Days: []Day{Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday,
	Holiday}, To: 24 * 60}}

// Calendar is a site's zone and the dates that are not the weekday they seem: holidays,
// and weekends that are worked.
type Calendar struct {
	Zone    *time.Location // nil: UTC
	Special []Special
}

// Special is one date that counts as another kind of day.
type Special struct {
	Year  int // 0: every year
	Month time.Month
	Day   int
	As    Day
}

// local is t on the site's wall clock.
func (c Calendar) local(t time.Time) time.Time {
	if c.Zone == nil {
		return t.UTC()
	}
	return t.In(c.Zone)
}

// kind is what kind of day a date is. A date with a year goes before one for every year.
func (c Calendar) kind(d date) Day {
	kind, exact := Day(time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Weekday()), false
	for _, s := range c.Special {
		if s.Month == d.month && s.Day == d.day && (s.Year == d.year || s.Year == 0 && !exact) {
			kind, exact = s.As, s.Year != 0
		}
	}
	return kind
}

// AddWorkingDays is the end of the n-th working day after t, on the site's calendar: Monday to
// Friday and worked weekends, no holidays.
func (c Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	l := c.local(t)
	d := date{l.Year(), l.Month(), l.Day()}
	for n > 0 {
		d = d.add(1)
		if k := c.kind(d); k >= Monday && k <= Friday {
			n--
		}
	}
	d = d.add(1)
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, l.Location())
}

// date is a day on the wall calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func (d date) add(days int) date {
	t := time.Date(d.year, d.month, d.day+days, 0, 0, 0, 0, time.UTC)
	return date{t.Year(), t.Month(), t.Day()}
}

// turn is one occurrence of a span: which span, and the day on which it began.
type turn struct {
	span  int
	began date
}

// turns are the occurrences that hold at t.
func (s Schedule) turns(c Calendar, t time.Time) []turn {
	l := c.local(t)
	minute := l.Hour()*60 + l.Minute()
	today := date{l.Year(), l.Month(), l.Day()}
	yesterday := today.add(-1)
	var now []turn
	for i, p := range s {
		night := p.To <= p.From
		if minute >= p.From && (night || minute < p.To) && slices.Contains(p.Days, c.kind(today)) {
			now = append(now, turn{i, today})
		}
		if night && minute < p.To && slices.Contains(p.Days, c.kind(yesterday)) {
			now = append(now, turn{i, yesterday})
		}
	}
	return now
}

// Holds reports whether the schedule holds at t.
func (s Schedule) Holds(c Calendar, t time.Time) bool { return len(s.turns(c, t)) > 0 }

// Access is when the people of a group may come in. Member names are stored.
type Access struct {
	Group string    `json:"group,omitempty"` // empty: everybody
	Hours Schedule  `json:"hours"`
	Until time.Time `json:"until,omitzero"` // from then on it does not count; zero: it has no end
}

// Counts reports whether the rule has not ended at t. A decision uses no time before the floor, so
// a rule that ended does not count again when a clock is set back.
func (r Access) Counts(t time.Time) bool { return r.Until.IsZero() || t.Before(r.Until) }

// allowed reports whether a person of these groups may come in at t.
func allowed(rules []Access, c Calendar, groups []string, t time.Time) bool {
	for _, r := range rules {
		if r.covers(groups) && r.Counts(t) && r.Hours.Holds(c, t) {
			return true
		}
	}
	return len(rules) == 0
}

// MayEver reports whether a person of these groups may come in at any time from t on.
func MayEver(rules []Access, c Calendar, groups []string, t time.Time) bool {
	for _, r := range rules {
		if r.covers(groups) && r.ever(c, t) {
			return true
		}
	}
	return len(rules) == 0
}

// covers reports whether the rule is for any of these groups.
func (r Access) covers(groups []string) bool {
	return r.Group == "" || slices.Contains(groups, r.Group)
}

// ever reports whether the rule lets anyone in at any time from t on.
func (r Access) ever(c Calendar, t time.Time) bool {
	const longest = 370 * 24 * time.Hour // in which each day of a year comes once
	if r.Until.IsZero() || r.Until.Sub(t) > longest {
		return r.Hours.ever(c, t)
	}
	l := c.local(t)
	for d := (date{l.Year(), l.Month(), l.Day()}).add(-1); ; d = d.add(1) {
		if !time.Date(d.year, d.month, d.day, 0, 0, 0, 0, l.Location()).Before(r.Until) {
			return false
		}
		for _, p := range r.Hours {
			from, to := p.on(d, l.Location())
			if slices.Contains(p.Days, c.kind(d)) && from.Before(r.Until) && to.After(t) {
				return true
			}
		}
	}
}

// on is the span as it begins on a day.
func (p Span) on(d date, zone *time.Location) (from, to time.Time) {
	last := p.To
	if p.To <= p.From {
		last += 24 * 60
	}
	return time.Date(d.year, d.month, d.day, 0, p.From, 0, 0, zone),
		time.Date(d.year, d.month, d.day, 0, last, 0, 0, zone)
}

// ever reports whether the schedule holds at any time from t on. Weekdays come again and again,
// holidays where the calendar has one.
func (s Schedule) ever(c Calendar, t time.Time) bool {
	l := c.local(t)
	holidays := slices.ContainsFunc(c.Special, func(d Special) bool {
		return d.As == Holiday && (d.Year == 0 ||
			!time.Date(d.Year, d.Month, d.Day, 23, 59, 59, 0, l.Location()).Before(l))
	})
	return slices.ContainsFunc(s, func(p Span) bool {
		return slices.ContainsFunc(p.Days, func(d Day) bool { return d != Holiday || holidays })
	})
}

// FreePassage is when a door stands unlocked for all.
type FreePassage struct {
	Hours       Schedule
	FirstPerson bool     // only once a person has come in during these hours, so that a snowed-in shop stays locked
	Groups      []string // whose coming in counts; empty: anyone's
}

// Counts reports whether a person's coming in is one that FirstPerson waits for.
func (f FreePassage) Counts(p Person) bool {
	return len(f.Groups) == 0 || slices.ContainsFunc(p.Groups, func(g string) bool {
		return slices.Contains(f.Groups, g)
	})
}

// Open reports whether the door stands unlocked at t. first is when a person who counts came in
// last; zero: never. Without a trusted clock it does not.
func (f FreePassage) Open(c Calendar, k Clock, t, first time.Time) bool {
	now := f.Hours.turns(c, t)
	if !k.Trusted || len(now) == 0 {
		return false
	}
	if !f.FirstPerson {
		return true
	}
	if first.IsZero() || first.After(t) {
		return false
	}
	then := f.Hours.turns(c, first)
	return slices.ContainsFunc(now, func(n turn) bool { return slices.Contains(then, n) })
}
