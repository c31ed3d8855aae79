// Package keystest starts a software TPM for tests.
package keystest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// SWTPM starts Stefan Berger's swtpm with an empty TPM 2.0 and gives the path of its unix socket.
// It ends with the test. Without swtpm on the machine the test is skipped.
func SWTPM(t testing.TB) string {
	t.Helper()
	exe, err := exec.LookPath("swtpm")
	if err != nil {
		t.Skip("swtpm is not installed (apt-get install swtpm)")
	}
	dir, err := os.MkdirTemp("", "tpm") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	sock := filepath.Join(dir, "sock")
	cmd := exec.Command(exe, "socket", "--tpm2", "--server", "type=unixio,path="+sock, "--ctrl",
		"type=unixio,path="+sock+".ctrl",
		"--tpmstate", "dir="+dir, "--flags", "not-need-init,startup-clear")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		os.RemoveAll(dir)
	})
	// Its file is there a moment before it listens.
	for range 500 {
		if listens(sock) {
			return sock
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("swtpm did not start")
	return ""
}

func listens(sock string) bool {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	return unix.Connect(fd, &unix.SockaddrUnix{Name: sock}) == nil
}
