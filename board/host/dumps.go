package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Harden keeps the memory of this process off the disk, and reports whether memory is locked. It
// allows no core dump, not even through a program to which the kernel would pipe it; no other
// process of the same user may read the memory; nothing is swapped, where the user may lock memory.
func Harden() (locked bool, err error) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return false, fmt.Errorf("forbidding dumps: %w", err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return false, fmt.Errorf("forbidding core files: %w", err)
	}
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &l); err != nil || os.Geteuid() != 0 && l.Cur != unix.RLIM_INFINITY {
		return false, nil // with a limit, locking would make later allocations fail
	}
	return unix.Mlockall(unix.MCL_CURRENT|unix.MCL_FUTURE|unix.MCL_ONFAULT) == nil, nil
}

// DumpsOff reports whether a crash of this process writes its memory nowhere.
func DumpsOff() bool {
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	return err == nil && dumpable == 0
}

// Locked reports whether the pages of this process stay in memory, by the kernel's count: all that
// is not shared with a file must be locked, except what a thread may just be taking into use.
func Locked(root string) bool {
	status := filepath.Join(root, "proc/self/status")
	kib := func(name string) (n int) {
		_, _ = fmt.Sscan(value(status, name), &n)
		return n
	}
	own := kib("RssAnon:")
	return own > 0 && kib("VmLck:") >= own && kib("VmSwap:") == 0
}

// ClearSwap gives the swap areas that keep memory on a disk in clear. Compressed memory (zram) is
// not on a disk, and dm-crypt is not in clear.
func ClearSwap(root string) ([]string, error) {
	var clear []string
	head := true
	err := eachLine(filepath.Join(root, "proc/swaps"), func(line string) {
		f := strings.Fields(line)
		if head || len(f) == 0 {
			head = false
			return
		}
		if name := filepath.Base(f[0]); !strings.HasPrefix(name, "zram") && !isEncrypted(root, f[0]) {
			clear = append(clear, name)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("looking for swap: %w", err)
	}
	return clear, nil
}

// isEncrypted reports whether a device is one of dm-crypt, as the device mapper says.
func isEncrypted(root, device string) bool {
	if to, err := filepath.EvalSymlinks(device); err == nil {
		device = to
	}
	uuid, err := os.ReadFile(filepath.Join(root, "sys/class/block", filepath.Base(device), "dm/uuid"))
	return err == nil && strings.HasPrefix(string(uuid), "CRYPT-")
}
