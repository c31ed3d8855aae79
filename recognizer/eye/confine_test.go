package eye

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// escapes are what a child that has been taken over would try. Each must fail.
var escapes = map[string]func() error{
	"open an internet socket": func() error { return try(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM, 0) },
	"open a unix socket":      func() error { return try(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM, 0) },
	"make a socketpair":       func() error { _, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err },
	"set up an io_uring":      func() error { return try(unix.SYS_IO_URING_SETUP, 1, 0, 0) },
	"run a program":           func() error { return unix.Exec("/bin/true", []string{"true"}, nil) },
	"trace the parent":        func() error { return unix.PtraceAttach(os.Getppid()) },
	"read the parent's memory": func() error {
		_, err := os.ReadFile(fmt.Sprintf("/proc/%d/mem", os.Getppid()))
		return err
	},
	"signal the parent":    func() error { return unix.Kill(os.Getppid(), 0) },
	"read the passwords":   func() error { _, err := os.ReadFile("/etc/passwd"); return err },
	"read the root folder": func() error { _, err := os.ReadDir("/"); return err },
	"write into its folder": func() error {
		return os.WriteFile(filepath.Join(os.Getenv("TMPDIR"), "camera", "face"), []byte("face"), 0o600)
	},
	"write to /dev/shm":          func() error { return os.WriteFile("/dev/shm/menshen-eye-test", []byte("face"), 0o600) },
	"make an anonymous file":     func() error { _, err := unix.MemfdCreate("face", 0); return err },
	"allow core dumps":           func() error { return unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: 1 << 20, Max: 1 << 20}) },
	"load a kernel program":      func() error { return try(unix.SYS_BPF, 0, 0, 0) },
	"allow dumps":                func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) },
	"signal the parent's thread": func() error { return try(unix.SYS_TGKILL, uintptr(os.Getppid()), uintptr(os.Getppid()), 0) },
	"limit the parent": func() error {
		return unix.Prlimit(os.Getppid(), unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 10, Max: 1 << 20}, nil)
	},
	"become two processes":    func() error { return try(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0) },
	"enter another namespace": func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
}

func try(call uintptr, a, b, c uintptr) error {
	if _, _, errno := unix.RawSyscall(call, a, b, c); errno != 0 {
		return errno
	}
	return nil
}

// escape confines itself with other threads already running, then tries everything on each of them.
func escape() error {
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
			for name, attempt := range escapes {
				if err := attempt(); err == nil || errors.Is(err, unix.ENOSYS) {
					mu.Lock()
					errs = append(errs, fmt.Errorf("could %s (%v)", name, err))
					mu.Unlock()
				}
			}
		})
	}
	start.Wait()
	dir := filepath.Join(os.Getenv("TMPDIR"), "camera")
	force, err := confine(Config{Camera: "sim:" + dir, Models: dir}.withDefaults())
	if err != nil {
		return err
	}
	close(confined)
	done.Wait()
	if _, err := os.ReadFile(filepath.Join(dir, "scene")); err != nil {
		errs = append(errs, fmt.Errorf("cannot see its camera: %w", err))
	}
	if n, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || n != 0 {
		errs = append(errs, fmt.Errorf("dumpable: %d, %v", n, err))
	}
	fmt.Println(force)
	return errors.Join(errs...)
}

func init() { children["escape"] = escape }

// TestRLocalConfined: a child that has been taken over reaches no network, program, file or process.
func TestRLocalConfined(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "camera"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "camera", "scene"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "escape")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	force := string(out)
	if strings.Contains(force, "NO ") {
		t.Skip("this kernel cannot confine: ", force)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	t.Log(force)
}

// TestFilter: the policy can be built for the architectures of boards, and allows none of the calls that lead out.
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
		out := []string{"socket", "connect", "bind", "sendto", "sendmsg", "execve", "execveat", "ptrace", "fork", "vfork", "kill", "tkill", "io_uring_setup",
			"bpf", "mount", "process_vm_readv", "memfd_create", "setrlimit", "shmget"}
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
