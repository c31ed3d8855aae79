//go:build vboard

package gpio_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	periph "periph.io/x/conn/v3/gpio"

	"menshen/hal/gpio"
	"menshen/hal/gpio/gpiosim"
)

// These tests run on a virtual board (scripts/vboard), where gpio-sim gives the kernel's own lines.

const tracing = "/sys/kernel/tracing"

// The kernel's own trace of every value and direction that a driver gives a line. It
// misses no pulse, however short.
func traceLines(t *testing.T) (lines func() []string) {
	t.Helper()
	write(t, tracing+"/trace", "")
	write(t, tracing+"/events/gpio/enable", "1")
	t.Cleanup(func() { write(t, tracing+"/events/gpio/enable", "0") })
	what := regexp.MustCompile(`gpio_(value|direction): +\d+ +(.*)`)
	return func() (all []string) {
		raw, err := os.ReadFile(tracing + "/trace")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range what.FindAllStringSubmatch(string(raw), -1) {
			all = append(all, strings.Join(strings.Fields(m[2]), " "))
		}
		return all
	}
}

func write(t *testing.T, path, s string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(s), 0); err != nil {
		t.Fatal(err)
	}
}

// pull drives a line from outside.
func pull(t *testing.T, line int, to string) {
	t.Helper()
	if err := gpiosim.Pull(line, to); err != nil {
		t.Fatal(err)
	}
}

// Lines of the virtual board.
const (
	rexLine  = 3
	fireLine = 5
)

// A door's life: start, unlock, lock, end; start, crash; start, unlock, crash; start, end. The
// relay's line is written exactly as often as the door was meant to move, and each first level
// comes with the direction.
func TestKernelRSafeRelayTraceHasNoPulse(t *testing.T) {
	for _, wiring := range []struct {
		name     string
		off, on  string
		safe     string // the level after an orderly end
		activeLo bool
		safeOn   bool
	}{
		{"fail-secure strike, active high", "0", "1", "0", false, false},
		{"fail-secure strike, active low", "1", "0", "1", true, false},
		{"fail-safe maglock", "1", "0", "0", true, true},
	} {
		t.Run(wiring.name, func(t *testing.T) {
			trace := traceLines(t)
			orders := fmt.Sprintf("%v %v", wiring.activeLo, wiring.safeOn)
			process(orders).life(t, "on", "off", "end")
			process(orders).life(t, "kill")
			process(orders).life(t, "on", "kill")
			process(orders).life(t, "end")

			start := []string{"set " + wiring.off, "out (0)"}
			end := []string{"set " + wiring.safe}
			if wiring.safe == wiring.off {
				end = nil
			}
			want := slices.Concat(start, []string{"set " + wiring.on, "set " + wiring.off}, end,
				start, start, []string{"set " + wiring.on}, start, end)
			if got := trace(); !slices.Equal(got, want) {
				t.Errorf("the line saw %v\nwant %v", got, want)
			} else {
				t.Logf("%d writes in four lives, as meant: %v", len(got), got)
			}
		})
	}
}

// process is a door that holds the relay, which a test can kill.
type process string

func (orders process) life(t *testing.T, acts ...string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "RELAY_PROCESS="+string(orders))
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	done := bufio.NewScanner(out)
	done.Scan() // started
	for _, act := range acts {
		if act == "kill" {
			child.Process.Kill()
			break
		}
		fmt.Fprintln(in, act)
		done.Scan()
	}
	in.Close()
	if err := child.Wait(); err != nil && acts[len(acts)-1] != "kill" {
		t.Fatalf("%v: %s", err, done.Text())
	}
}

func init() {
	orders := os.Getenv("RELAY_PROCESS")
	if orders == "" {
		return
	}
	var cfg gpio.RelayConfig
	fmt.Sscan(orders, &cfg.ActiveLow, &cfg.SafeOn)
	if err := relayProcess(cfg); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func relayProcess(cfg gpio.RelayConfig) error {
	pin, err := gpio.Open("RELAY")
	if err != nil {
		return err
	}
	relay, err := gpio.NewRelay(pin, cfg)
	if err != nil {
		return err
	}
	fmt.Println("started")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); fmt.Println("done") {
		switch in.Text() {
		case "on", "off":
			err = relay.Set(in.Text() == "on")
		case "end":
			return relay.Close()
		}
		if err != nil {
			return err
		}
	}
	return errors.New("stdin ended")
}

func TestKernelInputFollowsItsLine(t *testing.T) {
	pull(t, rexLine, "up")
	p, err := gpio.Open("REX")
	if err != nil {
		t.Fatal(err)
	}
	rex, err := gpio.NewInput(p, gpio.InputConfig{Name: "rex", ActiveLow: true, Pull: periph.PullUp})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gpio.NewInput(p, gpio.InputConfig{}); !errors.Is(err, gpio.ErrBusy) {
		t.Errorf("the same line a second time: %v", err)
	}
	events := start(t, rex)
	for i, on := range []bool{false, true, false} {
		if e := next(t, events); e.Active != on {
			t.Fatalf("event %d: %+v", i, e)
		}
		for range 5 { // it bounces
			pull(t, rexLine, "down")
			pull(t, rexLine, "up")
		}
		pull(t, rexLine, map[bool]string{true: "up", false: "down"}[on])
	}
}

func TestKernelLineIsAPeriphPin(t *testing.T) {
	p, err := gpio.Open("FIRE")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Halt()
	pull(t, fireLine, "down")
	if err := p.In(periph.PullNoChange, periph.BothEdges); err != nil || p.Read() != periph.Low {
		t.Fatalf("in: %v, level %v", err, p.Read())
	}
	if p.WaitForEdge(0) || p.WaitForEdge(10*time.Millisecond) {
		t.Error("an edge without a change")
	}
	pull(t, fireLine, "up")
	if !p.WaitForEdge(-1) || p.Read() != periph.High {
		t.Error("no edge, or the wrong level")
	}
	trace := traceLines(t)
	if err := p.Out(periph.High); err != nil {
		t.Fatal(err)
	}
	if p.Read() != periph.High {
		t.Error("an output that is read is not what it was set to")
	}
	if err := p.Out(periph.Low); err != nil {
		t.Fatal(err)
	}
	got := slices.DeleteFunc(trace(), func(s string) bool { return strings.HasPrefix(s, "get") })
	if want := []string{"set 1", "out (0)", "set 0"}; !slices.Equal(got, want) {
		t.Errorf("the line saw %v, want %v", got, want)
	}
}

func TestKernelLineByTheLabelOfItsChip(t *testing.T) {
	byName, err := gpio.Open("TAMPER")
	if err != nil {
		t.Fatal(err)
	}
	if byLabel, err := gpio.Open("door:6"); err != nil || byLabel != byName {
		t.Errorf("by label: %v, %v; by name: %v", byLabel, err, byName)
	}
	for _, name := range []string{"door:99", "window:6", "gpiochip9:6"} {
		if p, err := gpio.Open(name); !errors.Is(err, gpio.ErrNoLine) {
			t.Errorf("%s is %v, %v", name, p, err)
		}
	}
}

// The whole chip goes away and comes back, as a USB expander does.
func TestKernelChipIsUnpluggedAndReplugged(t *testing.T) {
	const live = "/sys/kernel/config/gpio-sim/door/live"
	p, err := gpio.Open("TAMPER")
	if err != nil {
		t.Fatal(err)
	}
	in, err := gpio.NewInput(p, gpio.InputConfig{Name: "tamper"})
	if err != nil {
		t.Fatal(err)
	}
	relayPin, err := gpio.Open("RELAY")
	if err != nil {
		t.Fatal(err)
	}
	relay, err := gpio.NewRelay(relayPin, gpio.RelayConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer relayPin.Halt()
	events := start(t, in)
	next(t, events)
	write(t, live, "0")
	if e := next(t, events); !errors.Is(e.Fault, gpio.ErrGone) {
		t.Fatalf("unplugged: %+v", e)
	}
	if err := relay.Set(true); err == nil {
		t.Error("a relay without its chip was switched")
	}
	if err := relay.Hold(); !errors.Is(err, gpio.ErrGone) {
		t.Errorf("a relay without its chip is held: %v", err)
	}
	trace := traceLines(t)
	write(t, live, "1")
	if e := next(t, events); e.Fault != nil {
		t.Fatalf("replugged: %+v", e)
	}
	for range 3 {
		if err := relay.Hold(); err != nil || relayPin.Read() != periph.High {
			t.Errorf("relay after replug: %v, level %v", err, relayPin.Read())
		}
	}
	got := slices.DeleteFunc(trace(), func(s string) bool {
		return !strings.HasPrefix(s, "set") && !strings.HasPrefix(s, "out")
	})
	if want := []string{"set 1", "out (0)"}; !slices.Equal(got, want) {
		t.Errorf("the line saw %v, want %v: what was asked for while it was away, in one step", got, want)
	}
}
