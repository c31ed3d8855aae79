// Package picture decodes pictures into frames: files (PNG, JPEG) and the frames of cameras that
// compress each one as a JPEG (MJPG). It uses Go's own decoders, so that no library of C parses
// bytes from outside.
//
// How a telephone was held (EXIF) is not looked at: turn such pictures first.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/png" // one kind of file that can be read; the other is JPEG
	"os"
	"slices"

	"menshen/hal"
)

// maxPixels bounds what is decoded: a picture can be small as a file and huge in memory.
const maxPixels = 64 << 20

// ErrLarge: the picture has more pixels than a door needs.
var ErrLarge = errors.New("picture is too large")

// Load decodes a PNG or JPEG file; transparent parts are black. It sets width, height and pixels.
func Load(path string, f *hal.Frame) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	if head.Width > maxPixels/max(head.Height, 1) {
		return fmt.Errorf("read picture: %w: %d×%d pixels", ErrLarge, head.Width, head.Height)
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	fill(f, m)
	return nil
}

// fill copies a picture into a frame, transparent parts on black, and overwrites the picture.
func fill(f *hal.Frame, m image.Image) {
	defer wipe(m)
	b := m.Bounds()
	f.Wipe()
	f.Width, f.Height = b.Dx(), b.Dy()
	f.BGR = slices.Grow(f.BGR[:0], f.Width*f.Height*3) // at once: what grows leaves copies behind
	row := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	defer wipe(row)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		draw.Draw(row, row.Bounds(), m, image.Pt(b.Min.X, y), draw.Src)
		for i := 0; i+4 <= len(row.Pix); i += 4 {
			f.BGR = append(f.BGR, row.Pix[i+2], row.Pix[i+1], row.Pix[i])
		}
	}
}

// wipe overwrites a picture of a kind that the decoders here give most.
func wipe(m image.Image) {
	switch m := m.(type) {
	case *image.YCbCr:
		clear(m.Y)
		clear(m.Cb)
		clear(m.Cr)
	case *image.Gray:
		clear(m.Pix)
	case *image.RGBA:
		clear(m.Pix)
	case *image.NRGBA:
		clear(m.Pix)
	case *image.CMYK:
		clear(m.Pix)
	}
}
