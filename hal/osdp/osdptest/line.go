package osdptest

import (
	"io"
	"sync"
)

// Line serves emulated readers at the far end of a serial cable, such as that of a sim.Serial.
type Line struct {
	ToUnit func([]byte) []byte // changes what is answered; nil leaves it as it is

	mu      sync.Mutex
	readers []*Reader
}

// NewLine makes one.
func NewLine(readers ...*Reader) *Line { return &Line{readers: readers} }

// Serve answers until the cable ends. The speed is that of the cable, if it has one.
func (l *Line) Serve(cable io.ReadWriter) error {
	buf := make([]byte, 256)
	for {
		n, err := cable.Read(buf)
		if err != nil {
			return err
		}
		l.mu.Lock()
		var answer []byte
		speed := 0
		if c, ok := cable.(interface{ Baud() int }); ok {
			speed = c.Baud()
		}
		for _, r := range l.readers {
			answer = mix(answer, r.Received(speed, buf[:n]))
		}
		if l.ToUnit != nil {
			answer = l.ToUnit(answer)
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
