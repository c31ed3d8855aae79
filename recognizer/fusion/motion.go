package fusion

import "math"

// motion tells a head from a flat sheet by how the five points move together. When a sheet is
// turned, the distance between the eyes shrinks against that from eyes to mouth, and the nose stays
// where it is between them, since all lie in one plane. When a head is turned, the nose stands out
// of that plane and moves across by much more. A person who stands still shows neither.
type motion struct {
	nose  span // across, from the middle line of eyes and mouth, in distances between the eyes
	shape span // distance between the eyes over that from eyes to mouth
}

type span struct {
	low, high float64
	some      bool
}

func (s *span) add(v float64) {
	if !s.some {
		s.low, s.high, s.some = v, v, true
	}
	s.low, s.high = min(s.low, v), max(s.high, v)
}

func (s span) width() float64 { return s.high - s.low }

type movement uint8

const (
	movedNot movement = iota
	movedLikeAHead
	movedLikeASheet
)

// Limits of the movement. A turn of 20° moves a nose by .55·tan 20° = .20 and the shape by 1 − cos
// 20° = 6%. Landmarks on a face of 80 pixels are good to about .03 and 4%, so noise alone may put
// the extremes of a visit's frames .1 and 12% apart.
const (
	headNose   = 0.20
	sheetShape = 0.18
	sheetNose  = 0.10
)

// add takes one frame's points. It leaves out points that are all zero, or
// cannot be those of a face.
func (m *motion) add(p [5]Position) {
	eyeX, eyeY := p[1].X-p[0].X, p[1].Y-p[0].Y
	eyes := math.Hypot(eyeX, eyeY)
	mid := Position{(p[0].X + p[1].X) / 2, (p[0].Y + p[1].Y) / 2}
	mouth := Position{(p[3].X + p[4].X) / 2, (p[3].Y + p[4].Y) / 2}
	down := math.Hypot(mouth.X-mid.X, mouth.Y-mid.Y)
	if !(eyes > 0 && down > 0) || math.IsInf(eyes+down, 0) {
		return
	}
	// The nose in the oblique axes of the face: across along the eyes, down along the middle line.
	// An affine map of the whole sheet changes neither.
	downX, downY := mouth.X-mid.X, mouth.Y-mid.Y
	area := eyeX*downY - eyeY*downX
	if math.Abs(area) < 0.2*eyes*down {
		return
	}
	x, y := p[2].X-mid.X, p[2].Y-mid.Y
	m.nose.add((x*downY - y*downX) / area)
	m.shape.add(math.Abs(area) / (down * down))
}

func (m *motion) verdict() movement {
	switch {
	case !m.nose.some:
		return movedNot
	case m.nose.width() >= headNose:
		return movedLikeAHead
	case m.shape.width() >= sheetShape*m.shape.high && m.nose.width() < sheetNose:
		return movedLikeASheet
	}
	return movedNot
}
