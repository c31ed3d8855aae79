//go:build vboard

// Package unit runs the whole program on a virtual board, and looks at
// the door's line from outside.
package unit

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"menshen/hal/gpio/gpiosim"
)

const (
	program = "/bin/menshen"
	tracing = "/sys/kernel/tracing"
	live    = "/sys/kernel/config/gpio-sim/door/live"
	door    = `
[unit]
name = "Virtual door"
dir  = "vault"
[key]
source = "file:key"
[door]
release      = "1s"
long_release = "1s"
[relay]
pin    = "door:2"
active = "%s"
[[reader]]
name = "outside"
kind = "wiegand"
d0   = "D0"
d1   = "D1"
`
	rex = `
[[input]]
role     = "rex"
pin      = "REX"
active   = "low"
pull     = "up"
debounce = "5ms"
`
)

// TestKernelRSafeWholeProgramRelayTraceHasNoPulse: started, used, stopped; started, killed while
// the door is open; started, killed while it is shut; started, stopped. The kernel's own trace of
// the relay's line has what the door was meant to do and nothing else.
func TestKernelRSafeWholeProgramRelayTraceHasNoPulse(t *testing.T) {
	for active, level := range map[string][2]string{"high": {"set 0", "set 1"}, "low": {"set 1", "set 0"}} {
		t.Run("active "+active, func(t *testing.T) {
			lock, unlock := level[0], level[1]
			start := []string{lock, "out (0)"}
			conf := made(t, active, rex)

			u := run(t, conf)
			press(t)
			seen := u.wait(t, slices.Concat(start, []string{unlock, lock}))
			u.end(t, syscall.SIGTERM)

			u = run(t, conf)
			press(t)
			u.wait(t, slices.Concat(seen, start, []string{unlock}))
			u.end(t, syscall.SIGKILL)

			u = run(t, conf)
			seen = u.wait(t, slices.Concat(seen, start, []string{unlock}, start))
			u.end(t, syscall.SIGKILL)

			u = run(t, conf)
			seen = u.wait(t, slices.Concat(seen, start))
			u.end(t, syscall.SIGTERM)
			if got := relay(t); !slices.Equal(got, seen) {
				t.Errorf("the line saw %v\nwant %v", got, seen)
			}
			t.Logf("%d writes in four lives, as meant: %v", len(seen), seen)
		})
	}
}

// TestKernelRSafeWholeProgramDrivesItsRelayAgain: the chip is unplugged and comes back; the relay's
// line is what it was, in one step.
func TestKernelRSafeWholeProgramDrivesItsRelayAgain(t *testing.T) {
	start := []string{"set 1", "out (0)"}
	u := run(t, made(t, "low", ""))
	seen := u.wait(t, start)
	for range 2 {
		write(t, live, "0")
		time.Sleep(time.Second)
		write(t, live, "1")
		seen = u.wait(t, slices.Concat(seen, start))
	}
	u.end(t, syscall.SIGTERM)
	if got := relay(t); !slices.Equal(got, seen) {
		t.Errorf("the line saw %v\nwant %v", got, seen)
	}
	t.Logf("%d writes with the chip unplugged twice, as meant: %v", len(seen), seen)
}

// made gives a new unit, and begins the trace.
func made(t *testing.T, active, inputs string) (conf string) {
	t.Helper()
	conf = filepath.Join(t.TempDir(), "door.toml")
	write(t, conf, fmt.Sprintf(door, active)+inputs)
	c := exec.Command(program, "init", "--config", conf, "--operator", "anna")
	c.Stdin = strings.NewReader("correct horse battery\n")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pull(t, "up")
	write(t, tracing+"/trace", "")
	write(t, tracing+"/events/gpio/enable", "1")
	t.Cleanup(func() { write(t, tracing+"/events/gpio/enable", "0") })
	return conf
}

// unit is the program at work.
type unit struct {
	cmd *exec.Cmd
	log *bufio.Scanner
}

// run starts the program and waits until the door works.
func run(t *testing.T, conf string) *unit {
	t.Helper()
	u := &unit{cmd: exec.Command(program, "run", "--config", conf)}
	out, err := u.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { u.cmd.Process.Kill() })
	u.log = bufio.NewScanner(out)
	for u.log.Scan() {
		if strings.Contains(u.log.Text(), "the door works") {
			go io.Copy(io.Discard, out)
			time.Sleep(500 * time.Millisecond) // the inputs are watched by then
			return u
		}
	}
	t.Fatalf("it ended: %v", u.cmd.Wait())
	return nil
}

func (u *unit) end(t *testing.T, by syscall.Signal) {
	t.Helper()
	if err := u.cmd.Process.Signal(by); err != nil {
		t.Fatal(err)
	}
	if err := u.cmd.Wait(); err != nil && by != syscall.SIGKILL {
		t.Fatalf("it ended badly: %v", err)
	}
}

// wait waits until the line has had this value.
func (u *unit) wait(t *testing.T, want []string) []string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got := relay(t)
		if slices.Equal(got, want) {
			return got
		}
		if len(got) > len(want) || time.Now().After(deadline) {
			t.Fatalf("the line saw %v\nwant %v", got, want)
		}
	}
}

var event = regexp.MustCompile(`gpio_(?:value|direction): +(\d+) +(.*)`)

// relay gives the values that the relay's line was given, by the kernel's trace. Other lines
// are inputs, which are not set.
func relay(t *testing.T) (all []string) {
	t.Helper()
	raw, err := os.ReadFile(tracing + "/trace")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range event.FindAllStringSubmatch(string(raw), -1) {
		if what := strings.Join(strings.Fields(m[2]), " "); strings.HasPrefix(what, "set") ||
			strings.HasPrefix(what, "out") {
			all = append(all, what)
		}
	}
	return all
}

// press holds the exit button for a moment.
func press(t *testing.T) {
	t.Helper()
	pull(t, "down")
	time.Sleep(50 * time.Millisecond)
	pull(t, "up")
}

// pull drives the exit button's line from outside.
func pull(t *testing.T, to string) {
	t.Helper()
	if err := gpiosim.Pull(3, to); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, s string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
}
