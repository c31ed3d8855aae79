package recognizer

import "slices"

// mostRivals is how many faces are looked at more closely to find who is meant; a crowd has more.
const mostRivals = 4

// company is how tall a second face is, in heights of the first, that disturbs an enrolment.
const company = 0.5

// choose puts the face that is meant first. faces are in the order of their prominence. Where
// others are nearly as prominent as the first, it is the one that looks at the camera. crowded
// reports that two look, or that there are too many to tell.
func (c *Chain) choose(v view, faces []found) (crowded bool, err error) {
	near, least := 1, float64(c.opts.Rival)*c.opts.prominence(faces[0], v.w, v.h)
	for near < len(faces) && c.opts.prominence(faces[near], v.w, v.h) > least {
		near++
	}
	switch {
	case near == 1:
		return false, nil
	case near > mostRivals:
		return true, nil
	}
	meant := -1
	for i, face := range faces[:near] {
		if err := c.locate(v, face); err != nil {
			return false, err
		}
		switch looks := c.opts.straight(pose(fivePoints(&c.points))); {
		case looks && meant >= 0:
			return true, nil
		case looks:
			meant = i
		}
	}
	if meant > 0 {
		faces[0], faces[meant] = faces[meant], faces[0]
	}
	return false, nil
}

// accompanied reports whether a second face is no mere passer-by's far behind.
func accompanied(faces []found) bool {
	return slices.ContainsFunc(faces[1:], func(f found) bool { return f.height() > company*faces[0].height() })
}
