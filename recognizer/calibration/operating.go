package calibration

import (
	"fmt"
	"math"
)

// Basis is how well an operating point is known.
type Basis string

// The bases, best first.
const (
	Measured     Basis = "measured"     // within the measured points
	Extrapolated Basis = "extrapolated" // within the points of the fitted tail
	AtLimit      Basis = "at limit"     // more was asked for than anything measured can promise
)

// Operating is where a unit compares faces.
type Operating struct {
	Threshold float64 // score to reach
	Margin    float64 // lead over the next best person; 0 for card + face
	FMR       float64 // false match rate of one comparison there at most, interval and guard included
	OneIn     float64 // one stranger in so many attempts passes, as computed
	Basis     Basis
}

// Kept reports whether the point gives the rate that was asked for. If not, OneIn is the
// rate that it gives.
func (o Operating) Kept() bool { return o.Basis != AtLimit }

// String is for an operator: "score 0.536, one stranger in 1000 attempts (extrapolated)".
func (o Operating) String() string {
	return fmt.Sprintf("score %.3f, one stranger in %.0f attempts (%s)", o.Threshold, math.Floor(o.OneIn+1e-6), o.Basis)
}

// Identify is the operating point for a face alone among people enrolled: at most one
// stranger in attempts is taken for one of them. Fewer than one person count as one, less
// than one attempt as one.
func (c *Calibration) Identify(people int, attempts float64) Operating {
	n := float64(max(people, 1))
	// 1 − (1−p)^(1/n), without losing small p to rounding.
	wanted := -math.Expm1(math.Log1p(-1/math.Max(attempts, 1+1e-9)) / n)
	o := c.at(wanted, c.Limits.MinIdentify)
	o.OneIn = 1 / -math.Expm1(n*math.Log1p(-o.FMR))
	o.Margin = c.Limits.Margin
	return o
}

// Verify is the operating point for card and face, with the owner's templates only: of those who
// hold a card that is not theirs, at most one in attempts passes for its owner.
func (c *Calibration) Verify(attempts float64) Operating {
	o := c.at(1/math.Max(attempts, 1), c.Limits.MinVerify)
	o.OneIn = 1 / o.FMR
	return o
}

// TooSimilar reports, from the score between them, whether a new face is so like an enrolled
// person's that one could pass for the other. Such a person gets card + face instead of a face
// alone. The limit is lower than the threshold by the margin, since scores vary from day to day.
func (o Operating) TooSimilar(score float64) bool { return score >= o.Threshold-o.Margin }

// TAR is the measured share of true comparisons that reach a threshold; that of the
// nearest lower point.
func (c *Calibration) TAR(threshold float64) (float64, bool) {
	tar, known := 0.0, false
	for _, p := range c.Points {
		if p.Threshold <= threshold {
			tar, known = p.TAR, true
		}
	}
	return tar, known
}

// at finds the threshold for a false match rate, never below lowest, and what that really gives.
func (c *Calibration) at(wanted, lowest float64) Operating {
	asked := math.Min(wanted, 1) / c.Limits.Guard
	last := c.Points[len(c.Points)-1]
	o := Operating{Basis: Measured}
	if asked < last.High*(1-1e-9) {
		o.Basis, asked = AtLimit, last.High
	}
	o.Threshold = c.threshold(asked)
	if o.Threshold < lowest {
		o.Threshold, o.Basis = lowest, Measured
		asked = c.rate(lowest)
	}
	if o.Basis == Measured && o.Threshold > c.measured() {
		o.Basis = Extrapolated
	}
	o.FMR = math.Min(asked*c.Limits.Guard, 1)
	return o
}

// measured is the last measured threshold.
func (c *Calibration) measured() float64 {
	i := len(c.Points) - 1
	for c.Points[i].Fitted {
		i--
	}
	return c.Points[i].Threshold
}

// threshold is linear in log rate between the points. A rate beyond them gets that of the point.
func (c *Calibration) threshold(rate float64) float64 {
	last := c.Points[len(c.Points)-1]
	switch {
	case rate >= c.Points[0].High:
		return c.Points[0].Threshold
	case rate <= last.High:
		return last.Threshold
	}
	a, b := c.segment(func(p Point) bool { return p.High > rate })
	return a.Threshold + (b.Threshold-a.Threshold)*math.Log(rate/a.High)/math.Log(b.High/a.High)
}

// rate is the inverse of threshold.
func (c *Calibration) rate(threshold float64) float64 {
	last := c.Points[len(c.Points)-1]
	switch {
	case threshold <= c.Points[0].Threshold:
		return c.Points[0].High
	case threshold >= last.Threshold:
		return last.High
	}
	a, b := c.segment(func(p Point) bool { return p.Threshold < threshold })
	return a.High * math.Pow(b.High/a.High, (threshold-a.Threshold)/(b.Threshold-a.Threshold))
}

// segment is the pair of points around the place where before turns false.
func (c *Calibration) segment(before func(Point) bool) (a, b Point) {
	i := 1
	for before(c.Points[i]) {
		i++
	}
	return c.Points[i-1], c.Points[i]
}
