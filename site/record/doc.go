// Package record is the envelope in which the doors of a site tell each other facts
// (docs/decisions/0071).
//
// A record has a head, which whoever carries it may read, and a body, which only the doors can open
// that it is sealed to. The head is signed by its door; it names the number of the record in that
// door's chain, the head before it, and the key to which the door's next records are to be sealed.
// So a carrier can lose, repeat and delay records. It cannot change one, leave one out of a chain
// or put one in without being noticed.
//
// What is in a record counts only after [Record.Verify], with the key of the door that the head
// names.
package record
