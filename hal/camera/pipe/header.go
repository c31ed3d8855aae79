// Package pipe carries frames from the process that holds a camera to the process that looks,
// through a named pipe (FIFO). No socket is needed, and nothing is written to a disk: a pipe is
// memory of the kernel, which is never swapped and is freed when both ends are closed.
//
// One [Writer] and one [Reader] at a time. [Await] has the writer wait until a reader is there, so
// that a camera is on only while its frames are wanted. The reader takes frames in order, skips
// those that waited longer than [MaxAge], and refuses everything that is not one whole frame, but
// for the rest of one that another reader has left before the first.
//
// A frame is a header of 32 bytes, little-endian, and its pixels:
//
//	0   'M' 'f'  2  version 1  3  zero
//	4   width    6  height, pixels
//	8   sequence, rises from frame to frame of one writer
//	16  when the frame was complete: CLOCK_MONOTONIC, nanoseconds
//	24  CRC-32C of the pixels
//	28  CRC-32C of the 28 bytes before
//	32  width×height×3 bytes, BGR, row by row, without padding
//
// The checksums find faults, such as two readers that share one pipe. They do not stop an
// attacker: the pipe's owner may write any picture, as a camera may.
package pipe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"

	"golang.org/x/sys/unix"
)

// Limits of a frame.
const (
	HeaderSize = 32   // bytes
	MinSide    = 16   // pixels
	MaxWidth   = 1920 // pixels
	MaxHeight  = 1080 // pixels
)

// Path is the pipe of a door's camera.
const Path = "/run/menshen-camera/frames"

// MaxAge is how long a frame may have waited. An older one is skipped.
const MaxAge = 500 * time.Millisecond

// ErrTorn: the bytes are not a whole frame. The reader must close the pipe, and open it again
// after the writer had time to notice.
var ErrTorn = errors.New("torn frame")

const (
	magic   = "Mf"
	version = 1
	begin   = magic + "\x01\x00" // of a header of this version
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Header says what the pixels after it are.
type Header struct {
	Width, Height int    // pixels
	Seq           uint64 // rises
	At            time.Duration
	Sum           uint32 // CRC-32C of the pixels
}

// Bytes is the number of bytes of the pixels.
func (h Header) Bytes() int { return h.Width * h.Height * 3 }

// Append adds the header's 32 bytes to b.
func (h Header) Append(b []byte) []byte {
	from := len(b)
	b = append(b, begin...)
	b = binary.LittleEndian.AppendUint16(b, uint16(h.Width))
	b = binary.LittleEndian.AppendUint16(b, uint16(h.Height))
	b = binary.LittleEndian.AppendUint64(b, h.Seq)
	b = binary.LittleEndian.AppendUint64(b, uint64(h.At))
	b = binary.LittleEndian.AppendUint32(b, h.Sum)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
}

// ParseHeader reads a header. Its errors wrap ErrTorn.
func ParseHeader(b [HeaderSize]byte) (Header, error) {
	h := Header{
		Width:  int(binary.LittleEndian.Uint16(b[4:])),
		Height: int(binary.LittleEndian.Uint16(b[6:])),
		Seq:    binary.LittleEndian.Uint64(b[8:]),
		At:     time.Duration(binary.LittleEndian.Uint64(b[16:])),
		Sum:    binary.LittleEndian.Uint32(b[24:]),
	}
	switch {
	case string(b[:2]) != magic:
		return Header{}, fmt.Errorf("%w: no frame begins here: does another program read this pipe?", ErrTorn)
	case b[2] != version || b[3] != 0:
		return Header{}, fmt.Errorf("%w: version %d.%d, expected %d: restart both services, they are of two releases",
			ErrTorn, b[2], b[3], version)
	case binary.LittleEndian.Uint32(b[28:]) != crc32.Checksum(b[:28], castagnoli):
		return Header{}, fmt.Errorf("%w: the header's checksum is wrong", ErrTorn)
	}
	if err := CheckSize(h.Width, h.Height); err != nil {
		return Header{}, fmt.Errorf("%w: %w", ErrTorn, err)
	}
	if h.At < 0 {
		return Header{}, fmt.Errorf("%w: impossible time", ErrTorn)
	}
	return h, nil
}

// CheckSize refuses a size that no frame may have.
func CheckSize(width, height int) error {
	if width < MinSide || height < MinSide || width > MaxWidth || height > MaxHeight {
		return fmt.Errorf("a frame of %d×%d pixels: write at least %d×%d, at most %d×%d",
			width, height, MinSide, MinSide, MaxWidth, MaxHeight)
	}
	return nil
}

// now is CLOCK_MONOTONIC, which all processes of the machine share.
func now() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0 // the kernel always has this clock; 0 makes each frame too old
	}
	return time.Duration(t.Nano())
}
