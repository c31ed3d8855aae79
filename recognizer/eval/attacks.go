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

	"menshen/hal/scene"
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
	Asked         Rate // how many a door asks for an act that asks when in doubt
	WithAct       Rate // the same as Error at such a door; a living face does as it is asked
	Paired        int  // presentations with infrared pictures
	Infrared      Rate // of these, the same as WithAct at such a door with an infrared camera
}

// Paired is how many presentations have infrared pictures.
func (a *Attacks) Paired() int {
	n := a.BonaFide.Paired
	for _, k := range a.Kinds {
		n += k.Paired
	}
	return n
}

// Worst is the kind of attack that is let through most: the figure to judge a door by.
func (a *Attacks) Worst() Kind {
	return slices.MaxFunc(a.Kinds, func(x, y Kind) int { return cmp.Compare(x.Error.Value, y.Error.Value) })
}

// MeasureAttacks looks at all presentations in the folders of dir (see the package comment), and
// lets each go through whole visits, its frames over and over until the door decides: one without
// an act, and one for each act that it may be asked for, of which the mean counts. Without a usable
// frame a living face counts as refused, and an attack as not let through. The error is ErrPictures
// when there is no bona-fide presentation or no attack.
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
		frames[i] = s
	}); err != nil {
		return nil, err
	}
	kinds := make([]Kind, len(names))
	errs, silent, asked := make([]tally, len(names)), make([]tally, len(names)), make([]tally, len(names))
	withAct, infrared := make([]float64, len(names)), make([]float64, len(names))
	for i, name := range names {
		kinds[i].Name = name
	}
	for _, s := range all {
		shown, usable, paired := frames[:len(s.frames)], false, false
		for _, f := range shown {
			usable, paired = usable || f.Embedding != nil, paired || f.Signs.Infrared.Pair
		}
		living := names[s.kind] == BonaFide
		kinds[s.kind].Presentations++
		silent[s.kind].add(!usable)
		errs[s.kind].add(a.passes(shown, scene.NoAct, false).Lives() != living)
		share, isAsked := a.errs(shown, living, false)
		withAct[s.kind] += share
		asked[s.kind].add(isAsked)
		if paired {
			kinds[s.kind].Paired++
			share, _ := a.errs(shown, living, true)
			infrared[s.kind] += share
		}
		frames = frames[len(s.frames):]
	}
	for i, k := range kinds {
		// Each presentation is a trial of its own: who stood behind it is not known.
		k.Error, k.NoResponse, k.Asked = errs[i].rate(), silent[i].rate(), asked[i].rate()
		k.WithAct = wilsonRate(withAct[i], k.Presentations)
		if k.Paired > 0 {
			k.Infrared = wilsonRate(infrared[i], k.Paired)
		}
		switch {
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

// errs is in which share of visits a presentation is taken for what it is not, at a door that asks
// for each of the acts in turn when in doubt, and whether it asks.
func (a *Attacks) errs(shown []Seen, living, infrared bool) (share float64, asked bool) {
	for _, act := range scene.Acts() {
		v := a.passes(shown, act, infrared)
		asked = v.Asked != scene.NoAct
		// A living face would do as it is asked, which a recording cannot.
		if lives := v.Lives() || living && asked; lives != living {
			share += 1 / float64(len(scene.Acts()))
		}
	}
	return share, asked
}

// passes lets a presentation go through one visit, at a door that asks for the act when in doubt;
// NoAct: that asks for none.
func (a *Attacks) passes(shown []Seen, act scene.Act, infrared bool) Visited {
	cfg := fusion.Defaults()
	cfg.LiveMin, cfg.Challenge, cfg.Infrared = a.LiveMin, fusion.Never, infrared
	if act != scene.NoAct {
		cfg.Challenge, cfg.Draw = fusion.InDoubt, func(int) int { return int(act) - 1 }
	}
	next := 0
	v, _ := Visit(cfg, func(time.Duration, scene.Act, time.Duration) (fusion.Frame, error) {
		s := shown[next%len(shown)]
		next++
		f := fusion.Frame{Present: s.Reason != noFace, Embedding: s.Embedding, Live: s.Live, Signs: s.Signs}
		if !infrared {
			f.Signs.Infrared = fusion.Infrared{}
		}
		if f.Embedding == nil {
			f.Advice = scene.HoldStill
		}
		return f, nil
	})
	return v
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
