// Package confinetest tries what a process that was taken over would try, for the tests of each
// process that is confined.
package confinetest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// parent is the process to be reached; a confined process cannot ask for it any more.
var parent = os.Getppid()

// Escapes are what a process that has been taken over would try. Each must fail.
var Escapes = map[string]func() error{
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
		return os.WriteFile(filepath.Join(os.TempDir(), "face"), []byte("face"), 0o600)
	},
	"write to /dev/shm":      func() error { return os.WriteFile("/dev/shm/menshen-test", []byte("face"), 0o600) },
	"make an anonymous file": func() error { _, err := unix.MemfdCreate("face", 0); return err },
	"allow core dumps": func() error {
		return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1 << 20, Max: 1 << 20})
	},
	"load a kernel program": func() error { return try(unix.SYS_BPF, 0, 0, 0) },
	"allow dumps":           func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) },
}

// Reaches are what it would try on the door's process. Each must fail by seccomp alone, since
// Landlock restricts signals only from Linux 6.12 on. They need a socket as file descriptor 3.
var Reaches = map[string]func() error{
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

// Refused tries everything on threads other than the one that calls confine, and gives what was
// not refused. Only EPERM and EACCES count: a call that the kernel refuses to anyone shows nothing.
func Refused(confine func() error, attempts ...map[string]func() error) error {
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

// Run runs this test binary with an argument, a folder for temporary files, and a socket as file
// descriptor 3, as a child has it. It gives what was written to standard output; the error tells
// the rest. skip is why this kernel cannot confine anybody; empty: it can.
func Run(argument, dir string) (says, skip string, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", "", err
	}
	defer unix.Close(pair[0])
	theirs := os.NewFile(uintptr(pair[1]), "socket")
	defer theirs.Close()
	var stderr bytes.Buffer
	cmd := exec.Command(os.Args[0], argument)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.Stderr = &stderr
	cmd.ExtraFiles = []*os.File{theirs}
	out, err := cmd.Output()
	says = string(out)
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", argument, err, &stderr)
	}
	if strings.Contains(says, "NO landlock (kernel)") || strings.Contains(says, "NO seccomp") {
		skip = "this kernel cannot confine: " + says
	}
	return says, skip, err
}
