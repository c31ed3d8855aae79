// Package console is the technician's console: what a person at a serial port, or at the local control socket, sees of a
// unit and can do with it.
//
// Serve runs one line: log-in, one visit after the other, log-out. The unit stands behind the Desk interface, which is asked
// under the operator's session for each act; what only some units can do (Watcher, Aimer, Staff, Rights, Passes, Keeper, TimeSetter) is
// offered where the Desk has it. The commands are tables in the files cmd_*.go.
//
// From the wire inwards: line takes bytes as they come, decoder makes keys of them, editor or plainLine makes lines of
// keys, split and parse make words of lines. Everything may come in at any time, in any amount: what is no key is dropped,
// a line that is too long is refused whole, and what was typed before a question does not answer it. From the inside
// outwards: all text goes through package screen, so that a name cannot steer the terminal, and no line is wider than it.
//
// The line is 115,200 baud, 8N1, UTF-8, a VT100 or less, of 80 by 24 until it tells another size (size.go). Plain mode sends no escape sequence at all, one fact a line, for
// screen readers and simple terminals; --json makes lists into one JSON object a line.
//
// An operator (R-OPERATOR) is logged out after Options.Idle without a key, on a BREAK, which arrives as a zero byte, and when the line is
// gone, whatever is running and even when the line no longer takes output. A serial line with DCD is gone when that drops.
//
// How long a technician waits for what: docs/figures.md.
package console
