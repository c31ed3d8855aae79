// Package demo is a new unit's first day, on a simulated door: the unit is set up, two people get cards, one asks for face
// entry, and the door shows what it does and what it refuses to do.
//
// Everything is the real program on the real path: cards come as pulses on simulated wires, faces from real pictures
// through the eye's own process, acts through the technician's desk. The demo only says what happens next, and prints what
// the unit's own records then say; it knows no result beforehand, and fails when a record is missing.
package demo
