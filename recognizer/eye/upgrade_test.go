package eye

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEyeIsOfTheSameVersion: after an upgrade has put another program in the place of the one that
// runs, the eye that is started again is still of the running one.
func TestEyeIsOfTheSameVersion(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "menshen")
	if err := os.WriteFile(old, program, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(old, "upgraded").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// upgraded exchanges its own file while it runs, as a package does, and then starts an eye.
func upgraded() error {
	own, next := os.Args[0], os.Args[0]+".new"
	if err := os.WriteFile(next, []byte("#!/bin/sh\nexit 9\n"), 0o700); err != nil {
		return err
	}
	if err := os.Rename(next, own); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	e, err := Start(ctx, Config{Camera: "dir:" + filepath.Dir(own), Codes: "M"})
	if err != nil {
		return err
	}
	defer e.Close()
	for ctx.Err() == nil {
		switch s := e.Status(); {
		case s.State == Running:
			return nil
		case s.State == Waiting:
			return fmt.Errorf("the eye did not start: %w", s.LastError)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return fmt.Errorf("the eye is %s after a minute", strings.ToLower(string(e.Status().State)))
}

func init() { children["upgraded"] = upgraded }
