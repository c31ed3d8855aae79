package v4l2

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"menshen/hal"

	"golang.org/x/sys/unix"
)

const (
	buffers = 4                      // of the driver; each holds a frame
	fresh   = 100 * time.Millisecond // a frame that waited for longer is of the past
	glance  = 100 * time.Millisecond // a context is looked at so often
)

// Reader takes the frames of one device. It is for one goroutine.
type Reader struct {
	Mode    Mode
	k       kernel
	kind    uint32 // of buffers
	buffers [][]byte
	err     error // why it takes no more
}

// Frame is a frame in the driver's buffer.
type Frame struct {
	Mode
	Data   []byte    // overwritten when it has been used
	At     time.Time // by the driver, or when it was taken
	Seq    uint64    // counts the frames of the device, lost ones included
	buffer int
	used   int // bytes of the buffer, with what stands before Data
}

// Open begins to take frames of the size that is nearest to width × height pixels, in one of the
// formats; of two that serve, in the one that stands first. Errors wrap hal.ErrGone.
func Open(path string, formats []string, width, height int) (*Reader, error) {
	k, err := openDevice(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", hal.ErrGone, err)
	}
	return open(k, formats, width, height)
}

func open(k kernel, formats []string, width, height int) (*Reader, error) {
	r := &Reader{k: k}
	err := r.begin(formats, width, height)
	if err == nil {
		return r, nil
	}
	r.Close()
	if errors.Is(err, unix.EBUSY) {
		err = errors.New("it is in use by another program")
	}
	return nil, fmt.Errorf("%w: %w", hal.ErrGone, err)
}

func (r *Reader) begin(formats []string, width, height int) error {
	d, err := ask(r.k)
	if err != nil {
		return fmt.Errorf("it is no camera of the kernel: %w", err)
	}
	if d.Raw() {
		return fmt.Errorf("a camera module on a ribbon cable (driver %s), whose raw frames only libcamera "+
			"develops: write source = \"libcamera\" into [camera]", d.Driver)
	}
	if r.kind = d.kind(); r.kind == 0 || d.can&canStream == 0 {
		return fmt.Errorf("%s (driver %s) gives no frames: a camera often has several devices, try the others",
			d.Card, d.Driver)
	}
	modes, why := offers(r.k, d, formats, width, height)
	if len(modes) == 0 && why != nil {
		return fmt.Errorf("%s (driver %s): %w", d.Card, d.Driver, why)
	}
	if len(modes) == 0 {
		return fmt.Errorf("%s (driver %s) gives frames as %q only, and none of %q",
			d.Card, d.Driver, d.Formats, formats)
	}
	if err := r.set(choose(modes, width, height).Mode); err != nil {
		return err
	}
	return r.start()
}

// set sets mode and rate. Where a driver cannot set its rate, it keeps its own.
func (r *Reader) set(m Mode) error {
	var err error
	if r.Mode, err = negotiate(r.k, setFmt, r.kind, m); err != nil {
		return err
	}
	p := make(argument, parmSize)
	p.put(0, r.kind)
	p.put(parmInterval, 1)
	p.put(parmInterval+4, mostRate)
	_ = r.k.ioctl(setParm, p)
	return nil
}

// start maps the driver's buffers and lets it fill them.
func (r *Reader) start() error {
	a := make(argument, requestSize)
	a.put(0, buffers)
	a.put(4, r.kind)
	a.put(8, mapped)
	if err := r.k.ioctl(requestBufs, a); err != nil {
		return fmt.Errorf("ask for buffers: %w", err)
	}
	n := a.get(0)
	if n == 0 || n > 8*buffers {
		return fmt.Errorf("ask for %d buffers: the driver gives %d", buffers, n)
	}
	for i := range int(n) {
		b := r.buffer(i)
		if err := r.k.ioctl(queryBuf, b); err != nil {
			return fmt.Errorf("ask for buffer %d: %w", i, err)
		}
		at, length := bufOffset, bufLength
		if r.kind == capturePlanes {
			at, length = planeOffset, planeLength
		}
		memory, err := r.k.mapping(int64(b.get(at)), int(b.get(length)))
		if err != nil {
			return fmt.Errorf("map buffer %d: %w", i, err)
		}
		r.buffers = append(r.buffers, memory)
		if err := r.k.ioctl(queueBuf, b); err != nil {
			return fmt.Errorf("queue buffer %d: %w", i, err)
		}
	}
	if err := r.k.ioctl(streamOn, r.stream()); err != nil {
		return fmt.Errorf("begin to take frames: %w", err)
	}
	return nil
}

func (r *Reader) buffer(i int) argument {
	size := bufSize
	if r.kind == capturePlanes {
		size += planeSize
	}
	b := make(argument, size)
	b.put(0, uint32(i))
	b.put(bufKind, r.kind)
	b.put(bufMemory, mapped)
	return b
}

func (r *Reader) stream() argument {
	a := make(argument, 4)
	a.put(0, r.kind)
	return a
}

// Next lets use see the newest frame, and gives what it answers. Where the newest one has waited
// for a while itself, it waits for the next one: at most for patience, and then gives
// hal.ErrNoFrame. A device that was pulled out is hal.ErrGone, as is one that is closed.
func (r *Reader) Next(ctx context.Context, patience time.Duration, use func(*Frame) error) error {
	deadline := time.Now().Add(patience)
	f, age := r.newest()
	if f != nil && (age < 0 || age > fresh) {
		r.giveBack(f.buffer, f.used)
		f = nil
	}
	for ; f == nil; f, _ = r.newest() {
		left := time.Until(deadline)
		switch {
		case r.err != nil:
			return r.err
		case ctx.Err() != nil:
			return ctx.Err()
		case left <= 0:
			return hal.ErrNoFrame
		}
		if err := r.k.wait(min(left, glance)); err != nil {
			r.fail("wait for a frame", err)
		}
	}
	defer r.giveBack(f.buffer, f.used)
	return use(f)
}

// newest takes all frames that are there, and gives the last one, if it is whole, with how long ago
// the driver dated it; −1 when it did not.
func (r *Reader) newest() (last *Frame, age time.Duration) {
	for range 2 * len(r.buffers) { // not for ever, however fast the camera is
		b := r.buffer(0)
		err := r.k.ioctl(dequeueBuf, b)
		if errors.Is(err, unix.EAGAIN) {
			break
		}
		i, begin, used := int(b.get(0)), 0, int(b.get(bufUsed))
		if r.kind == capturePlanes {
			begin, used = int(b.get(planeDataBegin)), int(b.get(planeUsed))
		}
		if err == nil && (i >= len(r.buffers) || used > len(r.buffers[i])) {
			err = errors.New("the driver names a buffer that is not there")
		}
		if err != nil {
			r.fail("take a frame", err)
			break
		}
		if used == 0 || b.get(bufFlags)&broken != 0 {
			r.giveBack(i, len(r.buffers[i]))
			continue
		}
		if last != nil {
			r.giveBack(last.buffer, last.used)
		}
		age = r.age(b)
		last = &Frame{
			Mode: r.Mode, Data: r.buffers[i][min(begin, used):used], buffer: i, used: used,
			At: time.Now().Add(-max(age, 0)), Seq: uint64(b.get(bufSequence)),
		}
	}
	return last, age
}

// age is how long ago the driver dated a frame, by the clock that never jumps; −1 when it did not.
func (r *Reader) age(b argument) time.Duration {
	const mostAge = 10 * time.Second // an older one is a wrong one
	stamp := time.Duration(binary.NativeEndian.Uint64(b[bufStamp:]))*time.Second +
		time.Duration(binary.NativeEndian.Uint64(b[bufStamp+8:]))*time.Microsecond
	age := r.k.now() - stamp
	if b.get(bufFlags)&stampKind != stampMonotonic || age > mostAge || age < -mostAge {
		return -1
	}
	return max(age, 0)
}

// giveBack overwrites what was used of a buffer and lets the driver fill it.
func (r *Reader) giveBack(i, used int) {
	clear(r.buffers[i][:used])
	if err := r.k.ioctl(queueBuf, r.buffer(i)); err != nil {
		r.fail("give a buffer back", err)
	}
}

func (r *Reader) fail(what string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s: %w", hal.ErrGone, what, err)
	}
}

// SetControl sets a control of the driver, by its number. It may be called between two frames.
func (r *Reader) SetControl(number uint32, value int32) error {
	if r.k == nil {
		return hal.ErrGone
	}
	a := make(argument, 8)
	a.put(0, number)
	a.put(4, uint32(value))
	if err := r.k.ioctl(setControl, a); err != nil {
		return fmt.Errorf("set control %#08x to %d: %w", number, value, err)
	}
	return nil
}

// Close takes the buffers back from the driver, overwrites them, and closes the device.
func (r *Reader) Close() error {
	if r.k == nil {
		return nil
	}
	r.fail("take a frame", os.ErrClosed)
	errs := []error{r.k.ioctl(streamOff, r.stream())}
	for _, b := range r.buffers {
		clear(b)
		errs = append(errs, r.k.unmap(b))
	}
	errs = append(errs, r.k.close())
	r.k, r.buffers = nil, nil
	return errors.Join(errs...)
}
