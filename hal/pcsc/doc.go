// Package pcsc reads 13.56 MHz cards with readers that pcscd serves: the USB readers of a desk, and
// front ends for a door that are better than an RC522. Any reader will do that follows part 3 of
// the PC/SC specification, as all contactless ones in the shops do.
//
// pcscd is Debian's service for such readers. It owns their drivers and the USB port; the unit
// speaks with it over a socket of the machine, in the protocol of its library (version 4, all of
// Debian 12 and 13: src/winscard_msg.h of pcsc-lite). Every answer has its time, so that a service
// that hangs, is killed or is not there becomes a fault of the reader and no more.
//
//	Daemon  opens the socket
//	Look    whether pcscd knows a reader, and which others
//	Reader  hal.Reader: reports each card once while it is held there
//
// A card's number comes from the reader (FF CA). Such a card can be copied. A card that proves
// itself by AES is read, issued and retired as at an RC522, by package aescard; the reader carries
// its commands, and speaks ISO/IEC 14443-4 itself. MIFARE Classic is left to the RC522.
package pcsc
