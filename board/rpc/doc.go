// Package rpc is the desk for programs: JSON-RPC 2.0, one object a line, at any line that has a
// console. The page in a browser (package page) and scripts speak it.
//
// A program enters by the line [Magic]; the unit answers with the notification hello. It leaves by
// session.logout, by silence, by a BREAK (a zero byte), by a line that is not an object, and when
// the line is lost: the console's log-in is there again. What an operator may do is decided by the
// desk, as at the console. A method asks for the role itself only where no call of the desk would
// do so in time: before memory is taken for a file, and for an answer to a running self-test.
//
// A program may be hostile. A line has at most [MaxLine] bytes, [AtOnce] requests are answered at
// once, lines are read no faster than [Pace], and a program that takes no answers delays only
// itself. Secrets are overwritten after they are read.
//
// The methods are tables in the files methods_*.go; docs/protocol.md has an example of each.
package rpc
