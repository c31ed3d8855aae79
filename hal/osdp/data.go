package osdp

import (
	"encoding/binary"
	"time"
)

// Encode gives code and data of a command or a reply.
func Encode(m interface {
	code() byte
	data(b []byte) []byte
}) []byte {
	return m.data([]byte{m.code()})
}

// steps gives a time in units, the nearest that a byte can hold. What is not zero stays so.
func steps(d, unit time.Duration) byte { return byte(min(steps16(d, unit), 0xff)) }

func steps16(d, unit time.Duration) uint16 {
	if d <= 0 {
		return 0
	}
	return uint16(min(max((d+unit/2)/unit, 1), 0xffff))
}

// cursor reads data from the front. Beyond their end it gives zeros, and end says so.
type cursor struct {
	left  []byte
	short bool
}

func cut(payload []byte) (code byte, d cursor, err error) {
	if len(payload) == 0 {
		return 0, d, ErrLength
	}
	return payload[0], cursor{left: payload[1:]}, nil
}

// take gives the next n bytes.
func (d *cursor) take(n int) []byte {
	if n > len(d.left) {
		d.short, d.left = true, nil
		return make([]byte, n)
	}
	b := d.left[:n:n]
	d.left = d.left[n:]
	return b
}

func (d *cursor) rest() []byte { return d.take(len(d.left)) }

func (d *cursor) u8() byte    { return d.take(1)[0] }
func (d *cursor) u16() uint16 { return binary.LittleEndian.Uint16(d.take(2)) }
func (d *cursor) u32() uint32 { return binary.LittleEndian.Uint32(d.take(4)) }

func (d *cursor) in(unit time.Duration) time.Duration { return time.Duration(d.u8()) * unit }

func (d *cursor) blink() Blink {
	return Blink{d.in(tick), d.in(tick), Color(d.u8()), Color(d.u8())}
}

func (d *cursor) led() LED {
	return LED{d.u8(), d.u8(), LEDTemporary{d.u8(), d.blink(), time.Duration(d.u16()) * tick},
		LEDPermanent{d.u8(), d.blink()}}
}

// end is ErrLength when bytes were missing or are left.
func (d *cursor) end() error {
	if d.short || len(d.left) > 0 {
		return ErrLength
	}
	return nil
}

// records reads one record after the other.
func records[R, All any](d *cursor, one func() R, all func([]R) All) All {
	var list []R
	for len(d.left) > 0 {
		list = append(list, one())
	}
	return all(list)
}
