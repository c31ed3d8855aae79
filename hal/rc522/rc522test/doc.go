// Package rc522test is an MFRC522 without the chip: its registers behind a fake SPI port, and cards in its field.
//
// What is there: registers with their reset values, the 64-byte FIFO, the timer, the interrupt flags, the CRC coprocessor, the self-test,
// the reset line, and the commands Idle, Mem, CalcCRC, Transceive, MFAuthent and SoftReset (MFRC522, Rev. 3.9). Cards follow ISO/IEC
// 14443-3: REQA and WUPA, anti-collision over three cascade levels, SELECT, HLTA; several at once answer over each other, bit by bit.
// MIFARE Classic is there as far as its results go: authentication succeeds or not, blocks read and write; the cipher
// itself is the chip's business and is left out.
//
// Time is the emulator's own and never slower than the real one: a byte over SPI takes 2 µs, a bit over the air 9.44 µs, and a
// card waits 87 µs before it answers.
package rc522test
