package camera

import (
	"math"

	"menshen/hal"
)

// sheet draws a picture held up: a rigid rectangle with a border, tilted and swaying as a whole. A
// photo has a white border and a spot of glare; a screen has a dark bezel, brighter and cooler
// colours, and the moiré of its pixels against the camera's.
func (s *show) sheet(scene Scene, p *hal.Frame, m move, n int, f *hal.Frame) {
	cx, cy, scale := stand(scene, p)
	if scene.Face == ([4]int{}) {
		scale *= 0.6 // so that the whole sheet is seen
	}
	scale *= 0.6 + 0.4*m.near
	inv := 1 / scale
	cos, sin := math.Cos(1.5*m.roll)*inv, math.Sin(1.5*m.roll)*inv
	tilt := 0.0004 * m.turn // perspective of a sheet turned about its upright axis
	border := 0.06 * float64(min(p.Width, p.Height))
	t := float64(n) / Rate
	glareX, glareY := Width/2+120*math.Sin(0.7*t), Height/3+40*math.Cos(0.5*t)
	for y := range Height {
		for x := range Width {
			dx, dy := float64(x)-Width/2-2*m.x, float64(y)-Height/2-2*m.y
			w := 1 + tilt*dx
			dx, dy = dx/w, dy/w
			sx, sy := cx+cos*dx+sin*dy, cy-sin*dx+cos*dy
			if sx < -border || sy < -border || sx >= float64(p.Width)+border || sy >= float64(p.Height)+border {
				continue
			}
			dst := f.BGR[(y*Width+x)*3:]
			inside := sx >= 0 && sy >= 0 && sx < float64(p.Width-1) && sy < float64(p.Height-1)
			switch {
			case scene.Kind == Screen && !inside:
				dst[0], dst[1], dst[2] = 18, 16, 16
			case scene.Kind == Screen:
				blend(dst, p, sx, sy, 1)
				fx, fy := float64(x), float64(y)
				moire := 1.08 + 0.12*math.Sin(fx*2.2+0.5*fy+t) + 0.10*math.Sin(fy*1.9-0.3*fx)
				for c, tint := range [3]float64{1.12, 1.0, 0.95} {
					dst[c] = byte(min(float64(dst[c])*moire*tint, 255))
				}
			case !inside:
				dst[0], dst[1], dst[2] = 235, 238, 238
			default:
				blend(dst, p, sx, sy, 1)
				d := math.Hypot(float64(x)-glareX, float64(y)-glareY) / 50
				glare := 90 * math.Exp(-d*d)
				for c := range 3 {
					dst[c] = byte(min(float64(dst[c])*0.9+12+glare, 255)) // ink is never black, paper never quite white
				}
			}
		}
	}
}
