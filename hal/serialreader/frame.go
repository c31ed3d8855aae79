package serialreader

import "errors"

// Errors of frames and their contents. None of them holds what was read.
var (
	ErrTooLong  = errors.New("a frame without end: noise, or the wrong speed or framing")
	ErrChecksum = errors.New("checksum is wrong: hold the card closer and still")
	ErrContent  = errors.New("a frame that is not of the configured content")
)

// maxFrame is the longest frame taken, in bytes: a QR code of a pass has some 200.
const maxFrame = 1024

// Framing says where a frame begins and ends.
type Framing struct {
	Start byte   // 0: a frame begins where the one before ended
	End   string // each of these bytes ends a frame
}

// The usual framings.
var (
	Lines  = Framing{End: "\r\n"}
	STXETX = Framing{Start: 0x02, End: "\x03"}
)

// Splitter cuts a stream of bytes into frames.
type Splitter struct {
	framing Framing
	frame   []byte
	inside  bool
	over    bool // too long; wait for its end
}

// NewSplitter makes one that waits for its first frame.
func NewSplitter(f Framing) *Splitter { return &Splitter{framing: f, inside: f.Start == 0} }

// Feed takes one byte. It gives a frame, without its start and end, when the byte ends
// one. The frame is valid until the next Feed. Empty frames are skipped, since many
// readers end a line twice.
func (s *Splitter) Feed(b byte) (frame []byte, err error) {
	if s.framing.Start != 0 && b == s.framing.Start {
		s.frame, s.inside, s.over = s.frame[:0], true, false
		return nil, nil
	}
	if !s.inside {
		return nil, nil
	}
	for i := range len(s.framing.End) {
		if b == s.framing.End[i] {
			frame, over := s.frame, s.over
			s.frame, s.inside, s.over = s.frame[:0], s.framing.Start == 0, false
			if over || len(frame) == 0 {
				return nil, nil
			}
			return frame, nil
		}
	}
	if s.over {
		return nil, nil
	}
	if len(s.frame) == maxFrame {
		clear(s.frame)
		s.frame, s.over = s.frame[:0], true
		return nil, ErrTooLong
	}
	s.frame = append(s.frame, b)
	return nil, nil
}
