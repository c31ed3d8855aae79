package host

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// AboutThisMachine names the board and the kernel: the device tree's or the firmware's words.
func AboutThisMachine() (board, kernel string) {
	board = "unknown"
	for _, path := range []string{"/proc/device-tree/model", "/sys/class/dmi/id/product_name"} {
		if raw, err := os.ReadFile(path); err == nil && len(raw) > 0 {
			board = strings.TrimSpace(strings.Trim(string(raw), "\x00"))
			break
		}
	}
	var u unix.Utsname
	if err := unix.Uname(&u); err == nil {
		kernel = unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
	}
	return board, kernel
}
