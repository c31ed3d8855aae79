package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"time"

	"menshen/internal/safefile"
	"menshen/recognizer/calibration"
	"menshen/recognizer/fusion"
)

// Job is one run of `menshen eval`.
type Job struct {
	Faces   string                   // folder of folders; empty: no error rates of faces
	Attacks string                   // folder of kinds of presentation; empty: no attacks
	Out     string                   // the report, HTML
	Model   calibration.Model        // the embedding model in use
	InUse   *calibration.Calibration // whose promises are held against what is found; may be nil
	LiveMin float64                  // evidence of life that a presentation needs; 0: the door's default
	Acts    []ActRow                 // what came of acts that were asked for (package acts); may be empty
}

// ErrNothing: a job without pictures to look at.
var ErrNothing = errors.New("nothing to evaluate: want a folder of faces or of attacks")

// CalibrationPath is where a job on faces writes the calibration file: beside the report.
func (j Job) CalibrationPath() string {
	return strings.TrimSuffix(j.Out, filepath.Ext(j.Out)) + ".calibration.toml"
}

// Run looks at all pictures, writes the report and, for faces, the calibration file, and sums up
// the result in a few lines on w. With too few pictures for a calibration it still writes the
// report. Existing files are replaced only by whole ones.
func (j Job) Run(ctx context.Context, l Looker, now time.Time, w io.Writer, p Progress) error {
	if j.Faces == "" && j.Attacks == "" {
		return ErrNothing
	}
	r := Report{Model: j.Model.Name, Acts: j.Acts}
	var err error
	if j.Faces != "" {
		if r.Faces, err = MeasureFaces(ctx, j.Faces, l, j.InUse, now, p); err != nil {
			return err
		}
	}
	if j.Attacks != "" {
		liveMin := j.LiveMin
		if liveMin == 0 {
			liveMin = fusion.Defaults().LiveMin
		}
		if r.Attacks, err = MeasureAttacks(ctx, j.Attacks, l, liveMin, now, p); err != nil {
			return err
		}
	}
	if err := safefile.Replace(j.Out, 0o644, r.WriteHTML); err != nil {
		return err
	}
	r.summary(w)
	fmt.Fprintf(w, "report: %s\n", j.Out)
	if r.Faces == nil {
		return nil
	}
	margin := 0.05
	if j.InUse != nil {
		margin = j.InUse.Limits.Margin
	}
	c, err := r.Faces.Calibration(j.Model, filepath.Base(j.Faces), margin)
	if errors.Is(err, ErrPictures) {
		fmt.Fprintf(w, "no calibration file: %v\n", err)
		return nil
	}
	if err == nil {
		err = safefile.Replace(j.CalibrationPath(), 0o644, c.Write)
	}
	if err == nil {
		fmt.Fprintf(w, "calibration: %s\n", j.CalibrationPath())
	}
	return err
}

// summary writes the main figures.
func (r Report) summary(w io.Writer) {
	if f := r.Faces; f != nil {
		fmt.Fprintf(w, "%d people, %s of %s pictures usable; equal error rate %s\n",
			f.People, number(f.Usable), number(f.Pictures), percent(f.Verification.EER))
		for _, p := range f.Perhaps {
			fmt.Fprintf(w, "  perhaps one person, and left out: %s and %s (score %.3f)\n", p.A, p.B, p.Score)
		}
		for _, p := range f.Verification.Points {
			fmt.Fprintf(w, "  at a false match rate of 1 in %s (score %.3f) accepted: %v\n",
				number(int(math.Round(1/p.Wanted))), p.Threshold, p.TAR)
		}
		for _, p := range f.Promises {
			if p.FPIR.Trials > 0 {
				fmt.Fprintf(w, "  among %d enrolled, one stranger in %s asked for: %v; "+
					"strangers taken %v, enrolled missed %v\n",
					p.Enrolled, number(int(p.Asked)), p.Operating, p.FPIR, p.FNIR)
			}
		}
		for _, p := range f.Rooms {
			fmt.Fprintf(w, "  with one stranger in %s and at most %s of the enrolled refused "+
				"there is room for %s people\n",
				number(int(p.Asked)), percent(p.Refused), number(p.People))
		}
		for _, c := range f.OnCards {
			for _, p := range c.All() {
				fmt.Fprintf(w,
					"  card and face with a template of %s bytes, at %.3f: owners missed %v, others taken %v\n",
					number(c.Bytes), p.Threshold, p.FNMR, p.FMR)
			}
		}
	}
	for _, a := range r.Acts {
		fmt.Fprintf(w, "  %s, asked to %s: passes in %v of %d visits\n", a.Player, a.Act, a.Passed(), a.Passed().Trials)
	}
	if a := r.Attacks; a != nil {
		for _, k := range a.Kinds {
			fmt.Fprintf(w, "  %s: %v of %d attacks let through; with an act asked for in doubt %v%s\n",
				k.Name, k.Error, k.Presentations, k.WithAct, k.beside())
		}
		fmt.Fprintf(w, "  living faces refused: %v of %d; with an act %v, and %v asked for one%s\n",
			a.BonaFide.Error, a.BonaFide.Presentations, a.BonaFide.WithAct, a.BonaFide.Asked, a.BonaFide.beside())
	}
}

// beside is what infrared changes, where there are pictures of it.
func (k Kind) beside() string {
	if k.Paired == 0 {
		return ""
	}
	return fmt.Sprintf("; and with infrared %v of %d", k.Infrared, k.Paired)
}
