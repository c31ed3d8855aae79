package rc522test

// bits is a frame on the air, in the order sent: of each byte the lowest bit first.
type bits []bool

func whole(data []byte) (b bits) {
	for _, v := range data {
		for i := range 8 {
			b = append(b, v>>i&1 == 1)
		}
	}
	return b
}

func (b bits) bytes() []byte {
	out := make([]byte, (len(b)+7)/8)
	for i, one := range b {
		if one {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return out
}

// overlay is what the reader sees of several answers. The collision is the first bit in which they
// differ, or in which one has ended; -1 when there is none.
func overlay(answers []bits) (sum bits, collision int) {
	collision = -1
	for _, a := range answers {
		for i := range max(len(a), len(sum)) {
			if sum == nil {
				break
			}
			if i >= len(a) || i >= len(sum) || a[i] != sum[i] {
				if collision < 0 || i < collision {
					collision = i
				}
				break
			}
		}
		if len(a) > len(sum) {
			sum = a
		}
	}
	return sum, collision
}

// checksum is CRC_A, bit by bit as the standard draws its register.
func checksum(preset uint16, data []byte) uint16 {
	for _, one := range whole(data) {
		feed := preset&1 == 1 != one
		preset >>= 1
		if feed {
			preset ^= 0x8408
		}
	}
	return preset
}

func summed(data ...byte) []byte {
	s := checksum(0x6363, data)
	return append(append([]byte(nil), data...), byte(s), byte(s>>8))
}

func sound(f []byte) bool {
	return len(f) > 2 && checksum(0x6363, f) == 0
}

// Summed is a frame with its CRC.
func Summed(data ...byte) []byte { return summed(data...) }
