package rc522

import (
	"bytes"
	"encoding/hex"
	"errors"
	"time"

	"periph.io/x/devices/v3/mfrc522/commands"
)

// signatures are the 64 bytes that a sound chip answers, by version (section 16.1.1).
var signatures = map[byte]string{
	0x91: "00c637d532b7575cc2d87c4dd970c77310e6d2aa5ea13e5a14af3061c970db2e" +
		"642272b5bd65f4ec22bcd37235cdaa411fa7f35314de7e02d90fb55e251d2979",
	0x92: "00eb66ba57bf2395d0e30d3d27895cde9d3ba700215b8982513aeb020ca50049" +
		"7c844db3ccd21b815d4876d5716121a986968338cf9d5b6ddc15ba3e7d953b2f",
}

// SelfTest runs the chip's digital self-test (section 16.1.1) and then sets the chip up again.
// known is false for a clone, whose right answer is not published.
func (c *Chip) SelfTest() (known bool, err error) {
	version, err := c.Version()
	if err != nil {
		return false, err
	}
	want, known := signatures[version]
	got, err := c.signature()
	if err != nil {
		return known, err
	}
	if err := c.Init(); err != nil {
		return known, err
	}
	if sound, _ := hex.DecodeString(want); known && !bytes.Equal(got, sound) {
		return known, c.failed("self-test of", ErrSelfTest)
	}
	return known, nil
}

func (c *Chip) signature() ([]byte, error) {
	const storeBuffer = 0x01 // the command Mem
	if err := c.softReset(); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		reg byte
		val []byte
	}{
		{commands.FIFOLevelReg, []byte{flushFIFO}},
		{commands.FIFODataReg, make([]byte, 25)}, // for the internal buffer
		{commands.CommandReg, []byte{storeBuffer}},
		{commands.AutoTestReg, []byte{0x09}},
		{commands.FIFODataReg, []byte{0}},
		{commands.CommandReg, []byte{commands.PCD_CALCCRC}},
	} {
		if err := c.write(s.reg, s.val...); err != nil {
			return nil, err
		}
	}
	for begun := time.Now(); ; time.Sleep(breath) {
		late := time.Since(begun) > 60*time.Millisecond // before the read, as in softReset
		n, err := c.read(commands.FIFOLevelReg)
		if err != nil {
			return nil, err
		}
		if n >= sizeFIFO {
			break
		}
		if late {
			return nil, c.failed("self-test of", ErrSelfTest)
		}
	}
	if err := c.write(commands.CommandReg, commands.PCD_IDLE); err != nil {
		return nil, err
	}
	got, err := c.readAll(commands.FIFODataReg, sizeFIFO)
	return got, errors.Join(err, c.write(commands.AutoTestReg, 0))
}
