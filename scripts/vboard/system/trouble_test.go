//go:build vboard

package system

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTrouble kills the program, stops it, and unplugs its chip; each time the door works again by
// itself.
func TestTrouble(t *testing.T) {
	awaitDoor(t)
	for _, c := range []struct {
		what, do string
		within   time.Duration
	}{
		{"killed", "systemctl kill -s KILL --kill-whom=main menshen", 30 * time.Second},
		{"stopped: the watchdog", "systemctl kill -s STOP --kill-whom=main menshen", 90 * time.Second},
		{"all of its processes killed", "systemctl kill -s KILL menshen", 30 * time.Second},
	} {
		restarts := property(t, "NRestarts")
		begun := time.Now()
		sh(t, c.do)
		await(t, c.within, c.what+", started again", func() bool { return property(t, "NRestarts") != restarts })
		await(t, time.Minute, c.what+", works", func() bool { return works(t) })
		if _, opened := opens(t, 5*time.Second, func() { press(t) }); !opened {
			t.Fatalf("%s: the exit button does not open\n%s", c.what, state())
		}
		t.Logf("%s: the exit button opens after %v", c.what, time.Since(begun).Round(100*time.Millisecond))
		walkThrough(t)
		if _, opened := opens(t, 5*time.Second, func() { tap(t, 42, 1001) }); !opened {
			t.Fatalf("%s: a card does not open\n%s", c.what, state())
		}
		walkThrough(t)
	}
	t.Log(sh(t, "journalctl --namespace=menshen -b -o short-monotonic --no-pager | tail -40"))
}

var (
	acked  = regexp.MustCompile(`acked=(\d+)`)
	tenant = regexp.MustCompile(`"Tenant (\d+)"`)
)

// TestCut looks whether the unit is whole after the plug was pulled, and goes on with traffic until
// it is pulled again.
func TestCut(t *testing.T) {
	anna := serial(t)
	last := whole(t, anna)
	anna.logIn()
	anna.see("anna>")
	fmt.Println("\ntraffic")
	for n := last + 1; n < last+500; n++ {
		anna.hit(fmt.Sprintf("add \"Tenant %d\" --apartment %d\r", n, 1000+n))
		anna.see(fmt.Sprintf("Added %d", 1000+n))
		fmt.Printf("acked %d\n", n)
		tap(t, 42, 1001)
		press(t)
	}
	t.Error("the plug was never pulled")
}

// TestWhole looks once more after the last time.
func TestWhole(t *testing.T) { whole(t, serial(t)) }

// whole checks that the door works, in one life, and has the people whom it had confirmed before
// the plug was pulled: "Tenant 1" to "Tenant N" for acked=N on the kernel's command line. It gives
// the number of the last one there: one more may be stored than was confirmed.
func whole(t *testing.T, anna *terminal) (last int) {
	t.Helper()
	line, err := os.ReadFile("/proc/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	m := acked.FindSubmatch(line)
	if m == nil {
		t.Fatal("the kernel's command line says nothing of acked=")
	}
	known, _ := strconv.Atoi(string(m[1]))
	awaitDoor(t)
	if n := property(t, "NRestarts"); n != "0" {
		t.Errorf("it was restarted %s times\n%s", n, state())
	}
	anna.logIn()
	anna.follow("anna>« people --json", nil)
	listed := anna.see("anna>")
	for _, m := range tenant.FindAllStringSubmatch(listed, -1) {
		n, _ := strconv.Atoi(m[1])
		last = max(last, n)
	}
	for n := 1; n <= known; n++ {
		if !strings.Contains(listed, fmt.Sprintf("Tenant %d\"", n)) {
			t.Errorf("person %d was confirmed, and is gone", n)
		}
	}
	anna.follow("\n« logout\n| Logged out", nil)
	if _, opened := opens(t, 5*time.Second, func() { tap(t, 42, 1001) }); !opened {
		t.Fatalf("a card does not open\n%s", state())
	}
	walkThrough(t)
	fmt.Printf("whole: all of %d people are there, and %d more\n", known, last-known)
	return last
}

// TestLate: the chip of the lines comes long after the service was started (late=SECONDS). The door
// waits for it and works, without a restart.
func TestLate(t *testing.T) {
	awaitDoor(t)
	if n := property(t, "NRestarts"); n != "0" {
		t.Errorf("it was restarted %s times\n%s", n, state())
	}
	if _, opened := opens(t, 5*time.Second, func() { press(t) }); !opened {
		t.Fatalf("the exit button does not open\n%s", state())
	}
	t.Log(sh(t, "journalctl --namespace=menshen -b -o short-monotonic --no-pager | tail -20"))
}

// TestHang stops the kernel itself. The watchdog of the board, fed by systemd, starts it again.
func TestHang(t *testing.T) {
	awaitDoor(t)
	t.Log(sh(t, "systemctl show -p RuntimeWatchdogUSec -p WatchdogDevice"))
	fmt.Println("hanging")
	os.WriteFile("/proc/sysrq-trigger", []byte("c"), 0)
	t.Error("the kernel did not stop")
}
