package recognizer

import (
	"image"
	"math"
)

// Options says which faces a chain looks at and what quality an embedding needs. Zero fields take the defaults.
type Options struct {
	// Zone is where a face must have its centre, in thousandths of the frame's width and height, so that it holds for
	// any camera; empty: the whole frame. It keeps people who pass behind out of the picture.
	Zone image.Rectangle
	// MinHeight and MaxHeight bound the face box's height in pixels; 70, and nine tenths of the frame. Below 60 the
	// rate of recognition falls, and at 30 it is 72% of what it was.
	MinHeight, MaxHeight int
	// MinSharpness is the least variance of the Laplacian of the aligned face; 30. One in a hundred sharp faces (LFW) is below,
	// and two in three with a motion blur of 13 pixels, of which 41% would not be recognised.
	MinSharpness float32
	// MinBrightness and MaxBrightness bound the mean of the aligned face, 0…255; 35 and 225.
	MinBrightness, MaxBrightness float32
	// MaxYaw, MaxPitch and MaxRoll bound the pose in degrees; 35, 40 and 30. Pitch is the roughest.
	MaxYaw, MaxPitch, MaxRoll float32
	// MinMouth and MinEyes are the least Quality.Mouth and Quality.Eyes of an uncovered face; 0.38 and 0.45. Negative: any.
	MinMouth, MinEyes float32
	// Rival is how tall a second face may be, in heights of the first, before it is unclear who is asking; 0.85. Above 1: never.
	Rival float32
	// Flip averages the embedding with that of the mirrored face. Measured on 2,019 pairs: TAR 97.7% instead of 97.6% at FAR
	// 1e-4, 95.3% instead of 94.7% at 1e-5, for a third more time per frame; more frames gain more.
	Flip bool
	// Threads is how many threads OpenCV may use in the whole process; 0: as many as there are cores.
	Threads int
}

func or[T int | float32](v, otherwise T) T {
	if v == 0 {
		return otherwise
	}
	return v
}

// withDefaults fills in the zero fields.
func (o Options) withDefaults() Options {
	if o.Zone.Empty() {
		o.Zone = image.Rect(0, 0, 1000, 1000)
	}
	o.MinHeight = or(o.MinHeight, 70)
	o.MinSharpness = or(o.MinSharpness, 30)
	o.MinBrightness = or(o.MinBrightness, 35)
	o.MaxBrightness = or(o.MaxBrightness, 225)
	o.MaxYaw = or(o.MaxYaw, 35)
	o.MaxPitch = or(o.MaxPitch, 40)
	o.MaxRoll = or(o.MaxRoll, 30)
	o.MinMouth = or(o.MinMouth, 0.38)
	o.MinEyes = or(o.MinEyes, 0.45)
	o.Rival = or(o.Rival, 0.85)
	return o
}

// prominence orders faces: the height of the box in pixels, less up to half of it for its distance from the zone's middle.
func (o Options) prominence(f found, w, h int) float64 {
	across := (f.x0+f.x1)/2/float64(w)*1000 - float64(o.Zone.Min.X+o.Zone.Max.X)/2
	down := (f.y0+f.y1)/2/float64(h)*1000 - float64(o.Zone.Min.Y+o.Zone.Max.Y)/2
	off := math.Hypot(across/float64(o.Zone.Dx()), down/float64(o.Zone.Dy()))
	return f.height() * (1 - min(off, 0.5))
}

// inZone reports whether a face with this box counts, in a frame of w×h pixels.
func (o Options) inZone(box image.Rectangle, w, h int) bool {
	centre := image.Pt((box.Min.X+box.Max.X)*500/w, (box.Min.Y+box.Max.Y)*500/h)
	return centre.In(o.Zone)
}
