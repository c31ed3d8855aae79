// Package rc522 reads 13.56 MHz cards (ISO/IEC 14443 type A) with NXP's MFRC522 on SPI.
//
// Data sheet: MFRC522, Rev. 3.9 (NXP, 2016). Card side: ISO/IEC 14443-3 (activation), MF1S50yyX
// (MIFARE Classic), ISO/IEC 14443-4 (smart cards; package isodep).
//
// Of periph's driver only the names of registers and commands are used (mfrc522/commands). It sends
// each byte by a transfer of its own, does not know UIDs of 10 bytes or collisions, authenticates
// cards of 7 bytes with the wrong bytes, can wait for ever, and reports success for a failed write.
//
//	Chip     registers, one exchange with the field, self-tests
//	Tag      an activated card: UID of 4, 7 or 10 bytes, SAK
//	Session  an authenticated sector of a MIFARE Classic: read, verified write
//	Smart    a conversation with a smart card: commands and answers of any length
//	Sector   where the site's own number is; Reader.Issue writes a number and keys to a new card
//	Reader   hal.Reader: reports each card once while it is held there, and revives a deaf chip
//
// The chip's timer ends an exchange with a silent card, and the host's clock one with a silent
// chip. No exchange takes longer than 40 ms, but a smart card's, and all that is said to one of
// those takes a second at most, or four when it is written. Activate, which may need many, gives
// up after 0.25 s. Init and SelfTest reset the chip and may take 0.2 s.
//
// A UID is sent in the clear and can be copied onto a blank card for pennies: such a card is
// Clonable. A sector under keys of the card's own, made from the site's secret, is better.
// Crypto-1, the cipher of MIFARE Classic, has been broken since 2008. So this keeps out the
// copier in the shop; an expert who has one card in hand can copy that card, but learns
// nothing of the others. A card that proves itself by AES (package aescard) is Proved: it is not
// copied, also by an expert. A reader that knows such cards takes no bare UID any more.
package rc522
