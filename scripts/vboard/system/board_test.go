//go:build vboard

// Package system uses a door as its people do, on Debian with systemd, as the packages install it:
// the installer, tenants, a technician at a serial line, and whoever pulls the plug. It runs inside
// the virtual board of scripts/vboard/system/run.sh, as root; each test is what is done between two
// starts of the board.
package system

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"menshen/hal/gpio/gpiosim"
	"menshen/hal/wiegand"
)

// The door's lines, as 'menshen config example' wires them.
const (
	relay   = 17
	rex     = 27
	contact = 22
	fire    = 23
)

var wall = gpiosim.Wall{D0: 24, D1: 25, Pulse: 50 * time.Microsecond, Period: 2 * time.Millisecond}

// shell is a command line. A card has no bash.
func shell(line string) *exec.Cmd {
	if _, err := exec.LookPath("bash"); err != nil {
		return exec.Command("sh", "-euc", line)
	}
	return exec.Command("bash", "-euo", "pipefail", "-c", line)
}

// sh runs a command line as root and gives what it prints.
func sh(t *testing.T, line string) string {
	t.Helper()
	out, err := shell(line).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return strings.TrimSpace(string(out))
}

// fails runs a command line that must fail, and gives what it prints.
func fails(t *testing.T, line string) string {
	t.Helper()
	out, err := shell(line).CombinedOutput()
	if err == nil {
		t.Fatalf("%s: does not fail\n%s", line, out)
	}
	return string(out)
}

// await waits until it is so.
func await(t *testing.T, within time.Duration, what string, so func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	for !so() {
		if time.Since(begun) > within {
			t.Fatalf("not within %v: %s\n%s", within, what, state())
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begun)
}

// state is what a person would look at when the door does not do what it should.
func state() string {
	out, _ := exec.Command("sh", "-c", "systemctl status menshen --no-pager -l; "+
		"journalctl --namespace=menshen -b -o short-monotonic --no-pager | tail -25; "+
		"grep menshen /sys/kernel/debug/gpio; "+
		"grep . /sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio2[2-7]/pull; "+
		"grep gpio_value /sys/kernel/tracing/trace | tail -60").CombinedOutput()
	return string(out)
}

// property of the service, by systemd.
func property(t *testing.T, name string) string {
	t.Helper()
	return sh(t, "systemctl show --value -p "+name+" menshen")
}

func works(t *testing.T) bool { return property(t, "ActiveState") == "active" }

// pull drives a line from outside.
func pull(t *testing.T, line int, to string) {
	t.Helper()
	if err := gpiosim.Pull(line, to); err != nil {
		t.Fatal(err)
	}
}

// unlocked reports whether the relay's line says so.
func unlocked(t *testing.T) bool {
	t.Helper()
	high, err := gpiosim.High(relay)
	if err != nil {
		t.Fatal(err)
	}
	return high
}

// press holds the exit button for a moment.
func press(t *testing.T) {
	t.Helper()
	pull(t, rex, "down")
	time.Sleep(100 * time.Millisecond)
	pull(t, rex, "up")
}

// walkThrough opens and closes the door, so that it locks.
func walkThrough(t *testing.T) {
	t.Helper()
	pull(t, contact, "up")
	time.Sleep(300 * time.Millisecond)
	pull(t, contact, "down")
	await(t, 30*time.Second, "the door locks", func() bool { return !unlocked(t) })
}

// tap holds a card to the reader: one frame of 26 bits.
func tap(t *testing.T, facility, number uint64) {
	t.Helper()
	sent := make(chan error)
	go func() { sent <- wall.Send(0, wiegand.Formats()["H10301"].Encode(facility, number)) }()
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

// opens reports whether the door opens within that time, which is taken from the return of act.
func opens(t *testing.T, within time.Duration, act func()) (time.Duration, bool) {
	t.Helper()
	act()
	for begun := time.Now(); time.Since(begun) < within; time.Sleep(5 * time.Millisecond) {
		if unlocked(t) {
			return time.Since(begun), true
		}
	}
	return within, false
}

// commands gives the lines of the first block after a heading of a page in Markdown, without
// what stands behind a line as a remark.
func commands(t *testing.T, page, heading string) (all []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), heading)
	_, block, _ := strings.Cut(after, "```\n")
	block, _, found := strings.Cut(block, "```")
	if !found {
		t.Fatalf("%s has no commands after %q", page, heading)
	}
	remark := regexp.MustCompile(`\s{2,}#? .*$`)
	for line := range strings.Lines(block) {
		if line = remark.ReplaceAllString(strings.TrimSpace(line), ""); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// The kernel numbers lines from 512; the board's own chip has eight before the simulated ones.
var event = regexp.MustCompile(fmt.Sprintf(`gpio_value: +%d +set (\d)`, 512+8+relay))

// moves counts how often the relay's line went up or down since the trace began.
func moves(t *testing.T) (n int) {
	t.Helper()
	raw, err := os.ReadFile("/sys/kernel/tracing/trace")
	if err != nil {
		t.Fatal(err)
	}
	last := "0"
	for _, m := range event.FindAllSubmatch(raw, -1) {
		if level := string(m[1]); level != last {
			last, n = level, n+1
		}
	}
	return n
}
