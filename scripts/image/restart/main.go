// Command restart restarts the machine with the words "0 tryboot", as systemd does for an update.
// The test of the module tryboot starts it (scripts/image/told.sh).
package main

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	words := []byte("0 tryboot\x00")
	_, _, errno := unix.Syscall6(unix.SYS_REBOOT, unix.LINUX_REBOOT_MAGIC1, unix.LINUX_REBOOT_MAGIC2,
		unix.LINUX_REBOOT_CMD_RESTART2, uintptr(unsafe.Pointer(&words[0])), 0, 0)
	fmt.Println("restart:", errno)
}
