package host

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Board is the computer, as its kernel describes it.
type Board struct {
	Sys   string // "/sys", or a test's
	Space func(dir string) (free, size uint64, err error)
}

// ThisBoard is the computer on which the program runs.
func ThisBoard() Board { return Board{Sys: "/sys", Space: spaceOf} }

// Health is the state of a board. A zero value is not known.
type Health struct {
	Celsius    float64 // of the hottest zone
	Measured   bool    // Celsius is known
	Free, Size uint64  // bytes, of the file system on which the unit's folder lies
	Used       int     // percent of an eMMC's life, at most; 0: not known (SD cards do not count)
	Power      Power
	Err        error // why Free and Size are not known
}

// Limits beyond which a figure is a fault.
const (
	hotAt     = 80   // °C: from here the Raspberry Pi's firmware slows the processor down ("frequency management")
	tightAt   = 0.05 // of the storage free
	tightMiB  = 64   // and less than this: an erasure rewrites the vault, which needs twice its size
	wornAt    = 90   // percent of an eMMC's life
	lifeSteps = 10   // percent in one step of JEDEC's estimate (eMMC 5.0, DEVICE_LIFE_TIME_EST)
)

// Hot reports whether the processor is slowed down.
func (h Health) Hot() bool { return h.Measured && h.Celsius >= hotAt }

// NearlyFull reports whether an erasure could soon lack the room to rewrite the vault.
func (h Health) NearlyFull() bool {
	return h.Err == nil && (h.Free>>20 < tightMiB || float64(h.Free) < tightAt*float64(h.Size))
}

// WornOut reports whether the memory should be replaced.
func (h Health) WornOut() bool { return h.Used >= wornAt }

// Health asks the kernel, which may be slow. dir is the unit's folder.
func (b Board) Health(dir string) (h Health) {
	h.Celsius, h.Measured = b.temperature()
	h.Power = b.power()
	if h.Free, h.Size, h.Err = b.Space(dir); h.Err == nil {
		h.Used = b.used(dir)
	}
	return h
}

// temperature gives that of the hottest zone, in °C.
func (b Board) temperature() (hottest float64, known bool) {
	zones, _ := filepath.Glob(filepath.Join(b.Sys, "class/thermal/thermal_zone*/temp"))
	for _, zone := range zones {
		text, err := os.ReadFile(zone)
		if err != nil {
			continue
		}
		if milli, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			if t := float64(milli) / 1000; !known || t > hottest {
				hottest, known = t, true
			}
		}
	}
	return hottest, known
}

// used gives how much of its life an eMMC has used at most, in percent: the
// worse of its two kinds of cells.
func (b Board) used(dir string) (percent int) {
	var st unix.Stat_t
	if unix.Stat(dir, &st) != nil {
		return 0
	}
	device, err := filepath.EvalSymlinks(filepath.Join(b.Sys,
		fmt.Sprintf("dev/block/%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev))))
	if err != nil {
		return 0
	}
	for _, disk := range []string{device, filepath.Dir(device)} { // the disk itself, or one of its partitions
		text, err := os.ReadFile(filepath.Join(disk, "device/life_time"))
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			if steps, err := strconv.ParseInt(word, 0, 16); err == nil && steps > 0 {
				percent = max(percent, int(steps)*lifeSteps)
			}
		}
	}
	return percent
}

func spaceOf(dir string) (free, size uint64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, &fs.PathError{Op: "reading the free space of", Path: dir, Err: err}
	}
	return st.Bavail * uint64(st.Bsize), st.Blocks * uint64(st.Bsize), nil
}
