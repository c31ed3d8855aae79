// Package wiegand reads cards and keys from the two data lines of a Wiegand reader.
//
// Each bit is a pulse to Low, on D0 for a zero and on D1 for a one: 20 to 100 µs long, one every 0.2 to 20 ms (SIA
// AC-01-1996.10, the 26-bit Wiegand reader interface standard). A frame is a train of pulses with quiet after it. The wire
// has no acknowledgement and two parity bits at best, so this package is strict: a frame that is not exactly right is a Fault and
// never a card.
//
//	edges  →  Framer   →  Frame  →  Format  →  hal.Card
//	          splits on           checks length
//	          kernel time         and parity
//
// Only falling edges are used; reading a level after an edge is too late on a busy machine. Edges carry the kernel's time
// and number: a frame in which a number is missing is ErrLost whatever its bits say, because the kernel drops the oldest edge when its queue
// is full, and 26 later bits would make another card.
//
// What parity can do: one wrong, lost or added pulse never gives another card; two wrong bits pass the parities of H10301 in
// 48.0% of the places where they may be, of H10306 in 48.5%, H10302 and H10304 in 45.9%, Corporate1000 in 29.6% (exact:
// TestTwoWrongBitsByFormat), and then still have to hit the number of a card that the door knows.
//
// How many frames were read on simulated and on the kernel's own lines, and how soon: docs/figures.md.
package wiegand
