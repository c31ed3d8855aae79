package osdp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"errors"
)

// The types of security blocks. Those from the unit are odd.
const (
	scsChallenge  = 0x11
	scsCryptogram = 0x12
	scsConfirm    = 0x13
	scsInitial    = 0x14
	scsMAC        = 0x15 // with a MAC; from a reader one more
	scsSealed     = 0x17 // with a MAC and encrypted data; from a reader one more

	macSize = 4
)

// Errors of the Secure Channel.
var (
	ErrMAC = errors.New("a frame whose MAC is wrong: somebody on the line, or a reader that lost count")
	// ErrClear is of a frame outside the Secure Channel where only one inside it counts.
	ErrClear = errors.New("a frame in clear, which is not taken")
)

// Nonce is a random number of one side of a handshake.
type Nonce [8]byte

// Channel is the Secure Channel of one session, as either side has it: both compute the same.
// Commands and replies take turns, and each MAC covers the one before: a frame that was left out,
// repeated or from another session is found.
type Channel struct {
	enc, mac1, mac2 cipher.Block
	unit, reader    Nonce
	command, reply  [aes.BlockSize]byte // the MACs of the last command and the last reply
}

// NewChannel makes the channel of two random numbers. It is not open before both sides have shown
// their cryptograms.
func NewChannel(k Key, unit, reader Nonce) *Channel {
	base := block(k[:])
	derive := func(kind1, kind2 byte) cipher.Block {
		b := [aes.BlockSize]byte{kind1, kind2}
		copy(b[2:8], unit[:6])
		base.Encrypt(b[:], b[:])
		return block(b[:])
	}
	c := &Channel{enc: derive(0x01, 0x82), mac1: derive(0x01, 0x01), mac2: derive(0x01, 0x02),
		unit: unit, reader: reader}
	initial := c.UnitCryptogram()
	c.mac1.Encrypt(initial[:], initial[:])
	c.mac2.Encrypt(c.reply[:], initial[:])
	return c
}

// block gives the cipher of a key of 16 bytes.
func block(key []byte) cipher.Block {
	b, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for another size
	}
	return b
}

// ReaderCryptogram shows that the reader has the key.
func (c *Channel) ReaderCryptogram() [16]byte { return c.cryptogram(c.unit, c.reader) }

// UnitCryptogram shows that the unit has the key.
func (c *Channel) UnitCryptogram() [16]byte { return c.cryptogram(c.reader, c.unit) }

// InitialMAC is what a reader confirms the channel with. Only before the first command.
func (c *Channel) InitialMAC() [16]byte { return c.reply }

func (c *Channel) cryptogram(first, second Nonce) (out [16]byte) {
	copy(out[:8], first[:])
	copy(out[8:], second[:])
	c.enc.Encrypt(out[:], out[:])
	return out
}

// Seal encrypts the data of a frame, if it has any, and appends its MAC.
func (c *Channel) Seal(f Frame) (Frame, error) {
	kind, _, other := c.side(f.Reply)
	if len(f.Payload) < 2 {
		return c.Sign(f)
	}
	data := pad(f.Payload[1:])
	c.cbc(*other, data, cipher.NewCBCEncrypter)
	f.Payload = append([]byte{f.Payload[0]}, data...)
	return c.sign(f, scsSealed+kind)
}

// Sign appends the MAC of a frame whose data stay as they are. The unit does so only where there
// are none.
func (c *Channel) Sign(f Frame) (Frame, error) {
	kind, _, _ := c.side(f.Reply)
	return c.sign(f, scsMAC+kind)
}

func (c *Channel) sign(f Frame, security byte) (Frame, error) {
	_, own, other := c.side(f.Reply)
	f.Security = []byte{security}
	covered, err := f.appendHead(nil, len(f.Payload)+macSize)
	if err != nil {
		return f, err
	}
	*own = c.mac(*other, append(covered, f.Payload...))
	f.Payload = append(f.Payload[:len(f.Payload):len(f.Payload)], own[:macSize]...)
	return f, nil
}

// Open checks the MAC of a frame and gives code and data. After an error the channel is as before.
// The type of the security block may be the other side's, as some readers have it for some replies:
// the MAC covers which side spoke. Errors: ErrClear, ErrMAC; ErrFormat of data that are padded
// wrong under a right MAC.
func (c *Channel) Open(f Frame) ([]byte, error) {
	_, own, other := c.side(f.Reply)
	if len(f.Security) == 0 || f.Security[0] < scsMAC || f.Security[0] > scsSealed+1 {
		return nil, ErrClear
	}
	n := len(f.Payload) - macSize
	if n < 1 {
		return nil, ErrMAC
	}
	covered, err := f.appendHead(nil, len(f.Payload))
	if err != nil {
		return nil, err
	}
	mac := c.mac(*other, append(covered, f.Payload[:n]...))
	if subtle.ConstantTimeCompare(mac[:macSize], f.Payload[n:]) != 1 {
		return nil, ErrMAC
	}
	payload := append([]byte(nil), f.Payload[:n]...)
	if isEncrypted(f) && n > 1 { // some readers say so of a frame without data
		data := payload[1:]
		if len(data)%aes.BlockSize != 0 {
			return nil, ErrFormat
		}
		c.cbc(*other, data, cipher.NewCBCDecrypter)
		if data, err = unpad(data); err != nil {
			return nil, err
		}
		payload = payload[:1+len(data)]
	}
	*own = mac
	return payload, nil
}

// isEncrypted reports whether the data of a frame of a channel are.
func isEncrypted(f Frame) bool { return len(f.Security) > 0 && f.Security[0] >= scsSealed }

// side gives what a direction adds to the types of its security blocks, the place of its own MAC,
// and that of the other side's.
func (c *Channel) side(reply bool) (kind byte, own, other *[aes.BlockSize]byte) {
	if reply {
		return 1, &c.reply, &c.command
	}
	return 0, &c.command, &c.reply
}

// cbc encrypts or decrypts in place, begun with the complement of the other side's last MAC.
func (c *Channel) cbc(before [aes.BlockSize]byte, data []byte, mode func(cipher.Block, []byte) cipher.BlockMode) {
	for i := range before {
		before[i] = ^before[i]
	}
	mode(c.enc, before[:]).CryptBlocks(data, data)
}

// mac is CBC under the first key and, for the last block, the second.
func (c *Channel) mac(before [aes.BlockSize]byte, covered []byte) [aes.BlockSize]byte {
	if len(covered)%aes.BlockSize != 0 {
		covered = pad(covered)
	}
	last := len(covered) - aes.BlockSize
	for at := 0; at <= last; at += aes.BlockSize {
		subtle.XORBytes(before[:], before[:], covered[at:])
		if at < last {
			c.mac1.Encrypt(before[:], before[:])
		}
	}
	c.mac2.Encrypt(before[:], before[:])
	return before
}

// padding begins what fills the last block.
const padding = 0x80

// pad fills a copy of b to whole blocks, by a byte at least.
func pad(b []byte) []byte {
	out := make([]byte, (len(b)/aes.BlockSize+1)*aes.BlockSize)
	out[copy(out, b)] = padding
	return out
}

func unpad(b []byte) ([]byte, error) {
	for n := len(b) - 1; n >= 0 && n >= len(b)-aes.BlockSize; n-- {
		if b[n] == padding {
			return b[:n], nil
		} else if b[n] != 0 {
			break
		}
	}
	return nil, ErrFormat
}
