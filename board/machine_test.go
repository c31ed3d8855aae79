package board

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// sysOf makes a /sys with files.
func sysOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestMachineFacts: what the kernel tells of the board, and from where on it is a fault.
func TestMachineFacts(t *testing.T) {
	dir := t.TempDir()
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name       string
		sys        map[string]string
		free, size uint64
		want       []string // a line each: name, state, and after ! a piece of the fault
	}{
		{"a board that tells nothing", nil, 500 << 20, 1000 << 20, []string{"storage 500 MiB free of 1000 !"}},
		{"two zones, the hotter counts", map[string]string{"class/thermal/thermal_zone0/temp": "48200\n", "class/thermal/thermal_zone1/temp": "51700\n", "class/thermal/thermal_zone2/temp": "broken"},
			500 << 20, 1000 << 20, []string{"temperature 52 °C !", "storage 500 MiB free of 1000 !"}},
		{"hot", map[string]string{"class/thermal/thermal_zone0/temp": "80000\n"}, 500 << 20, 1000 << 20, []string{"temperature 80 °C !give the unit air", "storage 500 MiB free of 1000 !"}},
		{"full", nil, 63 << 20, 500 << 20, []string{"storage 63 MiB free of 500 !nearly full"}},
		{"full of a large disk", nil, 400 << 20, 10000 << 20, []string{"storage 400 MiB free of 10000 !nearly full"}},
		{"eMMC, a partition of it", map[string]string{"devices/mmcblk0/mmcblk0p2/partition": "2", "devices/mmcblk0/device/life_time": "0x01 0x02\n"},
			500 << 20, 1000 << 20, []string{"storage 500 MiB free of 1000, up to 20% of its life used !"}},
		{"a worn eMMC", map[string]string{"devices/mmcblk0/mmcblk0p2/partition": "2", "devices/mmcblk0/device/life_time": "0x09 0x03\n"},
			500 << 20, 1000 << 20, []string{"storage 500 MiB free of 1000, up to 90% of its life used !worn out"}},
	} {
		m := machine{sys: sysOf(t, x.sys), space: func(string) (uint64, uint64, error) { return x.free, x.size, nil }}
		link := filepath.Join(m.sys, fmt.Sprintf("dev/block/%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev)))
		_ = os.MkdirAll(filepath.Dir(link), 0o755)
		_ = os.Symlink(filepath.Join(m.sys, "devices/mmcblk0/mmcblk0p2"), link)
		got := m.facts(dir, "en")
		if len(got) != len(x.want) {
			t.Errorf("%s: %+v", x.name, got)
			continue
		}
		for i, want := range x.want {
			state, fault, _ := strings.Cut(want, "!")
			if line := got[i].Name + " " + got[i].State + " "; line != state || (got[i].Fault == "") != (fault == "") || !strings.Contains(got[i].Fault, fault) {
				t.Errorf("%s: %q with %q, want %q", x.name, line, got[i].Fault, want)
			}
		}
	}
	if free, size, err := spaceOf(dir); err != nil || free == 0 || size < free {
		t.Errorf("of this machine: %d of %d, %v", free, size, err)
	}
	if f := thisMachine.storage(filepath.Join(dir, "not there"), "en"); f.Fault == "" {
		t.Errorf("of a folder that is not there: %+v", f)
	}
}
