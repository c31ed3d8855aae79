// Package rc522test emulates an MFRC522: its registers behind a fake SPI port, and
// cards in its field.
//
// It has the registers with their reset values, the 64-byte FIFO, the timer, the interrupt flags,
// the CRC coprocessor, the self-test, the reset line, and the commands Idle, Mem, CalcCRC,
// Transceive, MFAuthent and SoftReset (MFRC522, Rev. 3.9). Cards follow ISO/IEC 14443-3: REQA and
// WUPA, anti-collision over three cascade levels, SELECT, HLTA; several at once answer over each
// other, bit by bit. Of MIFARE Classic it has the results: authentication succeeds or not, blocks
// read and write. The cipher is left out, since the chip computes it. Smart cards speak ISO/IEC
// 14443-4: ATS, blocks, chains, more time, DESELECT; what they answer is an [App].
//
// Time is the emulator's own and never slower than the real one: a byte over SPI takes as long as
// its clock says (2 µs at 4 MHz), a bit over the air 9.44 µs, and a card waits 87 µs before it
// answers.
package rc522test
