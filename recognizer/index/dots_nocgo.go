//go:build !cgo || purego

package index

func dots(rows []int8, q []int16, out []int32) { dotsGo(rows, q, out) }
