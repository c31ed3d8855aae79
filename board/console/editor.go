package console

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"menshen/internal/screen"
)

// editor is x/term's Terminal on a line, with the width of Chinese characters. Terminal takes each
// rune for one column. So a wide character is followed by a filler, which never reaches the screen,
// and the keys that move over characters are handled here.
type editor struct {
	*term.Terminal
	line     *line
	complete func(line string, pos int) (string, int)
	left     bool // Ctrl-D on an empty line: it is being ended
}

// filler is the second column of a wide character; the others are keys that
// Terminal hands to onKey. The decoder never gives these runes: they are of
// Unicode's private use area and do not print.
const (
	filler     = '\ue000'
	wideErase  = '\ue001'
	wideDelete = '\ue002'
	wideLeft   = '\ue003'
	wideRight  = '\ue004'
	leave      = '\ue005'
)

// forTerminal is how Terminal knows the keys.
var forTerminal = map[rune]string{
	keyEnter: "\r", keyTab: "\t", keyEraseWord: "\x17", keyEraseAll: "\x15", keyEraseRest: "\x0b",
	keyHome: "\x01", keyEnd: "\x05", keyWordLeft: "\x1b[1;3D", keyWordRight: "\x1b[1;3C",
	keyUp: "\x1b[A", keyDown: "\x1b[B",
	keyErase: string(wideErase), keyDelete: string(wideDelete), keyLeft: string(wideLeft), keyRight: string(wideRight),
	keyLeave: string(leave), // Terminal would see a Ctrl-D again and again, and lose the prompt
}

func newEditor(l *line, h term.History, complete func(string, int) (string, int)) *editor {
	e := &editor{line: l, complete: complete}
	e.Terminal = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{readFunc(e.read), writeFunc(e.write)}, "")
	e.History = h
	e.AutoCompleteCallback = e.onKey
	return e
}

// readLine reads one line after a prompt; io.EOF: it was empty and left with Ctrl-D.
func (e *editor) readLine(prompt string) (string, error) {
	e.left = false
	e.fit()
	e.SetPrompt(prompt)
	s, err := e.ReadLine()
	if err == nil && e.left {
		err = io.EOF
	}
	return narrow(s), err
}

// fit tells Terminal how large the screen is. It draws the line again if that has changed.
func (e *editor) fit() {
	_ = e.SetSize(e.line.size()) // what cannot be written shows at the next read
}

type (
	readFunc  func([]byte) (int, error)
	writeFunc func([]byte) (int, error)
)

func (f readFunc) Read(p []byte) (int, error)   { return f(p) }
func (f writeFunc) Write(p []byte) (int, error) { return f(p) }

// read gives Terminal one key; p is longer than any.
func (e *editor) read(p []byte) (int, error) {
	if e.left {
		return copy(p, forTerminal[keyEnter]), nil
	}
	k, err := e.line.next()
	for err == nil && k == keyResize {
		e.fit()
		k, err = e.line.next()
	}
	if err != nil {
		return 0, err
	}
	if s, ok := forTerminal[k]; ok {
		return copy(p, s), nil
	}
	return copy(p, widen(string(k))), nil
}

func (e *editor) write(p []byte) (int, error) {
	_, err := e.line.Write(bytes.ReplaceAll(p, []byte(string(filler)), nil))
	return len(p), err
}

// onKey is Terminal's callback. It works on the line without fillers, and puts them back.
func (e *editor) onKey(line string, pos int, key rune) (string, int, bool) {
	before, after := narrow(line[:pos]), narrow(line[pos:])
	_, last := utf8.DecodeLastRuneInString(before)
	_, first := utf8.DecodeRuneInString(after)
	switch key {
	case '\t':
		all, at := e.complete(before+after, len(before))
		before, after = all[:at], all[at:]
	case wideErase:
		before = before[:len(before)-last]
	case leave, wideDelete:
		e.left = key == leave && before+after == ""
		after = after[first:]
	case wideLeft:
		before, after = before[:len(before)-last], before[len(before)-last:]+after
	case wideRight:
		before, after = before+after[:first], after[first:]
	default:
		return "", 0, false
	}
	before = widen(before)
	return before + widen(after), len(before), true
}

// widen puts a filler behind each wide character; narrow takes all fillers away.
func widen(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		if screen.Width(string(r)) == 2 {
			b.WriteRune(filler)
		}
	}
	return b.String()
}

func narrow(s string) string { return strings.ReplaceAll(s, string(filler), "") }
