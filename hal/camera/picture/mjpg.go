package picture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"sync"

	"menshen/hal"
)

// JPEG decodes one frame of a camera, which must have this size, and sets width, height and pixels.
// The tables of Huffman's code may be left out, as most cameras do. A frame that cannot be decoded
// is hal.ErrNoFrame: the next one may be whole.
func JPEG(data []byte, width, height int, f *hal.Frame) error {
	if len(data) < len(mark) {
		return fmt.Errorf("%w: an empty frame", hal.ErrNoFrame)
	}
	head, err := jpeg.DecodeConfig(withTables(data))
	if err != nil {
		return fmt.Errorf("%w: %w", hal.ErrNoFrame, err)
	}
	if head.Width != width || head.Height != height {
		return fmt.Errorf("%w: a picture of %d×%d pixels, %d×%d were agreed", hal.ErrNoFrame,
			head.Width, head.Height, width, height)
	}
	src := &lender{from: withTables(data)}
	defer src.wipe()
	m, err := jpeg.Decode(src)
	if err != nil {
		return fmt.Errorf("%w: %w", hal.ErrNoFrame, err)
	}
	fill(f, m)
	return nil
}

// withTables puts the usual tables of Huffman's code behind the mark at a JPEG's beginning. Where
// it has tables of its own, they come later and count.
func withTables(data []byte) io.Reader {
	return io.MultiReader(bytes.NewReader(data[:len(mark)]), bytes.NewReader(usual()),
		bytes.NewReader(data[len(mark):]))
}

const (
	mark  = "\xff\xd8"
	dht   = 0xc4 // segment of the tables
	least = 4    // bytes of a segment's marker and length
)

// usual is the segment with the tables that ISO/IEC 10918-1 gives as typical (annex K.3). Go's
// encoder has no others, so it is cut out of a picture that it encodes.
var usual = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil); err != nil {
		return nil
	}
	for rest := b.Bytes()[len(mark):]; len(rest) >= least; {
		n := min(2+int(binary.BigEndian.Uint16(rest[2:])), len(rest))
		if rest[1] == dht {
			return rest[:n]
		}
		rest = rest[n:]
	}
	return nil
})

// lender is a reader that remembers the decoder's buffer, so that the rest of a frame in it can be
// overwritten: it is otherwise out of reach.
type lender struct {
	from io.Reader
	lent []byte
}

func (l *lender) Read(p []byte) (int, error) {
	l.lent = p
	return l.from.Read(p)
}

func (l *lender) wipe() { clear(l.lent) }
