// Package calibration turns the error rate an operator asks for into the score a face must reach.
//
// An operator does not think in cosines. They say "at most one stranger in 1,000 attempts"; the threshold follows from how the model
// confuses strangers (a calibration file, measured, with its provenance) and from the number of people enrolled.
//
// # The reckoning
//
// One comparison with a stranger reaches threshold t with the false match rate f(t). A stranger at a door with n people
// is compared n times; taking the comparisons as independent, somebody is found with
//
//	FPIR = 1 − (1 − f)ⁿ   and so   f = 1 − (1 − FPIR)^(1/n)
//
// (FPIR: false-positive identification rate, ISO/IEC 19795-1.) The model of 610 people agrees: at .50, 1e-5 × 610
// says 0.6%, 0.40% were measured; at .42, 1e-4 × 610 says 6%, 6.5% were measured. Between the measured points the
// threshold is linear in log f; beyond the last the line goes on, which asks for more than the normal curve would (at 1e-6
// about .571 against .564). It stops at the floor, 1e-6: below that the pictures say nothing, and an Operating
// point says so instead of promising.
//
// Rates move with camera, light and people. So every rate is first divided by the guard, the factor by which another set of pictures was
// found worse. It stands, too, for the probe of a walk-up being a mean of frames, looked at after each of them: of strangers among 183
// people of LFW one in a thousand reached .350 with one picture and .374 with the mean of three, which is about twice the rate. A site that
// measures its own pictures (menshen eval) gets a guard from the interval of its rates, times those two.
package calibration
