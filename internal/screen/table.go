package screen

import "strings"

// Table gives rows of the same number of cells as lines for a fixed-width font: the first column to
// the left, the others, which are figures, to the right.
func Table(rows [][]string) (lines []string) {
	if len(rows) == 0 {
		return nil
	}
	width := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			width[i] = max(width[i], Width(cell))
		}
	}
	for _, r := range rows {
		line := Pad(r[0], width[0])
		for i, cell := range r[1:] {
			line += "  " + strings.Repeat(" ", width[i+1]-Width(cell)) + cell
		}
		lines = append(lines, line)
	}
	return lines
}
