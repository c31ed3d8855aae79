package infrared

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind is who switches the emitter.
type Kind string

// The kinds.
const (
	Line        Kind = "line"        // an output of the unit
	Control     Kind = "control"     // a setting of the camera's driver (Video4Linux2)
	Alternating Kind = "alternating" // the camera itself lights every other frame
)

// Emitter is how the emitter is switched.
type Emitter struct {
	Kind    Kind
	Number  uint32 // of the control
	On, Off int32  // its values
}

// ParseEmitter reads "line", "alternating", or "control NUMBER=ON/OFF", such as "control
// 0x009c0901=2/0" ('v4l2-ctl --list-ctrls' has the numbers of a camera).
func ParseEmitter(s string) (Emitter, error) {
	switch Kind(s) {
	case Line, Alternating:
		return Emitter{Kind: Kind(s)}, nil
	}
	kind, setting, _ := strings.Cut(s, " ")
	number, values, _ := strings.Cut(setting, "=")
	on, off, _ := strings.Cut(values, "/")
	n, err := strconv.ParseUint(number, 0, 32)
	high, errOn := strconv.ParseInt(on, 0, 32)
	low, errOff := strconv.ParseInt(off, 0, 32)
	if Kind(kind) != Control || err != nil || errOn != nil || errOff != nil || high == low {
		return Emitter{}, fmt.Errorf("%q: write \"line\", \"alternating\", or the camera's control with its values "+
			"for on and off, such as \"control 0x009c0901=2/0\"", s)
	}
	return Emitter{Kind: Control, Number: uint32(n), On: int32(high), Off: int32(low)}, nil
}

// String is the emitter as ParseEmitter reads it.
func (e Emitter) String() string {
	if e.Kind != Control {
		return string(e.Kind)
	}
	return fmt.Sprintf("control %#08x=%d/%d", e.Number, e.On, e.Off)
}
