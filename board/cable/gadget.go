// Package cable makes the unit a device at a laptop's USB port: a serial line, on which the
// technician's console is served, and a disk that is only read, with the page for it
// (docs/decisions/0053-the-cable.md). It is root's part; 'menshen cable' calls it.
//
// There are these two functions and no others, so no network can come by this cable (R-LOCAL).
package cable

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"menshen/internal/i18n"
)

// Line is the unit's end of the serial line, once there is a gadget.
const Line = "/dev/ttyGS0"

// Image is the disk.
const Image = "/usr/share/menshen/desk.img"

// functions are all that the gadget can do.
var functions = []string{"acm.desk", "mass_storage.desk"}

const own = "menshen" // the gadget's name in configfs

// Machine is where the kernel keeps its gadgets.
type Machine struct {
	Gadgets     string // configfs
	Controllers string // the ports that can be a device's
	Image       string // the disk's file
	ID          string // of the machine, from which the gadget's serial number is made

	kernel
}

// kernel makes folders of configfs, which come with files, and removes them with those, or a link.
type kernel interface {
	mkdir(path string) error
	remove(path string) error
}

type configfs struct{}

func (configfs) mkdir(path string) error  { return os.Mkdir(path, 0o755) }
func (configfs) remove(path string) error { return os.Remove(path) }

// ThisMachine is the machine that the program runs on. Errors: its id cannot be read.
func ThisMachine() (Machine, error) {
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil {
		return Machine{}, fmt.Errorf("reading the machine's id: %w", err)
	}
	return Machine{Gadgets: "/sys/kernel/config/usb_gadget", Controllers: "/sys/class/udc", Image: Image,
		ID: strings.TrimSpace(string(id)), kernel: configfs{}}, nil
}

// Errors of the port.
var (
	ErrNoPort = i18n.E("cable.no-port", "this machine has no USB port that can be a device's: 'menshen board' says "+
		"which board has one, and how it is switched on")
	ErrTaken = i18n.E("cable.taken", "the USB port is already that of another gadget: remove it "+
		"(ls /sys/kernel/config/usb_gadget)")
	ErrForeign = i18n.E("cable.foreign", "the gadget can do more than serial line and disk (R-LOCAL): "+
		"'systemctl restart menshen-cable' makes it anew")
)

// setting is a file of the gadget's with its value; in this order they are written.
type setting struct{ file, value string }

// settings describe the gadget. The numbers are the Linux Foundation's for a gadget of several
// functions, and the class that says that interfaces belong together, without which Windows finds
// no serial line. The unit has its own supply.
func (m Machine) settings() []setting {
	serial := fmt.Sprintf("%X", sha256.Sum256([]byte("menshen cable "+m.ID)))[:12]
	const config, lun = "configs/c.1/", "functions/mass_storage.desk/lun.0/"
	return []setting{
		{"idVendor", "0x1d6b"}, {"idProduct", "0x0104"}, {"bcdUSB", "0x0200"},
		{"bDeviceClass", "0xef"}, {"bDeviceSubClass", "0x02"}, {"bDeviceProtocol", "0x01"},
		{"strings/0x409/manufacturer", "Menshen"}, {"strings/0x409/product", "Menshen door unit"},
		{"strings/0x409/serialnumber", serial},
		{config + "strings/0x409/configuration", "desk"},
		{config + "bmAttributes", "0xc0"}, {config + "MaxPower", "100"},
		// Not removable: a disk that a laptop ejects would be gone for the next one. What it is
		// cannot be changed while it has a file.
		{lun + "file", "\n"}, {lun + "ro", "1"}, {lun + "removable", "0"}, {lun + "cdrom", "0"},
		{lun + "inquiry_string", "Menshen Desk"}, {lun + "file", m.Image},
	}
}

// Up makes the gadget, or mends one that is there, and shows it at the port. Errors: [ErrNoPort],
// [ErrTaken], [ErrForeign].
func (m Machine) Up() error {
	port, err := m.port()
	if err == nil {
		err = m.Down()
	}
	if err != nil {
		return err
	}
	if err := m.make(port); err != nil {
		return fmt.Errorf("making the USB gadget: %w", err)
	}
	return nil
}

// Down takes the gadget from its port. It is not removed: Linux 7.3 goes wrong when its line is
// opened meanwhile.
func (m Machine) Down() error {
	if m.shownAt(own) == "" {
		return nil
	}
	if err := write(filepath.Join(m.Gadgets, own, "UDC"), "\n"); err != nil {
		return fmt.Errorf("taking the USB gadget from its port: %w", err)
	}
	return nil
}

// port finds the one to use: the first, which no other gadget has.
func (m Machine) port() (string, error) {
	ports, err := os.ReadDir(m.Controllers)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(ports) == 0 {
		return "", ErrNoPort
	}
	if err != nil {
		return "", fmt.Errorf("looking for a USB port: %w", err)
	}
	others, err := os.ReadDir(m.Gadgets)
	if err != nil {
		return "", fmt.Errorf("looking for gadgets: %w", err)
	}
	for _, g := range others {
		if g.Name() != own && m.shownAt(g.Name()) != "" {
			return "", ErrTaken
		}
	}
	return ports[0].Name(), nil
}

// shownAt gives the port at which a gadget is shown; empty: at none.
func (m Machine) shownAt(gadget string) string {
	raw, _ := os.ReadFile(filepath.Join(m.Gadgets, gadget, "UDC"))
	return strings.TrimSpace(string(raw))
}

func (m Machine) make(port string) error {
	g := filepath.Join(m.Gadgets, own)
	dirs := []string{"", "strings/0x409", "configs/c.1", "configs/c.1/strings/0x409"}
	for _, f := range functions {
		dirs = append(dirs, "functions/"+f)
	}
	for _, dir := range dirs {
		if err := m.mkdir(filepath.Join(g, dir)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	for _, s := range m.settings() {
		if err := write(filepath.Join(g, s.file), s.value); err != nil {
			return err
		}
	}
	// A kernel that can would send its messages down the line.
	err := write(filepath.Join(g, "functions/acm.desk/console"), "0")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range functions {
		err := os.Symlink(filepath.Join(g, "functions", f), filepath.Join(g, "configs/c.1", f))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if err := m.trim(); err != nil {
		return err
	}
	if err := m.Whole(); err != nil {
		return err
	}
	return write(filepath.Join(g, "UDC"), port)
}

// foreign gives what the gadget has beyond what it is to have: links to functions, then functions,
// then further configurations.
func (m Machine) foreign() (all []string, err error) {
	g := filepath.Join(m.Gadgets, own)
	if _, err := os.Stat(g); err != nil {
		return nil, err
	}
	for _, pattern := range []string{"configs/*/*.*", "functions/*", "configs/*"} {
		found, err := filepath.Glob(filepath.Join(g, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			if name := filepath.Base(path); name != "c.1" && !slices.Contains(functions, name) {
				all = append(all, path)
			}
		}
	}
	return all, nil
}

// trim removes what is foreign, as far as it can.
func (m Machine) trim() error {
	all, err := m.foreign()
	for _, path := range all {
		if err := m.remove(path); err != nil {
			return fmt.Errorf("%w: %w", ErrForeign, err)
		}
	}
	return err
}

// Whole looks whether the gadget can do just what it is to. Errors: [ErrForeign]; [fs.ErrNotExist],
// there is none.
func (m Machine) Whole() error {
	all, err := m.foreign()
	if err == nil && len(all) > 0 {
		err = ErrForeign
	}
	return err
}

// write writes to a file that is there: of configfs, which makes no other.
func write(path, value string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}
