package eye

import (
	"image"
	"time"

	"menshen/internal/child"
	"menshen/internal/confine"
	"menshen/recognizer"
	"menshen/recognizer/fusion"
)

// State is where the child process is in its life.
type State = child.State

// The states.
const (
	Starting = child.Starting // loading models
	Running  = child.Running
	Waiting  = child.Waiting // failed; will be started again after the back-off
	Stopped  = child.Stopped // closed
)

// CameraState is what the child says of its camera.
type CameraState string

// The states of the camera. All but CameraOK and CameraOff are faults, from which the child keeps
// trying to recover.
const (
	CameraOff    CameraState = "off"    // closed on purpose (mode Off), or not opened yet
	CameraOK     CameraState = "ok"     // frames come and change
	CameraGone   CameraState = "gone"   // device is not there
	CameraSilent CameraState = "silent" // there, but gives no frame
	CameraFrozen CameraState = "frozen" // gives the same picture again and again
	CameraBlack  CameraState = "black"  // picture has no light and no detail: cap on, or cable loose
	CameraSize   CameraState = "size"   // picture is too small or too large to use
	CameraUnlit  CameraState = "unlit"  // of infrared: the emitter changes nothing in the picture
)

// Status is how the eye is. It holds no face data.
type Status struct {
	child.Life
	Mode  Mode
	Codes bool // codes are read

	Camera   CameraState
	Detail   string         // the camera's fault in words, for the console
	Infrared CameraState    // of the infrared camera; empty: the door has none
	Unlit    string         // its fault in words
	FPS      float64        // frames looked at a second, over the last second
	RSS      int64          // resident bytes of the child
	Confined confine.Report // what holds the child
	Models   string         // name and version of the model set in use
	Engine   string         // what computes the networks, with its version; empty without models
}

// Picture is a small grey picture for aiming the camera. It is face data: Wipe it after showing it.
type Picture struct {
	At            time.Time
	Width, Height int
	Grey          []byte          // Width*Height, row by row
	Box           image.Rectangle // the face, in pixels of this picture; empty when there is none
	Zone          image.Rectangle // where a face is looked for
	Quality       recognizer.Quality
	Camera        image.Point // size of the camera's own picture

	// Infrared is what the infrared camera sees meanwhile by the emitter's light; nil: the door has
	// none, or it gives nothing. Its Box is a face there, and its Zone where the face should be.
	Infrared *Picture
	// Of the infrared picture: what the emitter does to it, and the view by which its face would
	// lie in its zone; empty: no face.
	Light fusion.Infrared
	View  image.Rectangle
}

// Wipe overwrites the pixels.
func (p *Picture) Wipe() {
	clear(p.Grey[:cap(p.Grey)])
	if p.Infrared != nil {
		p.Infrared.Wipe()
	}
}
