package board

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"menshen/board/console"
)

// machine is the board as its kernel tells of it, under /sys. Where a board tells nothing, nothing is said.
type machine struct {
	sys   string // "/sys", or a test's
	space func(dir string) (free, size uint64, err error)
}

var thisMachine = machine{sys: "/sys", space: spaceOf}

// When a figure is a fault.
const (
	hotAt     = 80   // °C: the Raspberry Pi's firmware slows the processor down from here (its documentation, "frequency management and thermal control")
	tightAt   = 0.05 // of the storage free
	tightMiB  = 64   // and less than this: the vault needs twice its size to rewrite itself after an erasure
	wornAt    = 90   // percent of an eMMC's life
	lifeSteps = 10   // percent that one step of JEDEC's life time estimate means (eMMC 5.0, DEVICE_LIFE_TIME_EST)
)

// facts are temperature and storage.
func (m machine) facts(dir, lang string) []console.Fact {
	var out []console.Fact
	if t, ok := m.temperature(); ok {
		f := console.Fact{Name: "temperature", State: fmt.Sprintf("%.0f °C", t)}
		if t >= hotAt {
			f.Fault = words(lang, "hot, and slowed down: give the unit air and shade", "过热降频：请改善通风和遮阳")
		}
		out = append(out, f)
	}
	return append(out, m.storage(dir, lang))
}

// temperature is that of the hottest zone, in °C.
func (m machine) temperature() (hottest float64, known bool) {
	zones, _ := filepath.Glob(filepath.Join(m.sys, "class/thermal/thermal_zone*/temp"))
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

// storage is the room on the file system of the unit's folder, and the wear of the memory below it where that counts its own: eMMC does, SD cards do not.
func (m machine) storage(dir, lang string) console.Fact {
	f := console.Fact{Name: "storage"}
	free, size, err := m.space(dir)
	if err != nil {
		f.Fault = err.Error()
		return f
	}
	f.State = fmt.Sprintf(words(lang, "%d MiB free of %d", "剩余 %d MiB，共 %d MiB"), free>>20, size>>20)
	if free>>20 < tightMiB || float64(free) < tightAt*float64(size) {
		f.Fault = words(lang, "nearly full: remove old backups and exports from the unit's out folder", "空间不足：请删除 out 文件夹中的旧备份和导出文件")
	}
	if used, ok := m.wear(dir); ok {
		f.State += fmt.Sprintf(words(lang, ", up to %d%% of its life used", "，已用寿命不超过 %d%%"), used)
		if used >= wornAt {
			f.Fault = words(lang, "worn out: replace the board's memory soon, after a backup", "存储器寿命将尽：请备份后尽快更换")
		}
	}
	return f
}

// wear is how much of its life an eMMC has used at most, in percent: the worse of its two kinds of cells.
func (m machine) wear(dir string) (percent int, known bool) {
	var st unix.Stat_t
	if unix.Stat(dir, &st) != nil {
		return 0, false
	}
	device, err := filepath.EvalSymlinks(filepath.Join(m.sys, fmt.Sprintf("dev/block/%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev))))
	if err != nil {
		return 0, false
	}
	for _, disk := range []string{device, filepath.Dir(device)} { // the disk itself, or one of its partitions
		text, err := os.ReadFile(filepath.Join(disk, "device/life_time"))
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			if steps, err := strconv.ParseInt(word, 0, 16); err == nil && steps > 0 {
				percent, known = max(percent, int(steps)*lifeSteps), true
			}
		}
	}
	return percent, known
}

func spaceOf(dir string) (free, size uint64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, &fs.PathError{Op: "reading the free space of", Path: dir, Err: err}
	}
	return st.Bavail * uint64(st.Bsize), st.Blocks * uint64(st.Bsize), nil
}
