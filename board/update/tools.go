package update

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"menshen/board/slots"
)

// System are the tools of the installed service.
type System struct {
	Folders
	Machine slots.Machine
	Library string // "/usr/lib/menshen": rauc.conf, install-bundle
}

// kind is a file system that is mounted, with the options it needs.
type kind struct {
	name, options string
	write         bool // it is also written
}

var (
	vfat = kind{"vfat", "", true}
	// sticks may have these and no other. A journal of ext4 is not replayed: that would write.
	sticks = []kind{{"vfat", "utf8=1", true}, {"exfat", "", true}, {"ext4", "noload", false}}
)

// mount mounts a device below the folder of answers, in the service's own name space.
func (s System) mount(device string, flags uintptr, k kind) (dir string, free func() error, err error) {
	dir = filepath.Join(s.Answered, "mounted")
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", nil, err
	}
	flags |= unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOSYMFOLLOW
	if err := unix.Mount(device, dir, k.name, flags, k.options); err != nil {
		return "", nil, fmt.Errorf("mounting %s as %s: %w", device, k.name, err)
	}
	// RAUC may still let go of a bundle on a stick. What is only read needs no waiting.
	detach := either(flags&unix.MS_RDONLY != 0, unix.MNT_DETACH, 0)
	return dir, func() error { return unix.Unmount(dir, detach) }, nil
}

func (s System) partition(number int, flags uintptr) (string, func() error, error) {
	device, err := s.Machine.Partition(number)
	if err != nil {
		return "", nil, err
	}
	return s.mount(device, flags, vfat)
}

// Firmware mounts partition 1.
func (s System) Firmware(write bool) (string, func() error, error) {
	return s.partition(1, either[uintptr](write, unix.MS_SYNCHRONOUS, unix.MS_RDONLY))
}

// Boot mounts a slot's boot partition.
func (s System) Boot(slot slots.Slot) (string, func() error, error) {
	return s.partition(slot.BootPartition(), unix.MS_SYNCHRONOUS)
}

// Stick mounts the one stick that is plugged in: the first of its file systems that can be read.
func (s System) Stick() (string, func() error, error) { return s.stick(false) }

// StickToWrite is [System.Stick] for writing.
func (s System) StickToWrite() (string, func() error, error) { return s.stick(true) }

func (s System) stick(write bool) (string, func() error, error) {
	all := s.Machine.Sticks()
	switch len(all) {
	case 0:
		return "", nil, NoStick
	case 1:
		return s.mountFirst(all[0], write)
	}
	return "", nil, Sticks
}

// mountFirst mounts the first of a stick's file systems that can be.
func (s System) mountFirst(devices []string, write bool) (string, func() error, error) {
	why, errs := Unknown, []error(nil)
	for _, device := range devices {
		for _, k := range sticks {
			dir, free, err := s.mount(device, either[uintptr](write && k.write, 0, unix.MS_RDONLY), k)
			switch {
			case err == nil && (k.write || !write):
				return dir, free, nil
			case err == nil:
				why, err = OnlyRead, free()
			case errors.Is(err, unix.EROFS), errors.Is(err, unix.EACCES):
				why = Protected
			case errors.Is(err, unix.EBUSY):
				why = InUse
			}
			errs = append(errs, err)
		}
	}
	return "", nil, fmt.Errorf("%w: %w", why, errors.Join(errs...))
}

func (s System) conf() string { return filepath.Join(s.Library, "rauc.conf") }

// Inspect asks RAUC, which checks the signature against the keyring of its configuration.
func (s System) Inspect(ctx context.Context, file string) (b Bundle, err error) {
	values, err := s.rauc(ctx, "info", "--output-format=shell", file)
	if err != nil {
		return b, err
	}
	chain, err := s.rauc(ctx, "info", file)
	if err != nil {
		return b, err
	}
	conf, err := os.ReadFile(s.conf())
	if err != nil {
		return b, err
	}
	kind := first(`(?m)^compatible=(\S+)$`, string(conf))
	if got := shellValue(values, "RAUC_MF_COMPATIBLE"); kind == "" || got != kind {
		return b, fmt.Errorf("%w: it is for %.60q, this is %.60q", OtherKind, got, kind)
	}
	b = Bundle{Version: slots.Version(shellValue(values, "RAUC_MF_VERSION")),
		Signer: first(`(?m)^ *0 Subject: (.*)$`, chain)}
	b.Layout, _ = strconv.ParseUint(shellValue(values, "RAUC_META_MENSHEN_LAYOUT"), 10, 64)
	told := slots.Version(shellValue(values, "RAUC_META_MENSHEN_VERSION")) // empty: Admit will refuse it
	if told != "" && told != b.Version {
		return b, fmt.Errorf("%w: it names two versions", NotSigned)
	}
	return b, nil
}

// rauc runs a command that only reads. Errors: NotSigned, with the last line of what RAUC says.
func (s System) rauc(ctx context.Context, words ...string) (string, error) {
	c := exec.CommandContext(ctx, "rauc", append([]string{"--conf=" + s.conf()}, words...)...)
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if errors.As(err, new(*exec.ExitError)) {
		return "", fmt.Errorf("%w: %s", NotSigned, lastLine(said.String()))
	}
	return string(out), err
}

// shellValue finds a variable in what RAUC prints for a shell. A value with an apostrophe in it is
// nothing that a bundle of ours has.
func shellValue(out, name string) string {
	return first(`(?m)^`+name+`=(?:'([^']*)'|([^'\s]*))$`, out)
}

// first gives the first group that matched; empty: none did.
func first(pattern, in string) string {
	m := regexp.MustCompile(pattern).FindStringSubmatch(in)
	return strings.Join(m[min(1, len(m)):], "")
}

func lastLine(s string) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return all[len(all)-1]
}

// Install has RAUC write a bundle to the other slot's devices, which it finds by links in the
// folder of answers.
func (s System) Install(ctx context.Context, file string, percent func(int)) error {
	if err := s.linkDevices(); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, filepath.Join(s.Library, "install-bundle"), file)
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		return err
	}
	said, progress := "", regexp.MustCompile(`^ *(\d+)% `)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := progress.FindStringSubmatch(lines.Text()); m != nil {
			n, _ := strconv.Atoi(m[1])
			percent(n)
		} else if why, tells := strings.CutPrefix(lines.Text(), "LastError: "); tells {
			said = why
		}
	}
	err = c.Wait()
	if err != nil && strings.HasSuffix(said, unreadable) {
		return fmt.Errorf("%w: a part of it cannot be read, or is not what was signed", NotSigned)
	}
	if err != nil {
		return fmt.Errorf("RAUC: %s: %w", said, err)
	}
	return nil
}

// unreadable is how RAUC says that the program admit could not read all of a bundle.
const unreadable = "exited with code 65"

// linkDevices names the four partitions for rauc.conf.
func (s System) linkDevices() error {
	dir := filepath.Join(s.Answered, "dev")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
		return err
	}
	for _, slot := range []slots.Slot{slots.A, slots.B} {
		for what, number := range map[string]int{"boot": slot.BootPartition(), "root": slot.RootPartition()} {
			device, err := s.Machine.Partition(number)
			if err == nil {
				err = os.Symlink(device, filepath.Join(dir, what+"-"+string(slot)))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Restart asks systemd. The kernel hands the words to the Raspberry Pi's firmware.
func (s System) Restart(try bool) error {
	words := []string{"--no-block", "reboot"}
	if try {
		words = append(words, "--reboot-argument=0 tryboot")
	}
	out, err := exec.Command("systemctl", words...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("restarting the unit: %s: %w", lastLine(string(out)), err)
	}
	return nil
}
