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

// ErrPictures: the folder does not hold what the evaluation needs.
var ErrPictures = errors.New("too few pictures")

// Looker turns the picture in a file into what the recognizer sees. Package eval/pictures has one
// on the real chain.
type Looker interface {
	Look(path string) (Seen, error)
}

// noFace is the reason of a picture without a face.
const noFace = "no face"

// Seen is what was seen of one picture.
type Seen struct {
	Embedding []float32 // nil: no usable face, for the Reason
	Reason    string    // "no face", "too dark", …
	Refused   []float32 // of a face that the quality refused, for the Reason; nil: not measured
	Live      float64   // the passive model's probability of a live face, 0…1
	Signs     fusion.Signs
	Took      []Took // in the order of the stages
}

// Took is the time of one stage.
type Took struct {
	Stage string
	Time  time.Duration
}

// Progress is called with the number of pictures done, from the goroutine that
// looks. It may be nil.
type Progress func(done, total int)

// sample is one picture that could be used.
type sample struct {
	person int
	face   []float32 // unit length
}

// Failure is a picture that could not be used.
type Failure struct {
	Path   string // below the folder evaluated
	Reason string
}

// folders lists the sub-folders of dir by name. Hidden ones are left out.
func folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	var names []string
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(dir, e.Name())) // not e.Info: links to folders count
		if err == nil && info.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// pictures lists the picture files in and below dir, by path.
func pictures(dir string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && isPicture(path) {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("evaluate: %w", err)
	}
	return paths, nil
}

// isPicture reports a picture of the visible camera.
func isPicture(path string) bool {
	path = strings.ToLower(path)
	ext := filepath.Ext(path)
	taken := filepath.Ext(strings.TrimSuffix(path, ext))
	return slices.Contains([]string{".jpg", ".jpeg", ".png"}, ext) && taken != litPicture && taken != darkPicture
}

// What the infrared camera saw at the time of a.png lies beside it: a.lit.png by the emitter's
// light, and a.dark.png without.
const litPicture, darkPicture = ".lit", ".dark"

// Beside gives the paths of the infrared pictures of a picture, whether they are there or not.
func Beside(path string) (lit, dark string) {
	ext := filepath.Ext(path)
	stem := strings.TrimSuffix(path, ext)
	return stem + litPicture + ext, stem + darkPicture + ext
}

// lookAt looks at the pictures in turn, and hands over what was seen of each.
func lookAt(ctx context.Context, paths []string, l Looker, p Progress, each func(i int, s Seen)) error {
	for i, path := range paths {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("evaluate: %w", err)
		}
		s, err := l.Look(path)
		if err != nil {
			s = Seen{Reason: err.Error()}
		}
		if s.Embedding == nil && s.Reason == "" {
			s.Reason = noFace
		}
		each(i, s)
		if p != nil {
			p(i+1, len(paths))
		}
	}
	return nil
}

// Stage is the time that one stage took over all pictures.
type Stage struct {
	Name         string
	Median, Slow time.Duration // Slow: 95 of 100 pictures took less
	times        []time.Duration
}

// stages collects times by stage, in the order first seen.
type stages []Stage

func (st *stages) add(took []Took) {
	for _, t := range took {
		i := slices.IndexFunc(*st, func(s Stage) bool { return s.Name == t.Stage })
		if i < 0 {
			i = len(*st)
			*st = append(*st, Stage{Name: t.Stage})
		}
		(*st)[i].times = append((*st)[i].times, t.Time)
	}
}

func (st stages) finish() []Stage {
	for i := range st {
		slices.SortFunc(st[i].times, cmp.Compare)
		n := len(st[i].times)
		st[i].Median, st[i].Slow = st[i].times[n/2], st[i].times[n*95/100]
	}
	return st
}
