package host

import (
	"fmt"
	"os"
	"path/filepath"
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

// TestHealth: what the kernel tells of the board, and from where on it is a fault.
func TestHealth(t *testing.T) {
	dir := t.TempDir()
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		t.Fatal(err)
	}
	const mib = 1 << 20
	for _, x := range []struct {
		name           string
		sys            map[string]string
		free, size     uint64
		celsius        float64
		used           int
		hot, full, old bool
	}{
		{name: "a board that tells nothing", free: 500 * mib, size: 1000 * mib},
		{name: "two zones, the hotter counts", sys: map[string]string{"class/thermal/thermal_zone0/temp": "48200\n",
			"class/thermal/thermal_zone1/temp": "51700\n",
			"class/thermal/thermal_zone2/temp": "broken"}, free: 500 * mib, size: 1000 * mib, celsius: 51.7},
		{name: "hot", sys: map[string]string{"class/thermal/thermal_zone0/temp": "80000\n"}, free: 500 * mib,
			size: 1000 * mib, celsius: 80, hot: true},
		{name: "full", free: 63 * mib, size: 500 * mib, full: true},
		{name: "full of a large disk", free: 400 * mib, size: 10000 * mib, full: true},
		{name: "eMMC, a partition of it", sys: map[string]string{"devices/mmcblk0/mmcblk0p2/partition": "2",
			"devices/mmcblk0/device/life_time": "0x01 0x02\n"},
			free: 500 * mib, size: 1000 * mib, used: 20},
		{name: "a worn eMMC", sys: map[string]string{"devices/mmcblk0/mmcblk0p2/partition": "2",
			"devices/mmcblk0/device/life_time": "0x09 0x03\n"},
			free: 500 * mib, size: 1000 * mib, used: 90, old: true},
	} {
		b := Board{Sys: sysOf(t, x.sys), Space: func(string) (uint64, uint64, error) { return x.free, x.size, nil }}
		link := filepath.Join(b.Sys, fmt.Sprintf("dev/block/%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev)))
		_ = os.MkdirAll(filepath.Dir(link), 0o755)
		_ = os.Symlink(filepath.Join(b.Sys, "devices/mmcblk0/mmcblk0p2"), link)
		h := b.Health(dir)
		if want := (Health{Celsius: x.celsius, Measured: x.celsius > 0, Free: x.free, Size: x.size,
			Used: x.used}); h != want {
			t.Errorf("%s: %+v, want %+v", x.name, h, want)
		}
		if h.Hot() != x.hot || h.NearlyFull() != x.full || h.WornOut() != x.old {
			t.Errorf("%s: hot %v, nearly full %v, worn out %v", x.name, h.Hot(), h.NearlyFull(), h.WornOut())
		}
	}
	if h := ThisBoard().Health(dir); h.Err != nil || h.Free == 0 || h.Size < h.Free {
		t.Errorf("of this machine: %+v", h)
	}
	if h := ThisBoard().Health(filepath.Join(dir, "not there")); h.Err == nil || h.NearlyFull() {
		t.Errorf("of a folder that is not there: %+v", h)
	}
}
