package eval

import "menshen/recognizer/calibration"

// Others is what a calibration of half of the people is worth with the other half, who had no part
// in it.
type Others struct {
	Promises []Promise
	found    []float64 // the share of the others' comparisons that reach each step, from the lowest on
	fitted   tails     // to the first half
}

// holdOut calibrates on every other person, and holds that against those between them. nil: there
// are too few people.
func holdOut(samples []sample, people int, one onePerson) *Others {
	var halves [2][]sample
	for _, s := range samples {
		halves[s.person%2] = append(halves[s.person%2], s)
	}
	first := identify(halves[0], people, Enrol, one)
	c, err := first.calibrate(calibration.Model{}, calibration.Source{}, 0)
	if err != nil {
		return nil
	}
	second := identify(halves[1], people, Enrol, one)
	with1, with5 := identify(halves[1], people, 1, one), identify(halves[1], people, Most, one)
	return &Others{
		Promises: second.promises(c, with1, with5, []int{second.Enrolled}, asked...),
		found:    second.impostor.reach(),
		fitted:   fitTail(first.compared, &first.impostor, people),
	}
}
