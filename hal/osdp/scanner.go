package osdp

import (
	"bytes"
	"encoding/binary"
)

// Scanner finds frames in what comes over the line. The zero value is ready.
//
// A byte that looks like a frame's start may be noise. So what is no frame is given up only up to
// the next such byte, and no true frame behind it is lost.
type Scanner struct {
	buf []byte
	bad uint64
}

// Feed takes what was received.
func (s *Scanner) Feed(b []byte) { s.buf = append(s.buf, b...) }

// Next gives the next whole frame; false: more bytes are wanted. The frame is the caller's.
func (s *Scanner) Next() (Frame, bool) {
	for {
		at := bytes.IndexByte(s.buf, start)
		if at < 0 {
			s.drop(len(s.buf))
			return Frame{}, false
		}
		s.drop(at)
		if len(s.buf) < 5 {
			return Frame{}, false
		}
		size := int(binary.LittleEndian.Uint16(s.buf[2:]))
		if size < minimum || size > MaxFrame || s.buf[4]&^byte(known) != 0 {
			s.drop(1)
			continue
		}
		if len(s.buf) < size {
			return Frame{}, false
		}
		f, err := Parse(bytes.Clone(s.buf[:size]))
		if err != nil {
			s.bad++
			s.drop(1)
			continue
		}
		s.drop(size)
		return f, true
	}
}

// Pending reports whether a frame has begun.
func (s *Scanner) Pending() bool { return len(s.buf) > 0 }

// Bad is how many frames had a wrong check, since the start.
func (s *Scanner) Bad() uint64 { return s.bad }

// Rest gives up the frame that has begun: its rest will not come. A true frame that had been taken
// for a part of it comes with Next.
func (s *Scanner) Rest() {
	if len(s.buf) > 0 {
		s.bad++
		s.drop(1)
	}
}

// Reset forgets what was received.
func (s *Scanner) Reset() { s.drop(len(s.buf)) }

// drop gives up n bytes and overwrites them: a card's number may be among them.
func (s *Scanner) drop(n int) {
	clear(s.buf[:n])
	if n == len(s.buf) {
		s.buf = s.buf[:0]
		return
	}
	s.buf = s.buf[:copy(s.buf, s.buf[n:])]
}
