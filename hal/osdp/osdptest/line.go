package osdptest

import (
	"io"
	"sync"
)

// Line serves emulated readers at the far end of a serial cable, such as that of a sim.Serial.
type Line struct {
	mu      sync.Mutex
	readers []*Reader
}

// NewLine makes one.
func NewLine(readers ...*Reader) *Line { return &Line{readers: readers} }

// Serve answers until the cable ends.
func (l *Line) Serve(cable io.ReadWriter) error {
	buf := make([]byte, 256)
	for {
		n, err := cable.Read(buf)
		if err != nil {
			return err
		}
		l.mu.Lock()
		var answer []byte
		for _, r := range l.readers {
			answer = mix(answer, r.Received(buf[:n]))
		}
		l.mu.Unlock()
		if _, err := cable.Write(answer); err != nil {
			return err
		}
	}
}

// Do calls f while no reader answers.
func (l *Line) Do(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}
