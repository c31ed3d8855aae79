package qr

// Codewords are grouped in blocks, each with its own correction words, and interleaved (clause
// 7.6). A block is a Reed–Solomon code over the field of 256 elements with the polynomial
// x⁸+x⁴+x³+x²+1 and roots α⁰, α¹, …

// correction gives, by level and version, the number of correction words of a block, and of
// blocks (table 9).
var correction = [4][maxVersion][2]int{
	{{7, 1}, {10, 1}, {15, 1}, {20, 1}, {26, 1}, {18, 2}, {20, 2}, {24, 2}, {30, 2}, {18, 4}},
	{{10, 1}, {16, 1}, {26, 1}, {18, 2}, {24, 2}, {16, 4}, {18, 4}, {22, 4}, {22, 5}, {26, 5}},
	{{13, 1}, {22, 1}, {18, 2}, {26, 2}, {18, 4}, {24, 4}, {18, 6}, {22, 6}, {20, 8}, {24, 8}},
	{{17, 1}, {28, 1}, {22, 2}, {16, 4}, {22, 4}, {28, 4}, {26, 5}, {26, 6}, {24, 8}, {28, 8}},
}

// repairAll undoes the interleaving and gives the data of all blocks, or false when a block has too
// many wrong words.
func repairAll(words []byte, version int, l level) ([]byte, bool) {
	extra, count := correction[l][version-1][0], correction[l][version-1][1]
	short := len(words)/count - extra // data words of a short block
	long := len(words) % count        // so many blocks, the last ones, have one more
	blocks := make([][]byte, count)
	next := 0
	take := func(b int) { blocks[b], next = append(blocks[b], words[next]), next+1 }
	for i := range short + 1 {
		for b := range count {
			if i < short || b >= count-long {
				take(b)
			}
		}
	}
	for range extra {
		for b := range count {
			take(b)
		}
	}
	var data []byte
	for _, block := range blocks {
		if !repair(block, extra) {
			return nil, false
		}
		data = append(data, block[:len(block)-extra]...)
	}
	return data, true
}

// repair corrects a block in place: by Berlekamp and Massey's algorithm for the locator, Chien's
// search for the places, and Forney's formula for the values.
func repair(block []byte, extra int) bool {
	syndromes := make([]byte, extra)
	wrong := false
	for i := range syndromes {
		syndromes[i] = evaluate(block, power(i))
		wrong = wrong || syndromes[i] != 0
	}
	if !wrong {
		return true
	}
	locator := locate(syndromes)
	errors := len(locator) - 1
	if errors > extra/2 {
		return false
	}
	// The evaluator is syndromes · locator, of which only the first words count; the lowest power
	// first, as in the locator.
	evaluator := make([]byte, errors)
	for i := range evaluator {
		for j := range i + 1 {
			evaluator[i] ^= mul(locator[j], syndromes[i-j])
		}
	}
	found := 0
	for place := range block {
		inverse := power(255 - (len(block)-1-place)%255)
		if low(locator, inverse) != 0 {
			continue
		}
		found++
		slope := byte(0) // the locator's derivative: odd powers only, in a field where 1+1 = 0
		for i := 1; i < len(locator); i += 2 {
			slope ^= mul(locator[i], raise(inverse, i-1))
		}
		if slope == 0 {
			return false
		}
		block[place] ^= mul(raise(inverse, 255-1), div(low(evaluator, inverse), slope))
	}
	if found != errors {
		return false
	}
	for i := range syndromes { // proof
		if evaluate(block, power(i)) != 0 {
			return false
		}
	}
	return true
}

// locate is the shortest polynomial, lowest power first, that generates the syndromes.
func locate(syndromes []byte) []byte {
	locator, before := []byte{1}, []byte{1}
	length, gap, last := 0, 1, byte(1)
	for n := range syndromes {
		off := syndromes[n]
		for i := 1; i <= length && i < len(locator); i++ {
			off ^= mul(locator[i], syndromes[n-i])
		}
		if off == 0 {
			gap++
			continue
		}
		next := make([]byte, max(len(locator), len(before)+gap))
		copy(next, locator)
		for i, v := range before {
			next[i+gap] ^= mul(div(off, last), v)
		}
		if 2*length <= n {
			length, before, last, gap = n+1-length, locator, off, 1
		} else {
			gap++
		}
		locator = next
	}
	return locator[:min(length+1, len(locator))]
}

// logs and powers of the generator α = 2.
var powers, logs = func() (p [255]byte, l [256]int) {
	v := 1
	for i := range p {
		p[i], l[v] = byte(v), i
		if v <<= 1; v > 255 {
			v ^= 0x11d
		}
	}
	return p, l
}()

func power(i int) byte { return powers[i%255] }

func mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return powers[(logs[a]+logs[b])%255]
}

func div(a, b byte) byte {
	if a == 0 {
		return 0
	}
	return powers[(logs[a]+255-logs[b])%255]
}

func raise(a byte, n int) byte { return powers[logs[a]*n%255] }

// evaluate is the polynomial at x, highest power first.
func evaluate(p []byte, x byte) (v byte) {
	for _, c := range p {
		v = mul(v, x) ^ c
	}
	return v
}

// low is the polynomial at x, lowest power first.
func low(p []byte, x byte) (v byte) {
	for i := len(p) - 1; i >= 0; i-- {
		v = mul(v, x) ^ p[i]
	}
	return v
}
