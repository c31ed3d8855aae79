package eye

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"

	"menshen/internal/attack"
)

// parent is the process to be reached; a confined child cannot ask for it any more.
var parent = os.Getppid()

// escapes are what a child that has been taken over would try. Each must fail.
var escapes = map[string]func() error{
	"open an internet socket": func() error { return try(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM, 0) },
	"open a unix socket":      func() error { return try(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM, 0) },
	"make a socketpair": func() error {
		_, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		return err
	},
	"set up an io_uring": func() error { return try(unix.SYS_IO_URING_SETUP, 1, 0, 0) },
	"run a program":      func() error { return unix.Exec("/bin/true", []string{"true"}, nil) },
	"read the parent's memory": func() error {
		_, err := os.ReadFile(fmt.Sprintf("/proc/%d/mem", parent))
		return err
	},
	"keep a capability": keepCapability,
	"set the clock":     func() error { return unix.ClockSettime(unix.CLOCK_REALTIME, &unix.Timespec{Sec: 1}) },
	"take a capability": func() error {
		return unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, new(unix.CapUserData))
	},
	"read the passwords":   func() error { _, err := os.ReadFile("/etc/passwd"); return err },
	"read the root folder": func() error { _, err := os.ReadDir("/"); return err },
	"write into its folder": func() error {
		return os.WriteFile(filepath.Join(os.Getenv("TMPDIR"), "camera", "face"), []byte("face"), 0o600)
	},
	"write to /dev/shm":      func() error { return os.WriteFile("/dev/shm/menshen-eye-test", []byte("face"), 0o600) },
	"make an anonymous file": func() error { _, err := unix.MemfdCreate("face", 0); return err },
	"allow core dumps": func() error {
		return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1 << 20, Max: 1 << 20})
	},
	"load a kernel program": func() error { return try(unix.SYS_BPF, 0, 0, 0) },
	"allow dumps":           func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) },
}

// reaches are what a child that has been taken over would try on the door's process. Each must fail
// by seccomp alone, since Landlock restricts signals only from Linux 6.12 on.
var reaches = map[string]func() error{
	"signal the parent":          func() error { return unix.Kill(parent, 0) },
	"signal the parent's thread": func() error { return try(unix.SYS_TGKILL, uintptr(parent), uintptr(parent), 0) },
	"signal a thread by number":  func() error { return try(unix.SYS_TKILL, uintptr(parent), 0, 0) },
	"queue the parent a signal":  func() error { return try(unix.SYS_RT_SIGQUEUEINFO, uintptr(parent), 0, 0) },
	"hold the parent":            func() error { _, err := unix.PidfdOpen(parent, 0); return err },
	"signal by a descriptor":     func() error { return unix.PidfdSendSignal(0, 0, nil, 0) },
	"take a parent's descriptor": func() error { _, err := unix.PidfdGetfd(0, 0, 0); return err },
	"make the parent own a file": func() error { _, err := unix.FcntlInt(3, unix.F_SETOWN, parent); return err },
	"make the parent's group own a file": func() error {
		_, err := unix.FcntlInt(3, unix.F_SETOWN, -parent)
		return err
	},
	"make the parent's thread own a file": func() error {
		return try(unix.SYS_FCNTL, 3, unix.F_SETOWN_EX, uintptr(unsafe.Pointer(&[2]int32{0, int32(parent)})))
	},
	"let a file kill its owner": func() error {
		_, err := unix.FcntlInt(3, unix.F_SETSIG, int(unix.SIGKILL))
		return err
	},
	"let a file signal":            func() error { _, err := unix.FcntlInt(3, unix.F_SETFL, unix.O_ASYNC); return err },
	"watch a folder with a signal": func() error { _, err := unix.FcntlInt(3, unix.F_NOTIFY, 1); return err },
	"own a file by ioctl":          func() error { return unix.IoctlSetPointerInt(3, 0x8901, parent) }, // FIOSETOWN
	"own a socket by ioctl":        func() error { return unix.IoctlSetPointerInt(3, 0x8902, parent) }, // SIOCSPGRP
	"let a file signal by ioctl":   func() error { return unix.IoctlSetPointerInt(3, 0x5452, 1) },      // FIOASYNC
	"pin the parent to a processor": func() error {
		var all unix.CPUSet
		if err := unix.SchedGetaffinity(0, &all); err != nil {
			return nil // what is one's own is allowed
		}
		return unix.SchedSetaffinity(parent, &all)
	},
	"slow the parent": func() error { return unix.Setpriority(unix.PRIO_PROCESS, parent, 19) },
	"limit the parent": func() error {
		return unix.Prlimit(parent, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 10, Max: 1 << 20}, nil)
	},
	"schedule the parent": func() error {
		return unix.SchedSetAttr(parent, &unix.SchedAttr{Size: unix.SizeofSchedAttr}, 0)
	},
	"schedule the parent, the old way": func() error {
		return try(unix.SYS_SCHED_SETSCHEDULER, uintptr(parent), 0, uintptr(unsafe.Pointer(new(int32))))
	},
	"starve the parent's disk": func() error { return try(unix.SYS_IOPRIO_SET, 1, uintptr(parent), 3<<13) },
	"read the parent":          func() error { return process(unix.ProcessVMReadv) },
	"write to the parent":      func() error { return process(unix.ProcessVMWritev) },
	"trace the parent":         func() error { return unix.PtraceAttach(parent) },
	"compare with the parent":  func() error { return try(unix.SYS_KCMP, uintptr(os.Getpid()), uintptr(parent), 0) },
	"move the parent's memory": func() error { return try(unix.SYS_MIGRATE_PAGES, uintptr(parent), 0, 0) },
	"measure the parent":       func() error { return try(unix.SYS_PERF_EVENT_OPEN, 0, uintptr(parent), ^uintptr(0)) },
	"become two processes":     func() error { return try(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0) },
	"leave the namespace":      func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
	"clone out of a namespace": func() error { return try(unix.SYS_CLONE, unix.CLONE_THREAD|unix.CLONE_NEWNET, 0, 0) },
}

// process reads or writes a word of the parent's memory.
func process(call func(int, []unix.Iovec, []unix.RemoteIovec, uint) (int, error)) error {
	word := make([]byte, 8)
	local := []unix.Iovec{{Base: &word[0]}}
	local[0].SetLen(len(word))
	_, err := call(parent, local, []unix.RemoteIovec{{Base: uintptr(unsafe.Pointer(&word[0])), Len: len(word)}}, 0)
	return err
}

func try(call uintptr, a, b, c uintptr) error {
	if _, _, errno := unix.RawSyscall(call, a, b, c); errno != 0 {
		return errno
	}
	return nil
}

// refused tries everything on threads other than the one that called confine, and gives what
// was not refused. Only EPERM and EACCES count: a call that the kernel refuses to anyone
// would show nothing.
func refused(confine func() error, attempts ...map[string]func() error) error {
	var start, done sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	confined := make(chan struct{})
	for range 4 {
		start.Add(1)
		done.Go(func() {
			runtime.LockOSThread()
			start.Done()
			<-confined
			for _, all := range attempts {
				for name, attempt := range all {
					if err := attempt(); !errors.Is(err, fs.ErrPermission) {
						mu.Lock()
						errs = append(errs, fmt.Errorf("could %s (%v)", name, err))
						mu.Unlock()
					}
				}
			}
		})
	}
	start.Wait()
	if err := confine(); err != nil {
		return err
	}
	close(confined)
	done.Wait()
	return errors.Join(errs...)
}

// escape tries everything once it is confined as an eye is.
func escape() error {
	dir := filepath.Join(os.Getenv("TMPDIR"), "camera")
	err := refused(func() error {
		force, err := confine(Config{Camera: "sim:" + dir, Models: dir}.withDefaults())
		fmt.Println(force)
		return err
	}, escapes, reaches)
	errs := []error{err}
	if _, err := os.ReadFile(filepath.Join(dir, "scene")); err != nil {
		errs = append(errs, fmt.Errorf("cannot see its camera: %w", err))
	}
	if n, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || n != 0 {
		errs = append(errs, fmt.Errorf("dumpable: %d, %v", n, err))
	}
	return errors.Join(errs...)
}

// needed gives what an eye needs of the calls that are pinned, and is refused.
func needed() error {
	var errs []error
	for _, way := range []uint{0, 1, 2, 3} { // none, write, read, both
		for n := range uint(256) {
			request := way<<30 | 104<<16 | 'V'<<8 | n // as VIDIOC_QUERYCAP, of videodev2.h, is built
			if err := try(unix.SYS_IOCTL, 3, uintptr(request), 0); !errors.Is(err, unix.ENOTTY) {
				errs = append(errs, fmt.Errorf("request %#x of a camera: %w", request, err))
			}
		}
	}
	for name, call := range map[string]func() error{
		"processors":  func() error { return unix.SchedGetaffinity(0, new(unix.CPUSet)) },
		"flags":       func() error { _, err := unix.FcntlInt(3, unix.F_GETFL, 0); return err },
		"not to wait": func() error { return unix.SetNonblock(3, true) },
		"own thread":  func() error { return unix.Tgkill(os.Getpid(), unix.Gettid(), 0) },
		"a descriptor": func() error {
			fd, err := unix.FcntlInt(3, unix.F_DUPFD_CLOEXEC, 10)
			unix.Close(fd)
			return err
		},
	} {
		if err := call(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// keepCapability returns nil when this thread has a capability left, or, with a user that may give
// them up, could get one back.
func keepCapability() error {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", os.Getpid(), unix.Gettid()))
	if err != nil {
		return err
	}
	sets := 0
	for line := range strings.Lines(string(status)) {
		set, bits, _ := strings.Cut(strings.TrimSpace(line), ":\t")
		if !strings.HasPrefix(set, "Cap") {
			continue
		}
		sets++
		if strings.Trim(bits, "0") != "" && (set != "CapBnd" || os.Getuid() == 0) {
			return nil
		}
	}
	if sets < 4 {
		return fmt.Errorf("%d sets of capabilities", sets)
	}
	return fs.ErrPermission
}

// anyCall makes random system calls that an eye does not need, with random arguments, and gives
// what was not refused.
func anyCall() error {
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	known := slices.Concat(allowed(runtime.GOARCH), notByChance)
	rnd := byChance()
	if err := loadFilter(); err != nil {
		return err
	}
	var errs []error
	for range anyCalls {
		number := rnd.IntN(600)
		if slices.Contains(known, info.SyscallNumbers[number]) ||
			runtime.GOARCH == "amd64" && (number == uretprobe || number == uprobe) {
			continue
		}
		_, _, errno := unix.RawSyscall6(uintptr(number), uintptr(rnd.Uint64()), uintptr(rnd.Uint64()),
			uintptr(rnd.IntN(8)), uintptr(rnd.Uint64()), 0, 0)
		if errno != unix.EPERM {
			errs = append(errs, fmt.Errorf("call %d (%s): %v", number, info.SyscallNumbers[number], errno))
		}
	}
	return errors.Join(errs...)
}

const anyCalls = 2000 // a child

// The kernel hides these two from every filter (Linux 6.14). They only kill a caller
// that is not a probe.
const uretprobe, uprobe = 335, 336

// notByChance are calls that are allowed with some arguments and have attempts of their own in
// reaches, and those that with random arguments would harm this machine if they were not refused.
var notByChance = []string{
	"clone", "clone3", "fcntl", "ioctl", "prctl", "prlimit64", "sched_getaffinity", "sched_setaffinity", "tgkill",
	"kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
	"reboot", "kexec_load", "kexec_file_load", "vhangup", "swapoff",
}

func init() {
	children["escape"] = escape
	children["escape by the kernel's list of calls alone"] = func() error {
		return errors.Join(refused(loadFilter, reaches), needed())
	}
	children["escape by any call"] = anyCall
}

// TestRLocalReachesNoProcess: a child that has been taken over cannot signal, slow, limit, trace
// or read the door's process, also where the kernel's Landlock has no scope for signals. Nor do
// random calls succeed.
func TestRLocalReachesNoProcess(t *testing.T) {
	if !seccomp.Supported() {
		t.Skip("this kernel has no seccomp")
	}
	attack.Run(t, "eye: escapes by the kernel's list of calls alone", 2, func(c *attack.Campaign) {
		child := []string{"escape by the kernel's list of calls alone", "escape by any call"}[c.Round%2]
		var stderr bytes.Buffer
		cmd := exec.Command(os.Args[0], fmt.Sprint(child, "#", c.Rand.Uint64()))
		cmd.Stderr = &stderr
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(pair[0])
		theirs := os.NewFile(uintptr(pair[1]), "socket")
		defer theirs.Close()
		cmd.ExtraFiles = []*os.File{theirs} // descriptor 3, as an eye has it
		if err := cmd.Run(); err != nil {
			t.Fatalf("%s: %v\n%s", child, err, &stderr)
		}
		c.Count([]string{
			fmt.Sprintf("children refused each of %d reaches", len(reaches)),
			fmt.Sprintf("refused each of %d random calls", anyCalls),
		}[c.Round%2])
	})
}

// TestRLocalConfined: a child that has been taken over reaches no network, program,
// file or process.
func TestRLocalConfined(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "camera"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "camera", "scene"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	attack.Run(t, "eye: escapes", 1, func(c *attack.Campaign) {
		cmd := exec.Command(os.Args[0], "escape")
		cmd.Env = append(os.Environ(), "TMPDIR="+dir)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		force := string(out)
		if strings.Contains(force, "NO landlock (kernel)") || strings.Contains(force, "NO seccomp") {
			t.Skip("this kernel cannot confine: ", force)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		c.Count(fmt.Sprintf("children refused each of %d escapes on 4 threads", len(escapes)+len(reaches)))
	})
}

// TestFilter: the policy can be built for the architectures of boards, and allows none of the
// calls that lead out.
func TestFilter(t *testing.T) {
	for _, name := range []string{"amd64", "arm64"} {
		info, err := arch.GetInfo(name)
		if err != nil {
			t.Fatal(err)
		}
		policy := filter(1, name)
		if policy.DefaultAction != seccomp.ActionErrno {
			t.Error("the default, which calls of a foreign ABI get, must be to refuse")
		}
		out := []string{
			"socket", "connect", "bind", "sendto", "sendmsg", "execve", "execveat", "ptrace", "fork", "vfork", "kill",
			"tkill", "io_uring_setup", "bpf", "mount", "process_vm_readv", "memfd_create", "setrlimit", "shmget",
		}
		for _, call := range allowed(name) {
			if _, known := info.SyscallNames[call]; !known {
				t.Errorf("%s has no call %s: the filter could not be loaded", name, call)
			}
			if slices.Contains(out, call) {
				t.Errorf("%s: %s is allowed", name, call)
			}
		}
	}
}

// TestRLocalNamesWhatIsMissing: with an old Landlock the confinement names what is missing, also
// where the rest is in force.
func TestRLocalNamesWhatIsMissing(t *testing.T) {
	for abi, missing := range map[int]int{0: 4, 1: 4, 2: 4, 3: 3, 4: 2, 5: 1, 6: 0, 7: 0} {
		c := Confinement{NoDump: true, Limits: true, NoCapabilities: true, Landlock: abi, Seccomp: true}
		if len(c.Missing()) != missing || c.Holds() != (abi > 0) {
			t.Errorf("Landlock %d: missing %v, holds %v", abi, c.Missing(), c.Holds())
		}
		if told := c.String(); abi > 0 && strings.Contains(told, "NO landlock for signals") != (abi < 6) {
			t.Errorf("Landlock %d: %s", abi, told)
		}
	}
}
