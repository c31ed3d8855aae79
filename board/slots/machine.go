package slots

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Machine is where the two systems are found. The zero value of a field is that of this computer.
type Machine struct {
	Root   string // before /proc, /sys and /dev; empty: none
	Shared Shared // "/state"
}

// ThisMachine is the computer on which the program runs.
func ThisMachine() Machine { return Machine{Shared: "/state"} }

// ErrOneSystem means that this computer does not have two systems.
var ErrOneSystem = errors.New("this computer does not have two systems; update it with apt")

// Read gathers what is known. autoboot is the path of autoboot.txt. Errors: [ErrOneSystem],
// [ErrAutoboot], those of the disk.
func (m Machine) Read(autoboot string) (d Disk, err error) {
	if d.Running, err = m.Running(); err != nil {
		return d, err
	}
	if d.Committed, err = ReadAutoboot(autoboot); err != nil {
		return d, err
	}
	d.Tried = m.word("tryboot") == 1
	d.Loader = m.Loader()
	d.Starts = map[Slot]int{}
	var errs [4]error
	d.Starts[A], errs[0] = m.Shared.Starts(A)
	d.Starts[B], errs[1] = m.Shared.Starts(B)
	d.Floor, errs[2] = m.Shared.Floor()
	d.Trial, errs[3] = m.Shared.Trial()
	return d, errors.Join(errs[:]...)
}

// Running tells which system runs, by the kernel's command line. Errors: [ErrOneSystem].
func (m Machine) Running() (Slot, error) {
	line, err := os.ReadFile(m.Root + "/proc/cmdline")
	if err != nil {
		return "", err
	}
	for _, word := range strings.Fields(string(line)) {
		if s, ours := strings.CutPrefix(word, "menshen.slot="); ours {
			return ParseSlot(s)
		}
	}
	return "", ErrOneSystem
}

// TwoSystems reports whether this computer has two.
func (m Machine) TwoSystems() bool {
	_, err := m.Running()
	return err == nil
}

// Loader reads what the boot loader in the board's EEPROM tells of itself.
func (m Machine) Loader() (l Loader) {
	if built := m.word("build-timestamp"); built > 0 {
		l.Built = time.Unix(int64(built), 0).UTC()
	}
	l.Can = m.word("capabilities")
	return l
}

// word reads a number that the boot loader left in the device tree; 0: it did not.
func (m Machine) word(name string) uint32 {
	raw, err := os.ReadFile(m.Root + "/proc/device-tree/chosen/bootloader/" + name)
	if err != nil || len(raw) != 4 {
		return 0
	}
	return binary.BigEndian.Uint32(raw)
}

// Version reads the version of the running system: IMAGE_VERSION of os-release(5).
func (m Machine) Version() (Version, error) {
	raw, err := os.ReadFile(m.Root + "/etc/os-release")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(raw)) {
		if v, ours := strings.CutPrefix(strings.TrimSpace(line), "IMAGE_VERSION="); ours {
			v := Version(strings.Trim(v, `"'`))
			return v, v.Check()
		}
	}
	return "", errors.New("/etc/os-release has no IMAGE_VERSION")
}

// Partition gives the device of a partition of the disk on which [Machine.Shared] lies.
func (m Machine) Partition(number int) (string, error) {
	var st unix.Stat_t
	if err := unix.Stat(string(m.Shared), &st); err != nil {
		return "", fmt.Errorf("finding the storage: %w", &fs.PathError{Op: "stat", Path: string(m.Shared), Err: err})
	}
	own := fmt.Sprintf("%s/sys/dev/block/%d:%d", m.Root, unix.Major(st.Dev), unix.Minor(st.Dev))
	own, err := filepath.EvalSymlinks(own)
	if err != nil {
		return "", fmt.Errorf("finding the storage: %w", err)
	}
	return m.partitionOf(filepath.Dir(own), number)
}

// partitionOf finds a disk's partition by its number. disk is the disk's folder in /sys.
func (m Machine) partitionOf(disk string, number int) (string, error) {
	all, err := filepath.Glob(filepath.Join(disk, "*", "partition"))
	if err != nil {
		return "", err
	}
	for _, file := range all {
		raw, err := os.ReadFile(file)
		if n, convErr := strconv.Atoi(strings.TrimSpace(string(raw))); err == nil && convErr == nil && n == number {
			return m.Root + "/dev/" + filepath.Base(filepath.Dir(file)), nil
		}
	}
	return "", fmt.Errorf("the storage has no partition %d", number)
}

// Sticks gives, for each USB stick that is plugged in, the devices on it that may have a file
// system: its partitions, or itself if it has none. A reader without a card and a disk that the
// system runs from are no sticks.
func (m Machine) Sticks() (all [][]string) {
	disks, _ := filepath.Glob(m.Root + "/sys/class/block/*")
	for _, link := range disks {
		at, err := filepath.EvalSymlinks(link)
		if err != nil || !strings.Contains(at, "/usb") || m.sysfs(at, "partition") != "" || m.sysfs(at, "size") == "0" {
			continue
		}
		parts, _ := filepath.Glob(filepath.Join(at, "*", "partition"))
		devices := []string{at}
		if len(parts) > 0 {
			devices = nil
		}
		for _, p := range parts {
			devices = append(devices, filepath.Dir(p))
		}
		if slices.ContainsFunc(append(devices, at), m.ofSystem) {
			continue
		}
		for i, d := range devices {
			devices[i] = m.Root + "/dev/" + filepath.Base(d)
		}
		all = append(all, devices)
	}
	return all
}

// sysfs reads a property of a device; empty: it has none.
func (m Machine) sysfs(at, name string) string {
	raw, _ := os.ReadFile(filepath.Join(at, name))
	return strings.TrimSpace(string(raw))
}

// ofSystem reports whether a device is mounted where no stick is: proc_pid_mountinfo(5), of which
// the third field is the device's number and the fifth the place.
func (m Machine) ofSystem(at string) bool {
	number := m.sysfs(at, "dev")
	mounts, _ := os.ReadFile(m.Root + "/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		f := strings.Fields(line)
		if len(f) < 5 || f[2] != number {
			continue
		}
		if !slices.ContainsFunc([]string{"/run/", "/media/", "/mnt"}, func(place string) bool {
			return strings.HasPrefix(f[4], place)
		}) {
			return true
		}
	}
	return false
}

// NameSlot gives a kernel's command line for a slot: a bundle holds one boot file system for both.
// Its length stays the same.
func NameSlot(line []byte, s Slot) ([]byte, error) {
	const key = "menshen.slot="
	out := bytes.Clone(line)
	i := bytes.Index(out, []byte(key))
	if i < 0 || i+len(key) >= len(out) || i > 0 && out[i-1] != ' ' || bytes.Count(out, []byte(key)) != 1 {
		return nil, errors.New("cmdline.txt does not name a slot once")
	}
	if at := i + len(key); at+1 < len(out) && out[at+1] > ' ' {
		return nil, errors.New("cmdline.txt names a slot that there is not")
	}
	out[i+len(key)] = s[0]
	return out, nil
}
