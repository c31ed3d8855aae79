package slots

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestLoaderOfABoard reads device trees as boards have them: the names and sizes are those of
// /proc/device-tree/chosen/bootloader.
func TestLoaderOfABoard(t *testing.T) {
	for _, c := range []struct {
		name string
		tree map[string]string
		want Loader
		can  bool
	}{
		{"a Pi 4 of 2026", map[string]string{"build-timestamp": word(1767915000), "capabilities": word(0x7f),
			"version": "0123456789abcdef0123456789abcdef01234567\x00"},
			Loader{Built: time.Unix(1767915000, 0).UTC(), Can: 0x7f}, true},
		{"a Pi 4 of 2021, which knows the flag but not the partition", map[string]string{
			"build-timestamp": word(uint32(old.Unix())), "capabilities": word(0x1b)},
			Loader{Built: old, Can: 0x1b}, false},
		{"newer than its abilities", map[string]string{"build-timestamp": word(uint32(recent.Unix())),
			"capabilities": word(0x3)}, Loader{Built: recent, Can: 0x3}, false},
		{"its date alone, too early", map[string]string{"build-timestamp": word(uint32(tryable.Unix() - 1))},
			Loader{Built: tryable.Add(-time.Second)}, false},
		{"its date alone", map[string]string{"build-timestamp": word(uint32(tryable.Unix()))},
			Loader{Built: tryable}, true},
		{"a Pi 3 or Zero 2 W, without an EEPROM", map[string]string{"tryboot": word(0), "partition": word(2)},
			Loader{}, true},
		{"no Raspberry Pi", nil, Loader{}, true},
		{"damaged", map[string]string{"build-timestamp": "x", "capabilities": ""}, Loader{}, true},
	} {
		m := Machine{Root: t.TempDir()}
		dir := filepath.Join(m.Root, "proc/device-tree/chosen/bootloader")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, raw := range c.tree {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(raw), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := m.Loader(); got != c.want || got.Tries() != c.can {
			t.Errorf("%s: %+v, tries a partition: %v", c.name, got, got.Tries())
		}
	}
}
