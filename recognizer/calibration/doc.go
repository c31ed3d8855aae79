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
// measurements. Between the measured points the threshold is linear in log f. Beyond the last point
// the line goes on, which gives a higher threshold than the normal curve would (at 1e-6 about .571
// against .564). It stops at the floor, 1e-6: below that the pictures say nothing, and an
// [Operating] point says so instead of promising.
//
// Rates change with camera, light and people. So every rate is first divided by the guard, the
// factor by which another set of pictures was found worse. The guard also covers that the probe of
// a walk-up is a mean of frames, compared after each of them, which about doubles the rate
// (docs/figures.md). A site that measures its own pictures (menshen eval) gets a guard from the
// interval of its rates, times two.
package calibration
