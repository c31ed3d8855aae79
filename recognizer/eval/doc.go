// Package eval measures how often a recognizer errs, on pictures of the user's own, and writes a
// report for people and a calibration file that sets the door's thresholds.
//
// # Faces
//
// MeasureFaces takes a folder of folders, one a person. It answers, in the terms of
// ISO/IEC 19795-1:
//
//   - Failures to acquire: pictures without a usable face, with the reason; and of the faces that
//     the quality gate refused, how many would have been recognised, or taken for another's.
//   - Pairs of folders that perhaps show one person. Every rate leaves them out.
//   - Verification, one picture against one: false match rate (FMR, strangers who match), and true
//     accept rate (TAR), over all pairs.
//   - Identification, as at a door: people with at least two pictures are enrolled by the mean of
//     up to Enrol of them; their other pictures and the pictures of all the others are the probes.
//     FPIR: share of probes of people not enrolled that reach the threshold. FNIR: share of probes
//     of enrolled people that do not reach it, or are taken for another person. Each enrolled
//     person's probe is used once more, as a stranger's, against the templates of all the others.
//   - What the calibration in use promises for doors of several sizes, and what was found;
//     strangers also where templates are of up to Most pictures.
//   - Whether a calibration of half of the people holds for the other half.
//
// Intervals are 95%. They are found by resampling people, not pairs, since one person's pairs are
// not independent (the subset bootstrap: Bolle, Ratha and Pankanti 2004); where there was no error
// or nothing but errors, by Wilson's formula with people as trials. A rate on fewer than MinErrors
// errors is not given.
//
// # Attacks
//
// [MeasureAttacks] takes a folder with one folder for each kind of presentation ("print",
// "phone", …) and one named BonaFide. Each has a picture or a folder of frames for a
// presentation; the frames of a folder are one trial, and intervals are Wilson's. Where an infrared
// camera stands beside the visible one, its pictures lie beside a.png as a.lit.png and a.dark.png,
// with the emitter on and off, and the same visits are decided with them too. The answer is
// APCER and BPCER (ISO/IEC 30107-3: attack presentations let through, by kind; bona-fide ones
// refused) and the presentations without a usable face. No conformance with that standard is
// claimed.
//
// A report has rates only: no picture, no embedding, and no folder's name except those of
// pictures that failed and of folders that perhaps show one person.
package eval
