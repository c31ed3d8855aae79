//go:build vboard

package display

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"menshen/hal/display/screen"
	"menshen/hal/gpio"
	"menshen/internal/confine"
)

// lines is a process that drives a small panel: it took its line before it was confined, and moves
// it afterwards. It reaches no other line.
func lines() error {
	source, err := screen.Parse("st7789:spi=0.0,dc=D1")
	if err != nil {
		return err
	}
	dc, err := gpio.Open(source.Lines["dc"])
	if err != nil {
		return err
	}
	if err := dc.Out(false); err != nil {
		return err
	}
	keep := source.Keep()
	keep.Memory = 256 << 20
	if _, err := confine.Process(keep); err != nil {
		return err
	}
	if err := dc.Out(true); err != nil {
		return fmt.Errorf("its own line: %w", err)
	}
	if relay, err := gpio.Open("RELAY"); err == nil {
		return fmt.Errorf("it reaches %s", relay)
	}
	if _, err := os.OpenFile("/dev/gpiochip0", os.O_RDWR, 0); !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("it opens the chip: %w", err)
	}
	fmt.Print("high")
	return nil
}

// TestKernelLines: a panel's process that was taken over moves its own lines, and not the strike's.
func TestKernelLines(t *testing.T) {
	out, err := exec.Command(os.Args[0], "lines").CombinedOutput()
	if err != nil || string(out) != "high" {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(os.Getenv("SIM"), "sim_gpio2")); err != nil {
		t.Error("the board has no relay to reach: ", err)
	}
}
