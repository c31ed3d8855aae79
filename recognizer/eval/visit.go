package eval

import (
	"time"

	"menshen/hal/scene"
	"menshen/policy"
	"menshen/recognizer/fusion"
	"menshen/recognizer/index"
)

const (
	perFrame = time.Second / 8  // from one frame to the next, as on a small board
	longest  = 12 * time.Second // of a visit
)

// Visited is what came of a visit.
type Visited struct {
	Asked scene.Act   // NoAct: nothing was asked for
	Face  policy.Face // what the door would decide on; without frames where nothing could be decided
}

// Lives reports whether the evidence of life was enough.
func (v Visited) Lives() bool {
	f := v.Face
	return f.Frames > 0 && f.Frames >= f.FramesMin && f.Live >= f.LiveMin
}

// Visit lets someone who is enrolled, or who is taken for them, go through one visit as a door
// decides it. next gives what is seen at a moment, with what was asked for and since when. Whose
// face it is does not matter here: any usable frame is of the person.
func Visit(
	cfg fusion.Config, next func(at time.Duration, asked scene.Act, since time.Duration) (fusion.Frame, error),
) (out Visited, err error) {
	v, began := fusion.NewVisit(cfg, known{}), time.Time{}.Add(time.Hour)
	var since time.Duration
	for at := time.Duration(0); at < longest; at += perFrame {
		f, err := next(at, out.Asked, at-since)
		if err != nil {
			return out, err
		}
		if f.Embedding != nil {
			f.Embedding = []float32{1}
		}
		verdict := v.Add(f, began.Add(at))
		if verdict.Act != scene.NoAct && out.Asked == scene.NoAct {
			out.Asked, since = verdict.Act, at
		}
		if verdict.Due {
			out.Face = verdict.Face
			break
		}
	}
	return out, nil
}

// known finds one person in any face, for certain.
type known struct{}

func (known) Search([]float32, int) []index.Hit { return []index.Hit{{Score: 1}} }

func (known) Score(index.ID, []float32) (float64, bool) { return 1, true }
