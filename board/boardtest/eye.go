package boardtest

import (
	"math/rand/v2"
	"sync"
	"time"

	"menshen/hal/scene"
	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/recognizer"
	"menshen/recognizer/eye"
)

// Confined is an eye that is confined as it must be.
var Confined = confine.Report{NoDump: true, Limits: true, NoSwap: true, Landlock: 6, Seccomp: true}

// Eye is an eye that sees what a test shows it.
type Eye struct {
	mu   sync.Mutex
	Seen chan recognizer.Observation
	Pics chan eye.Picture
	mode eye.Mode
	Told int // how often the mode was said
	Cam  eye.CameraState
	Held confine.Report

	CodesSeen chan eye.Code
	Reads     bool // codes
}

func (f *Eye) Observations() <-chan recognizer.Observation { return f.Seen }
func (f *Eye) Pictures() <-chan eye.Picture                { return f.Pics }
func (f *Eye) Codes() <-chan eye.Code                      { return f.CodesSeen }
func (f *Eye) SetCodes(on bool)                            { f.mu.Lock(); defer f.mu.Unlock(); f.Reads = on }
func (f *Eye) SetMode(m eye.Mode)                          { f.mu.Lock(); defer f.mu.Unlock(); f.mode = m; f.Told++ }
func (f *Eye) Close() error                                { return nil }
func (f *Eye) Status() eye.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return eye.Status{Life: child.Life{State: eye.Running}, Mode: f.mode, Camera: f.Cam, Confined: f.Held}
}
func (f *Eye) SetCamera(c eye.CameraState) { f.mu.Lock(); defer f.mu.Unlock(); f.Cam = c }
func (f *Eye) ReadsCodes() bool            { f.mu.Lock(); defer f.mu.Unlock(); return f.Reads }
func (f *Eye) Mode() eye.Mode              { f.mu.Lock(); defer f.mu.Unlock(); return f.mode }

// FaceOf makes up a face: the same for the same number.
func FaceOf(n uint64) *recognizer.Embedding {
	r := rand.New(rand.NewPCG(n, 1))
	var e recognizer.Embedding
	for i := range e {
		e[i] = float32(r.NormFloat64() / 22.6) // about unit length
	}
	return &e
}

// Look is a good picture of a person.
func Look(n uint64) recognizer.Observation {
	return recognizer.Observation{Faces: 1, Live: 0.95, Embedding: FaceOf(n), Quality: recognizer.Quality{Height: 150}}
}

// Far is a face too far away to be compared.
func Far(at time.Time) recognizer.Observation {
	return recognizer.Observation{At: at, Faces: 1, Quality: recognizer.Quality{Height: 20, Advice: scene.ComeCloser}}
}
