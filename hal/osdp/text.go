package osdp

import (
	"strings"
	"sync"

	"menshen/hal/scene"
)

// text is what the reader's display shows.
type text struct {
	reader *Reader

	mu   sync.Mutex
	now  string
	told []string // rows, as the reader was told them last; nil: it is to be told all
}

var _ scene.Presenter = (*Reader)(nil)

// Present implements scene.Presenter: a display of the reader shows the title of the scene, in
// English, since such displays have letters of ASCII alone.
func (r *Reader) Present(s scene.Scene) {
	t := &r.text
	t.mu.Lock()
	t.now = ascii(s.Title().String())
	t.mu.Unlock()
	t.show()
}

// again tells a reader all, which may have forgotten it.
func (t *text) again() {
	t.mu.Lock()
	t.told = nil
	t.mu.Unlock()
	t.show()
}

// show tells the reader the rows that have changed.
func (t *text) show() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reader.line.with(func(b *Bus) {
		s := b.State(t.reader.place)
		if !s.Secure || t.now == "" && t.told == nil {
			return
		}
		rows := wrap(t.now, displays[s.Abilities.Level(CanText)])
		for i, row := range rows {
			if i >= len(t.told) || t.told[i] != row {
				b.Send(t.reader.place, Text{Control: textForGood, Row: byte(i + 1), Col: 1, Text: row})
			}
		}
		t.told = rows
	})
}

const textForGood = 1 // and not wrapped by the reader

// displays are the rows and columns of each level of CanText.
var displays = map[byte]struct{ rows, cols int }{1: {1, 16}, 2: {2, 16}, 3: {4, 20}}

// wrap sets words in all rows of a display, each filled with spaces; what does not fit is left out.
func wrap(words string, d struct{ rows, cols int }) (all []string) {
	left := strings.Fields(words)
	for range d.rows {
		row := ""
		for len(left) > 0 && len(strings.TrimSpace(row+" "+left[0])) <= d.cols {
			row, left = strings.TrimSpace(row+" "+left[0]), left[1:]
		}
		all = append(all, row+strings.Repeat(" ", d.cols-len(row)))
	}
	return all
}

// ascii leaves the letters that each reader has.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '’':
			return '\''
		case r < ' ' || r > '~':
			return ' '
		}
		return r
	}, s)
}
