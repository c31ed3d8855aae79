package eye

import (
	"fmt"
	"image"
	"time"

	"menshen/internal/child"
	"menshen/recognizer"
)

// What comes of children that are at fault. Status.LastError wraps one of them.
var (
	ErrProtocol = child.ErrProtocol
	ErrExited   = child.ErrExited
)

// Mode is what the eye looks for. The zero value is Off.
type Mode uint8

// order is what the parent wants of its child. All that the child sees under it has its number.
type order struct {
	mode   Mode
	codes  bool
	number uint64
}

// The modes.
const (
	Off        Mode = iota // the camera is closed: faces are switched off
	Idle                   // a look now and then for a person; no face is measured
	Looking                // full rate while a person is there: liveness and embedding
	Enrol                  // as Looking, for a person who is being enrolled
	Aim                    // as Idle, and the parent gets a small grey picture, to aim the camera; the caller audits it
	EnrolShown             // as Enrol, with the picture of Aim
)

var modeNames = [...]string{"off", "idle", "looking", "enrol", "aim", "enrol shown"}

// shows reports whether the parent gets pictures.
func (m Mode) shows() bool { return m == Aim || m == EnrolShown }

// String is the mode's name.
func (m Mode) String() string {
	if int(m) < len(modeNames) {
		return modeNames[m]
	}
	return fmt.Sprintf("mode(%d)", uint8(m))
}

// Config is what a child needs to know. Zero fields take the defaults named. It is sent to
// the child as JSON.
type Config struct {
	Camera   string             // camera.Open's specification
	Models   string             // folder of the model files; empty: an eye without any, that reads codes only
	Infrared Infrared           // a second camera, as evidence that a head is there; zero: none
	Codes    string             // how the text of a code begins that the parent wants; empty: none
	Manifest string             // manifest of another model set; empty: the one built in
	Options  recognizer.Options // zone, thresholds, threads

	IdleRate time.Duration // pause between two looks while no person is there; 250 ms
	Silence  time.Duration // time without a heartbeat after which the child is killed; 3 s
	StartIn  time.Duration // time the child has to load its models; 20 s
	Memory   int64         // resident bytes at which the child is killed; 512 MiB

	// Light switches the infrared emitter that is wired to the unit. It may be called at any time
	// by one goroutine, and must not block. nil: there is none.
	Light func(on bool) error `json:"-"`

	Unconfined bool     // leave out Landlock, seccomp and limits: only for kernels without them; Status shows it
	Command    []string `json:"-"` // child's argv; the default is this executable with the verb "eye"
}

// Infrared is a second camera that sees infrared light, and what lights its picture.
type Infrared struct {
	Camera  string          // camera.Open's specification; empty: none
	Emitter string          // infrared.ParseEmitter's specification
	View    image.Rectangle // what it sees of the visible picture, in thousandths; empty: the same
}

func (c Config) withDefaults() Config {
	if c.IdleRate <= 0 {
		c.IdleRate = 250 * time.Millisecond
	}
	if c.Silence <= 0 {
		c.Silence = 3 * time.Second
	}
	if c.StartIn <= 0 {
		c.StartIn = 20 * time.Second
	}
	if c.Memory <= 0 {
		c.Memory = 512 << 20
	}
	return c
}
