// Package qr reads the text of a QR code (ISO/IEC 18004, model 2, versions 1 to 10: up to 57×57 modules, 271 bytes) from a grey
// picture in which its four corners are known. OpenCV finds the corners, but reads codes only when built with the library quirc, which
// Debian's is not.
//
// The story: sample the modules through the perspective of the four corners (grid.go), read the format and undo the mask,
// collect codewords in their zigzag (symbol.go), repair them by Reed and Solomon's code (repair.go), and decode the
// segments to text (text.go). What comes out was written by a stranger.
package qr

import "errors"

// ErrNoCode: the picture holds no code there that can be read.
var ErrNoCode = errors.New("no readable QR code")

// Point is a place in the picture, in pixels.
type Point struct{ X, Y float64 }

// Read gives the text of the code whose outer corners are given in the order top left, top right, bottom right, bottom left, as the code sees
// it. grey is w×h pixels, row by row.
func Read(grey []byte, w, h int, corners [4]Point) (string, error) {
	if w < 21 || h < 21 || len(grey) != w*h {
		return "", ErrNoCode
	}
	s, ok := sample(grey, w, h, corners)
	if !ok {
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
