package aescardtest

import (
	"bytes"
	"slices"
)

// command answers what is neither a proof nor the card's version.
func (c *Card) command(ins byte, data []byte) []byte {
	switch ins {
	case 0x64: // GetKeyVersion
		if len(data) < 1 || int(data[0]) >= len(c.Keys) {
			return noKey
		}
		return c.protected(1, ins, data, 1, func(header, _ []byte) []byte {
			return []byte{c.Versions[header[0]]}
		})
	case 0x3c: // Read_Sig
		if c.session != nil {
			return notAllowed // its protected form is not needed here
		}
		return append(slices.Clone(c.Signature), 0x91, 0x90)
	case 0x51: // GetCardUID
		return c.asKey(-1, func() []byte {
			return c.protected(3, ins, data, 0, func(_, _ []byte) []byte { return c.UID })
		})
	case 0xad, 0x8d, 0xf5, 0x5f:
		if len(data) < 1 || c.Files[data[0]] == nil {
			return noFile
		}
		return c.file(ins, data, c.Files[data[0]])
	case 0xc4:
		return c.asKey(0, func() []byte { return c.changeKey(data) })
	}
	return noCommand
}

// asKey does it if the session is of that key, or of any for -1.
func (c *Card) asKey(no int, do func() []byte) []byte {
	if c.session == nil || no >= 0 && int(c.session.no) != no {
		return notAllowed
	}
	return do()
}

// may reports whether one of the rights is free, or the session's key.
func (c *Card) may(rights ...byte) (allowed, free bool) {
	if slices.Contains(rights, 14) {
		return true, true
	}
	return c.session != nil && slices.Contains(rights, c.session.no), false
}

func (c *Card) file(ins byte, data []byte, f *File) []byte {
	number := func(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
	at := func(header []byte) []byte {
		from, n := number(header[1:]), number(header[4:])
		if from+n > len(f.Data) {
			return nil
		}
		return f.Data[from : from+n]
	}
	allowed, free, mode, head := true, false, f.Mode, 7
	switch ins {
	case 0xad:
		allowed, free = c.may(f.Rights[2], f.Rights[0])
	case 0x8d:
		allowed, free = c.may(f.Rights[3], f.Rights[0])
	case 0x5f:
		allowed, _ = c.may(f.Rights[1])
		mode, head = 3, 1
	case 0xf5:
		mode, head = 1, 1
	}
	if !allowed {
		return notAllowed
	}
	if free {
		mode = 0
	}
	if len(data) < head {
		return length
	}
	return c.protected(mode, ins, data, head, func(header, body []byte) []byte {
		switch ins {
		case 0xad:
			if at(header) == nil {
				return boundary
			}
			return at(header)
		case 0x8d:
			if to := at(header); to == nil || len(to) != len(body) {
				return boundary
			}
			copy(at(header), body)
		case 0x5f:
			if len(body) != 3 {
				return length
			}
			f.Mode, f.Rights = body[0]&3, [4]byte{body[1] >> 4, body[1] & 15, body[2] >> 4, body[2] & 15}
		case 0xf5:
			r := f.Rights
			return []byte{0, f.Mode, r[0]<<4 | r[1], r[2]<<4 | r[3], byte(len(f.Data)), byte(len(f.Data) >> 8), 0}
		}
		return []byte{}
	})
}

func (c *Card) changeKey(data []byte) []byte {
	if len(data) < 1 || int(data[0]) >= len(c.Keys) {
		return noKey
	}
	no, own := data[0], data[0] == c.session.no
	out := c.protected(3, 0xc4, data, 1, func(_, body []byte) []byte {
		fresh := slices.Clone(body)
		if own && len(body) != 17 || !own && len(body) != 21 {
			return length
		}
		if !own {
			for i, v := range c.Keys[no] {
				fresh[i] ^= v
			}
			if !bytes.Equal(crc(fresh[:16]), fresh[17:]) {
				return integrity
			}
		}
		c.Keys[no], c.Versions[no], c.Wrong[no] = [16]byte(fresh[:16]), fresh[16], 0
		return []byte{}
	})
	if own && out[len(out)-1] == 0 {
		c.session = nil
		return ok
	}
	return out
}

// protected opens a command, does it, and protects the answer. head bytes of it are never
// encrypted. Without a session all is plain. do gives the answer, or one of the noes.
func (c *Card) protected(mode, ins byte, data []byte, head int, do func(header, body []byte) []byte) []byte {
	s := c.session
	if s == nil || mode == 0 {
		if s != nil {
			s.count++
		}
		return closed(do(data[:head], data[head:]))
	}
	if len(data) < head+8 {
		return length
	}
	text, mac := data[:len(data)-8], data[len(data)-8:]
	if !bytes.Equal(mac, s.code(ins, text)) {
		return integrity
	}
	header, body := text[:head], text[head:]
	if mode == 3 && len(body) > 0 {
		if len(body)%16 != 0 {
			return length
		}
		body = s.crypt(0xa5, 0x5a, body, true)
		body = bytes.TrimRight(body, "\x00")
		if len(body) == 0 || body[len(body)-1] != 0x80 {
			return integrity
		}
		body = body[:len(body)-1]
	}
	s.count++
	out := do(header, body)
	if isNo(out) {
		return out
	}
	if mode == 3 && len(out) > 0 {
		padded := append(slices.Clone(out), 0x80)
		out = s.crypt(0x5a, 0xa5, append(padded, make([]byte, (16-len(padded)%16)%16)...), false)
	}
	if len(out)+8 > 256 { // what a short answer holds
		return length
	}
	return slices.Concat(out, s.code(0, out), ok)
}

// isNo reports whether it is one of the noes, by identity and not by content.
func isNo(out []byte) bool {
	for _, no := range [][]byte{integrity, length, boundary} {
		if len(out) == 2 && &out[0] == &no[0] {
			return true
		}
	}
	return false
}

func closed(out []byte) []byte {
	if isNo(out) {
		return out
	}
	return append(slices.Clone(out), ok...)
}
