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

// RS485 has the kernel switch the direction of an RS-485 line by RTS: it sends while RTS is on. An
// adapter that switches by itself does not need it. Errors: the port's driver cannot do that.
func (p *Port) RS485() error {
	const enabled, rtsOnSend = 1 << 0, 1 << 1
	set := rs485{flags: enabled | rtsOnSend}
	err := onFd(p.lock, func(fd int) error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCSRS485, uintptr(unsafe.Pointer(&set)))
		if errno != 0 {
			return errno
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s cannot switch the direction of an RS-485 line: %w (use an adapter that does, and leave "+
			"rs485 out)", p.name, err)
	}
	return nil
}
