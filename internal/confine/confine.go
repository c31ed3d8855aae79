// Package confine gives up what a process does not need, so that one that was taken over by what it
// parses reaches nothing else: no file, program, socket or process. The unit's children call it
// (package child); confinetest tries to get out.
package confine

import (
	"fmt"
	"os"
	"runtime"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/landlock-lsm/go-landlock/landlock"
	lsyscall "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// Keep is what a process goes on using.
type Keep struct {
	Off      bool     // give up nothing: only for kernels that cannot; the report shows it
	Read     []string // files and folders; one that is missing now is not readable later
	Devices  []string // device files, to read, write and send requests to; as Read
	Requests string   // the letters of these requests, as kernel headers have them: "V" for V4L2's
	Memory   int64    // bytes that it should need; at four times as many the kernel gives no more
}

// Process gives up, for all threads and for good, what the process does not keep, and returns what
// is in force. Call it before the first byte from outside is parsed.
//
//   - No core dump, not dumpable: nothing gets to disk by a crash, and no other process of the user
//     may look in.
//   - No swap, where the user may lock memory: nothing gets to disk that way either.
//   - No file can grow: the process writes nothing.
//   - No capability: it may not set the clock, as the door's process may (CAP_SYS_TIME), nor do
//     what root may.
//   - Landlock: it may read what it keeps and the system's libraries; nothing else of the file
//     system, no TCP.
//   - seccomp: a list of allowed system calls without sockets, exec, ptrace, mounts, keys, io_uring
//     or BPF; all others fail with EPERM, those of a foreign (32-bit) ABI included.
//
// A kernel without Landlock or seccomp is not an error, since the door must work: the report says
// what is missing.
func Process(keep Keep) (is Report, err error) {
	if keep.Off {
		return Report{Unconfined: true}, nil
	}
	yield()
	if err := limit(keep.Memory); err != nil {
		return is, err
	}
	is.NoDump, is.Limits, is.NoSwap = true, true, lockMemory()
	if err := dropCapabilities(); err != nil {
		return is, err
	}
	is.NoCapabilities = true
	if abi, err := lsyscall.LandlockGetABIVersion(); err == nil && abi > 0 {
		if err := landlock.V8.BestEffort().Restrict(keep.rules()...); err != nil {
			return is, fmt.Errorf("landlock: %w", err)
		}
		is.Landlock = abi
	}
	if !seccomp.Supported() {
		return is, nil
	}
	if err := loadFilter(keep.Requests); err != nil {
		return is, err
	}
	is.Seccomp = true
	return is, nil
}

// loadFilter allows the listed system calls alone from now on, on all threads.
func loadFilter(requests string) error {
	err := seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: filter(os.Getpid(), runtime.GOARCH, requests),
	})
	if err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}

// yield lets the door go first: its process gets the processor before this one, and when memory
// runs out, the kernel kills this one. Errors are ignored, since the child works anyway.
func yield() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 5) // of this thread and those it makes
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
}

// limit sets the limits of the whole process.
func limit(memory int64) error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid dumps: %w", err)
	}
	for _, l := range []struct {
		name string
		kind int
		max  uint64
	}{
		{"core", unix.RLIMIT_CORE, 0},
		{"file size", unix.RLIMIT_FSIZE, 0},
		{"open files", unix.RLIMIT_NOFILE, 128},
		{"data", unix.RLIMIT_DATA, 4 * uint64(memory)}, // a backstop: a parent kills long before
	} {
		if err := unix.Setrlimit(l.kind, &unix.Rlimit{Cur: l.max, Max: l.max}); err != nil {
			return fmt.Errorf("limit %s: %w", l.name, err)
		}
	}
	return nil
}

// lockMemory keeps each page in memory from its first use on. It does not try with a limit on
// locked memory, where later allocations would fail.
func lockMemory() bool {
	// Root may raise the limit; the service has none.
	_ = unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY})
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &l); err != nil || l.Cur != unix.RLIM_INFINITY {
		return false
	}
	return unix.Mlockall(unix.MCL_CURRENT|unix.MCL_FUTURE|unix.MCL_ONFAULT) == nil
}

// rules are the file system's. They allow only what is there now: a device that is plugged in later
// is shut out.
func (k Keep) rules() []landlock.Rule {
	rules := []landlock.Rule{
		landlock.RODirs("/usr/lib", "/lib", "/usr/share/zoneinfo", "/sys/devices/system/cpu",
			fmt.Sprintf("/proc/%d", os.Getpid())).IgnoreIfMissing(),
		landlock.ROFiles("/etc/ld.so.cache", "/etc/localtime", "/proc/cpuinfo", "/proc/meminfo",
			"/dev/urandom", "/dev/null").IgnoreIfMissing(),
		landlock.RWFiles(k.Devices...).WithIoctlDev().IgnoreIfMissing(),
	}
	for _, path := range k.Read {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			rules = append(rules, landlock.ROFiles(path).IgnoreIfMissing())
		} else {
			rules = append(rules, landlock.RODirs(path).IgnoreIfMissing())
		}
	}
	return rules
}
