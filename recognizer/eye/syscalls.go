package eye

import "runtime"

// allowed are the system calls that the Go runtime, glibc, OpenCV and its thread pool need once the process runs. No call
// here can reach another process, the network or a program: the socket to the parent is open already and needs only read and write.
func allowed() []string {
	names := []string{
		// the one socket, files that Landlock lets through, V4L2
		"read", "write", "readv", "writev", "pread64", "close", "openat", "fstat", "newfstatat", "statx", "lseek", "getdents64", "readlinkat",
		"faccessat", "faccessat2", "fcntl", "ioctl", "dup", "dup3", "pipe2", "getcwd", "shutdown", "fadvise64",
		// waiting
		"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "eventfd2", "ppoll", "pselect6", "futex", "nanosleep", "clock_nanosleep",
		// memory
		"mmap", "mprotect", "munmap", "mremap", "madvise", "brk", "mlock", "munlock", "mincore", "membarrier",
		// threads of this process
		"clone", "clone3", "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "gettid", "getpid", "sched_yield", "sched_getaffinity",
		"sched_setaffinity", "sched_getparam", "sched_getscheduler", "exit", "exit_group", "restart_syscall", "prctl", "get_mempolicy",
		// signals that the runtime sends to its own threads
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "tgkill", "timer_create", "timer_settime", "timer_delete", "setitimer",
		// time and facts
		"clock_gettime", "clock_getres", "gettimeofday", "getrandom", "uname", "sysinfo", "getrlimit", "prlimit64", "getrusage", "times",
		"getuid", "geteuid", "getgid", "getegid",
	}
	if runtime.GOARCH == "amd64" { // the older calls that arm64 never had
		names = append(names, "open", "stat", "lstat", "access", "readlink", "poll", "select", "pipe", "dup2", "epoll_wait", "epoll_create", "time", "arch_prctl", "getdents")
	}
	return names
}
