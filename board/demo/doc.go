// Package demo tells a new unit's first day at a simulated door: the unit is set up, two people get
// cards, one asks for face entry, and the door grants and denies.
//
// All of it is the real program. Cards come as pulses on simulated wires, faces from real pictures
// through the eye's own process, and operators act at the desk. The demo says what it does next and
// prints what the unit then records. It fails when a record is missing or not as it should be.
package demo
