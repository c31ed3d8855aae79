package recognizer

import "menshen/recognizer/fusion"

// Signs is what the frame says for a living head besides the passive model, in fusion's terms.
func (o *Observation) Signs() fusion.Signs {
	e := &o.Evidence
	s := fusion.Signs{EyesOpen: float64(e.EyesOpen), Border: float64(e.Border), Pattern: float64(e.Pattern), Yaw: float64(o.Quality.Yaw)}
	for i, p := range e.Points {
		s.Points[i] = fusion.Position{X: float64(p.X), Y: float64(p.Y)}
	}
	return s
}
