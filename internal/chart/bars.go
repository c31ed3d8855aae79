package chart

import "fmt"

// bar gives where the bar of a row stands over a label: on those of the
// rows before it, or below them.
func (c *Chart) bar(row, at int) (low, high int) {
	v := c.Bars[row].Values[at]
	for _, b := range c.Bars[:row] {
		if b.Values[at] < 0 == (v < 0) {
			low += b.Values[at]
		}
	}
	return min(low, low+v), max(low, low+v)
}

// barAxes gives axes as long as the highest bars. A few bars alone do not fill the width.
func (c *Chart) barAxes() (x, y Axis) {
	x = Axis{High: float64(max(len(c.Labels), 6)), Tick: func(v float64) string { return c.Labels[int(v)] }}
	y = Axis{Tick: func(v float64) string { return fmt.Sprintf("%g", max(v, -v)) }}
	for at, label := range c.Labels {
		if label != "" {
			x.Ticks = append(x.Ticks, float64(at)+.5)
		}
		for row := range c.Bars {
			low, high := c.bar(row, at)
			y.Low, y.High = min(y.Low, float64(low)), max(y.High, float64(high))
		}
	}
	y.Ticks = []float64{0}
	for _, v := range []float64{y.High, y.Low} {
		if max(v, -v) > (y.High-y.Low)/10 { // else its figure would stand in that of the axis
			y.Ticks = append(y.Ticks, v)
		}
	}
	y.High = max(y.High, y.Low+1)
	return x, y
}
