// Package aescardtest emulates an NTAG 424 DNA and a MIFARE DESFire Light: applications, keys with
// their versions, files with their rights, proof and protected messages by AES or by LRP, NXP's
// signature, and the count of wrong keys. It answers by NT4H2421Gx, MF2DL(H)x0, AN12196 and
// AN12304, and shares no code with package aescard: what both understand, both have from the
// papers.
//
// A card may cheat: its Cheat sees each answer before it leaves.
package aescardtest
