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
		{"as installed", "Restart=always\nWatchdogUSec=30s\nLoadState=loaded\nUnitFileState=enabled\n", "RuntimeWatchdogUSec=15s\n",
			WatchdogFacts{Service: 30 * time.Second, Restart: "always", Installed: true, Enabled: true, Fed: 15 * time.Second}},
		{"longer", "Restart=on-failure\nWatchdogUSec=1min 30s\nLoadState=loaded\nUnitFileState=disabled\n", "RuntimeWatchdogUSec=0\n",
			WatchdogFacts{Service: 90 * time.Second, Restart: "on-failure", Installed: true}},
		{"no service", "Restart=no\nWatchdogUSec=infinity\nLoadState=not-found\nUnitFileState=\n", "RuntimeWatchdogUSec=infinity\n", WatchdogFacts{Restart: "no"}},
		{"nonsense", "one\n=\n\xff=3s", "", WatchdogFacts{}},
	} {
		if got := watchdogOf(properties(test.unit), properties(test.manager)); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
	for text, want := range map[string]time.Duration{"500ms": 500 * time.Millisecond, "2h 1min": 2*time.Hour + time.Minute, "250us": 250 * time.Microsecond, "": 0} {
		if got := span(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

// TestBounce: a contact that bounces is one change, timed from its first edge; one that never rests
// is told as such, and taken as it is once a second.
func TestBounce(t *testing.T) {
	at := time.Unix(1000, 0)
	l := line{debounce: 10 * time.Millisecond}
	if c, settled := l.take(false, at); !settled || c.Active {
		t.Fatalf("the first state: %+v, %v", c, settled)
	}
	var changes []change
	sampleAt := func(ms int, raw bool) {
		if c, settled := l.take(raw, at.Add(time.Duration(ms)*time.Millisecond)); settled {
			changes = append(changes, c)
		}
	}
	for i, raw := range []bool{true, false, true, true, false, true} { // 1 to 6 ms
		sampleAt(1+i, raw)
	}
	for i := 7; i < 40; i++ {
		sampleAt(i, true)
	}
	if len(changes) != 1 || !changes[0].Active || changes[0].Bounce != 5*time.Millisecond || !changes[0].At.Equal(at.Add(time.Millisecond)) {
		t.Errorf("a bouncing contact: %+v", changes)
	}
	changes = nil
	for i := 40; i < 43; i++ { // a blip shorter than the debounce time
		sampleAt(i, false)
	}
	for i := 43; i < 80; i++ {
		sampleAt(i, true)
	}
	if len(changes) != 0 {
		t.Errorf("a blip counted: %+v", changes)
	}
	told := false
	for i := range 3000 {
		sampleAt(100+i, i/3%2 == 0)
		told = told || l.chatters
	}
	if !told || len(changes) > 3 {
		t.Errorf("a contact that never rests: told %v, %d changes", told, len(changes))
	}
	for i := range 50 {
		sampleAt(3100+i, false)
	}
	if l.chatters || l.stable {
		t.Errorf("at rest again: chatters %v, active %v", l.chatters, l.stable)
	}
}
