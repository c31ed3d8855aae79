package drm

import (
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The requests and what they take, as linux/drm.h and drm_mode.h have them. A list is its address,
// and how many it has room for, which the kernel answers with how many there are.
const (
	getCap       = 0xc010640c
	getResources = 0xc04064a0
	getCRTC      = 0xc06864a1
	setCRTC      = 0xc06864a2
	getEncoder   = 0xc01464a6
	getConnector = 0xc05064a7
	addFB        = 0xc01c64ae
	removeFB     = 0xc00464af
	pageFlip     = 0xc01864b0
	createDumb   = 0xc02064b2
	mapDumb      = 0xc01064b3
	destroyDumb  = 0xc00464b4

	capDumb   = 1      // capability: memory that a processor may draw into
	connected = 1      // state of a connector
	preferred = 1 << 3 // type of a mode
	flipEvent = 1      // flag: an event comes when the picture is shown
	writeback = 18     // type of a connector: memory
)

type capability struct{ id, value uint64 }

type resources struct {
	fbs, crtcs, connectors, encoders         uint64
	nFBs, nCRTCs, nConnectors, nEncoders     uint32
	minWidth, maxWidth, minHeight, maxHeight uint32
}

type connector struct {
	encoders, modes, props, values   uint64
	nModes, nProps, nEncoders        uint32
	encoder, id, kind, number, state uint32
	width, height                    uint32 // millimetres
	subpixel, pad                    uint32
}

type encoder struct{ id, kind, crtc, crtcs, clones uint32 }

// mode is a size with its timing.
type mode struct {
	clock       uint32
	width       uint16
	across      [4]uint16
	height      uint16
	down        [4]uint16
	refresh     uint32
	flags, kind uint32
	name        [32]byte
}

type crtc struct {
	connectors           uint64
	nConnectors, id, fb  uint32
	x, y, gamma, hasMode uint32
	mode                 mode
}

type framebuffer struct{ id, width, height, pitch, bpp, depth, handle uint32 }

type flip struct {
	crtc, fb, flags, reserved uint32
	user                      uint64
}

type dumb struct {
	height, width, bpp, flags, handle, pitch uint32
	size                                     uint64
}

type dumbMap struct {
	handle, pad uint32
	offset      uint64
}

// kernel is what a screen needs of a card.
type kernel interface {
	// ioctl makes a request. The argument is a pointer to one of the structures above.
	ioctl(request uintptr, arg unsafe.Pointer) error
	mapping(offset uint64, length int) ([]byte, error)
	unmap(b []byte) error
	// event waits for an event, and takes it. It returns without one after that time.
	event(patience time.Duration) error
	close() error
}

// card is a device file.
type card int

func openCard(path string) (kernel, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return card(fd), nil
}

func (c card) ioctl(request uintptr, arg unsafe.Pointer) error {
	for {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(c), request, uintptr(arg))
		switch errno {
		case 0:
			return nil
		case unix.EINTR, unix.EAGAIN:
		default:
			return errno
		}
	}
}

func (c card) mapping(offset uint64, length int) ([]byte, error) {
	return unix.Mmap(int(c), int64(offset), length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}

func (c card) unmap(b []byte) error { return unix.Munmap(b) }

func (c card) event(patience time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(c), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, int(patience.Milliseconds()))
	switch {
	case err == unix.EINTR || err == nil && n == 0:
		return nil
	case err == nil && fds[0].Revents&unix.POLLIN == 0:
		return unix.ENODEV
	case err != nil:
		return err
	}
	var events [256]byte
	_, err = unix.Read(int(c), events[:])
	return err
}

func (c card) close() error { return unix.Close(int(c)) }

// at is the address of a list, which stays where it is until pins are released.
func at[T any](pins *runtime.Pinner, list []T) uint64 {
	if len(list) == 0 {
		return 0
	}
	pins.Pin(&list[0])
	return uint64(uintptr(unsafe.Pointer(&list[0])))
}
