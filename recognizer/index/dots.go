package index

// dotsGo gives out[i], the inner product of row i with q. Rows follow each other and have the
// length of q. It does the same as the C in dots_cgo.go: it is the reference of its test, and
// replaces it without cgo.
func dotsGo(rows []int8, q []int16, out []int32) {
	for i := range out {
		row := rows[i*len(q) : (i+1)*len(q)]
		var s int32
		for j, v := range q {
			s += int32(row[j]) * int32(v)
		}
		out[i] = s
	}
}
