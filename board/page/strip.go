package page

import (
	"errors"
	"strings"
)

// stripper takes out of a module what its readers need and the browser does not: comments, leading
// and trailing spaces, empty lines. It knows as much of JavaScript as that takes: where strings,
// templates and regular expressions begin and end.
type stripper struct {
	in  string
	at  int
	out strings.Builder

	line  bool   // something stands on this line already
	space bool   // spaces follow it, which count if more does
	last  string // the last token: a word, a number, or one character; empty: none yet
	depth []int  // of templates that are open: how many braces within their ${
}

var errUnfinished = errors.New("a string, template, comment or regular expression has no end")

// strip gives a module with the same tokens, on the same lines but for empty ones.
func strip(source string) (string, error) {
	s := stripper{in: source}
	for s.at < len(s.in) {
		if !s.next() {
			return "", errUnfinished
		}
	}
	if len(s.depth) > 0 {
		return "", errUnfinished
	}
	return s.out.String(), nil
}

// next takes one token, space, line end or comment; false: it has no end.
func (s *stripper) next() bool {
	rest := s.in[s.at:]
	c := rest[0]
	switch {
	case c == '\n':
		s.endLine()
		s.at++
	case c == ' ', c == '\t', c == '\r':
		s.space = true
		s.at++
	case strings.HasPrefix(rest, "//"):
		n := strings.IndexByte(rest, '\n')
		if n < 0 {
			n = len(rest)
		}
		s.at += n
	case strings.HasPrefix(rest, "/*"):
		return s.comment(rest)
	case c == '"', c == '\'':
		return s.take(quoted(rest, c), "''")
	case c == '`':
		return s.template(1)
	case c == '/' && s.mayBeginRegexp():
		return s.take(regular(rest), "//")
	case wordByte(c):
		n := 1
		for n < len(rest) && wordByte(rest[n]) {
			n++
		}
		return s.take(n, rest[:n])
	case c == '}' && len(s.depth) > 0 && s.depth[len(s.depth)-1] == 0:
		s.depth = s.depth[:len(s.depth)-1]
		return s.template(1)
	default:
		if n := len(s.depth); n > 0 && (c == '{' || c == '}') {
			s.depth[n-1] += map[byte]int{'{': 1, '}': -1}[c]
		}
		return s.take(1, rest[:1])
	}
	return true
}

// endLine ends a line on which something stands.
func (s *stripper) endLine() {
	if s.line {
		s.out.WriteByte('\n')
	}
	s.line, s.space = false, false
}

// comment drops one. It counts as a space, or, over several lines, as a line end.
func (s *stripper) comment(rest string) bool {
	n := strings.Index(rest[2:], "*/")
	if n < 0 {
		return false
	}
	if s.space = true; strings.Contains(rest[:n+2], "\n") {
		s.endLine()
	}
	s.at += n + 4
	return true
}

// take writes the next n bytes as they are, which are the token last; 0: it has no end. A space
// before them is written where it stood, and not at the begin of a line.
func (s *stripper) take(n int, last string) bool {
	if n == 0 {
		return false
	}
	if s.line && s.space {
		s.out.WriteByte(' ')
	}
	s.out.WriteString(s.in[s.at : s.at+n])
	s.at += n
	s.line, s.space, s.last = true, false, last
	return true
}

// template writes a template, or its part after a ${…}, as it stands up to its end or to the next
// ${. from is where to look from.
func (s *stripper) template(from int) bool {
	rest := s.in[s.at:]
	for i := from; i < len(rest); i++ {
		switch {
		case rest[i] == '\\':
			i++
		case rest[i] == '`':
			return s.take(i+1, "``")
		case strings.HasPrefix(rest[i:], "${"):
			s.depth = append(s.depth, 0)
			return s.take(i+2, "{")
		}
	}
	return false
}

// quoted is how long a string in these quotes is; 0: it does not end on its line.
func quoted(text string, quote byte) int {
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return 0
}

// regular is how long a regular expression is, without its flags; 0: it does not end on its line.
func regular(text string) int {
	class := false
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				return i + 1
			}
		}
	}
	return 0
}

// mayBeginRegexp reports whether a slash after the last token begins a regular expression: it does
// where no value ends. After a brace or a round bracket it is taken for a division; the page's
// modules begin no statement with a regular expression.
func (s *stripper) mayBeginRegexp() bool {
	switch s.last {
	case "return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "new", "await", "yield",
		"instanceof", "":
		return true
	case ")", "]", "}", "''", "``", "//":
		return false
	}
	return !wordByte(s.last[0])
}

// wordByte reports whether a byte belongs to a name, a keyword or a number; those of letters beyond
// ASCII do.
func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
