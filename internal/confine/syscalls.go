package confine

import (
	"github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// prSetVMA is prctl's request by which the Go runtime names its memory maps.
const prSetVMA = 0x53564d41

// filter is the seccomp policy of the process pid, which may send requests of these letters to
// devices: a call that is not allowed fails with EPERM. The library applies the default to calls of
// a foreign ABI too, so the default must never be to allow.
//
// Calls that can name another process are pinned to this one, so that a process that was taken over
// cannot signal the door's process, limit it, or move it between processors, also on a kernel whose
// Landlock has no scope for signals (before Linux 6.12).
func filter(pid int, arch, requests string) seccomp.Policy {
	is := func(argument uint32, value int) seccomp.Condition {
		return seccomp.Condition{Argument: argument, Operation: seccomp.Equal, Value: uint64(value)}
	}
	none := func(argument uint32, bits uint64) seccomp.Condition {
		return seccomp.Condition{Argument: argument, Operation: seccomp.BitsNotSet, Value: bits}
	}
	some := func(argument uint32, bits uint64) seccomp.Condition {
		return seccomp.Condition{Argument: argument, Operation: seccomp.BitsSet, Value: bits}
	}
	var pinned []seccomp.NameWithConditions
	allow := func(name string, when ...seccomp.Condition) {
		pinned = append(pinned, seccomp.NameWithConditions{Name: name, Conditions: when})
	}
	allow("tgkill", is(0, pid))
	allow("prlimit64", is(0, 0), is(2, 0)) // asks, does not set
	allow("sched_getaffinity", is(0, 0))
	allow("sched_setaffinity", is(0, 0))
	allow("prctl", is(0, unix.PR_SET_NAME))
	allow("prctl", is(0, unix.PR_GET_DUMPABLE))
	allow("prctl", is(0, prSetVMA))
	allow("clone", some(0, unix.CLONE_THREAD), none(0, namespaces))
	for _, command := range []int{unix.F_DUPFD, unix.F_DUPFD_CLOEXEC, unix.F_GETFD, unix.F_SETFD, unix.F_GETFL} {
		allow("fcntl", is(1, command)) // no owner and no signal of a file: F_SETOWN and F_SETSIG kill another process
	}
	allow("fcntl", is(1, unix.F_SETFL), none(2, unix.O_ASYNC))
	// A request's letter is its second byte. FIOSETOWN, 0x8901, would do what F_SETOWN does.
	for _, letter := range []byte(requests) {
		only := []seccomp.Condition{none(1, 0xff00&^(uint64(letter)<<8))}
		for bit := uint64(0x100); bit <= 0x8000; bit <<= 1 {
			if uint64(letter)<<8&bit != 0 {
				only = append(only, some(1, bit))
			}
		}
		allow("ioctl", only...)
	}
	return seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls: []seccomp.SyscallGroup{
			{Action: seccomp.ActionAllow, Names: allowed(arch), NamesWithCondtions: pinned},
			// clone3 hides its flags from a filter. When it fails as unknown, the C library
			// falls back to clone.
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"}},
		},
	}
}

// namespaces are the flags of clone that leave the process's own.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
	unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET

// allowed are the system calls that the Go runtime, glibc, and thread pools of libraries need
// once the process runs, whatever their arguments. No call here reaches another process, the
// network or a program: the socket to the parent is open already and needs only read and write.
func allowed(arch string) []string {
	names := []string{
		// the one socket, files and devices that Landlock lets through
		"read", "write", "readv", "writev", "pread64", "close", "openat", "fstat", "statx", "lseek", "getdents64",
		"readlinkat", "faccessat", "faccessat2", "dup", "dup3", "pipe2", "getcwd", "fadvise64",
		// waiting
		"epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2", "ppoll", "pselect6",
		"futex", "nanosleep", "clock_nanosleep",
		// memory
		"mmap", "mprotect", "munmap", "mremap", "madvise", "brk", "mincore", "membarrier",
		// threads of this process
		"set_robust_list", "rseq", "gettid", "getpid", "sched_yield", "exit", "exit_group", "restart_syscall",
		"get_mempolicy",
		// signals inside this process
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
		"timer_create", "timer_settime", "timer_delete", "setitimer",
		// time and facts
		"clock_gettime", "clock_getres", "gettimeofday", "getrandom", "uname", "sysinfo", "getrusage", "times",
		"getuid", "geteuid", "getgid", "getegid",
	}
	switch arch {
	case "arm64":
		names = append(names, "fstatat")
	case "amd64": // and older calls that arm64 never had
		names = append(names, "newfstatat", "open", "stat", "lstat", "access", "readlink",
			"poll", "select", "pipe", "dup2", "epoll_wait", "time", "getdents")
	}
	return names
}
