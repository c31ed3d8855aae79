// Package sim is a year at the door in a minute: a real unit in a simulated world.
//
// The unit, the desk, the decisions, the vault and the Wiegand decoder are the product's own, and
// run in one goroutine, stepped by the world (docs/decisions/0041). Time, wires, people and the
// disk's faults are simulated; the camera gives observations drawn from measured scores. All of it
// follows from a seed: the same seed gives the same history, on another machine too.
//
// A [Plan] says what happens, a list of happenings. Each has a number and draws from a source of
// its own, so that a plan with some of them left out is the same history without these: that is how
// a failing one is made short (shrink.go). After every step the invariants are checked
// (invariants.go) against the world's own truth (truth.go), which knows nothing of package policy's
// rules.
package sim
