// Package pictures makes the door's own chain an eval.Looker: it takes picture files, and gives
// what the recognizer sees in them.
package pictures

import (
	"errors"
	"image"
	"io/fs"
	"os"

	"menshen/hal"
	"menshen/hal/camera/picture"
	"menshen/hal/scene"
	"menshen/recognizer"
	"menshen/recognizer/eval"
	"menshen/recognizer/fusion"
	"menshen/recognizer/infrared"
)

// Looker looks at picture files through a chain. It is for one goroutine, as the chain is.
type Looker struct {
	Chain *recognizer.Chain
	frame hal.Frame
}

// Look reads a JPEG or PNG file and observes it. The next picture overwrites its pixels; Wipe
// overwrites the last.
func (l *Looker) Look(path string) (eval.Seen, error) {
	if err := picture.Load(path, &l.frame); err != nil {
		return eval.Seen{}, err
	}
	o, err := l.Chain.Observe(&l.frame)
	if err != nil {
		return eval.Seen{}, err
	}
	s := seen(&o)
	s.Signs.Infrared, err = l.beside(path, &o)
	return s, err
}

// beside compares the infrared pictures that lie beside a picture, as an eye does that sees the
// same with both cameras; zero where there are none.
func (l *Looker) beside(path string, o *recognizer.Observation) (none fusion.Infrared, err error) {
	lit, dark := eval.Beside(path)
	if _, err := os.Stat(lit); o.Faces == 0 || errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	var face infrared.Spot
	var halves [2]infrared.Reading
	for i, path := range []string{lit, dark} {
		if err := picture.Load(path, &l.frame); err != nil {
			return none, err
		}
		halves[i] = infrared.Read(&l.frame, i == 0)
		if i > 0 {
			break
		}
		own := image.Pt(l.frame.Width, l.frame.Height)
		place := infrared.Place(o.Box, image.Pt(o.Width, o.Height), own, infrared.Whole)
		spots, err := l.Chain.Spots(&l.frame)
		if err != nil {
			return none, err
		}
		face = infrared.At(place, spots)
	}
	return infrared.Pair(&halves[0], &halves[1], face.Box, face.Score), nil
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
	case o.Quality.Advice != scene.Fine:
		if s.Reason = o.Quality.Advice.String(); o.Embedding != nil {
			s.Refused = o.Embedding[:]
		}
	default:
		s.Embedding = o.Embedding[:]
	}
	return s
}
