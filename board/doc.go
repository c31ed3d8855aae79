// Package board puts a unit together: it opens what the configuration names, joins readers, inputs, the eye and the vault to the
// decision core, and does what that core says.
//
// # One goroutine decides
//
// Everything that happens at a door (a card, a key, an input's change, an observation of the eye, a passing moment, a
// technician's command) becomes an event of one queue and is handled by one goroutine, in order (loop.go). An event leads to an
// attempt, the attempt to a decision (package policy), the decision to a record in the vault, and only then to the
// door: unlock, lamp, buzzer (conclude in attempt.go, perform in door.go). So there is one place where the relay moves, and nothing
// moves it without a recorded reason.
//
// # What must not wait
//
// Reading a card, pressing REX and fire never wait for the eye, for the console or for a slow disk: the record has 150 ms (SlowDisk),
// after which a card, a PIN, REX and fire still open, the record waits in memory, and faces and counted passes are refused until the disk answers again.
//
// What takes long (erasing, hashing a passphrase, enrolling a face) runs in the session that asked for it, outside the loop, and
// meets the loop only for the moment in which it needs it (do and next in calls.go).
//
// # Held to the law
//
// The unit counts its own state (facts.go, facts_groups.go: people, papers, store, staff, duties; package host: the computer) and holds the rules of package policy against it
// (law.go): at the start, daily, and within a second of each act, which it notices by reading on in its own audit log. For the first broken rule that protects people
// faces go off, with the rule and the remedy shown; cards go on. What must be written is in package papers, and comes through the desk (desk_papers.go).
package board
