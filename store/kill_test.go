package store

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// times is how often a fault test repeats: n, or what an environment variable says for the long form.
func times(t testing.TB, variable string, n int) int {
	t.Helper()
	if s := os.Getenv(variable); s != "" {
		m, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("%s: %v", variable, err)
		}
		return m
	}
	return n
}

func child(root, kind string, seed uint64) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s:%s:%d", childVar, kind, root, seed))
	return cmd
}

// TestKill kills a process in the midst of a mixed load, again and again on the same vault. The long form:
//
//	MENSHEN_KILLS=5000 go test -run TestKill -timeout 2h ./store
func TestKill(t *testing.T) {
	root := newLoad(t)
	var said []string
	for i := range times(t, "MENSHEN_KILLS", 12) {
		if i%50 == 0 { // a new vault now and then, so that each run stays short
			root, said = newLoad(t), nil
		}
		cmd := child(root, "random", rand.Uint64())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(out)
		if !s.Scan() {
			cmd.Wait()
			t.Fatalf("kill %d: the child did not open the vault", i)
		}
		kill := time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, func() { cmd.Process.Kill() })
		for s.Scan() {
			said = append(said, s.Text())
		}
		kill.Stop()
		cmd.Wait()
		if err := verify(root, said); err != nil {
			t.Fatalf("kill %d, after %d lines: %v", i, len(said), err)
		}
	}
}
