package recognizer

import (
	"image"
	"time"
)

// Dim is the length of an embedding.
const Dim = 512

// Embedding is a face as 512 numbers of unit length; the dot product of two is their cosine. It is face data.
type Embedding [Dim]float32

// String keeps an embedding out of logs.
func (*Embedding) String() string { return "embedding(redacted)" }

// Observation is all that the eye says of one frame. It decides nothing.
type Observation struct {
	Seq   uint64
	At    time.Time // when the frame was captured
	Faces int       // faces found in the zone; the figures below are those of the largest
	Box   image.Rectangle
	// Detection is the detector's score, 0…1.
	Detection float32
	Quality   Quality
	// Live is the passive model's probability of a live face, 0…1. Weak alone (see the package comment).
	Live float32
	// Embedding is nil when no face was found or its quality does not allow one.
	Embedding *Embedding
	// Took is the time of each stage.
	Took Stages
}

// Quality is what can be measured of a face, and the first thing to do about it.
type Quality struct {
	Height     int     // face box height in pixels
	Sharpness  float32 // variance of the Laplacian of the aligned crop
	Brightness float32 // mean of the aligned crop, 0…255
	Yaw, Pitch float32 // rough, in degrees, from five points
	Roll       float32 // degrees
	Advice     Advice  // Fine when the embedding can be used
}

// Advice is what a person can do so that the next frame is better.
type Advice uint8

// The advices. Their words, in English and Chinese, are in advice.go.
const (
	Fine Advice = iota
	ComeCloser
	StepBack
	TooDark
	TooBright
	HoldStill
	LookStraight
	Uncover
	OneAtATime
)

// Stages is where the time of one frame went.
type Stages struct {
	Capture, Detect, Landmark, Align, Live, Embed time.Duration
}
