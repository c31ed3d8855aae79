package acts

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"menshen/hal"
	"menshen/hal/camera/picture"
	"menshen/hal/scene"
	"menshen/recognizer"
	"menshen/recognizer/eval"
	"menshen/recognizer/fusion"
)

// Measure takes the first usable picture of each of so many people, a folder each in dir, and lets
// each player answer each act once with it. It gives a row for each player and act. p counts
// visits.
func Measure(
	ctx context.Context, dir string, people int, c *recognizer.Chain, p eval.Progress,
) ([]eval.ActRow, error) {
	return measure(ctx, dir, people, players, c, p)
}

func measure(
	ctx context.Context, dir string, people int, players []player, c *recognizer.Chain, p eval.Progress,
) ([]eval.ActRow, error) {
	portraits, err := choose(ctx, dir, people, c)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, p := range portraits {
			clear(p.pixels)
		}
	}()
	var rows []eval.ActRow
	done, total := 0, len(portraits)*len(players)*len(scene.Acts())
	for _, pl := range players {
		for _, act := range scene.Acts() {
			row := eval.ActRow{Player: pl.name, Living: pl.living, Act: act.String()}
			for i, face := range portraits {
				if err := ctx.Err(); err != nil {
					return nil, fmt.Errorf("measure acts: %w", err)
				}
				v, motion, err := visit(face, pl, act, c, rand.New(rand.NewPCG(uint64(i), uint64(act))))
				if err != nil {
					return nil, err
				}
				row.Add(v, motion)
				if done++; p != nil {
					p(done, total)
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// choose loads portraits of faces that look straight ahead, and that the chain takes for ones with
// closed eyes once they are drawn closed.
func choose(ctx context.Context, dir string, people int, c *recognizer.Chain) ([]*portrait, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		return nil, fmt.Errorf("measure acts: %w", err)
	}
	var all []*portrait
	last := ""
	for _, path := range paths {
		if ctx.Err() != nil || len(all) == people {
			break
		}
		if person := filepath.Dir(path); person != last {
			if p, err := load(path, c); err == nil {
				all, last = append(all, p), person
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("measure acts in %s: %w: a folder a person, with a picture of a face that looks "+
			"straight at the camera", dir, eval.ErrPictures)
	}
	return all, nil
}

// load makes a portrait of a picture, or says why it is none.
func load(path string, c *recognizer.Chain) (*portrait, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, errFace
	}
	var f hal.Frame
	if err := picture.Load(path, &f); err != nil {
		return nil, err
	}
	marks, found, err := c.Landmarks(&f)
	if err != nil || !found {
		return nil, errFace
	}
	p, err := newPortrait(&f, marks)
	if err != nil {
		return nil, err
	}
	noise := rand.New(rand.NewPCG(1, 2))
	for _, at := range []pose{{}, {closed: 1}} {
		var seen hal.Frame
		p.draw(at, &seen, noise)
		o, err := c.Observe(&seen)
		usable := err == nil && o.Embedding != nil && o.Faces == 1 && max(o.Quality.Yaw, -o.Quality.Yaw) < 12
		open := o.Evidence.EyesOpen
		o.Wipe()
		if !usable || at.closed == 0 && open < 0.9 || at.closed == 1 && open > 0.1 {
			return nil, errFace
		}
	}
	return p, nil
}

// visit lets a player go through one visit in which an act is asked for, and says what the motion
// alone says: evidence of life without the act.
func visit(p *portrait, pl player, act scene.Act, c *recognizer.Chain, r *rand.Rand) (eval.Visited, float64, error) {
	cfg := fusion.Defaults()
	cfg.Challenge, cfg.Draw = fusion.Always, func(int) int { return int(act) - 1 }
	s := newScript(r)
	var f hal.Frame
	defer f.Wipe()
	var usable []fusion.Frame
	v, err := eval.Visit(cfg, func(at time.Duration, asked scene.Act, since time.Duration) (fusion.Frame, error) {
		p.draw(pl.pose(s, at, asked, since), &f, r)
		o, err := c.Observe(&f)
		if err != nil {
			return fusion.Frame{}, err
		}
		defer o.Wipe()
		frame := o.Frame()
		frame.Live = 0.5 // neither for nor against
		if frame.Embedding != nil {
			frame.Embedding = []float32{1}
			usable = append(usable, frame)
		}
		return frame, nil
	})
	return v, fusion.Live(usable...), err
}
