package confine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"

	"menshen/internal/attack"
	"menshen/internal/confine/confinetest"
)

// TestMain lets the test binary be the process that is confined.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		name, seed, _ := strings.Cut(os.Args[1], "#")
		if try, ok := tries[name]; ok {
			if err := try(seed); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

const (
	whole  = "with Landlock and seccomp"
	calls  = "by the kernel's list of calls alone"
	random = "by any call"
)

// tries are what is tried by a process once it is confined, by name.
var tries = map[string]func(seed string) error{
	whole: escape,
	calls: func(string) error {
		confined := func() error { return loadFilter("Vd") }
		return errors.Join(confinetest.Refused(confined, confinetest.Reaches), needed("Vd"))
	},
	random: anyCall,
}

// escape tries everything, also to read a file that is not kept, and that it may read what is.
func escape(string) error {
	dir := os.TempDir()
	kept, other := filepath.Join(dir, "kept"), filepath.Join(dir, "other")
	readOther := func() error { _, err := os.ReadFile(other); return err }
	err := confinetest.Refused(func() error {
		force, err := Process(Keep{Read: []string{kept}, Devices: []string{"/dev/full"}, Memory: 512 << 20})
		fmt.Println(force)
		return err
	}, confinetest.Escapes, confinetest.Reaches, map[string]func() error{"read what it does not keep": readOther})
	errs := []error{err}
	if _, err := os.ReadFile(kept); err != nil {
		errs = append(errs, fmt.Errorf("cannot read what it keeps: %w", err))
	}
	if err := os.WriteFile("/dev/full", []byte("a"), 0); !errors.Is(err, unix.ENOSPC) {
		errs = append(errs, fmt.Errorf("cannot write to its device: %w", err))
	}
	if n, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || n != 0 {
		errs = append(errs, fmt.Errorf("dumpable: %d, %v", n, err))
	}
	return errors.Join(errs...)
}

// needed gives what a child needs of the calls that are pinned, and is refused: with requests of
// these letters, and of no other.
func needed(letters string) error {
	var errs []error
	try := func(request uint) error {
		_, _, errno := unix.RawSyscall(unix.SYS_IOCTL, 3, uintptr(request), 0)
		return errno
	}
	for _, way := range []uint{0, 1, 2, 3} { // none, write, read, both
		for n := range uint(1 << 16) {
			request, want := way<<30|104<<16|n, unix.EPERM // as VIDIOC_QUERYCAP, of videodev2.h, is built
			if strings.IndexByte(letters, byte(n>>8)) >= 0 {
				want = unix.ENOTTY
			}
			if err := try(request); !errors.Is(err, want) {
				errs = append(errs, fmt.Errorf("request %#x: %w, want %w", request, err, want))
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

// anyCall makes random system calls that no child needs, with random arguments, and gives what was
// not refused.
func anyCall(seed string) error {
	number, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(number, 1))
	info, err := arch.GetInfo("")
	if err != nil {
		return err
	}
	known := slices.Concat(allowed(runtime.GOARCH), notByChance)
	if err := loadFilter("V"); err != nil {
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
// confinetest.Reaches, and those that with random arguments would harm this machine if they were
// not refused.
var notByChance = []string{
	"clone", "clone3", "fcntl", "ioctl", "prctl", "prlimit64", "sched_getaffinity", "sched_setaffinity", "tgkill",
	"kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
	"reboot", "kexec_load", "kexec_file_load", "vhangup", "swapoff",
}

// TestRLocalReachesNoProcess: a process that has been taken over cannot signal, slow, limit, trace
// or read the door's, also where the kernel's Landlock has no scope for signals. Nor do random
// calls succeed.
func TestRLocalReachesNoProcess(t *testing.T) {
	if !seccomp.Supported() {
		t.Skip("this kernel has no seccomp")
	}
	attack.Run(t, "child: escapes by the kernel's list of calls alone", 2, func(c *attack.Campaign) {
		try := fmt.Sprint([]string{calls, random}[c.Round%2], "#", c.Rand.Uint64())
		if _, _, err := confinetest.Run(try, ""); err != nil {
			t.Fatal(err)
		}
		c.Count([]string{
			fmt.Sprintf("children refused each of %d reaches", len(confinetest.Reaches)),
			fmt.Sprintf("refused each of %d random calls", anyCalls),
		}[c.Round%2])
	})
}

// TestRLocalConfined: a process that has been taken over reaches no network, program, file or
// process.
func TestRLocalConfined(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"kept", "other"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	attack.Run(t, "child: escapes", 1, func(c *attack.Campaign) {
		if _, skip, err := confinetest.Run(whole, dir); skip != "" {
			t.Skip(skip)
		} else if err != nil {
			t.Fatal(err)
		}
		c.Count(fmt.Sprintf("children refused each of %d escapes on 4 threads",
			len(confinetest.Escapes)+len(confinetest.Reaches)+1))
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
		policy := filter(1, name, "V")
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
		c := Report{NoDump: true, Limits: true, NoCapabilities: true, Landlock: abi, Seccomp: true}
		if len(c.Missing()) != missing || c.Holds() != (abi > 0) {
			t.Errorf("Landlock %d: missing %v, holds %v", abi, c.Missing(), c.Holds())
		}
		if told := c.String(); abi > 0 && strings.Contains(told, "NO landlock for signals") != (abi < 6) {
			t.Errorf("Landlock %d: %s", abi, told)
		}
	}
}
