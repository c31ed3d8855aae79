package recognizer

import (
	"image"
	"time"

	"menshen/hal/scene"
	"menshen/recognizer/fusion"
)

// Dim is the length of an embedding.
const Dim = 512

// Embedding is a face as 512 numbers of unit length; the dot product of two is their cosine.
// It is face data.
type Embedding [Dim]float32

// String keeps an embedding out of logs.
func (*Embedding) String() string { return "embedding(redacted)" }

// Observation is all that the eye says of one frame. It decides nothing.
type Observation struct {
	Seq   uint64
	At    time.Time // when the frame was captured
	Faces int       // faces found in the zone; the figures below are those of the one that is meant
	Box   image.Rectangle
	// Detection is the detector's score, 0…1.
	Detection float32
	Quality   Quality
	// Live is the passive model's probability of a live face, 0…1. It is weak alone (see the
	// package comment).
	Live float32
	// Evidence is what else speaks for a head, or for a sheet held up.
	Evidence Evidence
	// Embedding is nil when no face was found or its quality does not allow one.
	Embedding *Embedding
	// Width and Height are the size of the frame in pixels; Box and Evidence.Points are in it.
	Width, Height int
	// Took is the time of each stage.
	Took Stages
}

// Wipe overwrites the embedding and the figures. Wipe an observation when it has been used.
func (o *Observation) Wipe() {
	if o.Embedding != nil {
		clear(o.Embedding[:])
	}
	*o = Observation{}
}

// Evidence is measured in one frame and means something over several: a blink, a turned head,
// points that move as a head's do and not as a sheet's. Each figure alone is weak. All are zero
// when no face was found.
type Evidence struct {
	// EyesOpen is the eye model's probability that the eyes are open, 0…1: the higher of the two.
	// It is low for closed and narrowed eyes and behind dark glasses. A blink is high, low, high
	// within half a second.
	EyesOpen float32
	// Points are, in frame pixels: the image's left eye and right eye, the nose's tip, the image's
	// left and right corner of the mouth.
	Points [5]Point
	// Infrared is what a second camera says, in one frame of several; zero: nothing.
	Infrared fusion.Infrared
}

// Point is a place in a picture, in pixels.
type Point struct{ X, Y float32 }

// Quality is what can be measured of a face, and the first thing to do about it.
type Quality struct {
	Height     int          // face box height in pixels
	Sharpness  float32      // variance of the Laplacian of the aligned crop
	Brightness float32      // mean of the aligned crop, 0…255
	Yaw, Pitch float32      // rough, in degrees, from five points
	Roll       float32      // degrees
	Mouth      float32      // fine detail at the mouth over that at the eyes: below 0.38 the mouth is covered
	Eyes       float32      // brightness at the eyes over that of the cheeks: below 0.45 dark glasses
	Advice     scene.Advice // Fine when the embedding can be used
}

// Stages is where the time of one frame went. Capture is from the frame's arrival until the
// chain began with it.
type Stages struct {
	Capture, Detect, Landmark, Align, Live, Embed time.Duration
}
