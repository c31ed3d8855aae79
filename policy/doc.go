// Package policy decides. It knows people, credentials, consent, schedules and the state of a door, and answers two
// questions: may this attempt open this door now (Decide), and what does the door do next (Door.Step).
//
// It is pure: no clock, no disk, no goroutine; time is an argument and the same arguments give the same answer.
// It imports only the standard library.
package policy
