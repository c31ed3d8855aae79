package eye

import (
	"image"

	"menshen/hal"
	"menshen/recognizer"
)

// aimWidth is the width of the picture for aiming, in pixels; its height follows the camera's.
const aimWidth = 160

// shrink makes the small grey picture: the mean of each block of the frame's green, which is most of its brightness.
func shrink(f *hal.Frame, zone image.Rectangle, obs *recognizer.Observation) Picture {
	block := max(1, f.Width/aimWidth)
	p := Picture{At: f.At, Width: f.Width / block, Height: f.Height / block, Quality: obs.Quality, Camera: image.Pt(f.Width, f.Height)}
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
		p.Zone = image.Rect(zone.Min.X*p.Width/1000, zone.Min.Y*p.Height/1000, zone.Max.X*p.Width/1000, zone.Max.Y*p.Height/1000).Intersect(frame)
	}
	return p
}
