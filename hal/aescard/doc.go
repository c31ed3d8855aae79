// Package aescard is for cards that prove themselves by AES: NTAG 424 DNA (data sheet NT4H2421Gx,
// application note AN12196) and MIFARE DESFire Light (MF2DL(H)x0, AN12343), both NXP's.
//
// A card and its reader each prove that they know the same key, without showing it; what follows is
// encrypted and bears a code (CMAC) that only they can compute, over a counter, so that nothing can
// be copied, replayed or changed on the way. Whoever copies the card's number has not copied its
// keys.
//
//	Card     what carries commands to a card and answers back: hal/rc522.Smart, or a test's
//	Session  what follows a proof: commands in plain, with a code, or encrypted
//	Key      a secret of 16 bytes; Diversify makes of it a card's own (AN10922)
//	Site     how a site uses its cards: Issue, Read, Renew, Retire
//	Taps     what becomes of the cards at one reader, whichever it is
//	Genuine  checks NXP's signature over a card's UID
//
// A card that was switched to LRP, a way to use AES that a laboratory can measure less of, is read
// and made the site's like any other; it says so by refusing AES. None is ever switched, since that
// cannot be taken back.
//
// Every example of AN12196 that could be had from public sources is a test, and so are the vectors
// of AN12304 (LRP) and others. Each is named by its source: go test -v -run 'AN1|RFC|Recorded'.
package aescard
