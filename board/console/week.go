package console

import (
	"context"
	"fmt"
	"strings"
	"time"

	"menshen/board/desk"
	"menshen/internal/i18n"
	"menshen/internal/screen"
	"menshen/policy"
)

// dayNames are the kinds of day, by policy.Day.
var dayNames = map[policy.Day]i18n.Message{
	policy.Sunday:    i18n.M("console.sun", "Sun"),
	policy.Monday:    i18n.M("console.mon", "Mon"),
	policy.Tuesday:   i18n.M("console.tue", "Tue"),
	policy.Wednesday: i18n.M("console.wed", "Wed"),
	policy.Thursday:  i18n.M("console.thu", "Thu"),
	policy.Friday:    i18n.M("console.fri", "Fri"),
	policy.Saturday:  i18n.M("console.sat", "Sat"),
	policy.Holiday:   i18n.M("console.holiday", "holiday"),
}

// week shows the next seven days of groups: as a picture, or in words where the screen is narrow,
// in plain mode, and on request.
func week(ctx context.Context, c *console, words []string) error {
	a, err := parse(words, "output=", "words", "json")
	if err != nil {
		return err
	}
	h, err := c.desk.(Hours).Hours(ctx, c.who)
	if err != nil {
		return err
	}
	if output := a.options["output"]; output != "" {
		if h.Hours = h.In(output); len(h.Access) == 0 {
			return c.fail(i18n.M("console.output-without-hours",
				"nobody may switch an output %q; groups shows all", screen.Clean(output)))
		}
	}
	var wanted [][]string
	switch {
	case len(a.words) > 0:
		names := strings.FieldsFunc(a.rest(), func(r rune) bool { return strings.ContainsRune(" ,，", r) })
		for _, g := range names {
			if err := c.knownGroup(h.Hours, typedGroup(g)); err != nil {
				return err
			}
		}
		wanted = [][]string{names}
	case len(h.Access) == 0:
		c.say(i18n.M("console.all-hours", "No hours are set: all people may come in at all hours."))
		return nil
	default:
		for _, g := range h.Groups() {
			wanted = append(wanted, []string{g})
		}
		if len(wanted) == 0 {
			wanted = [][]string{{policy.Everybody}}
		}
	}
	inWords := a.has("words") || a.has("json") || c.plain || c.width() <= weekWidth
	for i, groups := range wanted {
		if i > 0 && !a.has("json") {
			c.print("")
		}
		if err := c.showWeek(h, groups, inWords, a.has("json")); err != nil {
			return err
		}
	}
	return nil
}

func (c *console) showWeek(h desk.HoursState, groups []string, inWords, asJSON bool) error {
	if !asJSON {
		c.paragraphs(strings.Join(groups, ", "))
	}
	if inWords {
		t := table{cols: []column{
			{"group", i18n.M("console.group", "access group")},
			{"day", i18n.M("console.day", "day")},
			{"date", i18n.M("console.date", "date")},
			{"hours", i18n.M("console.hours", "hours")},
		}}
		if !asJSON {
			t.cols = t.cols[1:]
		}
		for _, d := range nextDays(h) {
			row := []any{strings.Join(groups, ","), h.Calendar.Kind(d).String(), d.Format(time.DateOnly),
				c.hoursInWords(h.Minutes(h.Calendar, groups, d), asJSON)}
			if !asJSON {
				row = row[1:]
				row[0] = c.lang.Say(c.dayName(h, d))
			}
			t.add(row...)
		}
		return c.show(t, asJSON)
	}
	return c.screen(c.weekLines(h, groups))
}

// nextDays are noon of today and of the six days after it, at the site.
func nextDays(h desk.HoursState) (days []time.Time) {
	t := h.Now.In(h.Calendar.Zone)
	for i := range 7 {
		days = append(days, time.Date(t.Year(), t.Month(), t.Day()+i, 12, 0, 0, 0, t.Location()))
	}
	return days
}

// dayName is a date's weekday, and what it counts as where that is another.
func (c *console) dayName(h desk.HoursState, t time.Time) i18n.Message {
	weekday, kind := policy.Day(t.Weekday()), h.Calendar.Kind(t)
	if kind == weekday {
		return dayNames[weekday]
	}
	return i18n.M("console.day-as", "%v, counts as %v", dayNames[weekday], dayNames[kind])
}

// The picture of a week: a label, and a character for each half hour. They are of ASCII, since half
// of the terminals of a Chinese site draw block characters two columns wide.
const (
	weekLabel = 11
	weekCells = 48
	weekWidth = weekLabel + weekCells + 1
)

func (c *console) weekLines(h desk.HoursState, groups []string) (lines []string) {
	ruler := ""
	for hour := 0; hour <= 24; hour += 3 {
		ruler += screen.Pad(fmt.Sprint(hour), 6)
	}
	lines = append(lines, strings.Repeat(" ", weekLabel)+strings.TrimRight(ruler, " "))
	for _, d := range nextDays(h) {
		name := c.lang.Say(dayNames[policy.Day(d.Weekday())]) + " " + d.Format("01-02")
		line := screen.Pad(name, weekLabel) + cells(h.Minutes(h.Calendar, groups, d))
		if kind := h.Calendar.Kind(d); kind != policy.Day(d.Weekday()) {
			line += "  " + c.lang.Say(dayNames[kind])
		}
		lines = append(lines, line)
	}
	return append(lines, c.wrapped(c.lang.Say(i18n.M("console.week-legend",
		"# may come in, + in a part of the half hour, . may not")))...)
}

// cells draws a day.
func cells(open [24 * 60]bool) string {
	var b strings.Builder
	for from := 0; from < len(open); from += 30 {
		n := 0
		for _, is := range open[from : from+30] {
			if is {
				n++
			}
		}
		switch n {
		case 0:
			b.WriteByte('.')
		case 30:
			b.WriteByte('#')
		default:
			b.WriteByte('+')
		}
	}
	return b.String()
}

// hoursInWords gives a day as times: "06:00-09:00, 22:00-24:00".
func (c *console) hoursInWords(open [24 * 60]bool, asJSON bool) string {
	var all []string
	for from := 0; from < len(open); from++ {
		if !open[from] {
			continue
		}
		to := from
		for to < len(open) && open[to] {
			to++
		}
		all = append(all, fmt.Sprintf("%02d:%02d-%02d:%02d", from/60, from%60, to/60, to%60))
		from = to
	}
	if len(all) == 0 && !asJSON {
		return c.lang.Say(i18n.M("console.not-at-all", "not at all"))
	}
	return strings.Join(all, ", ")
}
