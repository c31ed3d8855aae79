package console

import "strings"

// history keeps the commands of one visit. Answers to questions, such as secrets, never get in.
type history struct {
	open  bool
	lines []string
}

// maxHistory is how many commands the up key reaches.
const maxHistory = 100

func (h *history) Add(s string) {
	if !h.open || strings.TrimSpace(s) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == s {
		return
	}
	if len(h.lines) == maxHistory {
		h.lines = append(h.lines[:0], h.lines[1:]...)
	}
	h.lines = append(h.lines, s)
}

// forget drops the last command, for one that should not be shown again.
func (h *history) forget() {
	if n := len(h.lines); n > 0 {
		h.lines[n-1] = ""
		h.lines = h.lines[:n-1]
	}
}

func (h *history) Len() int        { return len(h.lines) }
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
