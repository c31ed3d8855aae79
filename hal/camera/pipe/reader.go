package pipe

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"menshen/hal"
)

// How long a reader waits.
const (
	writerIn = time.Second            // for a writer, after it opened the pipe
	frameIn  = 500 * time.Millisecond // for a frame to begin: then hal.ErrNoFrame
	wholeIn  = time.Second            // for a frame that has begun to be whole: then ErrTorn
	look     = 20 * time.Millisecond  // between two looks for a writer
)

// Reader takes frames out of a pipe. It is for one goroutine; Close may be called from another.
type Reader struct {
	f       source
	head    [HeaderSize]byte
	last    uint64
	begun   bool // the first byte of a header has been read
	joined  bool // a header has been read: frames follow each other from there
	skipped uint64
}

// source is the pipe's end, whose Read waits no longer than it was told.
type source interface {
	io.ReadCloser
	wait(time.Duration)
}

type end struct{ *os.File }

func (e end) wait(d time.Duration) { e.SetReadDeadline(time.Now().Add(d)) }

// Open opens the pipe and waits up to a second for its writer. Errors wrap hal.ErrGone.
func Open(path string) (*Reader, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w: is the service menshen-camera installed?", hal.ErrGone, err)
	}
	if info.Mode().Type() != os.ModeNamedPipe {
		return nil, fmt.Errorf("%w: %s is no named pipe", hal.ErrGone, path)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	r := &Reader{f: end{f}}
	if err := r.awaitWriter(f); err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

// awaitWriter waits until the first byte of a header can be read, or a writer holds the other end.
// A pipe without a writer reads as ended.
func (r *Reader) awaitWriter(f *os.File) error {
	for until := time.Now().Add(writerIn); time.Now().Before(until); time.Sleep(look) {
		if there, err := r.writerThere(f); there || err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: the service menshen-camera gives no frames: 'systemctl start menshen-camera' starts it, "+
		"'journalctl -u menshen-camera' says what fails", hal.ErrGone)
}

// writerThere reads without waiting: a deadline that passes before the read would say the same as a
// writer that has nothing to give.
func (r *Reader) writerThere(f *os.File) (bool, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return false, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	var n int
	var said error
	err = raw.Control(func(fd uintptr) {
		n, said = unix.Read(int(fd), r.head[:1])
	})
	switch err = errors.Join(err, said); {
	case n == 1:
		r.begun = true
		return true, nil
	case err == nil: // the end of a pipe without a writer
		return false, nil
	case errors.Is(err, unix.EAGAIN):
		return true, nil
	case errors.Is(err, unix.EINTR): // look again
		return false, nil
	}
	return false, fmt.Errorf("%w: %w", hal.ErrGone, err)
}

// Read gives the next frame that is not older than MaxAge, copied to f, whose buffer is reused.
// f.Seq is the writer's number of it, f.At is when it was complete. Errors: hal.ErrNoFrame when
// none came in time, or all were too old; hal.ErrGone when the writer has closed the pipe, or what
// came is no whole frame (ErrTorn); then the reader is of no use any more. After an error f holds
// no pixel.
func (r *Reader) Read(f *hal.Frame) error {
	for until := time.Now().Add(frameIn); ; {
		age, err := r.next(f)
		if err == nil && age > MaxAge {
			r.skipped++
			if time.Now().Before(until) {
				continue
			}
			err = hal.ErrNoFrame
		}
		if err != nil {
			f.Wipe()
			f.BGR = f.BGR[:0]
			return err
		}
		f.At = time.Now().Add(-age)
		return nil
	}
}

// next reads one frame, of any age.
func (r *Reader) next(f *hal.Frame) (age time.Duration, err error) {
	h, err := r.header()
	if err != nil {
		return 0, err
	}
	if cap(f.BGR) < h.Bytes() {
		f.Wipe()
		f.BGR = make([]byte, h.Bytes())
	}
	f.Seq, f.Width, f.Height, f.BGR = h.Seq, h.Width, h.Height, f.BGR[:h.Bytes()]
	if err := r.full(f.BGR); err != nil {
		return 0, err
	}
	age = now() - h.At
	switch {
	case crc32.Checksum(f.BGR, castagnoli) != h.Sum:
		return 0, torn("the pixels' checksum is wrong: does another program read this pipe?")
	case h.Seq <= r.last:
		return 0, torn(fmt.Sprintf("frame %d after frame %d", h.Seq, r.last))
	case age < 0:
		return 0, torn("it is of the future")
	}
	r.last = h.Seq
	return age, nil
}

func (r *Reader) header() (Header, error) {
	from := 0
	if r.begun {
		from, r.begun = 1, false
	}
	if from == 0 { // a pause between two frames is no fault
		r.f.wait(frameIn)
		n, err := r.f.Read(r.head[:1])
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return Header{}, hal.ErrNoFrame
		case errors.Is(err, io.EOF):
			return Header{}, fmt.Errorf("%w: the service menshen-camera has ended the frames", hal.ErrGone)
		case err != nil:
			return Header{}, fmt.Errorf("%w: %w", hal.ErrGone, err)
		}
		from = n
	}
	if err := r.full(r.head[from:]); err != nil {
		return Header{}, err
	}
	h, err := ParseHeader(r.head)
	if err != nil && (r.joined || !r.search(&h)) {
		return Header{}, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	r.joined = true
	return h, nil
}

// search finds the first header behind the rest of a frame that another reader has left in the
// pipe: an eye that is switched off and on again may open it before the writer has noticed. It
// looks for a second at most.
func (r *Reader) search(h *Header) bool {
	r.f.wait(wholeIn)
	for {
		at := 1 + bytes.Index(r.head[1:], []byte(begin))
		if at == 0 {
			at = HeaderSize - len(begin) + 1 // where a part of it may be
		}
		from := copy(r.head[:], r.head[at:])
		_, err := io.ReadFull(r.f, r.head[from:])
		if err != nil {
			return false
		}
		if *h, err = ParseHeader(r.head); err == nil {
			return true
		}
	}
}

// full fills b with what belongs to a frame that has begun.
func (r *Reader) full(b []byte) error {
	r.f.wait(wholeIn)
	switch n, err := io.ReadFull(r.f, b); {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return torn(fmt.Sprintf("its writer ended with %d bytes to go", len(b)-n))
	case errors.Is(err, os.ErrDeadlineExceeded):
		return torn(fmt.Sprintf("no more came with %d bytes to go", len(b)-n))
	default:
		return fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
}

func torn(why string) error { return fmt.Errorf("%w: %w: %s", hal.ErrGone, ErrTorn, why) }

// Skipped counts the frames that were too old.
func (r *Reader) Skipped() uint64 { return r.skipped }

// Close closes the reader's end; a Read that waits returns.
func (r *Reader) Close() error { return r.f.Close() }
