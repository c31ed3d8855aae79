package eye

import (
	"menshen/internal/child"
)

// protocol is what the eye's messages look like (package child).
var protocol = child.Protocol{Magic: "Me", Version: 6, Limits: limits}

const (
	kindConfig      = child.Config   // parent → child: Config
	kindMode        = child.Kind(2)  // parent → child: Mode, 1 byte; whether codes are read, 1; the order's number, 8
	kindReady       = child.Ready    // child → parent: ready, JSON; the models are loaded
	kindBeat        = child.Kind(4)  // child → parent: beat, JSON; a sign of life
	kindObservation = child.Kind(5)  // child → parent, after a stamp
	kindPicture     = child.Kind(6)  // child → parent, in the modes Aim and EnrolShown, after a stamp
	kindFailure     = child.Failure  // child → parent: why it gives up, text
	kindCode        = child.Kind(8)  // child → parent: a Code's text, after a stamp
	kindLight       = child.Kind(9)  // child → parent: switch the infrared emitter on (1) or off (0), 1 byte
	kindLit         = child.Kind(10) // parent → child: it was switched so, 1 byte, and works (1) or not (0), 1 byte
)

// limits of payloads, in bytes.
var limits = map[child.Kind]int{
	kindConfig: 64 << 10, kindMode: 10, kindReady: 4 << 10, kindBeat: 4 << 10,
	kindObservation: 4 << 10, kindPicture: 96 << 10, kindFailure: 4 << 10,
	kindCode: stampSize + maxCode, kindLight: 1, kindLit: 2,
}

// mostMessages is how many a child may send in a second: a camera of 120 frames gives 240 while it
// is aimed.
const mostMessages = 300

// schemas is in each of the 570 lines (114 KiB) that Debian's ONNX Runtime 1.21 says when it is
// opened, and that mean nothing.
const schemas = "Schema error: Trying to register"
