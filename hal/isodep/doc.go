// Package isodep is the reader's side of ISO/IEC 14443-4, the block protocol (T=CL) that smart
// cards speak once they are selected.
//
// It does no input or output: a [Link] says which block to send and how long to wait, and is told
// what came. So every rule of the standard is tried without a chip, and another front end needs ten
// lines. The rules are quoted by their numbers (7.5.4 and 7.5.5 of ISO/IEC 14443-4:2018).
//
//	ATS    what a card says of itself: how long its frames and its pauses may be
//	Link   one card's conversation: commands cut into blocks, answers put together
//	Step   what to do next
//
// Left out: more than one card at a time (CID), nodes (NAD), and other speeds than 106 kbit/s
// (PPS): decision 64.
package isodep
