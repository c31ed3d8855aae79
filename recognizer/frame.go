package recognizer

import "menshen/recognizer/fusion"

// Frame is what the observation says of the nearest face, in fusion's terms. Its embedding is the
// observation's own memory: Wipe overwrites both.
func (o *Observation) Frame() fusion.Frame {
	f := fusion.Frame{Present: o.Faces > 0, Live: float64(o.Live), Signs: o.Signs(), Advice: o.Quality.Advice}
	if o.Embedding != nil {
		f.Embedding = o.Embedding[:]
	}
	return f
}

// Signs is what the frame says for a living head or against one, besides the passive model.
func (o *Observation) Signs() fusion.Signs {
	e := &o.Evidence
	s := fusion.Signs{
		EyesOpen: float64(e.EyesOpen),
		Yaw:      float64(o.Quality.Yaw),
		Infrared: e.Infrared,
	}
	for i, p := range e.Points {
		s.Points[i] = fusion.Position{X: float64(p.X), Y: float64(p.Y)}
	}
	return s
}
