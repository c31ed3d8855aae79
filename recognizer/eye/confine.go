package eye

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/landlock-lsm/go-landlock/landlock"
	lsyscall "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// confine gives up, for all threads and for good, what the child does not need, and returns what is
// in force. Call it before the first byte from outside is parsed, the models included.
//
//   - No core dump, not dumpable: no frame gets to disk by a crash, and no other process of the
//     user may look in.
//   - No swap, where the user may lock memory: no frame gets to disk that way either.
//   - No file can grow: the child writes nothing.
//   - No capability: it may not set the clock, as the door's process may (CAP_SYS_TIME), nor do
//     what root may.
//   - Landlock: it may read the models, the camera and the system's libraries; nothing else of the
//     file system, no TCP.
//   - seccomp: a list of allowed system calls without sockets, exec, ptrace, mounts, keys, io_uring
//     or BPF; all others fail with EPERM, those of a foreign (32-bit) ABI included.
//
// A kernel without Landlock or seccomp is not an error, since the door must work: the result says
// what is missing.
func confine(cfg Config) (is Confinement, err error) {
	if cfg.Unconfined {
		return Confinement{Unconfined: true}, nil
	}
	yield()
	if err := limit(cfg); err != nil {
		return is, err
	}
	is.NoDump, is.Limits, is.NoSwap = true, true, lockMemory()
	if err := dropCapabilities(); err != nil {
		return is, err
	}
	is.NoCapabilities = true
	if abi, err := lsyscall.LandlockGetABIVersion(); err == nil && abi > 0 {
		if err := landlock.V8.BestEffort().Restrict(readable(cfg)...); err != nil {
			return is, fmt.Errorf("landlock: %w", err)
		}
		is.Landlock = abi
	}
	if !seccomp.Supported() {
		return is, nil
	}
	if err := loadFilter(); err != nil {
		return is, err
	}
	is.Seccomp = true
	return is, nil
}

// loadFilter allows the listed system calls alone from now on, on all threads.
func loadFilter() error {
	err := seccomp.LoadFilter(seccomp.Filter{
		NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: filter(os.Getpid(), runtime.GOARCH),
	})
	if err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}

// yield lets the door go first: its process gets the processor before this one, and when memory
// runs out, the kernel kills this one. Errors are ignored, since the child works anyway.
func yield() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, 5) // of this thread and those it makes, OpenCV's among them
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
}

// limit sets the limits of the whole process.
func limit(cfg Config) error {
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
		{"data", unix.RLIMIT_DATA, 4 * uint64(cfg.Memory)}, // a backstop: the parent kills long before
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

// readable are the file system rules. They allow only the device that is there now: one that is
// plugged in later is shut out.
func readable(cfg Config) []landlock.Rule {
	rules := []landlock.Rule{
		landlock.RODirs(cfg.Models).IgnoreIfMissing(),
		landlock.RODirs("/usr/lib", "/lib", "/usr/share/zoneinfo", "/sys/devices/system/cpu",
			fmt.Sprintf("/proc/%d", os.Getpid())).IgnoreIfMissing(),
		landlock.ROFiles("/etc/ld.so.cache", "/etc/localtime", "/proc/cpuinfo", "/proc/meminfo",
			"/dev/urandom", "/dev/null").IgnoreIfMissing(),
	}
	if cfg.Manifest != "" {
		rules = append(rules, landlock.ROFiles(cfg.Manifest).IgnoreIfMissing())
	}
	if library := cfg.Options.Engine.Library(); library != "" {
		rules = append(rules, landlock.ROFiles(library).IgnoreIfMissing())
	}
	rules = append(rules, cameraRule(cfg.Camera))
	if cfg.Infrared.Camera != "" {
		rules = append(rules, cameraRule(cfg.Infrared.Camera))
	}
	return rules
}

func cameraRule(spec string) landlock.Rule {
	path := cameraPath(spec)
	if strings.HasPrefix(spec, "v4l2:") {
		return landlock.RWFiles(path).WithIoctlDev().IgnoreIfMissing()
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return landlock.ROFiles(path)
	}
	return landlock.RODirs(path).IgnoreIfMissing()
}

// cameraPath is the device, file or folder of a camera's specification.
func cameraPath(spec string) string {
	_, where, _ := strings.Cut(spec, ":")
	if strings.HasPrefix(spec, "v4l2:") {
		where, _, _ = strings.Cut(where, "@")
	}
	return where
}

// shutOut reports whether the camera is there and may not be opened. Either it came after the child
// was confined, so that another child is needed, or the user has no right to it.
func shutOut(spec string) bool {
	f, err := os.OpenFile(cameraPath(spec), os.O_RDONLY|unix.O_NONBLOCK, 0) // a pipe without a writer must not hang
	if err == nil {
		f.Close()
	}
	return errors.Is(err, fs.ErrPermission)
}
