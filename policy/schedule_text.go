package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The text of spans and special days, as a configuration writes them.
//
//	Mon-Fri 07:00-23:00        Sat,Sun,Holiday 09:00-22:00        daily 00:00-24:00
//	2026-10-01 holiday         10-01 holiday (every year)         2026-10-10 sat

var dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat", "holiday"}

// String is the day's short name.
func (d Day) String() string {
	if d < Sunday || d > Holiday {
		return fmt.Sprintf("day %d", int(d))
	}
	return dayNames[d]
}

func parseDay(s string) (Day, error) {
	if i := slices.Index(dayNames, strings.ToLower(s)); i >= 0 {
		return Day(i), nil
	}
	return 0, fmt.Errorf("no day is called %q: write %s", s, strings.Join(dayNames, ", "))
}

// UnmarshalText reads a span.
func (p *Span) UnmarshalText(text []byte) error {
	days, hours, ok := strings.Cut(strings.TrimSpace(string(text)), " ")
	from, to, ok2 := strings.Cut(strings.TrimSpace(hours), "-")
	if !ok || !ok2 {
		return fmt.Errorf("read a span of hours: %q should look like \"Mon-Fri 07:00-23:00\"", text)
	}
	var read Span
	var err error
	if read.Days, err = parseDays(days); err == nil {
		if read.From, err = parseMinute(from, 24*60-1); err == nil {
			read.To, err = parseMinute(to, 24*60)
		}
	}
	if err != nil {
		return fmt.Errorf("read a span of hours %q: %w", text, err)
	}
	*p = read
	return nil
}

// parseDays reads "daily", or days and runs of days with commas between. A run may
// go past Saturday: "Fri-Mon".
func parseDays(s string) ([]Day, error) {
	if strings.EqualFold(s, "daily") {
		return slices.Clone(Always[0].Days), nil
	}
	var days []Day
	for part := range strings.SplitSeq(s, ",") {
		first, last, run := strings.Cut(part, "-")
		d, err := parseDay(first)
		if err != nil {
			return nil, err
		}
		end := d
		if run {
			if end, err = parseDay(last); err != nil {
				return nil, err
			}
			if d == Holiday || end == Holiday {
				return nil, fmt.Errorf("a holiday is no weekday: write %q", "mon-fri,holiday")
			}
		}
		for ; d != end; d = (d + 1) % 7 {
			days = append(days, d)
		}
		days = append(days, end)
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}

// parseMinute reads hh:mm as minutes since midnight.
func parseMinute(s string, last int) (int, error) {
	if len(s) != 5 || s[2] != ':' || !digits(s[:2]+s[3:]) {
		return 0, fmt.Errorf("%q is no time of day: write hh:mm", s)
	}
	h, m := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	if m > 59 || h*60+m > last {
		return 0, fmt.Errorf("%q is no time of day: a day begins at 00:00 at the earliest, ends at 24:00 at "+
			"the latest", s)
	}
	return h*60 + m, nil
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// MarshalText writes a span so that UnmarshalText reads the same.
func (p Span) MarshalText() ([]byte, error) {
	names := make([]string, len(p.Days))
	for i, d := range p.Days {
		names[i] = d.String()
	}
	return fmt.Appendf(nil, "%s %02d:%02d-%02d:%02d", strings.Join(names, ","), p.From/60, p.From%60,
		p.To/60, p.To%60), nil
}

// String writes a span as short as it can be typed: "mon-fri 07:00-23:00".
func (p Span) String() string {
	return fmt.Sprintf("%s %02d:%02d-%02d:%02d", daysText(p.Days), p.From/60, p.From%60, p.To/60, p.To%60)
}

// daysText writes three days and more in a row as a run.
func daysText(days []Day) string {
	if len(days) == len(dayNames) {
		return "daily"
	}
	var parts []string
	week := []Day{Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday}
	for i := 0; i < len(week); {
		n := 0
		for i+n < len(week) && slices.Contains(days, week[i+n]) {
			n++
		}
		switch {
		case n >= 3:
			parts = append(parts, week[i].String()+"-"+week[i+n-1].String())
		case n == 2:
			parts = append(parts, week[i].String(), week[i+1].String())
		case n == 1:
			parts = append(parts, week[i].String())
		}
		i += n + 1
	}
	if slices.Contains(days, Holiday) {
		parts = append(parts, Holiday.String())
	}
	return strings.Join(parts, ",")
}

// String writes a schedule's spans with commas between.
func (s Schedule) String() string {
	all := make([]string, len(s))
	for i, p := range s {
		all[i] = p.String()
	}
	return strings.Join(all, ", ")
}

// UnmarshalText reads a special day.
func (s *Special) UnmarshalText(text []byte) error {
	when, as, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	t, err := time.Parse("2006-01-02", when)
	year := t.Year()
	if err != nil {
		t, err = time.Parse("2006-01-02", "2000-"+when) // a leap year: 02-29 may be special, too
		year = 0
	}
	if err != nil {
		return fmt.Errorf("read a special day: %q should look like \"2026-10-01 holiday\", or \"10-01 holiday\" "+
			"for every year", text)
	}
	day, err := parseDay(strings.TrimSpace(as))
	if err != nil {
		return fmt.Errorf("read a special day %q: %w", text, err)
	}
	*s = Special{Year: year, Month: t.Month(), Day: t.Day(), As: day}
	return nil
}

// MarshalText writes a special day so that UnmarshalText reads the same.
func (s Special) MarshalText() ([]byte, error) {
	if s.Year == 0 {
		return fmt.Appendf(nil, "%02d-%02d %s", s.Month, s.Day, s.As), nil
	}
	return fmt.Appendf(nil, "%04d-%02d-%02d %s", s.Year, s.Month, s.Day, s.As), nil
}

// ParseRules reads what [RulesText] writes: the rules of one group, which it leaves unnamed. An
// empty text is none. zone is where a last day ends; nil: UTC.
func ParseRules(text string, zone *time.Location) (rules []Access, err error) {
	if zone == nil {
		zone = time.UTC
	}
	for part := range strings.SplitSeq(text, ";") {
		spans, last, ends := strings.Cut(part, " until ")
		if strings.TrimSpace(spans) == "" && !ends {
			continue
		}
		var r Access
		for span := range strings.SplitSeq(spans, ", ") {
			var p Span
			if err := p.UnmarshalText([]byte(span)); err != nil {
				return nil, err
			}
			r.Hours = append(r.Hours, p)
		}
		if ends {
			day, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(last), zone)
			if err != nil {
				return nil, fmt.Errorf("read hours: %q is no last day: write 2026-12-31", last)
			}
			r.Until = day.AddDate(0, 0, 1).UTC()
		}
		rules = append(rules, r)
	}
	return rules, nil
}
