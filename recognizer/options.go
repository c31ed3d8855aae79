package recognizer

import (
	"image"
	"math"
)

// Options says which faces a chain looks at and what quality an embedding needs. Zero fields
// take the defaults.
type Options struct {
	// Zone is where a face must have its centre, in thousandths of the frame's width and
	// height, so that it fits any camera; empty: the whole frame. It leaves out people who pass
	// in the background.
	Zone image.Rectangle
	// MinHeight and MaxHeight bound the height of the face box in pixels; 70, and nine tenths of
	// the frame. Smaller faces are recognised less often (docs/figures.md).
	MinHeight, MaxHeight int
	// MinSharpness is the least variance of the Laplacian of the aligned face;
	// 30 (docs/figures.md).
	MinSharpness float32
	// MinBrightness and MaxBrightness bound the mean of the aligned face, 0…255; 35 and 225.
	MinBrightness, MaxBrightness float32
	// MaxYaw, MaxPitch and MaxRoll bound the pose in degrees; 45, 40 and 30 (docs/figures.md).
	// Pitch is the roughest.
	MaxYaw, MaxPitch, MaxRoll float32
	// MinMouth and MinEyes are the least Quality.Mouth and Quality.Eyes of an uncovered face; 0.38
	// and 0.45 (docs/figures.md). Negative: any.
	MinMouth, MinEyes float32
	// Rival is how prominent (large and central) a second face may be, as a share of the first,
	// before it matters which of them looks at the camera; 0.85. Above 1: never.
	Rival float32
	// Refused embeds faces that the quality refuses as well. An evaluation measures by it what the
	// refusals cost and bring; an eye cannot be asked for it.
	Refused bool `json:"-"`
	// Flip averages the embedding with that of the mirrored face. It gains little for a third more
	// time a frame (docs/figures.md); more frames gain more.
	Flip bool
	// Engine computes the networks.
	Engine Engine
	// Tried is what [Chain.Engine] said of an earlier chain of these models on this machine, for
	// which AnyEngine tried both engines: the one that it took is taken again, without a trial.
	// What it says can only cost time, since both give the same numbers. Empty, or of other
	// versions: both are tried.
	Tried string `json:",omitempty"`
	// Threads is how many threads the engine may use in the whole process; 0: as many as
	// there are cores.
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
	o.MaxYaw = or(o.MaxYaw, 45)
	o.MaxPitch = or(o.MaxPitch, 40)
	o.MaxRoll = or(o.MaxRoll, 30)
	o.MinMouth = or(o.MinMouth, 0.38)
	o.MinEyes = or(o.MinEyes, 0.45)
	o.Rival = or(o.Rival, 0.85)
	return o
}

// prominence orders faces: it is the height of the box in pixels, less up to half of it for its
// distance from the zone's middle.
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
