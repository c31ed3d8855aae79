package console

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"menshen/internal/i18n"
	"menshen/internal/screen"
)

// table is an answer with rows. It is shown in three ways: in aligned columns; one fact a
// line, in plain mode; and as JSON with one object a line, for scripts, whose keys are the
// columns' keys in every language.
type table struct {
	cols []column
	rows [][]any // strings, numbers, booleans, times; nil for nothing
}

type column struct {
	key  string
	head i18n.Message
}

func (t *table) add(cells ...any) { t.rows = append(t.rows, cells) }

// show prints t as the operator asked for it.
func (c *console) show(t table, asJSON bool) error {
	switch {
	case asJSON:
		return c.showJSON(t)
	case len(t.rows) == 0:
		c.say(i18n.M("console.nothing", "Nothing."))
		return nil
	case c.plain:
		return c.showFacts(t)
	}
	return c.showColumns(t)
}

func (c *console) showJSON(t table) error {
	for _, row := range t.rows {
		var b strings.Builder
		for i, col := range t.cols {
			v, err := json.Marshal(row[i])
			if err != nil {
				return fmt.Errorf("writing %s as JSON: %w", col.key, err)
			}
			fmt.Fprintf(&b, ",%q:%s", col.key, v)
		}
		c.print("{" + b.String()[1:] + "}")
	}
	return nil
}

// showFacts prints each row as lines of "head: value", aligned except in plain mode,
// and an empty line between rows.
func (c *console) showFacts(t table) error {
	var lines []string
	for i, row := range t.rows {
		if i > 0 {
			lines = append(lines, "")
		}
		var facts []fact
		for j, col := range t.cols {
			facts = append(facts, fact{col.head, c.cell(row[j])})
		}
		lines = append(lines, c.factLines(facts)...)
	}
	return c.screen(lines)
}

// showColumns prints rows as lines of a table; what does not fit into its column goes on
// below. If the words of a row do not fit side by side, or a single row does not fit into a
// line, it prints facts instead.
func (c *console) showColumns(t table) error {
	room := c.width() - 1 - 2*(len(t.cols)-1)
	widths, least := make([]int, len(t.cols)), make([]int, len(t.cols))
	cells := make([][]string, 0, len(t.rows)+1)
	head := make([]string, len(t.cols))
	for i, col := range t.cols {
		head[i] = c.lang.Say(col.head)
	}
	cells = append(cells, head)
	for _, row := range t.rows {
		s := make([]string, len(row))
		for i := range row {
			s[i] = screen.Clean(c.cell(row[i]))
		}
		cells = append(cells, s)
	}
	for _, row := range cells {
		for i, s := range row {
			widths[i] = max(widths[i], screen.Width(s))
			least[i] = max(least[i], min(screen.Longest(s), room/2))
		}
	}
	if fits, whole := shrink(widths, least, room); !fits || !whole && len(t.rows) == 1 {
		return c.showFacts(t)
	}
	var lines []string
	for _, row := range cells {
		lines = append(lines, inColumns(row, widths)...)
	}
	return c.screen(lines)
}

// inColumns is one row, in as many lines as its longest cell needs.
func inColumns(row []string, widths []int) (lines []string) {
	parts := make([][]string, len(row))
	height := 1
	for i, s := range row {
		parts[i] = screen.Hang(s, widths[i], 0)
		height = max(height, len(parts[i]))
	}
	for y := range height {
		line := make([]string, len(row))
		for i, p := range parts {
			part := ""
			if y < len(p) {
				part = p[y]
			}
			line[i] = screen.Pad(part, widths[i])
		}
		lines = append(lines, strings.TrimRight(strings.Join(line, "  "), " "))
	}
	return lines
}

// shrink narrows the widest column that is wider than its longest word, until all fit in room. It
// reports whether they fit then, and whether no column was narrowed.
func shrink(widths, least []int, room int) (fits, whole bool) {
	for whole = true; ; whole = false {
		sum, widest := 0, -1
		for i, w := range widths {
			if sum += w; w > least[i] && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if sum <= room || widest < 0 {
			return sum <= room, whole
		}
		widths[widest]--
	}
}

// cell is a value for people.
func (c *console) cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return c.lang.Say(i18n.M("console.yes", "yes"))
		}
		return c.lang.Say(i18n.M("console.no", "no"))
	case time.Time:
		return c.time(v)
	case word:
		return c.lang.Say(v.message())
	}
	return fmt.Sprint(v)
}

// moment is t as a cell; nil for the zero time.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// time shows a moment in the line's time zone; the zero time is empty.
func (c *console) time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.o.Location).Format(time.DateTime)
}

// zone names the time zone of the line, or its offset if it has no name.
func (c *console) zone() string {
	if name := c.o.Location.String(); name != "Local" {
		return name
	}
	return c.o.Clock.Now().In(c.o.Location).Format("MST (UTC-07:00)")
}

// date shows a day; the zero time is empty.
func (c *console) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.o.Location).Format(time.DateOnly)
}
