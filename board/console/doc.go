// Package console is the technician's console: what an operator at a serial port, or at the local
// control socket, sees of a unit and can do with it.
//
// [Serve] runs one line: log-in, commands, log-out, and again. The unit stands behind the [Desk]
// interface, which each command calls with the operator's session. What only some desks can do
// ([Watcher], [Aimer], [Staff], [Rights], [Passes], [Keeper], [TimeSetter] and others) is offered
// if the desk has it. The commands are tables in the files cmd_*.go.
//
// Input: line takes bytes as they come, decoder makes keys of them, editor or plainLine makes lines
// of keys, split and parse make words of lines. Any bytes may come at any time: what is not a key
// is dropped, a line that is too long is refused whole, and what was typed before a question does
// not answer it. Output: all text goes through package screen, so that a name cannot steer the
// terminal, and no line is wider than the terminal.
//
// A serial line has 115,200 baud, 8N1, UTF-8. The terminal is a VT100 or less, of 80 by 24 until it
// tells another size (size.go). Plain mode sends no escape sequence, and one fact a line, for
// screen readers and simple terminals; --json makes lists into one JSON object a line.
//
// An operator is logged out (R-OPERATOR) after [Options].Idle without a key, on a BREAK, which
// arrives as a zero byte, and when the line is gone, even while a command runs or the line no
// longer takes output. A serial line with DCD is gone when DCD drops.
//
// How long commands take: docs/figures.md.
package console
