package aescardtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"slices"
	"time"
)

// File is one of a card's files. Rights are as on the card: read-write, change, read, write; 14 is
// free, 15 never.
type File struct {
	Mode   byte // 0 plain, 1 with a code, 3 encrypted
	Rights [4]byte
	Data   []byte
}

// Card is a card at ISO/IEC 14443-4: an App of hal/rc522/rc522test, and a Card of hal/aescard.
type Card struct {
	UID       []byte
	Kind      byte   // 4: NTAG 424 DNA, 8: DESFire Light
	Name      []byte // of its application
	Keys      [5][16]byte
	Versions  [5]byte
	Files     map[byte]*File
	Signature []byte
	LRP       bool // switched to it, for ever

	Wrong [5]int        // wrong proofs of each key in a row; at 50 the card makes one wait, and here says no
	Takes time.Duration // for a command
	// Cheat, if not nil, gives what leaves the card instead of an answer.
	Cheat func(apdu, answer []byte) []byte
	Asked [][]byte // all commands so far

	selected bool
	next     func(data []byte) []byte // what the next part is for
	session  *session
}

type session struct {
	no       byte
	ti       []byte
	count    uint16
	enc, mac [16]byte
	lrp      *lrpSession // instead of both
}

// genuine are cards whose signatures are public: of AN12196 and AN12343, and two of proxmark3's.
var genuine = [][3]string{
	{"04518dfaa96180", "d1940d17cfeda4bff80359ab975f9f6514313e8f90c1d3caaf5941ad" +
		"744a1cdf9a83f883cafe0fe95d1939b1b7e47113993324473b785d21"},
	{"0463474aa26a80", "27e9a50e6ca4ba9037c02f7d20a80d0284d0c1d83c67f5a5ac1d8a4e" +
		"f86c9508417e4e9c6f85aa7920f0abded984caf20467d66ea54bbf08"},
	{"04c46c222a6380", "344a806ebf704c05c19215d2f840529ce365aad2d08a469a95896d75" +
		"d477d9fab02a0c827e9f215bd8eb0e56a3a9a008fb75d706aabbd4da"},
	{"045a115a346180", "1ca298fc3f0f04a329254ac0df7a3eb8e756c076cd1baaf47b8bba6d" +
		"cd78bcc64dfd3e80e679d9a663cae9e4d4c2c77023077cc549ce4a61"},
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// NTAG makes an NTAG 424 DNA as it leaves the factory, one of three.
func NTAG(which int) *Card {
	g := genuine[which%3]
	return &Card{UID: unhex(g[0]), Signature: unhex(g[1]), Kind: 4, Name: unhex("d2760000850101"),
		Files: map[byte]*File{
			1: {0, [4]byte{0, 0, 14, 0}, make([]byte, 32)},
			2: {0, [4]byte{14, 0, 14, 14}, make([]byte, 256)},
			3: {3, [4]byte{3, 0, 2, 3}, append([]byte{0x00, 0x7e}, make([]byte, 126)...)},
		}}
}

// Light makes a DESFire Light as it leaves the factory, of which here are two files.
func Light() *Card {
	g := genuine[3]
	return &Card{UID: unhex(g[0]), Signature: unhex(g[1]), Kind: 8, Name: unhex("a00000039656434103f015400000000b"),
		Files: map[byte]*File{
			0x00: {3, [4]byte{3, 0, 1, 2}, make([]byte, 256)},
			0x04: {3, [4]byte{3, 0, 1, 2}, make([]byte, 256)},
		}}
}

// Reset is what happens when the card loses its field.
func (c *Card) Reset() { c.selected, c.next, c.session = false, nil, nil }

// Exchange implements aescard.Card.
func (c *Card) Exchange(apdu []byte) ([]byte, error) {
	answer, _ := c.Command(apdu)
	return answer, nil
}

// Command implements rc522test.App.
func (c *Card) Command(apdu []byte) ([]byte, time.Duration) {
	c.Asked = append(c.Asked, slices.Clone(apdu))
	answer := slices.Clone(c.answer(apdu)) // Cheat may write to it
	if c.Cheat != nil {
		answer = c.Cheat(apdu, answer)
	}
	return answer, c.Takes
}

// What a card says no with.
var (
	ok         = []byte{0x91, 0x00}
	more       = []byte{0x91, 0xaf}
	noCommand  = []byte{0x91, 0x1c}
	integrity  = []byte{0x91, 0x1e}
	noKey      = []byte{0x91, 0x40}
	length     = []byte{0x91, 0x7e}
	notAllowed = []byte{0x91, 0x9d}
	delay      = []byte{0x91, 0xad}
	wrongKey   = []byte{0x91, 0xae}
	boundary   = []byte{0x91, 0xbe}
	noFile     = []byte{0x91, 0xf0}
)

func (c *Card) answer(apdu []byte) []byte {
	if len(apdu) > 5 && bytes.HasPrefix(apdu, []byte{0x00, 0xa4, 0x04, 0x0c}) {
		name := apdu[5:]
		if c.Reset(); len(name) < int(apdu[4]) || !bytes.Equal(name[:apdu[4]], c.Name) {
			return []byte{0x6a, 0x82}
		}
		c.selected = true
		return []byte{0x90, 0x00}
	}
	if len(apdu) < 5 || apdu[0] != 0x90 || apdu[2] != 0 || apdu[3] != 0 ||
		len(apdu) > 5 && len(apdu) != 6+int(apdu[4]) {
		return length
	}
	ins, data := apdu[1], []byte(nil)
	if len(apdu) > 5 {
		data = apdu[5 : len(apdu)-1]
	}
	next := c.next
	c.next = nil
	switch {
	case ins == 0xaf && next != nil:
		return next(data)
	case !c.selected:
		return notAllowed
	case ins == 0x71, ins == 0x77:
		return c.challenge(ins, data)
	case ins == 0x60:
		return c.version()
	}
	out := c.command(ins, data)
	if s := out[len(out)-1]; s != 0x00 && s != 0x90 {
		c.session = nil // a no ends the session
	}
	return out
}

// version is GetVersion in its three parts.
func (c *Card) version() []byte {
	c.next = func([]byte) []byte {
		c.next = func([]byte) []byte { return slices.Concat(c.UID, make([]byte, 7), ok) }
		return append([]byte{4, c.Kind, 2, 1, 1, 0x11, 5}, more...)
	}
	return append([]byte{4, c.Kind, 2, 0x30, 0, 0x11, 5}, more...)
}

func block(key [16]byte) cipher.Block {
	b, _ := aes.NewCipher(key[:])
	return b
}

func cbc(key [16]byte, iv []byte, data []byte, decrypt bool) []byte {
	out := make([]byte, len(data))
	if decrypt {
		cipher.NewCBCDecrypter(block(key), iv).CryptBlocks(out, data)
	} else {
		cipher.NewCBCEncrypter(block(key), iv).CryptBlocks(out, data)
	}
	return out
}

// challenge is the first half of a proof; what it returns to is the second.
func (c *Card) challenge(ins byte, data []byte) []byte {
	if len(data) < 1 || int(data[0]) >= len(c.Keys) {
		return noKey
	}
	if ins == 0x77 && c.session == nil {
		return notAllowed
	}
	no, zero := data[0], make([]byte, 16)
	if c.Wrong[no] >= 50 {
		return delay
	}
	switch can := data[min(2, len(data)):]; {
	case ins == 0x77 && c.session.lrp != nil:
		return c.lrpChallenge(no, nil, c.session)
	case c.LRP && (len(can) == 0 || can[0]&2 == 0):
		return notAllowed
	case c.LRP:
		return c.lrpChallenge(no, slices.Clone(can), nil)
	}
	key, b := c.Keys[no], make([]byte, 16)
	_, _ = rand.Read(b)
	c.next = func(data []byte) []byte {
		if len(data) != 32 {
			return length
		}
		plain := cbc(key, zero, data, true)
		a := plain[:16]
		if !bytes.Equal(plain[16:], slices.Concat(b[1:], b[:1])) {
			c.Wrong[no]++
			c.session = nil
			return wrongKey
		}
		c.Wrong[no] = 0
		s := &session{no: no, ti: make([]byte, 4)}
		_, _ = rand.Read(s.ti)
		turned := slices.Concat(a[1:], a[:1])
		answer := slices.Concat(s.ti, turned, make([]byte, 12))
		if ins == 0x77 {
			s.ti, s.count, answer = c.session.ti, c.session.count, turned
		}
		vector := slices.Concat([]byte{0xa5, 0x5a, 0x00, 0x01, 0x00, 0x80}, a[:2], make([]byte, 6), b[6:], a[8:])
		for i := range 6 {
			vector[8+i] = a[2+i] ^ b[i]
		}
		s.enc = cmac(key, vector)
		vector[0], vector[1] = 0x5a, 0xa5
		s.mac = cmac(key, vector)
		c.session = s
		return append(cbc(key, zero, answer, false), ok...)
	}
	return append(cbc(key, zero, b, false), more...)
}

// cmac is AES-CMAC as RFC 4493 draws it.
func cmac(key [16]byte, msg []byte) [16]byte {
	return cmacBy(func(b *[16]byte) { block(key).Encrypt(b[:], b[:]) }, msg)
}

// cmacBy is CMAC with any cipher of 16 bytes.
func cmacBy(encrypt func(*[16]byte), msg []byte) (mac [16]byte) {
	double := func(l [16]byte) (k [16]byte) {
		hi, lo := binary.BigEndian.Uint64(l[:8]), binary.BigEndian.Uint64(l[8:])
		binary.BigEndian.PutUint64(k[:8], hi<<1|lo>>63)
		binary.BigEndian.PutUint64(k[8:], lo<<1)
		if hi>>63 == 1 {
			k[15] ^= 0x87
		}
		return k
	}
	var l [16]byte
	encrypt(&l)
	k := double(l)
	n := max(1, (len(msg)+15)/16)
	last := msg[16*(n-1):]
	if len(last) < 16 {
		k, last = double(k), append(slices.Clone(last), 0x80)
	}
	for i := range n {
		part := last
		if i < n-1 {
			part = msg[16*i : 16*i+16]
		} else {
			for j := range k {
				mac[j] ^= k[j]
			}
		}
		for j, v := range part {
			mac[j] ^= v
		}
		encrypt(&mac)
	}
	return mac
}

// code is the shortened CMAC of a message of the session.
func (s *session) code(first byte, rest []byte) (short []byte) {
	msg := slices.Concat([]byte{first, byte(s.count), byte(s.count >> 8)}, s.ti, rest)
	sum := cmac(s.mac, msg)
	if s.lrp != nil {
		sum = s.lrp.mac.cmac(msg)
	}
	for i := range 8 {
		short = append(short, sum[2*i+1])
	}
	return short
}

// crypt opens or seals what the label a, b stands for.
func (s *session) crypt(a, b byte, data []byte, decrypt bool) []byte {
	if s.lrp != nil {
		return s.lrp.crypt(data, decrypt)
	}
	iv := append(slices.Concat([]byte{a, b}, s.ti, []byte{byte(s.count), byte(s.count >> 8)}), make([]byte, 8)...)
	block(s.enc).Encrypt(iv, iv)
	return cbc(s.enc, iv, data, decrypt)
}

// crc is the checksum that goes with a new key.
func crc(key []byte) []byte { return binary.LittleEndian.AppendUint32(nil, ^crc32.ChecksumIEEE(key)) }
