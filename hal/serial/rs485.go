package serial

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rs485 is the kernel's struct serial_rs485 (linux/serial.h).
type rs485 struct {
	flags         uint32
	before, after uint32 // milliseconds
	_             [5]uint32
}

// byRTS has the kernel send while RTS is on, and listen at once after.
var byRTS = rs485{flags: 1<<0 /* enabled */ | 1<<1 /* RTS on send */}

// RS485 has the kernel switch the direction of an RS-485 line by RTS: it sends while RTS is on. An
// adapter that switches by itself does not need it. Errors: the port's driver cannot do that.
func (p *Port) RS485() error {
	set := byRTS
	err := onFd(p.lock, func(fd int) error { return p.ioctl(fd, unix.TIOCSRS485, unsafe.Pointer(&set)) })
	if err != nil {
		return fmt.Errorf("%s cannot switch the direction of an RS-485 line: %w (use an adapter that does, and leave "+
			"rs485 out)", p.name, err)
	}
	return nil
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}
