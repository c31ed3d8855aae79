package pcm

import (
	"encoding/binary"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The requests, the sizes of what they take, and where in it things are; all as on 64-bit Linux.
const (
	refine      = 0xc2604110
	setHardware = 0xc2604111
	setSoftware = 0xc0884113
	askStatus   = 0x80984120
	prepare     = 0x4140
	drop        = 0x4143
	rewind      = 0x40084146

	hardwareSize, softwareSize, statusSize = 608, 136, 152

	// Of the hardware's parameters: three masks of 256 bits, twelve intervals of three words.
	maskAt, intervalAt, changedAt, abilityAt = 4, 260, 512, 520
	accessMask, formatMask                   = 0, 1
	channels, rate, periodSize, bufferSize   = 2, 3, 5, 9 // numbers of intervals
	interleaved                              = 3
	formatS16, formatS32                     = 2, 10 // little-endian
	whole                                    = 4     // of an interval: no fractions

	softAvail, softStart, softStop = 16, 32, 40

	statusState, statusFree                    = 0, 64
	stateSetup, statePrepared, stateRunning    = 1, 2, 3
	stateUnderrun, stateUnplug                 = 4, 8
	batch, syncPointer, noRewinds, onlyForward = 0x10, 0x20, 0x20000000, batch | syncPointer | noRewinds
)

// argument is what a request takes and answers.
type argument []byte

func (a argument) get(at int) uint32          { return binary.NativeEndian.Uint32(a[at:]) }
func (a argument) put(at int, value uint32)   { binary.NativeEndian.PutUint32(a[at:], value) }
func (a argument) long(at int) uint64         { return binary.NativeEndian.Uint64(a[at:]) }
func (a argument) putLong(at int, val uint64) { binary.NativeEndian.PutUint64(a[at:], val) }

// kernel is what a player needs of a device.
type kernel interface {
	ioctl(request uintptr, arg argument) error
	// write takes whole frames and gives the number of bytes taken, at once; EAGAIN: there is no
	// room.
	write(b []byte) (int, error)
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
	var at unsafe.Pointer
	if len(arg) > 0 {
		at = unsafe.Pointer(&arg[0])
	}
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d), request, uintptr(at))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return errno
		}
	}
}

func (d device) write(b []byte) (int, error) { return unix.Write(int(d), b) }
func (d device) close() error                { return unix.Close(int(d)) }
