package recognizer

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"time"

	"menshen/hal"
	"menshen/recognizer/infrared"
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
	engine                             string
	opts                               Options
	detect, landmark, embed, live, eye *network
	grey                               []float32 // the aligned face, for its quality
	points                             [landmarks]Point
}

// New builds the networks of a set. The set's files can be released afterwards.
func New(set *models.Set, opts Options) (*Chain, error) {
	switch library := opts.Engine.Library(); {
	case library == "":
		return build(set, opts, openCV(opts.Threads))
	case opts.Engine == AnyEngine:
		return quicker(set, opts, library)
	default:
		return withLibrary(set, opts, library)
	}
}

// quicker builds the networks by both engines and keeps those that take less time on this machine:
// which they are, only a board can tell (docs/figures.md). A library that does not work is no
// error. The engine's name says how the other compares.
func quicker(set *models.Set, opts Options, library string) (*Chain, error) {
	if c := again(set, opts, library); c != nil {
		return c, nil
	}
	c, err := withLibrary(set, opts, library)
	other, otherErr := build(set, opts, openCV(opts.Threads))
	switch {
	case err != nil && otherErr == nil:
		other.engine += fmt.Sprintf(" (%v)", err)
		return other, nil
	case err != nil:
		return nil, otherErr
	case otherErr != nil:
		c.engine += fmt.Sprintf(" (OpenCV: %v)", otherErr)
		return c, nil
	}
	took, otherTook := time.Hour, time.Hour
	for round := range 5 { // in turn, and the shortest: the machine may have other work
		took, otherTook = min(took, c.pass()), min(otherTook, other.pass())
		if round > 0 && 2*max(took, otherTook) > 3*min(took, otherTook) {
			break // plain enough
		}
	}
	if otherTook < took {
		c, other, took, otherTook = other, c, otherTook, took
	}
	c.engine += fmt.Sprintf(" (%s: %.1f×)", other.engine, float64(otherTook)/float64(took))
	other.Close()
	trim()
	return c, nil
}

// again builds the networks by the engine that an earlier chain found to be the quicker, as
// Options.Tried says; nil: it says nothing of these versions, or the engine does not work now.
func again(set *models.Set, opts Options, library string) *Chain {
	if !strings.HasSuffix(opts.Tried, "×)") {
		return nil
	}
	in := openCV(opts.Threads)
	if !strings.HasPrefix(opts.Tried, "OpenCV ") {
		var err error
		if in, err = onnxRuntime(library, opts.Threads); err != nil {
			return nil
		}
	}
	if !strings.HasPrefix(opts.Tried, in.name+" (") {
		return nil
	}
	c, err := build(set, opts, in)
	if err != nil {
		return nil
	}
	c.engine = opts.Tried
	return c
}

// pass is the time of one pass of all networks, on what their inputs hold. Each has run before.
func (c *Chain) pass() time.Duration {
	start := time.Now()
	for _, n := range c.networks() {
		if n.run() != nil {
			return time.Hour
		}
	}
	return time.Since(start)
}

func withLibrary(set *models.Set, opts Options, library string) (*Chain, error) {
	in, err := onnxRuntime(library, opts.Threads)
	if err != nil {
		return nil, err
	}
	return build(set, opts, in)
}

func build(set *models.Set, opts Options, in engine) (*Chain, error) {
	c := &Chain{
		engine: in.name,
		opts:   opts.withDefaults(),
		grey:   make([]float32, set.Embed.Width*set.Embed.Height),
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
		net, err := newNetwork(in, set, n.model, n.want...)
		if err != nil {
			c.Close()
			return nil, err
		}
		*n.to = net
	}
	return c, nil
}

// Engine is what computes the networks, for people: its name and version. Where AnyEngine had a
// choice, also how long the other takes, in times of this one, or why it cannot be used.
func (c *Chain) Engine() string { return c.engine }

// Find reports whether faces are in the zone, and where. It measures nothing of them.
func (c *Chain) Find(frame *hal.Frame) (Observation, error) {
	_, obs, err := c.find(frame)
	return obs, err
}

// Inspect measures the quality of the face in the zone that is meant (choose), for aiming a
// camera. It measures neither liveness nor embedding.
func (c *Chain) Inspect(frame *hal.Frame) (Observation, error) {
	return c.observe(frame, c.choose, func(v view, face found, crowded bool, obs *Observation) error {
		_, err := c.inspect(v, face, crowded, obs)
		return err
	})
}

// Observe measures all of the face in the zone that is meant: the large and central one, or of two
// the one that looks at the camera. The caller wipes the frame, which is only read, and the
// observation.
func (c *Chain) Observe(frame *hal.Frame) (Observation, error) {
	return c.observe(frame, c.choose, c.measure)
}

// Enrol is Observe for taking a person's face. Any second face of some size is one too many, so
// that a bystander's is never taken.
func (c *Chain) Enrol(frame *hal.Frame) (Observation, error) {
	return c.observe(frame, func(_ view, faces []found) (bool, error) { return accompanied(faces), nil }, c.measure)
}

// observe finds the faces, chooses one and measures it. choose puts it first, and reports that it
// cannot be told which is meant.
func (c *Chain) observe(
	frame *hal.Frame, choose func(view, []found) (crowded bool, err error),
	measure func(v view, face found, crowded bool, obs *Observation) error,
) (Observation, error) {
	faces, obs, err := c.find(frame)
	if err != nil || len(faces) == 0 {
		return obs, err
	}
	v := view{frame.BGR, frame.Width, frame.Height}
	crowded, err := choose(v, faces)
	if err == nil {
		obs.takes(faces[0], v)
		err = measure(v, faces[0], crowded, &obs)
	}
	if err != nil {
		obs.Wipe()
		return Observation{}, err
	}
	return obs, nil
}

// Landmarks finds the points of the most prominent face, in frame pixels; false: there is no face.
// It is for measuring.
func (c *Chain) Landmarks(frame *hal.Frame) (points [landmarks]Point, found bool, err error) {
	faces, _, err := c.find(frame)
	if err != nil || len(faces) == 0 {
		return points, false, err
	}
	err = c.locate(view{frame.BGR, frame.Width, frame.Height}, faces[0])
	return c.points, err == nil, err
}

// Forget overwrites what is left of the last face in the memory of the networks. It takes as long
// as Observe: call it when the person has gone, on the thread that observed.
func (c *Chain) Forget() error {
	c.wipe()
	var errs []error
	for _, n := range c.networks() {
		errs = append(errs, n.forget())
	}
	return errors.Join(append(errs, forgetRegisters())...)
}

// Close wipes and frees everything.
func (c *Chain) Close() {
	c.wipe()
	for _, n := range c.networks() {
		n.close()
	}
}

// wipe overwrites what is left of the last face outside the networks.
func (c *Chain) wipe() {
	clear(c.grey)
	clear(c.points[:])
}

func (c *Chain) networks() []*network {
	all := []*network{c.detect, c.landmark, c.embed, c.live, c.eye}
	return slices.DeleteFunc(all, func(n *network) bool { return n == nil })
}

// Spots are all faces of a frame, wherever they are, the best score first. It is for a frame of
// another camera, to which the zone does not apply.
func (c *Chain) Spots(frame *hal.Frame) (spots []infrared.Spot, err error) {
	faces, err := c.detectAll(frame)
	for _, f := range faces {
		if box := f.rect(image.Rect(0, 0, frame.Width, frame.Height)); !box.Empty() {
			spots = append(spots, infrared.Spot{Box: box, Score: f.score})
		}
	}
	return spots, err
}

// find detects the faces in the zone, the large and central one first.
func (c *Chain) find(frame *hal.Frame) ([]found, Observation, error) {
	w, h := frame.Width, frame.Height
	obs := Observation{Seq: frame.Seq, At: frame.At, Width: w, Height: h}
	start := time.Now()
	v := view{frame.BGR, w, h}
	faces, err := c.detectAll(frame)
	if err != nil {
		return nil, Observation{}, err
	}
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
		obs.takes(faces[0], v)
	}
	return faces, obs, nil
}

// detectAll runs the detector on a whole frame; the best score is first.
func (c *Chain) detectAll(frame *hal.Frame) ([]found, error) {
	if err := check(frame); err != nil {
		return nil, err
	}
	w, h := frame.Width, frame.Height
	// The detector sees the whole frame in its own shape, with black to the right or below.
	scale := max(float64(w)/float64(c.detect.Width), float64(h)/float64(c.detect.Height))
	seenW, seenH := scale*float64(c.detect.Width), scale*float64(c.detect.Height)
	v := view{frame.BGR, w, h}
	if err := c.detect.look(v, stretch(0, 0, seenW, seenH, c.detect.Width, c.detect.Height)); err != nil {
		return nil, err
	}
	faces := decode(c.detect.outputs[0], c.detect.outputs[1], c.detect.Threshold, seenW, seenH)
	return suppress(faces, c.detect.Overlap), nil
}

// takes notes where the face is that is meant.
func (o *Observation) takes(face found, v view) {
	o.Box, o.Detection = face.rect(v.bounds()), face.score
	o.Quality.Height = int(math.Round(face.height()))
}
