// Package rpc is the desk for programs: JSON-RPC 2.0, one object a line, at any line that has a
// console. The page in a browser (package page) and scripts speak it.
//
// A line enters by [Magic], and each answer of the unit begins with a notification, hello. It is
// left by session.logout, by silence, by a BREAK (a zero byte), by a line that is no object, and
// when the line is gone: the console's log-in is there again. What an operator may do is the
// desk's to say, as at the console: a method checks nothing of that itself.
//
// A peer is trusted with nothing. A line has at most [MaxLine] bytes, [AtOnce] requests are
// answered at once, lines are read no faster than [Pace], and who takes no answers waits for
// nobody but themselves. Secrets are overwritten once they were read.
//
// The methods are tables in the files methods_*.go; docs/protocol.md has an example of each.
package rpc
