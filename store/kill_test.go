package store

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"menshen/internal/attack"
)

func child(root, kind string, seed uint64) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s:%s:%d", childVar, kind, root, seed))
	return cmd
}

// TestKill kills a process in the midst of a mixed load, again and again on the same vault: what
// it had acknowledged is there.
func TestKill(t *testing.T) {
	var root string
	var said []string
	attack.Run(t, "vault: killed in the midst of a load", 12, func(c *attack.Campaign) {
		if root == "" || c.Round%50 == 0 { // a new vault now and then, so that each round stays short
			root, said = newLoad(t), nil
		}
		cmd := child(root, "random", c.Rand.Uint64())
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
			t.Fatal("the child did not open the vault")
		}
		kill := time.AfterFunc(time.Duration(c.Rand.IntN(60_000))*time.Microsecond, func() { cmd.Process.Kill() })
		for s.Scan() {
			said = append(said, s.Text())
		}
		kill.Stop()
		cmd.Wait()
		if err := verify(root, said); err != nil {
			t.Fatalf("after %d lines: %v", len(said), err)
		}
		c.Count("kills with nothing lost")
	})
}
