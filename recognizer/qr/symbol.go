package qr

import "math/bits"

// level is the strength of the error correction, in the order of the tables: L, M, Q, H.
type level int

// formatMask is laid over the format so that it is never all light (clause 7.9).
const formatMask = 0x5412

// format reads error correction level and mask pattern from the copy, of two, that is nearer to a
// valid one. It repairs up to three wrong bits of 15.
func (s *symbol) format() (level, int, bool) {
	var copies [2]int
	for i := range 15 {
		for c, xy := range s.formatAt(i) {
			if s.at(xy[0], xy[1]) {
				copies[c] |= 1 << i
			}
		}
	}
	best, format := 4, 0
	for f := range 32 {
		word := f<<10 | remainder(f<<10, 0x537)
		for _, read := range copies {
			if wrong := bits.OnesCount(uint(read ^ formatMask ^ word)); wrong < best {
				best, format = wrong, f
			}
		}
	}
	return [4]level{1, 0, 3, 2}[format>>3], format & 7, best < 4
}

// formatAt gives the places of bit i of the format.
func (s *symbol) formatAt(i int) [2][2]int {
	var first, second [2]int
	switch {
	case i < 6:
		first = [2]int{8, i}
	case i < 8:
		first = [2]int{8, i + 1}
	case i == 8:
		first = [2]int{7, 8}
	default:
		first = [2]int{14 - i, 8}
	}
	if i < 8 {
		second = [2]int{s.n - 1 - i, 8}
	} else {
		second = [2]int{8, s.n - 15 + i}
	}
	return [2][2]int{first, second}
}

// remainder is v modulo the polynomial g, over one bit.
func remainder(v, g int) int {
	for bits.Len(uint(v)) >= bits.Len(uint(g)) {
		v ^= g << (bits.Len(uint(v)) - bits.Len(uint(g)))
	}
	return v
}

// fixed reports whether a module belongs to a pattern and carries no data (clause 6.3).
func (s *symbol) fixed(x, y int) bool {
	n := s.n
	switch {
	case x < 9 && y < 9, x >= n-8 && y < 9, x < 9 && y >= n-8: // finders, their edges, format
		return true
	case x == 6 || y == 6: // timing
		return true
	case s.version >= 7 && (x >= n-11 && y < 6 || y >= n-11 && x < 6): // version
		return true
	}
	at := alignment(s.version)
	for i, cy := range at {
		for j, cx := range at {
			last := len(at) - 1
			corner := i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0
			if !corner && abs(x-cx) <= 2 && abs(y-cy) <= 2 {
				return true
			}
		}
	}
	return false
}

// alignment gives the middles of the alignment patterns along a side (annex E).
func alignment(version int) []int {
	switch n := 17 + 4*version; {
	case version == 1:
		return nil
	case version < 7:
		return []int{6, n - 7}
	default:
		return []int{6, (n - 1) / 2, n - 7}
	}
}

// masked reports whether the mask pattern turns a module over (clause 7.8.2).
func masked(pattern, x, y int) bool {
	switch pattern {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (x/3+y/2)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	default:
		return ((x+y)%2+x*y%3)%2 == 0
	}
}

// codewords collects the bits in columns of two, from the right, up and down in
// turn (clause 7.7.3).
func (s *symbol) codewords(pattern int) []byte {
	var words []byte
	word, filled := byte(0), 0
	up := true
	for right := s.n - 1; right > 0; right -= 2 {
		if right == 6 { // the timing pattern's column is left out
			right--
		}
		for i := range s.n {
			y := i
			if up {
				y = s.n - 1 - i
			}
			for x := right; x > right-2; x-- {
				if s.fixed(x, y) {
					continue
				}
				word <<= 1
				if s.at(x, y) != masked(pattern, x, y) {
					word |= 1
				}
				if filled++; filled == 8 {
					words, word, filled = append(words, word), 0, 0
				}
			}
		}
		up = !up
	}
	return words
}
