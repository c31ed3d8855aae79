// Package qr finds and reads a QR code (ISO/IEC 18004, model 2, versions 1 to 10: up to 57×57
// modules, 271 bytes) in a grey picture. Do not trust the text: anyone may have written it.
// Decision 0023 says why this is not a library, and how well it reads.
//
// The steps: tell ink from paper and find three finder patterns that form a corner (find.go);
// place the fourth corner by the alignment pattern (place.go); sample the modules through
// that perspective (grid.go); read the format, undo the mask and collect codewords in their
// zigzag (symbol.go); repair them by Reed and Solomon's code (repair.go); decode the segments
// to text (text.go).
package qr

import (
	"errors"
	"math"
)

// ErrNoCode: the picture holds no code that can be read.
var ErrNoCode = errors.New("no readable QR code")

// Point is a place in the picture, in pixels.
type Point struct{ X, Y float64 }

// Reader reads codes in one picture after the other. Wipe overwrites its memory. It is for one
// goroutine; the zero value is ready.
type Reader struct {
	w, h  int
	sums  []uint32
	dark  []bool
	found []finder
}

// Read gives the text of a code in the picture, or ErrNoCode. grey is w×h pixels, row by row. Of
// several codes it reads one.
func (r *Reader) Read(grey []byte, w, h int) (string, error) {
	if w < 21 || h < 21 || len(grey) != w*h {
		return "", ErrNoCode
	}
	r.ink(grey, w, h)
	for _, t := range triples(r.finders()) {
		if text, err := t.read(grey, w, h); err == nil {
			return text, nil
		}
	}
	return "", ErrNoCode
}

// Wipe overwrites what is left of the last picture.
func (r *Reader) Wipe() {
	clear(r.sums[:cap(r.sums)])
	clear(r.dark[:cap(r.dark)])
	clear(r.found[:cap(r.found)])
}

// read tries the versions that the distance of the finders allows. For each it places the fourth
// corner by the alignment pattern, and as that of a parallelogram.
func (t triple) read(grey []byte, w, h int) (string, error) {
	across := math.Hypot(t.right.x-t.corner.x, t.right.y-t.corner.y)
	down := math.Hypot(t.below.x-t.corner.x, t.below.y-t.corner.y)
	span := (across + down) / 2
	module := (t.corner.module + t.right.module + t.below.module) / 3 * t.slant()
	likely := int(math.Round((span/module + 7 - 17) / 4))
	for _, off := range []int{0, 1, -1, 2, -2} {
		version := likely + off
		if version < 1 || version > maxVersion {
			continue
		}
		for _, aligned := range []bool{true, false} {
			if aligned && version == 1 {
				continue
			}
			corners, ok := t.corners(grey, w, h, 17+4*version, aligned)
			if !ok {
				continue
			}
			if text, err := readAt(grey, w, h, corners, version); err == nil {
				return text, nil
			}
		}
	}
	return "", ErrNoCode
}

// slant is the side of a module over its length along the picture's lines, √½…1: less than 1 when
// the code is turned.
func (t triple) slant() float64 {
	x, y := math.Abs(t.right.x-t.corner.x), math.Abs(t.right.y-t.corner.y)
	return max(x, y) / math.Hypot(x, y)
}

// readAt reads a code whose outer corners are given in the order top left, top right, bottom right,
// bottom left, in the code's own orientation.
func readAt(grey []byte, w, h int, corners [4]Point, version int) (string, error) {
	s, fit := sample(grey, w, h, corners, version)
	if fit < 0.85 {
		return "", ErrNoCode
	}
	level, mask, ok := s.format()
	if !ok {
		return "", ErrNoCode
	}
	data, ok := repairAll(s.codewords(mask), s.version, level)
	if !ok {
		return "", ErrNoCode
	}
	return text(data, s.version)
}
