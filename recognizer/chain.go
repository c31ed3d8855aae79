package recognizer

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"menshen/hal"
	"menshen/recognizer/models"
)

// Limits of a frame's sides, in pixels.
const (
	minSide = 64
	maxSide = 4096
)

// ErrFrame: the frame is too small, too large, or its buffer does not fit its size.
var ErrFrame = errors.New("frame cannot be used")

// check returns ErrFrame for a frame that OpenCV or an index into its pixels would fail on.
func check(f *hal.Frame) error {
	if min(f.Width, f.Height) < minSide || max(f.Width, f.Height) > maxSide || len(f.BGR) != f.Width*f.Height*3 {
		return fmt.Errorf("%w: %d×%d pixels in %d bytes; sides must be %d to %d",
			ErrFrame, f.Width, f.Height, len(f.BGR), minSide, maxSide)
	}
	return nil
}

// Chain turns frames into observations. It is for one goroutine.
type Chain struct {
	opts                               Options
	detect, landmark, embed, live, eye *network
	grey                               []float32 // the aligned face, for its quality
}

// New builds the networks of a set. The set's files can be released afterwards.
func New(set *models.Set, opts Options) (*Chain, error) {
	c := &Chain{
		opts: opts.withDefaults(),
		grey: make([]float32, set.Embed.Width*set.Embed.Height),
	}
	if opts.Threads > 0 {
		setThreads(opts.Threads)
	}
	for _, n := range []struct {
		to    **network
		model models.Model
		want  []int
	}{
		{&c.detect, set.Detect, nil},
		{&c.landmark, set.Landmark, []int{2 * landmarks}},
		{&c.embed, set.Embed, []int{Dim}},
		{&c.live, set.Live, nil},
		{&c.eye, set.Eye, nil},
	} {
		net, err := newNetwork(set, n.model, n.want...)
		if err != nil {
			c.Close()
			return nil, err
		}
		*n.to = net
	}
	return c, nil
}

// Find reports whether faces are in the zone, and where. It measures nothing of them.
func (c *Chain) Find(frame *hal.Frame) (Observation, error) {
	_, obs, err := c.find(frame)
	return obs, err
}

// Inspect measures the quality of the large and central face in the zone, for aiming a camera. It
// measures neither liveness nor embedding.
func (c *Chain) Inspect(frame *hal.Frame) (Observation, error) {
	return c.observe(frame, func(v view, faces []found, obs *Observation) error {
		_, err := c.inspect(v, faces, obs)
		return err
	})
}

// Observe measures all of the large and central face in the zone. The caller wipes the frame, which
// is only read, and the observation.
func (c *Chain) Observe(frame *hal.Frame) (Observation, error) { return c.observe(frame, c.measure) }

func (c *Chain) observe(frame *hal.Frame, measure func(view, []found, *Observation) error) (Observation, error) {
	faces, obs, err := c.find(frame)
	if err != nil || len(faces) == 0 {
		return obs, err
	}
	if err := measure(view{frame.BGR, frame.Width, frame.Height}, faces, &obs); err != nil {
		obs.Wipe()
		return Observation{}, err
	}
	return obs, nil
}

// Forget overwrites what is left of the last face in the memory of the networks. It takes as long
// as Observe: call it when the person has gone.
func (c *Chain) Forget() error {
	clear(c.grey)
	var errs []error
	for _, n := range c.networks() {
		errs = append(errs, n.forget())
	}
	return errors.Join(errs...)
}

// Close wipes and frees everything.
func (c *Chain) Close() {
	clear(c.grey)
	for _, n := range c.networks() {
		n.close()
	}
}

func (c *Chain) networks() []*network {
	all := []*network{c.detect, c.landmark, c.embed, c.live, c.eye}
	return slices.DeleteFunc(all, func(n *network) bool { return n == nil })
}

// find detects the faces in the zone, the large and central one first.
func (c *Chain) find(frame *hal.Frame) ([]found, Observation, error) {
	w, h := frame.Width, frame.Height
	if err := check(frame); err != nil {
		return nil, Observation{}, err
	}
	obs := Observation{Seq: frame.Seq, At: frame.At, Width: w, Height: h}
	start := time.Now()
	v := view{frame.BGR, w, h}
	// The detector sees the whole frame in its own shape, with black to the right or below.
	scale := max(float64(w)/float64(c.detect.Width), float64(h)/float64(c.detect.Height))
	seenW, seenH := scale*float64(c.detect.Width), scale*float64(c.detect.Height)
	if err := c.detect.look(v, stretch(0, 0, seenW, seenH, c.detect.Width, c.detect.Height)); err != nil {
		return nil, Observation{}, err
	}
	faces := decode(c.detect.outputs[0], c.detect.outputs[1], c.detect.Threshold, seenW, seenH)
	faces = suppress(faces, c.detect.Overlap)
	faces = slices.DeleteFunc(faces, func(f found) bool {
		box := f.rect(v.bounds())
		return box.Empty() || !c.opts.inZone(box, w, h)
	})
	slices.SortFunc(faces, func(a, b found) int {
		return cmp.Compare(c.opts.prominence(b, w, h), c.opts.prominence(a, w, h))
	})
	obs.Took.Detect = time.Since(start)
	if len(faces) > 0 {
		obs.Faces = len(faces)
		obs.Box = faces[0].rect(v.bounds())
		obs.Detection = faces[0].score
		obs.Quality.Height = int(math.Round(faces[0].height()))
	}
	return faces, obs, nil
}
