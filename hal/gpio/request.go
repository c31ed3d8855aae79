package gpio

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
	periph "periph.io/x/conn/v3/gpio"
)

// queue is how many edges the kernel shall keep for us: the most that it grants (GPIO_V2_LINES_MAX
// × 16). Its default is 16 a line, half a card, and it drops the oldest.
const queue = 1024

// request is a set of lines of one chip that the kernel has given to us, and its queue of edges.
type request struct {
	chip    string
	offsets []int
	buf     []byte // of whole events
	pending []byte // the part of buf not yet given

	closed  atomic.Bool
	closing sync.Once // every Close waits until the lines are free

	// life is held for reading while a descriptor is in use, so that Close cannot free its number
	// for another file meanwhile.
	life sync.RWMutex
	fd   int
	wake int // eventfd: makes Next look at closed
}

// ask requests lines of a chip with all that they shall be from the first moment. value
// is used for outputs only.
func ask(chip string, offsets []int, flags uapi.LineFlagV2, value periph.Level) (*request, error) {
	f, err := os.OpenFile(chip, os.O_RDWR|unix.O_CLOEXEC, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("request lines %v of %s: %w", offsets, chip, ErrGone)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	rq := uapi.LineRequest{Lines: uint32(len(offsets)), EventBufferSize: queue}
	copy(rq.Consumer[:], "menshen")
	for i, o := range offsets {
		rq.Offsets[i] = uint32(o)
	}
	rq.Config.Flags = flags
	if flags.IsOutput() && value == periph.High {
		all := uapi.NewLineBitMask(len(offsets))
		rq.Config.AddAttribute(uapi.LineConfigAttribute{Attr: uapi.OutputValues(all).Encode(), Mask: all})
	}
	if err := uapi.GetLine(f.Fd(), &rq); err != nil {
		return nil, fmt.Errorf("request lines %v of %s: %w", offsets, chip, meaning(err))
	}
	return newRequest(chip, offsets, int(rq.Fd))
}

// newRequest takes over the descriptor, closed on exec, of lines that the kernel gave.
func newRequest(chip string, offsets []int, fd int) (*request, error) {
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	const event = int(unsafe.Sizeof(uapi.LineEvent{}))
	return &request{chip: chip, offsets: offsets, fd: fd, wake: wake, buf: make([]byte, 64*event)}, nil
}

// Next implements Edges. It asks the kernel for an event before it returns ErrQuiet, however late
// this goroutine got to run, so that a busy processor never cuts a frame in two.
func (r *request) Next(wait time.Duration) (Edge, error) {
	r.life.RLock()
	defer r.life.RUnlock()
	deadline := time.Now().Add(wait)
	for len(r.pending) == 0 {
		if r.closed.Load() {
			return Edge{}, ErrClosed
		}
		var left *unix.Timespec
		if wait >= 0 {
			ts := unix.NsecToTimespec(int64(max(0, time.Until(deadline))))
			left = &ts
		}
		fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}, {Fd: int32(r.wake), Events: unix.POLLIN}}
		n, err := unix.Ppoll(fds, left, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return Edge{}, fmt.Errorf("wait for lines %v of %s: %w", r.offsets, r.chip, meaning(err))
		case n == 0:
			return Edge{}, ErrQuiet
		case fds[1].Revents != 0:
			return Edge{}, ErrClosed
		case fds[0].Revents&unix.POLLIN == 0:
			return Edge{}, fmt.Errorf("wait for lines %v of %s: %w", r.offsets, r.chip, ErrGone)
		}
		n, err = unix.Read(r.fd, r.buf)
		if err != nil {
			return Edge{}, fmt.Errorf("read lines %v of %s: %w", r.offsets, r.chip, meaning(err))
		}
		r.pending = r.buf[:n]
	}
	return r.take(), nil
}

func (r *request) take() Edge {
	e := (*uapi.LineEvent)(unsafe.Pointer(&r.pending[0]))
	r.pending = r.pending[unsafe.Sizeof(*e):]
	line := 0
	for i, o := range r.offsets {
		if uint32(o) == e.Offset {
			line = i
		}
	}
	return Edge{
		Line:  line,
		Level: e.ID == uapi.LineEventRisingEdge,
		At:    time.Duration(e.Timestamp),
		Seq:   e.Seqno,
	}
}

// Level implements Edges.
func (r *request) Level(line int) (periph.Level, error) {
	r.life.RLock()
	defer r.life.RUnlock()
	if r.closed.Load() {
		return periph.Low, ErrClosed
	}
	v := uapi.LineValues{Mask: 1 << line}
	if err := uapi.GetLineValuesV2(uintptr(r.fd), &v); err != nil {
		return periph.Low, fmt.Errorf("read line %d of %s: %w", r.offsets[line], r.chip, meaning(err))
	}
	return v.Get(line) == 1, nil
}

// set gives all lines, which are outputs, one level.
func (r *request) set(l periph.Level) error {
	r.life.RLock()
	defer r.life.RUnlock()
	if r.closed.Load() {
		return ErrClosed
	}
	v := uapi.LineValues{Mask: uapi.NewLineBitMask(len(r.offsets))}
	if l {
		v.Bits = v.Mask
	}
	return meaning(uapi.SetLineValuesV2(uintptr(r.fd), v))
}

// Wall implements Edges: kernel time stamps are CLOCK_MONOTONIC.
func (r *request) Wall(at time.Duration) time.Time {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return time.Now()
	}
	return time.Now().Add(at - time.Duration(now.Nano()))
}

// Close implements Edges.
func (r *request) Close() (err error) {
	r.closing.Do(func() {
		r.closed.Store(true)
		one := [8]byte{7: 1} // not zero in either byte order
		if _, err = unix.Write(r.wake, one[:]); err != nil {
			err = fmt.Errorf("wake lines %v of %s: %w", r.offsets, r.chip, err)
			return
		}
		r.life.Lock()
		defer r.life.Unlock()
		err = errors.Join(unix.Close(r.fd), unix.Close(r.wake))
	})
	return err
}

// meaning turns the kernel's error numbers into ours.
func meaning(err error) error {
	switch {
	case errors.Is(err, unix.ENODEV):
		return ErrGone
	case errors.Is(err, unix.EBUSY):
		return ErrBusy
	}
	return err
}
