package rc522test

// Access conditions of MIFARE Classic (MF1S50yyX, 8.7.1 to 8.7.3): which keys may, by the bits C1
// C2 C3 of a block as a number. Writing a trailer means all of it.
var (
	dataRead     = [8]string{"AB", "AB", "AB", "B", "AB", "B", "AB", ""}
	dataWrite    = [8]string{"AB", "", "", "B", "B", "", "B", ""}
	trailerRead  = [8]string{"A", "A", "A", "AB", "AB", "AB", "AB", "AB"}
	trailerWrite = [8]string{"", "A", "", "B", "", "", "", ""}
	keyBShown    = [8]bool{0b000: true, 0b010: true, 0b001: true}
)

type deed int

const (
	reading deed = iota
	writing
)

// condition gives a block's access condition, from its sector's trailer. It reports false when the
// bits and their complements do not agree: such a sector is lost for ever.
func (c *Card) condition(block byte) (cond int, sound bool) {
	b := c.Blocks[block/4*4+3][6:9]
	c1, c2, c3 := b[1]>>4, b[2]&15, b[2]>>4
	sound = c1 == ^b[0]&15 && c2 == ^b[0]>>4 && c3 == ^b[1]&15
	bit := func(c byte) int { return int(c >> (block % 4) & 1) }
	return bit(c1)<<2 | bit(c2)<<1 | bit(c3), sound
}

// may reports whether the key that opened the sector allows it. A key B that can be read is data,
// and opens nothing.
func (c *Card) may(do deed, block byte) bool {
	cond, sound := c.condition(block)
	last, _ := c.condition(block | 3)
	if !sound || c.byB && keyBShown[last] {
		return false
	}
	allowed := map[deed][2]string{
		reading: {dataRead[cond], trailerRead[cond]},
		writing: {dataWrite[cond], trailerWrite[cond]},
	}[do]
	by := allowed[0]
	if block%4 == 3 {
		by = allowed[1]
	}
	want := byte('A')
	if c.byB {
		want = 'B'
	}
	for i := range by {
		if by[i] == want {
			return true
		}
	}
	return false
}

// shown is a block as it reads: of a trailer key A never, key B only where it is data.
func (c *Card) shown(block byte) []byte {
	data := c.Blocks[block]
	if block%4 == 3 {
		clear(data[:6])
		if cond, _ := c.condition(block); !keyBShown[cond] {
			clear(data[10:])
		}
	}
	return data[:]
}
