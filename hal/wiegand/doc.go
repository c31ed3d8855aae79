// Package wiegand reads cards and buttons from the two data lines of a Wiegand reader.
//
// Each bit is a pulse to Low, on D0 for a zero and on D1 for a one: 20 to 100 µs long, one every
// 0.2 to 20 ms (SIA AC-01-1996.10, the 26-bit Wiegand reader interface standard). A frame is a
// train of pulses followed by quiet. The wire has no acknowledgement and only a few parity bits, so
// this package is strict: a frame that is not exactly right is a Fault and never a card.
//
//	edges  →  Framer   →  Frame  →  Format  →  hal.Card
//	          splits on           checks length
//	          kernel time         and parity
//
// Only falling edges are used, since reading a level after an edge is too late on a busy machine.
// Edges carry the kernel's time and number. A frame in which a number is missing is ErrLost
// whatever its bits say: the kernel drops the oldest edge when its queue is full, and 26 later bits
// would make another card.
//
// One wrong, lost or added pulse never gives another card. Two wrong bits may pass the parities,
// and then still have to hit the number of a card that the door knows. docs/figures.md has how
// often, by format (TestTwoWrongBitsByFormat).
//
// docs/figures.md also has how many frames were read on simulated lines and on the
// kernel's, and how soon.
package wiegand
