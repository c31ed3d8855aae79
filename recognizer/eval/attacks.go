package eval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"menshen/recognizer/fusion"
)

// BonaFide is the name of the folder with the presentations of living faces.
const BonaFide = "bona-fide"

// Attacks is what was measured on a folder of kinds of presentation.
type Attacks struct {
	LiveMin  float64 // evidence of life at and above it counts as bona fide
	BonaFide Kind
	Kinds    []Kind
	Failures []Failure
	When     time.Time
}

// Kind is one kind of presentation: those of living faces, or one instrument of attack.
type Kind struct {
	Name          string
	Presentations int
	NoResponse    Rate // without a usable face in any frame (APNRR or BPNRR)
	Error         Rate // APCER: let through; BPCER: refused, no response included
	live          []float64
}

// Worst is the kind of attack that is let through most: the figure to judge a door by.
func (a *Attacks) Worst() Kind {
	return slices.MaxFunc(a.Kinds, func(x, y Kind) int { return cmp.Compare(x.Error.Value, y.Error.Value) })
}

// MeasureAttacks looks at all presentations in the folders of dir (see the package comment), and
// fuses the frames of each as a visit does. Without a usable frame a living face counts as refused,
// and an attack as not let through. The error is ErrPictures when there is no bona-fide
// presentation or no attack.
func MeasureAttacks(
	ctx context.Context, dir string, l Looker, liveMin float64, now time.Time, p Progress,
) (*Attacks, error) {
	names, err := folders(dir)
	if err != nil {
		return nil, err
	}
	a := &Attacks{LiveMin: liveMin, When: now}
	all, err := presentations(dir, names)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, s := range all {
		paths = append(paths, s.frames...)
	}
	frames := make([]Seen, len(paths))
	if err := lookAt(ctx, paths, l, p, func(i int, s Seen) {
		if s.Embedding == nil {
			a.Failures = append(a.Failures, Failure{relative(dir, paths[i]), s.Reason})
		}
		clear(s.Embedding) // only whether there was one matters
		frames[i] = s
	}); err != nil {
		return nil, err
	}
	kinds := make([]Kind, len(names))
	errs, silent := make([]tally, len(names)), make([]tally, len(names))
	for i, name := range names {
		kinds[i].Name = name
	}
	for _, s := range all {
		var usable []fusion.Frame
		for _, seen := range frames[:len(s.frames)] {
			if seen.Embedding != nil {
				usable = append(usable, fusion.Frame{Present: true, Live: seen.Live, Signs: seen.Signs})
			}
		}
		frames = frames[len(s.frames):]
		live := fusion.Live(usable...)
		passed := len(usable) > 0 && live >= liveMin
		k := &kinds[s.kind]
		k.Presentations++
		k.live = append(k.live, live)
		silent[s.kind].add(len(usable) == 0)
		errs[s.kind].add(passed != (k.Name == BonaFide))
	}
	for i, k := range kinds {
		// Each presentation is a trial of its own: who stood behind it is not known.
		switch k.Error, k.NoResponse = errs[i].rate(), silent[i].rate(); {
		case k.Presentations == 0:
		case k.Name == BonaFide:
			a.BonaFide = k
		default:
			a.Kinds = append(a.Kinds, k)
		}
	}
	if a.BonaFide.Presentations == 0 || len(a.Kinds) == 0 {
		return nil, fmt.Errorf("evaluate attacks in %s: %w: want a folder %s and one for each kind of attack, "+
			"with pictures", dir, ErrPictures, BonaFide)
	}
	return a, nil
}

// presentation is one picture, or the frames of one folder.
type presentation struct {
	kind   int
	frames []string
}

// presentations lists them: each picture directly in the folder of a kind, and each folder there
// with all pictures below it.
func presentations(dir string, kinds []string) (all []presentation, err error) {
	for kind, name := range kinds {
		entries, err := os.ReadDir(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("evaluate attacks: %w", err)
		}
		for _, e := range entries {
			path := filepath.Join(dir, name, e.Name())
			info, err := os.Stat(path)
			switch {
			case errors.Is(err, fs.ErrNotExist) || strings.HasPrefix(e.Name(), "."): // a dangling link or a hidden file
			case err != nil:
				return nil, fmt.Errorf("evaluate attacks: %w", err)
			case info.IsDir():
				frames, err := pictures(path)
				if err != nil {
					return nil, err
				}
				if len(frames) > 0 {
					all = append(all, presentation{kind, frames})
				}
			case isPicture(path):
				all = append(all, presentation{kind, []string{path}})
			}
		}
	}
	return all, nil
}

// relative is a path below dir, or its last part.
func relative(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil {
		return rel
	}
	return filepath.Base(path)
}
