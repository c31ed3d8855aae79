package eval

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"menshen/recognizer/calibration"
)

// Faces is what was measured on a folder of folders.
type Faces struct {
	People, Pictures int
	Usable           int
	FTA              Rate // failures to acquire: pictures that could not be used
	Failures         []Failure
	Reasons          []Reason
	Gates            *Gates // nil: no calibration, or what was refused was not measured
	Stages           []Stage
	Perhaps          []Pair // folders that perhaps show one person; all rates leave them out
	Verification     *Verification
	Labelled         *Verification // as the folders say; nil without such pairs
	Identification   *Identification
	With1            *Identification // the same with one picture in a template
	With5            *Identification // the same with up to Most
	Promises         []Promise       // of the calibration given, if any
	Rooms            []Room          // by the same
	OnCards          []OnCard        // the templates of Identification, not packed first
	Others           *Others         // nil: too few people
	When             time.Time
}

// Room is how many people a door can enrol that asks for a rate, and refuses at most a share of
// them.
type Room struct {
	Asked, Refused float64
	People         int
	Threshold      float64 // which that share does not reach
}

// Reason counts the pictures that failed for it.
type Reason struct {
	Reason   string
	Pictures int
}

// MeasureFaces looks at every picture of every person and computes the rates. now dates the report.
// shipped is the calibration whose promises are compared with what is found; it may be nil. The
// error is ErrPictures when there are not two people with two usable pictures each.
func MeasureFaces(
	ctx context.Context, dir string, l Looker, shipped *calibration.Calibration, now time.Time, p Progress,
) (*Faces, error) {
	names, err := folders(dir)
	if err != nil {
		return nil, err
	}
	f := &Faces{When: now, People: len(names)}
	var paths []string
	var persons []int
	for person, name := range names {
		own, err := pictures(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		for _, path := range own {
			paths, persons = append(paths, path), append(persons, person)
		}
	}
	f.Pictures = len(paths)
	var samples []sample
	var turnedAway []refused
	var times stages
	failed, lost := make(tallies, len(names)), make([]int, len(names))
	if err := lookAt(ctx, paths, l, p, func(i int, s Seen) {
		face := unit(s.Embedding)
		failed.add(persons[i], face == nil)
		if face == nil {
			lost[persons[i]]++
			f.fail(dir, paths[i], s.Reason)
			if face := unit(s.Refused); face != nil {
				turnedAway = append(turnedAway, refused{sample{persons[i], face}, s.Reason})
			}
			return
		}
		times.add(s.Took)
		samples = append(samples, sample{persons[i], face})
	}); err != nil {
		return nil, err
	}
	f.Usable, f.Stages, f.FTA = len(samples), times.finish(), failed.rate()
	for _, s := range samples {
		if len(s.face) != len(samples[0].face) {
			return nil, fmt.Errorf("evaluate: embeddings of %d and %d values", len(samples[0].face), len(s.face))
		}
	}
	one := alike(samples)
	f.Perhaps = one.pairs(names)
	f.Verification = verify(samples, lost, one)
	f.Identification = identify(samples, len(names), Enrol, one)
	if f.Verification.Genuine == 0 || f.Verification.Impostor == 0 || f.Identification.Enrolled < 2 {
		return nil, fmt.Errorf("evaluate %d usable pictures of %d in %d folders: %w: "+
			"at least two people with two usable pictures each, a folder a person",
			f.Usable, f.Pictures, f.People, ErrPictures)
	}
	if len(one) > 0 {
		f.Labelled = verify(samples, lost, nil)
	}
	f.With1, f.With5 = identify(samples, len(names), 1, one), identify(samples, len(names), Most, one)
	if f.OnCards, err = f.Identification.onCards(samples, one); err != nil {
		return nil, fmt.Errorf("evaluate templates on cards: %w", err)
	}
	if shipped != nil {
		f.hold(shipped)
		if len(turnedAway) > 0 {
			at := func(asked float64) float64 { return shipped.Identify(f.Identification.Enrolled, asked).Threshold }
			f.Gates = f.Identification.gates(turnedAway, at(1000), at(100), one)
		}
	}
	f.Others = holdOut(samples, len(names), one)
	return f, nil
}

// asked are the rates that are reported: one stranger in so many.
var asked = []float64{100, 1000, 10_000}

// hold compares what a calibration promises with what is found.
func (f *Faces) hold(c *calibration.Calibration) {
	sizes := []int{33, 200, 600, 2000}
	if n := f.Identification.Enrolled; !slices.Contains(sizes, n) {
		sizes = append(sizes, n)
		slices.Sort(sizes)
	}
	f.Promises = f.Identification.promises(c, f.With1, f.With5, sizes, asked...)
	for _, a := range asked {
		r := Room{Asked: a, Refused: 0.02}
		r.People, r.Threshold = f.Identification.room(c, r.Asked, r.Refused)
		f.Rooms = append(f.Rooms, r)
	}
}

// Calibration is the calibration file of the rates found, for a model named by its file's SHA-256,
// with its provenance. margin is the lead over the next best person to ask for. Errors: ErrPictures
// when there are too few for two points.
func (f *Faces) Calibration(
	model calibration.Model, pictures string, margin float64,
) (*calibration.Calibration, error) {
	id := f.Identification
	c, err := id.calibrate(model, calibration.Source{
		Pictures: pictures, By: "menshen eval", Date: calibration.Day(f.When),
		Note: fmt.Sprintf("%d people enrolled with the mean of up to %d pictures; "+
			"%d comparisons with pictures of other people; %d pairs of folders that are perhaps of one person left out",
			id.Enrolled, Enrol, id.impostor.total, len(f.Perhaps)),
	}, margin)
	if err != nil {
		return nil, fmt.Errorf("calibrate by %d comparisons of different people: %w: bring more",
			id.impostor.total, err)
	}
	return c, nil
}

// fail notes a picture that could not be used.
func (f *Faces) fail(dir, path, reason string) {
	f.Failures = append(f.Failures, Failure{relative(dir, path), reason})
	for i := range f.Reasons {
		if f.Reasons[i].Reason == reason {
			f.Reasons[i].Pictures++
			return
		}
	}
	f.Reasons = append(f.Reasons, Reason{reason, 1})
}
