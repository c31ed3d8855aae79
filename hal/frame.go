package hal

import (
	"errors"
	"time"
)

// Errors of cameras, and of other devices that may be pulled out.
var (
	ErrNoFrame = errors.New("camera gave no frame in time")
	ErrGone    = errors.New("device is gone")
)

// Frame is one picture. Treat its pixels as face data: Wipe it when it has been used.
type Frame struct {
	Seq           uint64 // counts frames the device delivered, dropped ones included
	At            time.Time
	Width, Height int
	BGR           []byte // Width*Height*3
}

// Wipe overwrites the pixels, the unused capacity included.
func (f *Frame) Wipe() { clear(f.BGR[:cap(f.BGR)]) }
