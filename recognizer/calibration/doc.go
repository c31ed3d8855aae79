// Package calibration turns the error rate an operator asks for into the score a face must reach.
//
// An operator asks for "at most one stranger in 1,000 attempts". The threshold follows from how the
// model confuses strangers (a calibration file, measured, with its provenance) and from the number
// of people enrolled.
//
// # The computation
//
// One comparison with a stranger reaches threshold t with the false match rate f(t). A
// stranger at a door with n people is compared n times. If the comparisons are independent, a
// match is found with
//
//	FPIR = 1 − (1 − f)ⁿ   and so   f = 1 − (1 − FPIR)^(1/n)
//
// (FPIR: false-positive identification rate, ISO/IEC 19795-1). docs/figures.md compares this with
// measurements. Between the points of the file the threshold is linear in log f. The first points
// are measured: at least ten comparisons reach each. Those beyond are of a tail that was fitted to
// the highest scores, and go as far as its interval is within a factor of ten. Beyond the last
// nothing is known, and an [Operating] point says so instead of promising.
//
// What is promised is the upper end of the 95% interval of each rate. It holds for people and
// pictures like those measured. Rates change with camera, light and people, so the guard divides
// each rate that is asked for: the factor by which another set of pictures was found worse, or may
// be. The guard also covers that the probe of a walk-up is a mean of frames, compared after each of
// them, which about doubles the rate (docs/figures.md).
//
// The lowest thresholds follow from a risk as well, not from what could be measured: that of one
// comparison.
package calibration
