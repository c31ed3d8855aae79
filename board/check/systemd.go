package check

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// service is the name of the unit's service.
const service = "menshen.service"

// AskSystemd asks systemd how the service and the board are watched, and the kernel
// which watchdog the board has.
func AskSystemd(ctx context.Context) (w WatchdogFacts, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	show := func(args ...string) (map[string]string, error) {
		out, err := exec.CommandContext(ctx, "systemctl", append([]string{"show"}, args...)...).Output()
		if err != nil {
			return nil, fmt.Errorf("systemctl show: %w", err)
		}
		return properties(string(out)), nil
	}
	unit, err := show(service, "-p", "LoadState,UnitFileState,WatchdogUSec,Restart")
	if err != nil {
		return w, err
	}
	manager, err := show("-p", "RuntimeWatchdogUSec")
	if err != nil {
		return w, err
	}
	w = watchdogOf(unit, manager)
	if w.Installed && w.Service == 0 {
		out, err := exec.CommandContext(ctx, "systemctl", "cat", service).Output()
		if err != nil {
			return w, fmt.Errorf("systemctl cat: %w", err)
		}
		w.Service = watchdogIn(string(out))
	}
	if paths, _ := filepath.Glob("/sys/class/watchdog/watchdog*/identity"); len(paths) > 0 { // the pattern is right
		if raw, err := os.ReadFile(paths[0]); err == nil {
			w.Hardware = strings.TrimSpace(string(raw))
		}
	}
	return w, nil
}

// properties reads what 'systemctl show' prints: lines of NAME=VALUE.
func properties(out string) map[string]string {
	p := map[string]string{}
	for line := range strings.Lines(out) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			p[name] = value
		}
	}
	return p
}

func watchdogOf(unit, manager map[string]string) WatchdogFacts {
	return WatchdogFacts{
		Installed: unit["LoadState"] == "loaded",
		Enabled:   unit["UnitFileState"] == "enabled",
		Restart:   unit["Restart"],
		Service:   span(unit["WatchdogUSec"]),
		Fed:       span(manager["RuntimeWatchdogUSec"]),
	}
}

// watchdogIn reads the span of the watchdog from the files of a service, the last of which counts.
// systemd tells it by 'show' only once the service has run since the board's start.
func watchdogIn(files string) (d time.Duration) {
	for line := range strings.Lines(files) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && name == "WatchdogSec" {
			if _, err := strconv.ParseFloat(value, 64); err == nil {
				value += "s"
			}
			d = span(value)
		}
	}
	return d
}

// span reads a time as systemd prints it, such as "30s", "1min 30s" or "infinity". It gives 0 for
// infinity and for what is not a time.
func span(text string) (d time.Duration) {
	units := []struct {
		name string
		unit time.Duration
	}{{"min", time.Minute}, {"ms", time.Millisecond}, {"us", time.Microsecond}, {"h", time.Hour}, {"s", time.Second}}
	for _, part := range strings.Fields(text) {
		for _, u := range units {
			digits, ok := strings.CutSuffix(part, u.name)
			if n, err := strconv.ParseFloat(digits, 64); ok && err == nil {
				d += time.Duration(n * float64(u.unit))
				break
			}
		}
	}
	return d
}
