package eye

import (
	"image"

	"menshen/hal"
	"menshen/recognizer"
)

// aimWidth is the width of the picture for aiming, in pixels; its height follows the camera's.
const aimWidth = 160

// shrink makes the small grey picture. A pixel is the mean of a block of the frame's green, which
// is most of its brightness.
func shrink(f *hal.Frame, zone image.Rectangle, obs *recognizer.Observation) Picture {
	block := max(1, f.Width/aimWidth)
	p := Picture{
		At: f.At, Width: f.Width / block, Height: f.Height / block,
		Quality: obs.Quality, Camera: image.Pt(f.Width, f.Height),
	}
	p.Grey = make([]byte, p.Width*p.Height)
	for y := range p.Height {
		for x := range p.Width {
			sum := 0
			for j := range block {
				row := f.BGR[((y*block+j)*f.Width+x*block)*3:]
				for i := range block {
					sum += int(row[i*3+1])
				}
			}
			p.Grey[y*p.Width+x] = byte(sum / (block * block))
		}
	}
	frame := image.Rect(0, 0, p.Width, p.Height)
	p.Box = image.Rectangle{Min: obs.Box.Min.Div(block), Max: obs.Box.Max.Div(block)}.Intersect(frame)
	p.Zone = frame
	if !zone.Empty() {
		at := func(z image.Point) image.Point { return image.Pt(z.X*p.Width/1000, z.Y*p.Height/1000) }
		p.Zone = image.Rectangle{Min: at(zone.Min), Max: at(zone.Max)}.Canon().Intersect(frame)
	}
	return p
}
