package qr

import "fmt"

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// stream gives bits, highest first.
type stream struct {
	data []byte
	at   int // next bit
}

func (s *stream) left() int { return len(s.data)*8 - s.at }

// take gives the next n bits; missing ones count as zero, which is the end of the text.
func (s *stream) take(n int) (v int) {
	for range n {
		v <<= 1
		if s.left() > 0 {
			v |= int(s.data[s.at/8]>>(7-s.at%8)) & 1
			s.at++
		}
	}
	return v
}

// text decodes the segments (clause 7.4): digits, capitals and bytes. Kanji and chained
// codes are not read.
func text(data []byte, version int) (string, error) {
	s := &stream{data: data}
	wide := 0
	if version >= 10 {
		wide = 1
	}
	var out []byte
	for s.left() >= 4 {
		switch mode := s.take(4); mode {
		case 0:
			return string(out), nil
		case 1:
			for n := s.take([2]int{10, 12}[wide]); n > 0; n -= 3 {
				digits := min(n, 3)
				size := [4]int{0, 4, 7, 10}[digits]
				if s.left() < size {
					return "", ErrNoCode
				}
				v := s.take(size)
				if v >= [4]int{0, 10, 100, 1000}[digits] {
					return "", ErrNoCode
				}
				out = fmt.Appendf(out, "%0*d", digits, v)
			}
		case 2:
			for n := s.take([2]int{9, 11}[wide]); n > 0; n -= 2 {
				size := [3]int{0, 6, 11}[min(n, 2)]
				if s.left() < size {
					return "", ErrNoCode
				}
				v := s.take(size)
				if n > 1 {
					if v >= 45*45 {
						return "", ErrNoCode
					}
					out = append(out, alphanumeric[v/45])
				} else if v >= 45 {
					return "", ErrNoCode
				}
				out = append(out, alphanumeric[v%45])
			}
		case 4:
			n := s.take([2]int{8, 16}[wide])
			if s.left() < 8*n {
				return "", ErrNoCode
			}
			for range n {
				out = append(out, byte(s.take(8)))
			}
		default:
			return "", ErrNoCode
		}
	}
	return string(out), nil
}
