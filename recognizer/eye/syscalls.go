package eye

import (
	"github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// prSetVMA is prctl's request by which the Go runtime names its memory maps.
const prSetVMA = 0x53564d41

// filter is the seccomp policy of the process pid: what is not allowed fails with EPERM. The library gives the default to calls of a
// foreign ABI too, so the default must never be to allow.
func filter(pid int, arch string) seccomp.Policy {
	is := func(argument uint32, value int) seccomp.Condition {
		return seccomp.Condition{Argument: argument, Operation: seccomp.Equal, Value: uint64(value)}
	}
	return seccomp.Policy{
		DefaultAction: seccomp.ActionErrno,
		Syscalls: []seccomp.SyscallGroup{
			{Action: seccomp.ActionAllow, Names: allowed(arch), NamesWithCondtions: []seccomp.NameWithConditions{
				{Name: "tgkill", Conditions: seccomp.ArgumentConditions{is(0, pid)}},
				{Name: "prlimit64", Conditions: seccomp.ArgumentConditions{is(0, 0), is(2, 0)}}, // asks, does not set
				{Name: "prctl", Conditions: seccomp.ArgumentConditions{is(0, unix.PR_SET_NAME)}},
				{Name: "prctl", Conditions: seccomp.ArgumentConditions{is(0, unix.PR_GET_DUMPABLE)}},
				{Name: "prctl", Conditions: seccomp.ArgumentConditions{is(0, prSetVMA)}},
				{Name: "clone", Conditions: seccomp.ArgumentConditions{{Operation: seccomp.BitsSet, Value: unix.CLONE_THREAD}}},
			}},
			// clone3 hides its flags from a filter; told that it does not exist, the C library falls back to clone.
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"}},
		},
	}
}

// allowed are the system calls that the Go runtime, glibc, OpenCV and its thread pool need once the process runs. No call
// here reaches another process, the network or a program: the socket to the parent is open already and needs only read and write.
func allowed(arch string) []string {
	names := []string{
		// the one socket, files that Landlock lets through, V4L2
		"read", "write", "readv", "writev", "pread64", "close", "openat", "fstat", "statx", "lseek", "getdents64", "readlinkat",
		"faccessat", "faccessat2", "fcntl", "ioctl", "dup", "dup3", "pipe2", "getcwd", "fadvise64",
		// waiting
		"epoll_create1", "epoll_ctl", "epoll_pwait", "eventfd2", "ppoll", "pselect6", "futex", "nanosleep", "clock_nanosleep",
		// memory
		"mmap", "mprotect", "munmap", "mremap", "madvise", "brk", "mincore", "membarrier",
		// threads of this process
		"set_robust_list", "rseq", "gettid", "getpid", "sched_yield", "sched_getaffinity", "sched_setaffinity", "exit", "exit_group", "restart_syscall",
		"get_mempolicy",
		// signals inside this process
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "timer_create", "timer_settime", "timer_delete", "setitimer",
		// time and facts
		"clock_gettime", "clock_getres", "gettimeofday", "getrandom", "uname", "sysinfo", "getrusage", "times",
		"getuid", "geteuid", "getgid", "getegid",
	}
	switch arch {
	case "arm64":
		names = append(names, "fstatat")
	case "amd64": // and older calls that arm64 never had
		names = append(names, "newfstatat", "open", "stat", "lstat", "access", "readlink", "poll", "select", "pipe", "dup2", "epoll_wait", "time", "getdents")
	}
	return names
}
