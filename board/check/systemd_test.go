package check

import (
	"testing"
	"time"
)

// TestWatchdogAsSystemdTellsIt reads what 'systemctl show' prints.
func TestWatchdogAsSystemdTellsIt(t *testing.T) {
	for _, test := range []struct {
		name, unit, manager string
		want                WatchdogFacts
	}{
		{"as installed", "Restart=always\nWatchdogUSec=30s\nLoadState=loaded\nUnitFileState=enabled\n",
			"RuntimeWatchdogUSec=15s\n",
			WatchdogFacts{Service: 30 * time.Second, Restart: "always", Installed: true, Enabled: true,
				Fed: 15 * time.Second}},
		{"longer", "Restart=on-failure\nWatchdogUSec=1min 30s\nLoadState=loaded\nUnitFileState=disabled\n",
			"RuntimeWatchdogUSec=0\n",
			WatchdogFacts{Service: 90 * time.Second, Restart: "on-failure", Installed: true}},
		{"no service", "Restart=no\nWatchdogUSec=infinity\nLoadState=not-found\nUnitFileState=\n",
			"RuntimeWatchdogUSec=infinity\n", WatchdogFacts{Restart: "no"}},
		{"nonsense", "one\n=\n\xff=3s", "", WatchdogFacts{}},
	} {
		if got := watchdogOf(properties(test.unit), properties(test.manager)); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
	for text, want := range map[string]time.Duration{"500ms": 500 * time.Millisecond,
		"2h 1min": 2*time.Hour + time.Minute, "250us": 250 * time.Microsecond, "": 0} {
		if got := span(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// TestWatchdogOfAServiceThatNeverRan reads what 'systemctl cat' prints.
func TestWatchdogOfAServiceThatNeverRan(t *testing.T) {
	unit := "# /usr/lib/systemd/system/menshen.service\n[Service]\n# WatchdogSec=1\nWatchdogSec=30\n"
	for files, want := range map[string]time.Duration{
		unit: 30 * time.Second,
		unit + "# …/menshen.service.d/site.conf\n[Service]\nWatchdogSec=1min\n": time.Minute,
		unit + "WatchdogSec=0\n":      0,
		"[Service]\nRestart=always\n": 0,
	} {
		if got := watchdogIn(files); got != want {
			t.Errorf("%q is watched every %v, want %v", files, got, want)
		}
	}
}
