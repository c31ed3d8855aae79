package confine

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// dropCapabilities gives up all capabilities of all threads, for good: effective, permitted and
// inheritable ones, ambient ones (by which the service hands CAP_SYS_TIME down), and, where
// this user may, those that a program run later could get back. Where the user may not,
// no-new-privs prevents that.
func dropCapabilities() error {
	for c := uintptr(0); ; c++ {
		_, _, errno := psx.Syscall3(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, c, 0)
		if errno != 0 { // EINVAL: there is none of this number; EPERM: not with this user
			break
		}
	}
	_, _, errno := psx.Syscall6(unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0, 0)
	if errno != 0 && !errors.Is(errno, unix.EINVAL) { // EINVAL: the kernel has no ambient capabilities
		return fmt.Errorf("drop ambient capabilities: %w", errno)
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	none := [2]unix.CapUserData{}
	_, _, errno = psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none)), 0)
	if errno != 0 {
		return fmt.Errorf("drop capabilities: %w", errno)
	}
	return nil
}
