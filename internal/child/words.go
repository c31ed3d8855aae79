package child

import (
	"strings"
	"sync"
)

// words keeps the last line or two that a child wrote to its standard error. After mostWords it
// reads no more, which ends the child.
type words struct {
	noise string // how lines begin that mean nothing; empty: none do

	mu   sync.Mutex
	text []byte // the end of all
	all  int
}

const (
	mostWords = 1 << 20 // bytes
	keptWords = 4 << 10
	lastWords = 400
)

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.all += len(p); w.all > mostWords {
		return 0, ErrFlood
	}
	w.text = append(w.text, p...)
	if over := len(w.text) - keptWords; over > 0 {
		w.text = w.text[over:]
	}
	return len(p), nil
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := string(w.text)
	if _, whole, ok := strings.Cut(text, "\n"); ok && w.all > len(text) {
		text = whole // its first line was cut
	}
	var last []string
	for line := range strings.Lines(text) {
		if w.noise == "" || !strings.HasPrefix(line, w.noise) {
			last = append(last, strings.Fields(line)...)
		}
	}
	said := strings.Join(last, " ")
	return said[max(0, len(said)-lastWords):]
}

// Printable makes words of a process that may be taken over safe to show on a terminal, and short.
func Printable(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r < ' ' || r == 0x7f || r > 0xffff || (r >= 0x80 && r < 0xa0) {
			r = '·'
		}
		if out = append(out, r); len(out) == 200 {
			break
		}
	}
	return string(out)
}
