package recognizer

import (
	"math"
	"slices"
	"time"

	"menshen/hal/scene"
)

// landmarks is how many points the landmark model finds, in the order of the 300-W annotation.
const landmarks = 68

// inspect fills in landmarks and quality of a face, and leaves the aligned face in the embedding
// network's input, where it could be aligned.
func (c *Chain) inspect(v view, face found, crowded bool, obs *Observation) (aligned bool, err error) {
	clock := stopwatch{time.Now()}
	if err := c.locate(v, face); err != nil {
		return false, err
	}
	obs.Evidence.Points = fivePoints(&c.points)
	obs.Took.Landmark = clock.lap()

	q := &obs.Quality
	q.Yaw, q.Pitch, q.Roll = pose(obs.Evidence.Points)
	toFrame, err := align(obs.Evidence.Points, c.embed.Template)
	if err != nil { // the model saw no face in the box
		q.Advice = scene.LookStraight
		return false, nil
	}
	v.warp(toFrame, &c.embed.picture)
	c.embed.picture.light(c.grey)
	q.Brightness, q.Sharpness = light(c.grey, c.embed.Width, c.embed.Height)
	q.Mouth, q.Eyes = covering(c.grey, c.embed.Width, c.embed.Height)
	q.Advice = c.opts.advise(*q, v.h, crowded)
	obs.Took.Align = clock.lap()
	return true, nil
}

// measure fills in everything, as far as the quality allows an embedding: on other frames nothing
// is decided, and so their liveness is not measured, nor the landmarks of a face in a wrong place.
func (c *Chain) measure(v view, face found, crowded bool, obs *Observation) error {
	q := &obs.Quality
	if q.Advice = c.opts.place(q.Height, v.h, crowded); q.Advice != scene.Fine && !c.opts.Refused {
		return nil
	}
	aligned, err := c.inspect(v, face, crowded, obs)
	if err != nil || q.Advice != scene.Fine && !(aligned && c.opts.Refused) {
		return err
	}
	clock := stopwatch{time.Now()}
	e := &obs.Evidence
	if obs.Live, err = c.liveness(v, face); err != nil {
		return err
	}
	if e.EyesOpen, err = c.eyesOpen(v); err != nil {
		return err
	}
	obs.Took.Live = clock.lap()
	obs.Embedding, err = c.embedding()
	obs.Took.Embed = clock.lap()
	return err
}

// locate finds the 68 landmarks, in frame pixels, in a square of the box's height that sits a
// little low, for the chin.
func (c *Chain) locate(v view, face found) error {
	m := &c.landmark.Model
	side := m.Crop * face.height()
	x, y := (face.x0+face.x1)/2-side/2, (face.y0+face.y1)/2+m.Shift*face.height()-side/2
	if err := c.landmark.look(v, stretch(x, y, side, side, m.Width, m.Height)); err != nil {
		return err
	}
	out := c.landmark.outputs[0]
	for i := range c.points {
		c.points[i] = Point{float32(x + side*float64(out[2*i])), float32(y + side*float64(out[2*i+1]))}
	}
	return nil
}

// fivePoints takes eyes, nose and corners of the mouth out of the 68. An eye is a mean that stays
// in place when the eye closes.
func fivePoints(p *[landmarks]Point) [5]Point {
	mean := func(of ...int) (m Point) {
		for _, i := range of {
			m.X += p[i].X / float32(len(of))
			m.Y += p[i].Y / float32(len(of))
		}
		return m
	}
	return [5]Point{mean(37, 38, 40, 41), mean(43, 44, 46, 47), p[30], mean(48, 60), mean(54, 64)}
}

// liveness is the passive model's answer. It looks at a square of several times the face, so that
// the edge of a sheet shows; the square is shrunk and shifted to stay inside the frame.
func (c *Chain) liveness(v view, face found) (float32, error) {
	m := &c.live.Model
	side := min(m.Crop*face.height(), float64(v.w), float64(v.h))
	within := func(centre, length float64) float64 { return min(max(centre-side/2, 0), length-side) }
	x, y := within((face.x0+face.x1)/2, float64(v.w)), within((face.y0+face.y1)/2, float64(v.h))
	if err := c.live.look(v, stretch(x, y, side, side, m.Width, m.Height)); err != nil {
		return 0, err
	}
	return c.live.probability(), nil
}

// eyesOpen is the higher of the two eyes' probabilities of being open: the other eye may be in
// shadow or out of sight.
func (c *Chain) eyesOpen(v view) (float32, error) {
	m := &c.eye.Model
	open := float32(0)
	for _, first := range [2]int{36, 42} { // six points an eye, corners at the first and the fourth
		a, b := c.points[first], c.points[first+3]
		side := m.Crop * math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y))
		x, y := float64(a.X+b.X)/2-side/2, float64(a.Y+b.Y)/2-side/2
		if side < 2 {
			continue
		}
		if err := c.eye.look(v, stretch(x, y, side, side, m.Width, m.Height)); err != nil {
			return 0, err
		}
		open = max(open, c.eye.probability())
	}
	return open, nil
}

// embedding reads the aligned face that is already in the network's input.
func (c *Chain) embedding() (*Embedding, error) {
	e := new(Embedding)
	err := c.embedInto(e)
	if err == nil && c.opts.Flip {
		mirror(c.embed.input, c.embed.Width)
		err = c.embedInto(e)
	}
	if err != nil {
		clear(e[:])
		return nil, err
	}
	normalise(e[:])
	return e, nil
}

// embedInto adds the aligned face's embedding, of unit length, to e.
func (c *Chain) embedInto(e *Embedding) error {
	n := c.embed
	if err := n.run(); err != nil {
		return err
	}
	normalise(n.outputs[0])
	for i, v := range n.outputs[0] {
		e[i] += v
	}
	return nil
}

// normalise scales v to unit length.
func normalise(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
}

// mirror turns planes of rows of w pixels left to right.
func mirror(planes []float32, w int) {
	for row := range slices.Chunk(planes, w) {
		slices.Reverse(row)
	}
}

// stopwatch gives the time between laps.
type stopwatch struct{ last time.Time }

func (s *stopwatch) lap() time.Duration {
	now := time.Now()
	d := now.Sub(s.last)
	s.last = now
	return d
}
