package rpc

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"io"

	"menshen/board/desk"
)

// The pixels of a picture are face data. They go from the desk's picture through a buffer that is
// overwritten straight into the line that is sent: package json, which keeps its buffers, never
// has them.

// pixels is a JPEG file of its capacity at most. Package jpeg writes into it without a buffer of
// its own.
type pixels []byte

func (b *pixels) Write(p []byte) (int, error) {
	if len(*b)+len(p) > cap(*b) { // append would leave what it has behind
		return 0, io.ErrShortBuffer
	}
	*b = append(*b, p...)
	return len(p), nil
}

func (b *pixels) WriteByte(c byte) error { _, err := b.Write([]byte{c}); return err }
func (b *pixels) Flush() error           { return nil }

// encode puts a picture in place of what was there. Errors: it is too large.
func (b *pixels) encode(p *image.Gray, quality int) error {
	clear(*b)
	*b = (*b)[:0]
	return jpeg.Encode(b, p, &jpeg.Options{Quality: quality})
}

// emptyPixels is the place of a view's pixels in a line. No text can look like it: in a text a
// quotation mark is escaped.
var emptyPixels = []byte(`"jpeg":""`)

// withPixels gives a line with each view's pixels in its place; nil: it is too long.
func withPixels(line []byte, of ...pixels) []byte {
	out := make([]byte, 0, MaxLine)
	for _, p := range of {
		before, after, there := bytes.Cut(line, emptyPixels)
		if !there {
			break
		}
		if len(out)+len(line)+base64.StdEncoding.EncodedLen(len(p)) > MaxLine {
			clear(out)
			return nil
		}
		out = append(append(out, before...), emptyPixels[:len(emptyPixels)-1]...)
		out = append(base64.StdEncoding.AppendEncode(out, p), '"')
		line = after
	}
	return append(out, line...)
}

// widest is how many pixels wide a picture is sent at most.
const widest = 160

// shrink gives a picture of that width at most, a pixel the mean of a block of so many in a row.
// Where that is 1 it shares the pixels.
func shrink(p *desk.Picture) (small *image.Gray, block int) {
	block = max(1, (p.Width+widest-1)/widest)
	if block == 1 {
		return &image.Gray{Pix: p.Gray, Stride: p.Width, Rect: image.Rect(0, 0, p.Width, p.Height)}, 1
	}
	small = image.NewGray(image.Rect(0, 0, p.Width/block, p.Height/block))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			sum := 0
			for j := range block {
				for i := range block {
					sum += int(p.Gray[(y*block+j)*p.Width+x*block+i])
				}
			}
			small.Pix[y*small.Stride+x] = byte(sum / (block * block))
		}
	}
	return small, block
}
