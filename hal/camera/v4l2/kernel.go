package v4l2

import (
	"encoding/binary"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The requests, the sizes of what they take, and where in it things are; all as on 64-bit Linux.
const (
	queryCap      = 0x80685600
	enumFmt       = 0xc0405602
	setFmt        = 0xc0d05605
	tryFmt        = 0xc0d05640
	requestBufs   = 0xc0145608
	queryBuf      = 0xc0585609
	queueBuf      = 0xc058560f
	dequeueBuf    = 0xc0585611
	streamOn      = 0x40045612
	streamOff     = 0x40045613
	setParm       = 0xc0cc5616
	enumIntervals = 0xc034564b
	setControl    = 0xc008561c

	capSize, fmtSize, formatSize, parmSize, intervalSize = 104, 64, 208, 204, 52
	requestSize, bufSize, planeSize                      = 20, 88, 64

	capDevice                                                     = 88 // what this device can
	pixWidth, pixHeight, pixFormat, pixField, pixStride, pixImage = 8, 12, 16, 20, 24, 28
	parmInterval                                                  = 12 // numerator, denominator
	intervalFormat, intervalWidth, intervalHeight, intervalType   = 4, 8, 12, 16
	intervalLeast                                                 = 20 // the only, or the shortest
	bufKind, bufUsed, bufFlags, bufStamp, bufSequence, bufMemory  = 4, 8, 12, 24, 56, 60
	bufOffset, bufLength                                          = 64, 72

	// Of a device that gives frames in planes: where its first plane is described. In a buffer, the
	// description stands behind it (see buffer), and bufOffset has its address.
	pixPlaneStride, pixPlanes                           = 32, 188
	planeUsed, planeLength, planeOffset, planeDataBegin = bufSize, bufSize + 4, bufSize + 8, bufSize + 16

	canCapture, canCapturePlanes, canStream = 0x1, 0x1000, 0x4000000
	capture, capturePlanes                  = 1, 9 // kinds of buffers
	mapped                                  = 1    // memory of the driver's
	progressive                             = 1    // whole frames, not every other line
	discrete                                = 1    // intervals are listed one by one
	broken                                  = 0x40 // flag: the frame has errors
	stampKind, stampMonotonic               = 0xe000, 0x2000
	mostFormats                             = 256
)

// argument is what a request takes and answers: of a buffer in planes, with the description of its
// plane behind it.
type argument []byte

func (a argument) get(at int) uint32        { return binary.NativeEndian.Uint32(a[at:]) }
func (a argument) put(at int, value uint32) { binary.NativeEndian.PutUint32(a[at:], value) }

// kernel is what a reader needs of a device.
type kernel interface {
	ioctl(request uintptr, arg argument) error
	mapping(offset int64, length int) ([]byte, error)
	unmap(b []byte) error
	// wait returns when there is something to take, or after that time. It fails when the device
	// has.
	wait(d time.Duration) error
	// now is the clock by which a driver dates frames.
	now() time.Duration
	close() error
}

// device is a device file.
type device int

func openDevice(path string) (device, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return device(fd), nil
}

func (d device) ioctl(request uintptr, arg argument) error {
	if len(arg) == bufSize+planeSize { // arg is on the heap, where nothing is moved
		binary.NativeEndian.PutUint64(arg[bufOffset:], uint64(uintptr(unsafe.Pointer(&arg[bufSize]))))
		arg.put(bufLength, 1)
	}
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d), request, uintptr(unsafe.Pointer(&arg[0])))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return errno
		}
	}
}

func (d device) mapping(offset int64, length int) ([]byte, error) {
	return unix.Mmap(int(d), offset, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func (d device) unmap(b []byte) error { return unix.Munmap(b) }

func (d device) wait(patience time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(d), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(patience.Milliseconds())+1)
	switch {
	case err == unix.EINTR:
		return nil
	case err == nil && n > 0 && fds[0].Revents&unix.POLLIN == 0:
		return unix.ENODEV
	}
	return err
}

func (d device) now() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

func (d device) close() error { return unix.Close(int(d)) }
