package eval

import "menshen/hal/scene"

// ActRow is what came of an act, asked of one kind of player by many faces (package eval/acts). The
// passive model's word is taken out of the evidence: it is neither for a living face nor against.
type ActRow struct {
	Player string
	Living bool
	Act    string
	passed tally // of those asked: evidence of life enough for a door
	head   tally // moved as a head does, before the act counts
	sheet  tally // moved as a sheet does
}

// Add counts one visit, and what the motion alone says: evidence of life without the act.
func (r *ActRow) Add(v Visited, motion float64) {
	if v.Asked == scene.NoAct {
		return
	}
	r.passed.add(v.Lives())
	r.head.add(motion > 0.5)
	r.sheet.add(motion < 0.5)
}

// Passed, Head and Sheet are the shares of those who were asked.
func (r *ActRow) Passed() Rate { return r.passed.rate() }

// Head is how many moved as a head does.
func (r *ActRow) Head() Rate { return r.head.rate() }

// Sheet is how many moved as a sheet does.
func (r *ActRow) Sheet() Rate { return r.sheet.rate() }
