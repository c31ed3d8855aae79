// Package pictures makes the door's own chain an eval.Looker: it takes picture files, and gives
// what the recognizer sees in them.
package pictures

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/jpeg" // the kinds of picture that can be read
	_ "image/png"
	"os"

	"menshen/hal"
	"menshen/recognizer"
	"menshen/recognizer/eval"
)

// Looker looks at picture files through a chain. It is for one goroutine, as the chain is.
type Looker struct {
	Chain *recognizer.Chain
	frame hal.Frame
}

// Look reads a JPEG or PNG file and observes it. The next picture overwrites its pixels; Wipe
// overwrites the last.
func (l *Looker) Look(path string) (eval.Seen, error) {
	if err := l.read(path); err != nil {
		return eval.Seen{}, err
	}
	o, err := l.Chain.Observe(&l.frame)
	if err != nil {
		return eval.Seen{}, err
	}
	return seen(&o), nil
}

// Wipe overwrites the last picture.
func (l *Looker) Wipe() { l.frame.Wipe() }

// seen takes over the observation, its embedding included.
func seen(o *recognizer.Observation) eval.Seen {
	s := eval.Seen{Live: float64(o.Live), Signs: o.Signs(), Took: []eval.Took{
		{Stage: "detect", Time: o.Took.Detect}, {Stage: "landmarks", Time: o.Took.Landmark},
		{Stage: "align, quality", Time: o.Took.Align},
		{Stage: "liveness", Time: o.Took.Live}, {Stage: "embed", Time: o.Took.Embed},
	}}
	switch {
	case o.Faces == 0:
		s.Reason = "no face"
	case o.Embedding == nil:
		s.Reason = o.Quality.Advice.String()
	default:
		s.Embedding = o.Embedding[:]
	}
	return s
}

// maxPixels bounds what is decoded: a picture can be small as a file and huge in memory.
const maxPixels = 64 << 20

var errLarge = errors.New("picture is too large")

// read decodes a picture into the frame.
func (l *Looker) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	defer f.Close()
	head, _, err := image.DecodeConfig(f)
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	if head.Width > maxPixels/max(head.Height, 1) {
		return fmt.Errorf("read picture: %w: %d×%d pixels", errLarge, head.Width, head.Height)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	m, _, err := image.Decode(f)
	if err != nil {
		return fmt.Errorf("read picture: %w", err)
	}
	l.frame.Wipe()
	fill(&l.frame, m)
	return nil
}

// fill copies a picture into a frame, transparent parts on black.
func fill(f *hal.Frame, m image.Image) {
	size := m.Bounds().Size()
	rgba := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(rgba, rgba.Bounds(), m, m.Bounds().Min, draw.Src)
	f.Width, f.Height = size.X, size.Y
	f.BGR = f.BGR[:0]
	for i := 0; i < len(rgba.Pix); i += 4 {
		f.BGR = append(f.BGR, rgba.Pix[i+2], rgba.Pix[i+1], rgba.Pix[i])
	}
	clear(rgba.Pix)
}
