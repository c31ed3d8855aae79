package rc522_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/devices/v3/mfrc522/commands"
	"pgregory.net/rapid"

	"menshen/hal"
	"menshen/hal/rc522"
	"menshen/hal/rc522/rc522test"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type fataler interface {
	Helper()
	Fatal(...any)
}

// chip is a chip and its field. Tests run it in the time of a synctest bubble, so that a busy
// machine is not taken for noise on the air.
func chip(t fataler) (*rc522.Chip, *rc522test.Chip) {
	t.Helper()
	field := rc522test.New()
	c, err := rc522.NewChip(field, field.NRSTPD())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Init(); err != nil {
		t.Fatal(err)
	}
	return c, field
}

// everyone activates and halts one card after the other until none answers.
func everyone(t fataler, c *rc522.Chip) (tags []rc522.Tag) {
	t.Helper()
	for {
		tag, err := c.Activate()
		if errors.Is(err, rc522.ErrSilent) {
			return tags
		}
		if err != nil {
			t.Fatal(err)
		}
		tags = append(tags, tag)
		if err := c.Halt(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryCardOfManyIsFound(t *testing.T) {
	whole := t
	rapid.Check(t, func(t *rapid.T) {
		uid := rapid.Custom(func(t *rapid.T) string {
			n := rapid.SampledFrom([]int{4, 7, 10}).Draw(t, "length")
			// few values, so that cards differ late
			return string(rapid.SliceOfN(rapid.SampledFrom([]byte{0x00, 0x01, 0x80, 0xff, 0x12}), n, n).Draw(t, "uid"))
		})
		uids := rapid.SliceOfNDistinct(uid, 0, 5, rapid.ID[string]).Draw(t, "uids")
		var cards []*rc522test.Card
		for i, u := range uids {
			cards = append(cards, &rc522test.Card{UID: []byte(u), SAK: byte(8 * i)})
		}
		var tags []rc522.Tag
		synctest.Test(whole, func(t *testing.T) {
			c, field := chip(t)
			field.Present(cards...)
			tags = everyone(t, c)
		})
		if len(tags) != len(uids) {
			t.Fatalf("%d cards found of %d", len(tags), len(uids))
		}
		for _, tag := range tags {
			i := slices.Index(uids, string(tag.UID))
			if i < 0 || tag.SAK != byte(8*i) {
				t.Fatalf("a card that is not there, or with another's SAK %02x", tag.SAK)
			}
		}
	})
}

func TestUIDKeepsItsZerosAndOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, field := chip(t)
		for _, uid := range [][]byte{
			{0, 0, 0, 1}, {0x12, 0x34, 0x56, 0x00}, {0x04, 0, 0, 0, 0, 0, 0x80}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		} {
			field.Present(&rc522test.Card{UID: uid, ATQA: [2]byte{0x44, 0x03}})
			tag, err := c.Activate()
			if err != nil {
				t.Fatal(err)
			}
			card := hal.UIDCard(tag.UID)
			if !bytes.Equal(card.Raw, uid) || card.Bits != 8*len(uid) || !card.Clonable || card.Layout != "uid" {
				t.Errorf("%d bytes became %d bits, %s, clonable %v", len(uid), card.Bits, card.Layout, card.Clonable)
			}
			if tag.ATQA != [2]byte{0x44, 0x03} {
				t.Errorf("ATQA %x", tag.ATQA)
			}
			if s := fmt.Sprintf("%v %+v %x %#v", tag, tag, tag, tag); strings.Contains(s, fmt.Sprintf("%x", uid)) {
				t.Errorf("tag prints its UID: %s", s)
			}
		}
	})
}

func TestHaltedCardSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, field := chip(t)
		field.Present(rc522test.Classic(1, 2, 3, 4))
		if n := len(everyone(t, c)); n != 1 {
			t.Fatalf("%d cards", n)
		}
		if _, err := c.Activate(); !errors.Is(err, rc522.ErrSilent) {
			t.Errorf("a halted card answered: %v", err)
		}
		if tag, err := c.ActivateAll(); err != nil || len(tag.UID) != 4 {
			t.Errorf("a halted card that is woken: %v", err)
		}
	})
}

var siteKey = rc522.Key{0xa0, 0xb1, 0xc2, 0xd3, 0xe4, 0xf5}

func TestSectors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, field := chip(t)
		for _, uid := range [][]byte{{1, 2, 3, 4}, {4, 1, 2, 3, 4, 5, 6}} {
			card := rc522test.Classic(uid...)
			card.SetKey(5, siteKey)
			card.Protected = map[byte]bool{6: true}
			open := func(block byte, kind byte, key rc522.Key) (*rc522.Session, error) {
				field.Present(card)
				tag, err := c.Activate()
				if err != nil {
					t.Fatal(err)
				}
				return c.Open(tag, block, kind, key)
			}
			if _, err := open(5, rc522.KeyA, rc522.Key{}); !errors.Is(err, rc522.ErrKey) {
				t.Errorf("wrong key: %v", err)
			}
			if _, err := open(5, rc522.KeyB, rc522.Key{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}); err != nil {
				t.Errorf("key B: %v", err)
			}
			s, err := open(5, rc522.KeyA, siteKey)
			if err != nil {
				t.Fatal(err)
			}
			want := [16]byte{0: 1, 7: 0x88, 15: 0xff}
			if err := s.Write(5, want); err != nil {
				t.Errorf("write: %v", err)
			}
			if got, err := s.Read(5); err != nil || !bytes.Equal(got, want[:]) {
				t.Errorf("read: %v, %v", got, err)
			}
			for _, block := range []byte{0, 7, 143} {
				if err := s.Write(block, want); !errors.Is(err, rc522.ErrReserved) {
					t.Errorf("write of block %d: %v", block, err)
				}
			}
			if _, err := s.Read(8); !errors.Is(err, rc522.ErrSilent) {
				t.Errorf("block of a sector that is not open: %v", err)
			}
			s, _ = open(5, rc522.KeyA, siteKey)
			if _, err := s.Read(6); !errors.Is(err, rc522.ErrRefused) {
				t.Errorf("protected block: %v", err)
			}
			card.BadMemory = true
			s, _ = open(5, rc522.KeyA, siteKey)
			if err := s.Write(5, [16]byte{}); !errors.Is(err, rc522.ErrVerify) {
				t.Errorf("a write that the card forgot: %v", err)
			}
			// afterwards the chip speaks in the clear again
			if field.Present(card); len(everyone(t, c)) != 1 {
				t.Error("no card after a session")
			}
		}
		if s := fmt.Sprintf("%v %x %#v", siteKey, siteKey, siteKey); strings.Contains(s, "a0") {
			t.Errorf("key prints itself: %s", s)
		}
	})
}

func TestSelfTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, field := chip(t)
		if known, err := c.SelfTest(); !known || err != nil {
			t.Errorf("sound chip: %v, %v", known, err)
		}
		field.Present(rc522test.Classic(1, 2, 3, 4))
		if len(everyone(t, c)) != 1 {
			t.Error("no card after the self-test")
		}
		field.Break()
		if _, err := c.SelfTest(); !errors.Is(err, rc522.ErrSelfTest) {
			t.Errorf("broken chip: %v", err)
		}
		field.SetVersion(0x88)
		if known, err := c.SelfTest(); known || err != nil {
			t.Errorf("clone: %v, %v", known, err)
		}
	})
}

func TestCheckNamesTheFault(t *testing.T) {
	for _, f := range []struct {
		name string
		harm func(*rc522.Chip, *rc522test.Chip)
		want error
	}{
		{"sound", func(*rc522.Chip, *rc522test.Chip) {}, nil},
		{"unplugged", func(_ *rc522.Chip, f *rc522test.Chip) { f.Unplug(true) }, rc522.ErrNoChip},
		{"held in reset", func(_ *rc522.Chip, f *rc522test.Chip) { f.NRSTPD().Out(false) }, rc522.ErrNoChip},
		{"sagged", func(_ *rc522.Chip, f *rc522test.Chip) { f.Sag() }, rc522.ErrReset},
		{"field off", func(c *rc522.Chip, _ *rc522test.Chip) { c.Field(false) }, rc522.ErrAntenna},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, field := chip(t)
			f.harm(c, field)
			if err := c.Check(); !errors.Is(err, f.want) {
				t.Errorf("%s: %v", f.name, err)
			}
		})
	}
}

// busy is a chip on a machine that holds the driver up after each read.
type busy struct{ *rc522test.Chip }

func (b busy) Connect(f physic.Frequency, m spi.Mode, bits int) (spi.Conn, error) {
	c, err := b.Chip.Connect(f, m, bits)
	return heldUp{c}, err
}

type heldUp struct{ spi.Conn }

func (h heldUp) Tx(out, in []byte) error {
	if out[0]&0x80 != 0 {
		defer time.Sleep(70 * time.Millisecond)
	}
	return h.Conn.Tx(out, in)
}

// TestBusyMachineIsNoBrokenChip: what a sound chip says too late to be heard in time still counts.
func TestBusyMachineIsNoBrokenChip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		field := rc522test.New()
		c, err := rc522.NewChip(busy{field}, field.NRSTPD())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Init(); err != nil {
			t.Error(err)
		}
		if known, err := c.SelfTest(); !known || err != nil {
			t.Errorf("self-test: %v, %v", known, err)
		}
	})
}

func TestGarbledAnswerIsNoCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, field := chip(t)
		field.Present(rc522test.Classic(1, 2, 3, 4))
		field.Garble(true)
		if _, err := c.Activate(); !errors.Is(err, rc522.ErrGarbled) {
			t.Errorf("got %v", err)
		}
		field.Garble(false)
		if len(everyone(t, c)) != 1 {
			t.Error("no card once it is quiet again")
		}
	})
}

// The emulator's coprocessor and periph's register layer agree with a published value: CRC_A of
// "123456789" is BF05.
func TestCoprocessor(t *testing.T) {
	field := rc522test.New()
	low, err := commands.NewLowLevelSPI(field, field.NRSTPD(), nil)
	if err != nil {
		t.Fatal(err)
	}
	low.DevWrite(commands.ModeReg, 0x3d)
	if got, err := low.CRC([]byte("123456789")); err != nil || got[0] != 0x05 || got[1] != 0xbf {
		t.Errorf("got %x, %v", got, err)
	}
}

// babble is an SPI port at which anything but a sound chip hangs.
type babble struct {
	answers []byte
	reads   int
}

func (b *babble) String() string                                            { return "babble" }
func (b *babble) Duplex() conn.Duplex                                       { return conn.Full }
func (b *babble) TxPackets([]spi.Packet) error                              { return errors.ErrUnsupported }
func (b *babble) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) { return b, nil }
func (b *babble) Tx(out, in []byte) error {
	if len(in) > 1 && len(b.answers) > 0 {
		in[1] = b.answers[b.reads%len(b.answers)]
		b.reads++
	}
	return nil
}

// late is a chip beside a strong disturber: each exchange ends in a collision, as late as
// the driver allows.
type late struct {
	babble
	begun time.Time
}

func (l *late) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) { return l, nil }
func (l *late) Tx(out, in []byte) error {
	reg, reads := int(out[0]>>1&0x3f), out[0]&0x80 != 0
	switch {
	case !reads && reg == commands.CommandReg:
		l.begun = time.Now()
	case reads && len(in) > 1:
		in[1] = map[int]byte{commands.ErrorReg: 0x08, commands.FIFOLevelReg: 1}[reg]
		if reg == commands.CommIrqReg && time.Since(l.begun) > 20*time.Millisecond {
			in[1] = 0x22 // received, with an error
		}
	}
	return nil
}

func TestDisturbedActivationEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := rc522.NewChip(&late{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, err := c.Activate(); !errors.Is(err, rc522.ErrGarbled) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took < 200*time.Millisecond || took > 350*time.Millisecond {
			t.Errorf("took %v", took)
		}
	})
}

// Whatever the chip answers, there is no panic, an end in time, and no UID of a length
// that does not exist. The time is that of a synctest bubble: only the waits count, not
// the load of the machine.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte{0x20, 0x00, 0x04, 0x92})
	f.Add([]byte{0x30, 0x02, 0x00})
	f.Add([]byte{0xff})
	f.Add([]byte{ // 1,350 waits
		0x08, 0x00, 0x10, 0x08, 0x00, 0x00, 0x00, 0x0e, 0x08, 0x02, 0x00,
		0xd6, 0x00, 0x00, 0x10, 0x00, 0x00, 0x10, 0x04, 0x08, 0x00, 0x02,
	})
	f.Fuzz(func(t *testing.T, answers []byte) {
		synctest.Test(t, func(t *testing.T) {
			c, err := rc522.NewChip(&babble{answers: answers}, nil)
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			tag, err := c.Activate()
			if took := time.Since(begun); took > 350*time.Millisecond {
				t.Errorf("activation took %v", took)
			}
			if n := len(tag.UID); err == nil && n != 4 && n != 7 && n != 10 {
				t.Errorf("UID of %d bytes", n)
			}
			if err != nil {
				return
			}
			for _, call := range []func(){func() { c.Open(tag, 5, rc522.KeyA, siteKey) }, func() { c.Halt() }} {
				begun = time.Now()
				if call(); time.Since(begun) > 50*time.Millisecond {
					t.Errorf("a call took %v", time.Since(begun))
				}
			}
		})
	})
}
