// Package disktest makes the disk refuse what a test writes.
package disktest

import (
	"os"
	"os/exec"
	"os/signal"
	"testing"

	"golang.org/x/sys/unix"
)

const alone = "MENSHEN_TEST_ALONE"

// Alone runs the test again in a process of its own, and reports whether this is that process. In
// the first one the test returns; it failed if the other did.
func Alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(alone) == t.Name() {
		return true
	}
	run := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	run.Env = append(os.Environ(), alone+"="+t.Name())
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// Fill makes each write of this process to a file fail, as on a full disk, until free is called or
// the test ends. The kernel's limit on the size of files does it (EFBIG), so no right is needed and
// nothing is mounted. It is for a test that runs [Alone].
func Fill(t *testing.T) (free func()) {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(unix.SIGXFSZ)
	limit := func(bytes uint64) {
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: was.Max}); err != nil {
			t.Error(err)
		}
	}
	limit(1)
	free = func() { limit(was.Cur) }
	t.Cleanup(free)
	return free
}
