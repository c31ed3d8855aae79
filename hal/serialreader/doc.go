// Package serialreader reads cards and codes from readers that write them to a serial port: 125 kHz
// modules such as the RDM6300, QR and bar code scanners that "type" a line, and others that a
// Config describes.
//
//	bytes  →  Splitter  →  frame  →  Content  →  hal.Card or hal.Code
//	         by start and        checks and reads
//	         end bytes
//
// Such readers repeat a card while it is held in front of them. A Reader reports it once, and again
// after the card was away for Config.Away. A damaged frame is a Fault and never a card.
package serialreader
