//go:build linux

// Package gpiosim plays what is wired to the kernel's simulated lines (gpio-sim), for tests in the
// virtual board: contacts that open and close, and a Wiegand reader on the wall. It needs the chip
// gpio-sim.0 and the right to write to its files.
package gpiosim

import (
	"fmt"
	"os"
	"path/filepath"
)

// Pull drives a line, by its number in the chip, from outside: "up" or "down".
func Pull(line int, level string) error {
	path, err := file(line, "pull")
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte("pull-"+level), 0)
}

// High reports whether a line is high.
func High(line int) (bool, error) {
	path, err := file(line, "value")
	if err != nil {
		return false, err
	}
	value, err := os.ReadFile(path)
	return len(value) > 0 && value[0] == '1', err
}

func file(line int, name string) (string, error) {
	paths, err := filepath.Glob(fmt.Sprintf("/sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio%d/%s", line, name))
	if err != nil || len(paths) != 1 {
		return "", fmt.Errorf("no gpio-sim with a line %d: %v %v", line, paths, err)
	}
	return paths[0], nil
}
