// Package rc522 reads 13.56 MHz cards (ISO/IEC 14443 type A) with NXP's MFRC522 on SPI.
//
// Data sheet: MFRC522, Rev. 3.9 (NXP, 2016). Card side: ISO/IEC 14443-3 (activation), MF1S50yyX (MIFARE Classic).
//
// Of periph's driver only the register layer (mfrc522/commands) is used: its upper layer knows no UIDs of 10 bytes and no
// collisions, authenticates cards of 7 bytes with the wrong bytes, can wait for ever, and calls a failed write a success.
//
//	Chip     registers, one exchange with the field, self-tests
//	Tag      an activated card: UID of 4, 7 or 10 bytes, SAK
//	Session  an authenticated sector of a MIFARE Classic: read, verified write
//	Sector   where the site's own number is; Reader.Issue writes one, and keys of its own, to a card fresh from the factory
//	Reader   hal.Reader: polls, reports each card once while it is held there, and brings a deaf chip back
//
// The chip's own timer ends an exchange with a silent card, and the host's clock one with a silent chip: none waits longer than
// 40 ms. Activate, which may need many, gives up after 0.25 s; Init and SelfTest reset the chip and may take 0.2 s.
//
// A UID is sent in the clear and can be copied onto a blank card for pennies: such a card is Clonable. A sector under keys of
// the card's own, made from the site's secret, is better, though Crypto-1, the cipher of MIFARE Classic, has been broken since 2008: it
// keeps out the copier in the shop, and an expert who has one card in hand copies that one and learns nothing of the others.
package rc522
